"""What a filter leaves of a sight: what is wanted of what may be seen, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.people.access import NONE, Principal, Thing
from hub.core.people.filter import Filter
from hub.core.people.records import Grant, Role
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId
from tests.hub.core.test_access import BAND, LAMP, LEVEL, MEMBER, NOW, ON, OWNER, PULSE, TV, guest

ADDRESSES = (ON, LEVEL, PULSE, Address("battery.level"))
THINGS = {
    LAMP: Thing(LAMP, "kitchen"),
    TV: Thing(TV),
    BAND: Thing(BAND, "lounge", frozenset({PULSE}), is_worn=True),
}
SOME_ROOMS = st.frozensets(st.sampled_from(["kitchen", "lounge", "cellar"]))
SOME_DEVICES = st.frozensets(st.sampled_from([*THINGS, DeviceId("gone-000001")]))
SOME_ADDRESSES = st.frozensets(st.sampled_from([*ADDRESSES, Address("some.other")]))
filters = st.builds(
    Filter, st.none() | SOME_ROOMS, st.none() | SOME_DEVICES, st.none() | SOME_ADDRESSES
)
people = st.sampled_from(
    [
        OWNER,
        MEMBER,
        guest(),
        guest(Grant("see", rooms=("kitchen",))),
        guest(Grant("control", devices=(BAND, TV), addresses=(PULSE, ON))),
    ]
)


def sight(principal: Principal) -> Sight:
    return Sight(principal, NOW, THINGS.get, [BAND])


@given(people, filters)
def test_all_that_is_wanted_of_what_may_be_seen_is_heard_and_nothing_else(
    who: Principal, only: Filter
) -> None:
    all_of_it, heard = sight(who), sight(who).narrowed(only)
    is_open = only.rooms is None and only.devices is None
    for device, thing in THINGS.items():
        is_wanted = is_open or device in (only.devices or ()) or thing.room in (only.rooms or ())
        before, after = all_of_it.of(device), heard.of(device)
        for address in ADDRESSES:
            is_asked = is_wanted and (only.addresses is None or address in only.addresses)
            assert (address in after.sees) == (is_asked and address in before.sees)
            assert (address in after.controls) == (is_asked and address in before.controls)
    assert heard.of(DeviceId("gone-000001")) == NONE
    assert not heard.is_whole
    assert heard.is_narrow
    assert heard.is_guest == (who.role is Role.GUEST)


@given(filters, filters)
def test_filters_that_differ_have_marks_that_do(one: Filter, other: Filter) -> None:
    assert (one.mark == other.mark) == (one == other)


@pytest.mark.parametrize("who", [OWNER, MEMBER], ids=["owner", "member"])
def test_who_hears_of_a_part_still_knows_who_asked(who: Principal) -> None:
    heard = sight(who).narrowed(Filter(rooms=frozenset({"kitchen"})))
    assert heard.knows(guest().by)
    assert not sight(guest()).narrowed(Filter()).knows(OWNER.by)
