"""What people see: after a clock was set back, after a restart, of what somebody wears."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from hub.core.device import Device
from hub.core.people.records import Grant, Offer, Role
from hub.core.records import DeviceRecord
from hub.people.people import People
from hub.people.tokens import Tokens
from hub.store import Store
from protocol.ids import Address, DeviceId
from protocol.presence import Presence
from tests.hub.clocks import Times
from tests.hub.people.shelf import ADA, Shelf, came, people_of

BAND = DeviceId("band-0001")
HEART = Address("band.heart_rate")


def band() -> Device:
    """Return a device whose product spec the hub has lost, with what it told."""
    made = Device(DeviceRecord(BAND, "Band", 0.0), Presence.UNREACHABLE, "", 0.0)
    made.reported.tell({HEART: 71}, 0.0, None)
    return made


def sees(people: People, given: Tokens) -> bool:
    who = people.sessions.principal(given.session)
    assert who is not None
    return HEART in people.sights.of(who).of(BAND).sees


async def test_what_is_worn_is_its_wearers_alone_over_a_restart_without_its_product_spec(
    tmp_path: Path, times: Times
) -> None:
    store = Store.open(tmp_path, times.clock())
    before = people_of(store, times.clock(), {BAND: band()})
    await before.open()
    ada, mo = await came(before), await came(before, Offer(Role.MEMBER), "Mo")
    await before.change(ada.person.id, partial(replace, wears=(BAND,)), ADA)
    assert (sees(before, ada), sees(before, mo)) == (True, False)
    store.close()
    store = Store.open(tmp_path, times.clock())
    after = people_of(store, times.clock(), {BAND: band()})
    await after.open()
    assert (sees(after, ada), sees(after, mo)) == (True, False)
    store.close()


async def test_what_nobody_wears_any_more_and_is_no_wearable_is_everybodys(
    shelf: Shelf, times: Times
) -> None:
    people = people_of(shelf, times.clock(), {BAND: band()})
    await people.open()
    ada, mo = await came(people), await came(people, Offer(Role.MEMBER), "Mo")
    for wears, is_told in (((BAND,), False), ((), True)):
        await people.change(ada.person.id, partial(replace, wears=wears), ADA)
        assert sees(people, mo) is is_told
    assert sees(people, ada)


async def test_a_clock_that_was_set_back_wakes_no_grant_that_has_ended(
    people: People, times: Times
) -> None:
    grant = Grant("see", of_home=True, until_s=times.system_s + 60)
    given = await came(people, Offer(Role.GUEST, grants=(grant,)))
    who = people.sessions.principal(given.session)
    assert who is not None
    first = people.sights.of(who)
    assert people.sights.of(who) is first
    times.pass_(61)
    assert people.sights.of(who) is not first
    times.system_s -= 3_600
    times.pass_(2)
    assert not people.sights.moment().is_sure
