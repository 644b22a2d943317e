"""People over time and over restarts: clocks that jump, disks that fail, tokens that run out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.activity import Activity
from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.asker import By
from hub.core.hub import Hub
from hub.core.people.errors import (
    CodeWrongError,
    PairingClosedError,
    RefreshWrongError,
)
from hub.core.people.records import (
    Grant,
    Hours,
    Invite,
    Offer,
    PeopleSave,
    Person,
    Role,
    Session,
)
from hub.core.people.register import UNUSED_S
from hub.people import ACCESS_S, ANSWER_KEPT_S, OLD_ACCESS_S, People, Tokens
from hub.store import Store, StoreError, StoreFullError
from hub.tokens import digest
from protocol.ids import Address, DeviceId
from tests.hub.clocks import Times

OWNER = Offer(Role.OWNER)
ADA = By("person", "person-1", "Ada")


@dataclass
class Shelf:
    """Keeps what it is told, unless it is full."""

    is_full: bool = False
    kept: list[PeopleSave] = field(default_factory=list)

    async def commit(self, writes: object) -> None:
        if self.is_full:
            raise StoreFullError("The disk is full", "Make room.")
        self.kept.extend(writes)  # type: ignore[arg-type]  # what People hands over

    def save_activity(self, entries: Sequence[Entry]) -> None:
        raise NotImplementedError

    async def people(self) -> tuple[list[Person], list[Session], list[Invite]]:
        return [], [], []


def people_of(store: Shelf | Store, clock: Clock) -> People:
    auditor = Activity(Hub("hub-0a1b2c3d", 1), store, clock, lambda _: None)
    return People(store, clock, {}, lambda _: None, auditor)


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def people(shelf: Shelf, times: Times) -> People:
    made = people_of(shelf, times.clock())
    await made.open()
    return made


async def came(people: People, offer: Offer = OWNER) -> Tokens:
    return await people.pair(people.open_window(offer, 300.0), "Ada", "phone")


async def test_an_access_token_is_good_for_half_an_hour(people: People, times: Times) -> None:
    given = await came(people)
    assert given.expires_s == ACCESS_S
    times.pass_(ACCESS_S - 1)
    who = people.check(given.access)
    assert who is not None
    assert (who.name, who.role) == ("Ada", Role.OWNER)
    times.pass_(1)
    assert people.check(given.access) is None
    assert people.principal(given.session) is not None, "the session goes on"
    renewed = await people.refresh(given.refresh, None)
    assert people.check(renewed.access) is not None


async def test_after_a_refresh_the_old_access_token_ends_soon(people: People, times: Times) -> None:
    given = await came(people)
    await people.refresh(given.refresh, None)
    assert people.check(given.access) is not None
    times.pass_(OLD_ACCESS_S)
    assert people.check(given.access) is None


async def test_the_system_clock_may_jump_and_tokens_and_windows_do_not(
    people: People, times: Times
) -> None:
    given = await came(people)
    code = people.open_window(OWNER, 300.0)
    for jump_s in (1e9, -2e9, 1e9):
        times.system_s += jump_s
        times.pass_(1.5)
        assert people.check(given.access) is not None
        assert people.window().is_open
    await people.refresh(given.refresh, None)
    times.pass_(300.0)
    with pytest.raises(PairingClosedError):
        await people.pair(code, "Bo", "phone")


async def test_a_clock_that_was_set_back_wakes_no_grant_that_has_ended(
    people: People, times: Times
) -> None:
    grant = Grant("see", of_home=True, until_s=times.system_s + 60)
    given = await came(people, Offer(Role.GUEST, grants=(grant,)))
    who = people.principal(given.session)
    assert who is not None
    first = people.sight(who)
    assert people.sight(who) is first
    times.pass_(61)
    assert people.sight(who) is not first
    times.system_s -= 3_600
    times.pass_(2)
    assert not people.moment().is_sure


async def test_what_cannot_be_kept_has_not_happened(people: People, shelf: Shelf) -> None:
    code = people.open_window(OWNER, 300.0)
    shelf.is_full = True
    with pytest.raises(StoreError):
        await people.pair(code, "Ada", "phone")
    assert not people.register.people
    shelf.is_full = False
    given = await people.pair(code, "Ada", "phone")
    shelf.is_full = True
    for change in (
        lambda: people.refresh(given.refresh, None),
        lambda: people.end(given.session, ADA),
        lambda: people.invite(OWNER, ADA, 60.0),
    ):
        with pytest.raises(StoreError):
            await change()
    assert people.check(given.access) is not None
    assert not people.register.invites
    shelf.is_full = False
    await people.refresh(given.refresh, None)


async def test_secrets_are_kept_as_hashes_alone(people: People, shelf: Shelf) -> None:
    given = await came(people)
    invite, code = await people.invite(OWNER, ADA, 60.0)
    kept = repr(shelf.kept) + repr([save.record for save in shelf.kept if hasattr(save, "record")])
    family = given.refresh.split(".")[1]
    for secret in (given.access, given.refresh, family, code):
        assert secret not in kept
        assert secret not in repr(given)
    assert invite.sha256 == digest(code)


async def test_the_answer_to_a_lost_refresh_is_kept_for_two_minutes(
    people: People, times: Times
) -> None:
    given = await came(people)
    second = await people.refresh(given.refresh, "try-1")
    times.pass_(ANSWER_KEPT_S - 1)
    assert await people.refresh(given.refresh, "try-1") == second
    times.pass_(1)
    with pytest.raises(RefreshWrongError) as reused:
        await people.refresh(given.refresh, "try-1")
    assert reused.value.is_reused
    assert people.principal(given.session) is None
    assert people.check(second.access) is None


async def test_any_old_refresh_token_ends_the_session(people: People) -> None:
    first = await came(people)
    tokens = first
    for _ in range(5):
        tokens = await people.refresh(tokens.refresh, None)
    with pytest.raises(RefreshWrongError):
        await people.refresh(first.refresh, None)
    with pytest.raises(RefreshWrongError):
        await people.refresh(tokens.refresh, None)


async def test_a_session_that_nobody_used_for_long_is_over(people: People, times: Times) -> None:
    given = await came(people)
    times.pass_(UNUSED_S)
    with pytest.raises(RefreshWrongError):
        await people.refresh(given.refresh, None)
    assert not people.register.sessions


async def test_an_invite_runs_out(people: People, times: Times) -> None:
    _, code = await people.invite(OWNER, ADA, 60.0)
    times.pass_(60.0)
    with pytest.raises(CodeWrongError):
        await people.pair(code, "Bo", "phone")


async def test_two_phones_with_one_code_are_one_phone(people: People) -> None:
    code = people.open_window(OWNER, 300.0)
    await people.pair(code, "Ada", "phone")
    with pytest.raises(PairingClosedError):
        await people.pair(code, "Bo", "phone")


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
    gone = await came(before)
    await before.end(gone.session, ADA)
    invite, code = await before.invite(OWNER, ADA, 600.0)
    store.close()

    times.pass_(100.0)
    times.mono_s = 3.0
    clock = times.clock()
    store = Store.open(tmp_path, clock)
    after = people_of(store, clock)
    await after.open()
    who = after.check(given.access)
    assert who is not None
    assert who.grants == (grant,)
    assert after.principal(gone.session) is None
    assert [person.name for person in after.register.people.values()] == ["Ada", "Ada"]
    assert list(after.register.invites) == [invite.id]
    await after.refresh(given.refresh, None)
    assert (await after.pair(code, "Bo", "phone")).person.role is Role.OWNER
    store.close()
