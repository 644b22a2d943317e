"""From when on a guest is told of the past: tables of a pure function, and of how grants follow."""

from dataclasses import replace

import pytest

from hub.core.activity import Entry, is_seen
from hub.core.people.access import Moment, Principal, Thing
from hub.core.people.beginnings import ALWAYS_S, NEVER_S, dated, told_from_s
from hub.core.people.records import Grant, Hours, Person, PersonId, Role
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId

LAMP, TV = DeviceId("lamp-0001"), DeviceId("tv-000001")
ON, LEVEL = Address("light.on"), Address("light.brightness")
KITCHEN = Thing(LAMP, "kitchen")
UNIX_S, CORE_S = 1_790_000_000.0, 5_000.0
NOW = Moment(UNIX_S, 0, 720, core_s=CORE_S)
CAME_S = CORE_S - 600
OF_HOME = Grant("see", of_home=True)
OF_LAMP = Grant("control", devices=(LAMP,))
OF_LIGHT = Grant("see", devices=(LAMP,), addresses=(ON,))


def guest(*grants: Grant, role: Role = Role.GUEST) -> Principal:
    person = Person(PersonId("person-1"), "Gil", role, CAME_S, grants)
    return Principal.of(person, "session-1", "Phone")


@pytest.mark.parametrize(
    ("grants", "addresses", "begin_s"),
    [
        ((OF_HOME,), (), CAME_S),
        ((OF_HOME,), (ON,), CAME_S),
        ((replace(OF_HOME, from_s=UNIX_S - 60),), (ON,), CORE_S - 60),
        ((replace(OF_HOME, from_s=UNIX_S - 9_000),), (ON,), CAME_S),
        ((replace(OF_HOME, given_s=UNIX_S - 60),), (ON,), CORE_S - 60),
        ((replace(OF_HOME, from_s=UNIX_S - 30, given_s=UNIX_S - 60),), (ON,), CORE_S - 30),
        ((OF_LIGHT, replace(OF_LAMP, given_s=UNIX_S - 60)), (ON,), CAME_S),
        ((OF_LIGHT, replace(OF_LAMP, given_s=UNIX_S - 60)), (LEVEL,), CORE_S - 60),
        ((OF_LIGHT, replace(OF_LAMP, given_s=UNIX_S - 60)), (ON, LEVEL), CORE_S - 60),
        ((OF_LIGHT, replace(OF_LAMP, given_s=UNIX_S - 60)), (), CAME_S),
        ((OF_LIGHT,), (LEVEL,), NEVER_S),
        ((replace(OF_HOME, until_s=UNIX_S - 1), OF_LIGHT), (LEVEL,), NEVER_S),
        ((Grant("see", rooms=("hall",)),), (), NEVER_S),
        ((), (), NEVER_S),
    ],
    ids=[
        "of a device, since they came",
        "of a property, since they came",
        "since the grant began",
        "a grant that began before they came",
        "since the grant was given",
        "given, and begun later",
        "what the older of two shows",
        "what the newer of two shows",
        "what both together show",
        "of the device, since the older",
        "what no grant shows",
        "a grant that is over",
        "another place",
        "no grant",
    ],
)
def test_a_guest_is_told_from_when_the_grant_that_shows_it_began(
    grants: tuple[Grant, ...], addresses: tuple[Address, ...], begin_s: float
) -> None:
    assert told_from_s(guest(*grants), KITCHEN, addresses, NOW) == begin_s


@pytest.mark.parametrize("role", [Role.OWNER, Role.MEMBER])
def test_who_lives_here_is_told_of_all_there_is(role: Role) -> None:
    assert told_from_s(guest(role=role), KITCHEN, (ON,), NOW) == ALWAYS_S


def test_activity_of_before_the_visit_does_not_exist_for_a_guest() -> None:
    things = {LAMP: KITCHEN}
    sight = Sight(guest(OF_LAMP), NOW, things.get, ())
    for addresses in ((), (ON,)):
        before = Entry(1, CAME_S - 0.001, "change", device=LAMP, addresses=addresses)
        assert not is_seen(before, sight, None)
        assert is_seen(before._replace(at_s=CAME_S), sight, None)
    assert sight.told_from_s(TV) == NEVER_S


LATER_S = UNIX_S + 3_600
EVENING = (Hours((0,), 1_080, 1_320),)


@pytest.mark.parametrize(
    ("before", "after", "given_s"),
    [
        ((OF_LAMP,), replace(OF_LAMP, until_s=LATER_S), None),
        ((OF_LAMP,), replace(OF_LAMP, right="see", hours=EVENING), None),
        ((OF_LAMP,), OF_LIGHT, None),
        ((OF_LIGHT,), OF_LAMP, UNIX_S),
        ((OF_LIGHT,), replace(OF_LIGHT, addresses=(ON, LEVEL)), UNIX_S),
        ((OF_LAMP,), replace(OF_LAMP, devices=(LAMP, TV)), UNIX_S),
        ((OF_LAMP,), replace(OF_LAMP, rooms=("kitchen",)), UNIX_S),
        ((OF_LAMP,), OF_HOME, UNIX_S),
        ((OF_HOME,), Grant("see", rooms=("kitchen",)), None),
        ((OF_HOME,), OF_LAMP, UNIX_S),
        ((replace(OF_LAMP, given_s=UNIX_S - 9),), replace(OF_LAMP, until_s=LATER_S), UNIX_S - 9),
        ((replace(OF_LAMP, from_s=UNIX_S - 9),), replace(OF_LAMP, until_s=LATER_S), UNIX_S - 9),
        ((replace(OF_LAMP, from_s=LATER_S),), OF_LAMP, UNIX_S),
        ((replace(OF_LAMP, until_s=UNIX_S),), OF_LAMP, UNIX_S),
        ((replace(OF_LAMP, until_s=LATER_S),), OF_LAMP, None),
        ((), OF_LAMP, UNIX_S),
    ],
    ids=[
        "lasts longer",
        "at some hours, and to look alone",
        "less of the device",
        "more of the device",
        "one address more",
        "one device more",
        "a room more",
        "the home",
        "a room of the home",
        "a device by its name, which shows what is private of it",
        "lasts longer, and was given later",
        "lasts longer, and began later",
        "the old one had not begun",
        "the old one was over",
        "the old one would have ended",
        "new",
    ],
)
def test_a_grant_that_shows_no_more_goes_on_and_another_begins_now(
    before: tuple[Grant, ...], after: Grant, given_s: float | None
) -> None:
    assert dated(before, [after], UNIX_S) == (replace(after, given_s=given_s),)


def test_a_grant_that_stays_as_it_is_keeps_its_beginning_even_when_it_is_over() -> None:
    over = replace(OF_LAMP, given_s=UNIX_S - 9, until_s=UNIX_S - 1)
    assert dated([OF_HOME, over], [over, OF_HOME], UNIX_S) == (over, OF_HOME)
    assert dated([over], [replace(over, given_s=None)], UNIX_S) == (over,)
