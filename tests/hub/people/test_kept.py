"""What is kept of people: nothing that could not be, no secrets, and all of it over a restart."""

from pathlib import Path

import pytest

from hub.core.people.records import Grant, Hours, Offer, Role
from hub.people.people import People
from hub.people.tokens import digest
from hub.store import Store, StoreError
from protocol.ids import Address, DeviceId
from tests.hub.clocks import Times
from tests.hub.people.shelf import ADA, OWNER, Shelf, came, people_of


async def test_what_cannot_be_kept_has_not_happened(people: People, shelf: Shelf) -> None:
    code = people.pairing.open_window(OWNER, 300.0)
    shelf.is_full = True
    with pytest.raises(StoreError):
        await people.pairing.pair(code, "Ada", "phone")
    assert not people.register.people
    shelf.is_full = False
    given = await people.pairing.pair(code, "Ada", "phone")
    shelf.is_full = True
    for change in (
        lambda: people.sessions.refresh(given.refresh, None),
        lambda: people.sessions.end(given.session, ADA),
        lambda: people.pairing.invite(OWNER, ADA, 60.0),
    ):
        with pytest.raises(StoreError):
            await change()
    assert people.sessions.check(given.access) is not None
    assert not people.register.invites
    shelf.is_full = False
    await people.sessions.refresh(given.refresh, None)


async def test_secrets_are_kept_as_hashes_alone(people: People, shelf: Shelf) -> None:
    given = await came(people)
    invite, code = await people.pairing.invite(OWNER, ADA, 60.0)
    kept = repr(shelf.kept) + repr([save.record for save in shelf.kept if hasattr(save, "record")])
    family = given.refresh.split(".")[1]
    for secret in (given.access, given.refresh, family, code):
        assert secret not in kept
        assert secret not in repr(given)
    assert invite.sha256 == digest(code)


async def test_people_sessions_and_invites_outlive_a_restart(tmp_path: Path, times: Times) -> None:
    grant = Grant(
        "control",
        rooms=("kitchen",),
        devices=(DeviceId("lamp-000001"),),
        addresses=(Address("light.on"),),
        hours=(Hours((0, 6), 480, 60),),
        from_s=1.5,
        until_s=2e9,
    )
    store = Store.open(tmp_path, times.clock())
    before = people_of(store, times.clock())
    await before.open()
    given = await came(before, Offer(Role.GUEST, grants=(grant,)))
    gone = await came(before, name="Bo")
    await before.sessions.end(gone.session, ADA)
    invite, code = await before.pairing.invite(OWNER, ADA, 600.0)
    store.close()

    times.pass_(100.0)
    times.mono_s = 3.0
    clock = times.clock()
    store = Store.open(tmp_path, clock)
    after = people_of(store, clock)
    await after.open()
    who = after.sessions.check(given.access)
    assert who is not None
    assert who.grants == (grant,)
    assert after.sessions.principal(gone.session) is None
    assert [person.name for person in after.register.people.values()] == ["Ada", "Bo"]
    assert list(after.register.invites) == [invite.id]
    await after.sessions.refresh(given.refresh, None)
    assert (await after.pairing.pair(code, "Cy", "phone")).person.role is Role.OWNER
    store.close()
