"""Who may do what: tables and properties of one pure function."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.people.access import (
    ALL,
    EMPTY,
    NONE,
    WHOLE,
    Moment,
    Principal,
    Span,
    Thing,
    has_right,
    holds,
    holds_for_s,
    may,
    view_of,
)
from hub.core.people.records import Grant, Hours, PersonId, Role
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId

LAMP, TV, BAND = DeviceId("lamp-000001"), DeviceId("tv-00000001"), DeviceId("band-000001")
ON, LEVEL, PULSE, BATTERY = (
    Address(a) for a in ("light.on", "light.brightness", "heart.rate", "battery.level")
)
KITCHEN = Thing(LAMP, "kitchen")
LOUNGE = Thing(TV, "lounge")
WORN = Thing(BAND, "lounge", frozenset({PULSE}), is_worn=True)
UNCLAIMED = Thing(BAND, "lounge", frozenset({PULSE}))
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def at(day: int = 0, time: str = "10:00", *, is_sure: bool = True) -> Moment:
    """Return a moment of a week whose Monday is 23 November 2026."""
    hour, minute = map(int, time.split(":"))
    moment = datetime(2026, 11, 23 + day, hour, minute, tzinfo=UTC)
    return Moment(moment.timestamp(), moment.weekday(), hour * 60 + minute, is_sure=is_sure)


NOW = at()


def guest(*grants: Grant) -> Principal:
    return Principal("session-1", "Gil", Role.GUEST, PersonId("person-1"), grants)


OWNER = Principal("local", "local", Role.OWNER)
MEMBER = Principal("session-2", "Mo", Role.MEMBER, PersonId("person-2"))
WEARER = Principal("session-3", "Wu", Role.MEMBER, PersonId("person-3"), wears=(BAND,))


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.OWNER, set(Right)),
        (Role.MEMBER, {Right.OPEN, Right.SEE, Right.CONTROL, Right.ARRANGE}),
        (Role.GUEST, {Right.OPEN, Right.SEE, Right.CONTROL}),
    ],
)
def test_each_role_has_its_rights_and_no_others(role: Role, rights: set[Right]) -> None:
    somebody = Principal("x", "x", role)
    assert {right for right in Right if has_right(somebody, right)} == rights
    assert {right for right in Right if may(somebody, right, now=NOW)} == rights


@pytest.mark.parametrize(
    ("grant", "kitchen", "lounge"),
    [
        (None, NONE, NONE),
        (Grant("control", of_home=True), ALL, ALL),
        (Grant("control", rooms=("kitchen",)), ALL, NONE),
        (Grant("control", devices=(TV,)), NONE, ALL),
        (Grant("control", rooms=("cellar",), devices=(DeviceId("gone-000001"),)), NONE, NONE),
    ],
)
def test_a_guest_has_what_is_granted_and_nothing_else(
    grant: Grant | None, kitchen: object, lounge: object
) -> None:
    somebody = guest(*([grant] if grant else []))
    assert view_of(somebody, KITCHEN, NOW) == kitchen
    assert view_of(somebody, LOUNGE, NOW) == lounge


def test_to_see_is_not_to_control_but_to_control_is_to_see() -> None:
    looker = guest(Grant("see", rooms=("kitchen",)))
    assert may(looker, Right.SEE, KITCHEN, ON, now=NOW)
    assert not may(looker, Right.CONTROL, KITCHEN, ON, now=NOW)
    assert not may(looker, Right.CONTROL, KITCHEN, now=NOW)
    doer = guest(Grant("control", rooms=("kitchen",), addresses=(ON,)))
    assert may(doer, Right.CONTROL, KITCHEN, ON, now=NOW)
    assert may(doer, Right.SEE, KITCHEN, ON, now=NOW)
    assert not may(doer, Right.SEE, KITCHEN, LEVEL, now=NOW)
    assert not may(doer, Right.ARRANGE, KITCHEN, ON, now=NOW)


def test_grants_add_up() -> None:
    both = guest(Grant("see", of_home=True), Grant("control", devices=(LAMP,), addresses=(ON,)))
    view = view_of(both, KITCHEN, NOW)
    assert view.sees.is_whole
    assert ON in view.controls
    assert LEVEL not in view.controls


@pytest.mark.parametrize(
    ("who", "thing", "is_seen"),
    [
        (OWNER, WORN, False),
        (MEMBER, WORN, False),
        (WEARER, WORN, True),
        (OWNER, UNCLAIMED, True),
        (MEMBER, UNCLAIMED, False),
        (guest(Grant("see", of_home=True)), WORN, False),
        (guest(Grant("see", of_home=True, addresses=(PULSE,))), WORN, False),
        (guest(Grant("see", devices=(BAND,))), WORN, True),
        (guest(Grant("see", devices=(BAND,), addresses=(PULSE,))), WORN, True),
    ],
)
def test_what_tells_of_a_body_is_its_wearers(who: Principal, thing: Thing, is_seen: bool) -> None:
    assert may(who, Right.SEE, thing, PULSE, now=NOW) is is_seen
    if Grant("see", of_home=True, addresses=(PULSE,)) not in who.grants:
        is_battery_seen = not any(grant.addresses for grant in who.grants)
        assert may(who, Right.SEE, thing, BATTERY, now=NOW) is is_battery_seen


EVENINGS = Hours((0, 1), 18 * 60, 22 * 60)
NIGHTS = Hours((4,), 22 * 60, 6 * 60)
ALL_DAY = Hours((5, 6), 0, 0)


@pytest.mark.parametrize(
    ("hours", "moment", "is_open"),
    [
        (EVENINGS, at(0, "18:00"), True),
        (EVENINGS, at(0, "17:59"), False),
        (EVENINGS, at(0, "21:59"), True),
        (EVENINGS, at(0, "22:00"), False),
        (EVENINGS, at(2, "19:00"), False),
        (NIGHTS, at(4, "23:00"), True),
        (NIGHTS, at(5, "05:59"), True),
        (NIGHTS, at(5, "06:00"), False),
        (NIGHTS, at(4, "05:00"), False),
        (NIGHTS, at(5, "23:00"), False),
        (ALL_DAY, at(5, "00:00"), True),
        (ALL_DAY, at(6, "23:59"), True),
        (ALL_DAY, at(0, "00:00"), False),
        (Hours((6,), 23 * 60, 60), at(0, "00:30"), True),
    ],
)
def test_hours_hold_on_their_days_and_over_midnight(
    hours: Hours, moment: Moment, is_open: bool
) -> None:
    assert holds(Grant("see", of_home=True, hours=(hours,)), moment) is is_open


def test_a_grant_holds_from_its_beginning_up_to_its_end() -> None:
    grant = Grant("see", of_home=True, from_s=NOW.wall_s, until_s=NOW.wall_s + 60)
    for shift_s, is_open in ((-0.001, False), (0.0, True), (59.999, True), (60.0, False)):
        moment = Moment(NOW.wall_s + shift_s, NOW.weekday, NOW.minute)
        assert holds(grant, moment) is is_open


def test_a_grant_with_times_does_not_hold_while_the_clock_cannot_be_believed() -> None:
    assert not holds(Grant("see", of_home=True, until_s=NOW.wall_s + 9), at(is_sure=False))
    assert not holds(Grant("see", of_home=True, hours=(ALL_DAY,)), at(5, is_sure=False))
    assert holds(Grant("see", of_home=True), at(is_sure=False))


@given(
    offset=st.integers(0, 7 * 86_400),
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
    days=st.sets(st.integers(0, 6), min_size=1),
    from_s=st.integers(0, 7 * 86_400) | st.none(),
    until_s=st.integers(0, 7 * 86_400) | st.none(),
)
def test_nothing_changes_before_it_is_said_to(
    offset: int, begin: int, end: int, days: set[int], from_s: int | None, until_s: int | None
) -> None:
    start_s = MONDAY.timestamp()
    grant = Grant(
        "see",
        of_home=True,
        hours=(Hours(tuple(days), begin, end),),
        from_s=None if from_s is None else start_s + from_s,
        until_s=None if until_s is None else start_s + until_s,
    )

    def moment(wall_s: float) -> Moment:
        when = datetime.fromtimestamp(wall_s, UTC)
        return Moment(wall_s, when.weekday(), when.hour * 60 + when.minute)

    now = moment(start_s + offset)
    lasts_s = holds_for_s([grant], now)
    assert lasts_s > 0
    before = moment(now.wall_s + lasts_s - 0.01)
    assert holds(grant, before) == holds(grant, now)


addresses = st.frozensets(st.sampled_from([ON, LEVEL, PULSE, BATTERY]))
spans = st.builds(Span, addresses, st.none() | addresses)


@given(spans, spans)
def test_two_spans_together_hold_what_either_does(one: Span, other: Span) -> None:
    both = one | other
    for address in (ON, LEVEL, PULSE, BATTERY, Address("some.other")):
        assert (address in both) == (address in one or address in other)
    assert EMPTY | one == one | EMPTY
    assert (WHOLE | one).is_whole
    assert not EMPTY


def test_a_sight_is_whole_only_where_nothing_is_withheld() -> None:
    things = {LAMP: KITCHEN, TV: LOUNGE, BAND: WORN}
    assert not Sight(OWNER, NOW, things.get, [BAND]).is_whole
    assert Sight(WEARER, NOW, things.get, [BAND]).is_whole
    assert Sight(OWNER, NOW, {**things, BAND: UNCLAIMED}.get, [BAND]).is_whole
    assert not Sight(guest(Grant("control", of_home=True)), NOW, things.get, ()).is_whole
    sight = Sight(OWNER, NOW, things.get, [BAND])
    assert sight.of(DeviceId("gone-000001")) == NONE
    assert sight.of(BAND) is sight.of(BAND)
