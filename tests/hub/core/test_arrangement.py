"""Rooms, groups and scenes: what may be, what a group is, and that it stays whole."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.core.arrangement import groups, scenes
from hub.core.arrangement.arrangement import MOST
from hub.core.arrangement.errors import (
    ArrangedLimitError,
    ArrangedUnknownError,
    MentionUnknownError,
    NameTakenError,
    NotAlikeError,
    NotEmptyError,
    NothingShownError,
)
from hub.core.arrangement.groups import Asked
from hub.core.arrangement.records import (
    Arranged,
    DropArranged,
    Favourites,
    Floor,
    Group,
    Room,
    SaveArranged,
    Scene,
    SceneStep,
    Undo,
)
from hub.core.commands import Commands
from hub.core.device import Device, Spec
from hub.core.errors import RefusedError, RequestError
from hub.core.records import DeviceRecord
from protocol import products
from protocol.ids import Address, DeviceId
from protocol.presence import Presence
from protocol.product import digest, parse_product
from protocol.validator import compile_product
from tests.hub.core.house import GATEWAY, House
from tests.hub.core.world import FULL, LAMP, OTHER, World, online_world

ON = Address("lamp.on")
GONE = DeviceId("lamp-9999")


def two_lamps() -> World:
    world = online_world()
    world.join(OTHER)
    world.boot(OTHER)
    world.connect(OTHER)
    world.state(FULL, full=True, device=OTHER)
    world.state(FULL, full=True)
    return world


def both(world: World) -> groups.GroupState:
    group = world.hub.arrangement.get(Group, "g")
    members = [world.device(member) for member in group.members]
    return groups.state(members, world.hub.arrangement.asked.get("g"), world.hub.commands)


def with_group(world: World) -> World:
    world.take(world.hub.arrangement.keep(Group("g", "Lamps", members=(LAMP, OTHER))))
    return world


def test_a_group_is_on_off_or_mixed_by_what_its_members_share() -> None:
    world = with_group(two_lamps())
    assert both(world).switched == "off"
    assert list(both(world).properties) == ["lamp.on", "lamp.level"]
    world.state({"lamp.on": True}, full=False)
    assert both(world).switched == "mixed"
    world.state({"lamp.on": True}, device=OTHER, full=False)
    assert both(world).switched == "on"
    assert both(world).properties[Address("lamp.level")] == (10, False)


@pytest.mark.parametrize(
    ("kinds", "switch"),
    [
        (("fan", "air-conditioner"), None),
        (("fan", "fan"), "fan.on"),
        (("air-purifier", "air-purifier"), "purifier.power"),
        (
            ("light", "gateway"),
            None,
        ),  # both have `light.on`; a gateway is more than its night light
        (("light",), "light.on"),
    ],
    ids=["no-switch-in-common", "fans", "purifiers", "a-night-light", "one"],
)
def test_a_group_is_on_by_what_every_member_is_on_by_alone(
    kinds: tuple[str, ...], switch: str | None
) -> None:
    members = [a_device_of(name, f"{name}-{n:04}") for n, name in enumerate(kinds)]
    state = groups.state(members, None, Commands())
    assert (state.switch, state.switched) == (switch, switch and "unknown")
    assert {a.rpartition(".")[2] for a in state.properties} & {"on", "power"}


def a_device_of(product: str, name: str) -> Device:
    """Return a device of a product that has told nothing yet."""
    record = DeviceRecord(DeviceId(name), name=name, joined_at_s=0.0)
    device = Device(record, Presence.ONLINE, "", now_s=0.0)
    document = products.document(product)
    compiled = compile_product(parse_product(document))
    device.spec = Spec(digest(document), document, compiled)
    return device


def test_a_member_out_of_reach_does_not_count_and_is_named() -> None:
    world = with_group(two_lamps())
    world.state({"lamp.on": True}, full=False)
    world.leave(device=OTHER)
    assert both(world).switched == "on"
    assert both(world).unreachable == (OTHER,)
    world.leave()
    assert both(world).switched == "unknown"


def test_members_that_lag_are_named_with_the_reason() -> None:
    world = with_group(two_lamps())
    first = world.ask({"lamp.on": True})
    second = world.ask({"lamp.on": True}, device=OTHER)
    commands = {LAMP: first.id, OTHER: second.id}
    world.hub.arrangement.asked["g"] = Asked({"lamp.on": True}, commands)
    world.ack(first, "done")
    world.state({"lamp.on": True}, cause=first.id, full=False)
    lag = groups.Lag(OTHER, ON, wanted=True, value=False, reason="accepted")
    assert both(world).lagging == (lag,)
    world.wait(11.0)
    assert both(world).lagging == (lag._replace(reason="no_answer"),)
    world.state({"lamp.on": True}, device=OTHER, full=False)
    assert both(world).lagging == ()
    world.state({"lamp.on": False}, full=False)  # by hand, after it was done: mixed, no lag
    assert both(world).lagging == ()
    world.hub.arrangement.asked["g"] = Asked({"lamp.on": True}, {LAMP: None})
    assert both(world).lagging == (groups.Lag(LAMP, ON, True, False, "refused"),)


def test_devices_that_share_nothing_are_no_group() -> None:
    house = House()
    house.start()
    house.join()
    house.boot()
    house.connect()
    house.answer_spec()
    with pytest.raises(NotAlikeError) as found:
        house.hub.arrangement.keep(Group("g", "Odd", members=(LAMP, GATEWAY)))
    assert found.value.odd == (GATEWAY,)


@pytest.mark.parametrize(
    ("arranged", "error"),
    [
        (Room("r2", "KITCHEN"), NameTakenError),
        (Room("r2", "Hall", floor="f9"), MentionUnknownError),
        (Group("g", "Lamps", members=(GONE,)), MentionUnknownError),
        (Group("g", "Lamps", room="r9", members=(LAMP,)), MentionUnknownError),
        (Scene("s", "Night", steps=(SceneStep(GONE, {"lamp.on": True}),)), MentionUnknownError),
        (Scene("s", "Night", steps=(SceneStep(LAMP, {"lamp.level": 999}),)), RefusedError),
        (Scene("s", "Night", steps=(SceneStep(LAMP, {}, Address("lamp.fly")),)), RefusedError),
        (Scene("s", "Long", steps=(SceneStep(LAMP, {"lamp.on": True}),) * 129), ArrangedLimitError),
        (
            Scene("s", "Big", steps=(SceneStep(LAMP, {"lamp.pin": "x" * 4096}),) * 17),
            ArrangedLimitError,
        ),
        (Favourites("me", (LAMP,) * 257), ArrangedLimitError),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    arranged: Arranged, error: type[RequestError]
) -> None:
    world = two_lamps()
    world.hub.arrangement.keep(Room("r", "Kitchen"))
    with pytest.raises(error):
        world.hub.arrangement.keep(arranged)
    assert world.hub.arrangement.like(arranged) is None


def test_no_more_are_kept_than_may_be() -> None:
    arrangement = two_lamps().hub.arrangement
    for number in range(MOST["floor"]):
        arrangement.keep(Floor(f"f{number}", f"Floor {number}"))
    with pytest.raises(ArrangedLimitError):
        arrangement.keep(Floor("one-more", "One more"))
    arrangement.keep(Floor("f0", "Another name"))


def test_a_room_or_floor_that_holds_something_stays() -> None:
    world = two_lamps()
    arrangement = world.hub.arrangement
    floor, room = Floor("f", "Upstairs"), Room("r", "Kitchen", floor="f")
    arrangement.keep(floor)
    arrangement.keep(room)
    world.take(arrangement.furnish(world.device(), "r", "bulb"))
    with pytest.raises(NotEmptyError) as found:
        arrangement.drop(room)
    assert found.value.within == (LAMP,)
    with pytest.raises(NotEmptyError):
        arrangement.drop(floor)
    arrangement.furnish(world.device(), None, "")
    assert arrangement.drop(room).saves == [DropArranged("room", "r")]
    arrangement.drop(floor)
    with pytest.raises(ArrangedUnknownError):
        arrangement.get(Room, "r")


def test_a_scene_is_captured_and_the_way_back_is_what_was_shown_before() -> None:
    world = two_lamps()
    world.join(GONE)
    with pytest.raises(NothingShownError):
        scenes.capture([world.device(GONE)])
    steps = scenes.capture([world.device(), world.device(GONE)])
    assert steps == (SceneStep(LAMP, {"lamp.on": False, "lamp.level": 10}),)
    world.ask({"lamp.level": 50})
    wish = SceneStep(LAMP, {"lamp.on": True, "lamp.level": 1, "lamp.pin": "x"})
    blink = SceneStep(LAMP, {"times": 2}, Address("lamp.blink"))
    left = SceneStep(DeviceId("lamp-0000"), {"lamp.on": True})
    back, lost = scenes.way_back((wish, blink, left), world.hub.devices)
    assert back == (SceneStep(LAMP, {"lamp.on": False, "lamp.level": 50}),)
    assert [one.address for one in lost] == ["lamp.pin", "lamp.blink"]


def test_a_device_that_left_stays_in_scenes_alone() -> None:
    world = with_group(two_lamps())
    arrangement = world.hub.arrangement
    scene = Scene("s", "Night", steps=(SceneStep(LAMP, {"lamp.on": False}),))
    arrangement.keep(scene)
    arrangement.keep(Favourites("me", (OTHER, LAMP)))
    out = world.take(world.hub.unjoin(LAMP))
    assert arrangement.get(Group, "g").members == (OTHER,)
    assert arrangement.favourites("me") == (OTHER,)
    assert arrangement.get(Scene, "s") == scene
    kept = [save.record for save in out.saves if isinstance(save, SaveArranged)]
    assert {one.kind for one in kept} == {"group", "favourites"}
    arrangement.keep(replace(scene, name="Evening"))  # the step that is there may stay


def test_who_takes_the_place_of_a_device_takes_it_everywhere() -> None:
    world = with_group(two_lamps())
    arrangement = world.hub.arrangement
    arrangement.keep(Room("r", "Kitchen"))
    arrangement.furnish(world.device(), "r", "bulb")
    arrangement.keep(Scene("s", "Night", steps=(SceneStep(LAMP, {"lamp.on": False}),)))
    world.join(GONE, replaces=LAMP)
    heir = world.device(GONE).record
    assert (heir.room, heir.icon) == ("r", "bulb")
    assert world.device().record.room is None
    assert arrangement.get(Group, "g").members == (GONE, OTHER)
    assert arrangement.get(Scene, "s").steps[0].device == GONE


def test_of_undos_the_oldest_makes_room() -> None:
    arrangement = two_lamps().hub.arrangement
    for number in range(MOST["undo"] + 1):
        out = arrangement.keep(Undo(f"u{number}", "Night", float(number), ()))
    assert DropArranged("undo", "u0") in out.saves
    assert len(list(arrangement.every(Undo))) == MOST["undo"]


def test_what_could_not_be_kept_has_never_been() -> None:
    arrangement = two_lamps().hub.arrangement
    room = Room("r", "Kitchen")
    arrangement.keep(room)
    arrangement.put_back(room, None)
    assert arrangement.find(Room, "r") is None
    arrangement.keep(room)
    arrangement.keep(replace(room, name="Hall"))
    arrangement.put_back(room, room)
    assert arrangement.get(Room, "r") == room


DEVICES = (LAMP, OTHER, DeviceId("lamp-0003"))
devices = st.sampled_from(DEVICES)
rooms = st.sampled_from(["r1", "r2"])
names = st.sampled_from(["A", "b", "B", "c"])


class Homes(RuleBasedStateMachine):
    """Devices come and go while people arrange; what is saved is what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.kept: dict[tuple[str, str], Arranged] = {}

    def attempt(self, change: Callable[[], object]) -> None:
        try:
            change()
        except RequestError:
            return

    def arrange(self, arranged: Arranged) -> None:
        arrangement = self.world.hub.arrangement
        self.attempt(lambda: self.world.take(arrangement.keep(arranged)))

    @rule(device=devices)
    def join(self, device: DeviceId) -> None:
        if device not in self.world.hub.devices:
            self.world.join(device)

    @rule(device=devices, heir=devices)
    def replace_device(self, device: DeviceId, heir: DeviceId) -> None:
        known = self.world.hub.devices
        if device in known and heir not in known:
            self.world.join(heir, replaces=device)

    @rule(device=devices)
    def unjoin(self, device: DeviceId) -> None:
        self.attempt(lambda: self.world.take(self.world.hub.unjoin(device)))

    @rule(room=rooms, name=names)
    def make_room(self, room: str, name: str) -> None:
        self.arrange(Room(room, name))

    @rule(room=rooms)
    def drop_room(self, room: str) -> None:
        arrangement = self.world.hub.arrangement
        self.attempt(lambda: self.world.take(arrangement.drop(arrangement.get(Room, room))))

    @rule(name=names, room=st.none() | rooms, members=st.lists(devices, min_size=1, unique=True))
    def make_group(self, name: str, room: str | None, members: list[DeviceId]) -> None:
        self.arrange(Group(f"g-{name}", name, room=room, members=tuple(members)))

    @rule(device=devices, room=st.none() | rooms)
    def furnish(self, device: DeviceId, room: str | None) -> None:
        arrangement = self.world.hub.arrangement
        if device in self.world.hub.devices:
            found = self.world.device(device)
            self.attempt(lambda: self.world.take(arrangement.furnish(found, room, "")))

    @rule(person=st.sampled_from(["me", "you"]), device=devices, is_favourite=st.booleans())
    def choose(self, person: str, device: DeviceId, *, is_favourite: bool) -> None:
        if device in self.world.hub.devices:
            arrangement = self.world.hub.arrangement
            self.arrange(arrangement.favoured(person, device, is_favourite=is_favourite))

    @invariant()
    def everything_named_is_there(self) -> None:
        arrangement, known = self.world.hub.arrangement, self.world.hub.devices
        there = {room.id for room in arrangement.every(Room)}
        assert all(d.record.room is None or d.record.room in there for d in known.values())
        for group in arrangement.every(Group):
            assert group.room is None or group.room in there
            assert set(group.members) <= known.keys()
        for chosen in arrangement.every(Favourites):
            assert set(chosen.devices) <= known.keys()
        shown = [room.name.casefold() for room in arrangement.every(Room)]
        assert len(shown) == len(set(shown))

    @invariant()
    def what_is_saved_is_what_there_is(self) -> None:
        for save in self.world.saves:
            match save:
                case SaveArranged(record):
                    self.kept[record.kind, record.id] = record
                case DropArranged(kind, id_):
                    self.kept.pop((kind, id_), None)
                case _:
                    continue
        self.world.saves.clear()
        arrangement = self.world.hub.arrangement
        every: list[Arranged] = [
            *arrangement.every(Room),
            *arrangement.every(Group),
            *arrangement.every(Favourites),
        ]
        assert {(one.kind, one.id): one for one in every} == self.kept


TestHomes = Homes.TestCase
TestHomes.settings = settings(max_examples=40, stateful_step_count=25)
