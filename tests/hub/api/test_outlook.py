"""What each role is told: snapshot and resumed changes together are a fresh snapshot."""

import json
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hub.api.journal import Journal, Place
from hub.api.memory import Memory
from hub.api.outlook import Outlook
from hub.core.events import (
    ActivityAdded,
    AutomationRan,
    DeviceAdded,
    DeviceRemoved,
    Event,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
)
from hub.core.people.access import Moment, Principal, Thing
from hub.core.people.filter import Filter
from hub.core.people.records import Grant, PersonId, Role
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord
from protocol.ids import Address, DeviceId
from protocol.presence import Presence

Json = Any
LAMP, PLUG, BAND, TV = (
    DeviceId(i) for i in ("lamp-000001", "plug-000001", "band-000001", "tv-00000001")
)
DEVICES = (LAMP, PLUG, BAND, TV)
ADDRESSES = tuple(Address(a) for a in ("a.one", "a.two", "a.three"))
PRIVATE = frozenset({Address("a.one")})
ROOMS = ("kitchen", "lounge")
NOON = Moment(1_790_000_000.0, 0, 720)

GRANTS: Mapping[str, tuple[Grant, ...]] = {
    "nothing": (),
    "a device": (Grant("see", devices=(LAMP,)),),
    "a room": (Grant("control", rooms=("kitchen",)),),
    "an address": (Grant("see", of_home=True, addresses=(Address("a.two"),)),),
    "the band": (
        Grant("see", devices=(BAND,)),
        Grant("see", devices=(TV,), addresses=ADDRESSES[:1]),
    ),
    "the home": (Grant("see", of_home=True),),
}


@dataclass
class World:
    """A home that can be rendered for anybody, and somebody who looks at it."""

    asks: Principal
    devices: dict[DeviceId, dict[Address, int]] = field(default_factory=dict)
    presence: dict[DeviceId, str] = field(default_factory=dict)
    rooms: dict[DeviceId, str] = field(default_factory=dict)
    is_worn: bool = False
    count: int = 0
    known: Sight | None = None

    def look(self) -> Sight:
        if self.known is None:
            self.known = Sight(self.asks, NOON, self.thing, [BAND])
        return self.known

    def thing(self, device: DeviceId) -> Thing | None:
        if device not in self.devices:
            return None
        private = PRIVATE if device == BAND else frozenset()
        return Thing(device, self.rooms[device], private, is_worn=self.is_worn)

    def shown(self, device: DeviceId, sight: Sight) -> Json:
        span = sight.of(device).sees
        twin = {a: v for a, v in self.devices[device].items() if a in span}
        return {"id": device, "twin": twin, "presence": self.presence[device]}

    # The renderer of the journal

    def frame(self, event: Event, seq: int) -> bytes:
        match event:
            case ValuesReported():
                return self.part(event, event.values, seq)
            case PresenceChanged(device, _, reason):
                return line(type="presence", seq=seq, device=device, presence=reason)
            case DeviceAdded(device):
                whole = Sight(Principal("x", "x", Role.OWNER), NOON, self.thing, ())
                if device not in self.devices:
                    return b""
                told = {**self.shown(device, whole), "twin": dict(self.devices[device])}
                return line(type="device", seq=seq, device=told)
            case DeviceRemoved(device):
                return line(type="removed", seq=seq, device=device)
            case _:
                raise AssertionError(event)

    def part(
        self,
        event: ValuesReported,
        addresses: Collection[Address],
        seq: int,
        sight: Sight | None = None,
    ) -> bytes:
        values = {address: event.values[address] for address in addresses}
        return line(type="values", seq=seq, device=event.device, values=values)

    def receipt(self, record: CommandRecord) -> bytes:
        raise AssertionError(record)

    def told(self, event: ActivityAdded | AutomationRan, seq: int, sight: Sight) -> bytes:
        raise AssertionError(event)

    def veiled(self, event: ReceiptChanged, seq: int) -> bytes:
        raise AssertionError(event)

    def snapshot(self, stream: str, seq: int, sight: Sight | None = None) -> bytes:
        assert sight is not None or self.look().is_whole
        shown = self.fresh(sight or self.look())
        return line(type="snapshot", seq=seq, stream=stream, devices=shown)

    def device(self, device: DeviceId, seq: int, sight: Sight) -> bytes:
        if device not in self.devices or not sight.of(device):
            return b""
        return line(type="device", seq=seq, device=self.shown(device, sight))

    def automations(self, sight: Sight) -> Collection[str]:
        return ()

    def resumed(self, seq: int) -> bytes:
        return line(type="resumed", seq=seq)

    def coalesced(self, dropped: int) -> bytes:
        return line(type="coalesced", dropped=dropped)

    # What happens

    def fresh(self, sight: Sight) -> Json:
        """Return what somebody sees who comes just now."""
        return {device: self.shown(device, sight) for device in self.devices if sight.of(device)}

    def change(self, chance: random.Random) -> list[Event]:
        self.count += 1
        device = chance.choice(DEVICES)
        if device not in self.devices:
            self.devices[device] = dict.fromkeys(ADDRESSES, self.count)
            self.presence[device] = "new"
            self.rooms[device] = chance.choice(ROOMS)
            self.known = None
            return [DeviceAdded(device)]
        match chance.random():
            case share if share < 0.08:
                del self.devices[device]
                self.known = None
                return [DeviceRemoved(device)]
            case share if share < 0.14:
                self.rooms[device] = chance.choice(ROOMS)
                self.known = None
                return [DeviceAdded(device)]
            case share if share < 0.25:
                self.presence[device] = f"since {self.count}"
                reason = self.presence[device]
                return [PresenceChanged(device, Presence.ONLINE, reason, 0.0)]
            case _:
                told = chance.sample(ADDRESSES, chance.randint(1, 3))
                values = dict.fromkeys(told, self.count)
                self.devices[device].update(values)
                return [ValuesReported(device, values, 0.0)]

    def regard(self, asks: Principal, *, is_worn: bool) -> None:
        """Let somebody see something else from now on."""
        self.asks, self.is_worn, self.known = asks, is_worn, None


def line(**told: Json) -> bytes:
    return json.dumps(told).encode() + b"\n"


class Client:
    """Keeps a copy of what it is told, and loses its connection now and then."""

    def __init__(
        self, world: World, journal: Journal, memory: Memory, only: Filter | None = None
    ) -> None:
        self.world, self.journal, self.memory, self.only = world, journal, memory, only
        self.devices: dict[str, Json] = {}
        self.place: Place | None = None
        self.outlook = self.connect()

    def connect(self) -> Outlook:
        world = self.world
        self.outlook = Outlook(
            self.journal, self.memory, "session-1", world.look, lambda: world.devices, self.only
        )
        self.first = self.outlook.begin(self.place)
        return self.outlook

    def read(self, chance: random.Random | None = None) -> None:
        """Take what there is; with a chance the connection breaks within it."""
        lines = self.first.splitlines() + (
            self.outlook.take().splitlines() if self.outlook.is_behind else []
        )
        self.first = b""
        arrived = lines if chance is None else lines[: chance.randint(0, len(lines))]
        for text in arrived:
            self.hear(json.loads(text))
        if chance is not None:
            self.connect()

    def knows_all(self) -> None:
        sight = self.world.look()
        heard = sight if self.only is None else sight.narrowed(self.only)
        assert self.devices == json.loads(json.dumps(self.world.fresh(heard)))

    def hear(self, told: Json) -> None:
        match told["type"]:
            case "snapshot":
                self.devices = told["devices"]
                self.place = Place(told["stream"], told["seq"])
            case "device":
                self.devices[told["device"]["id"]] = told["device"]
            case "removed":
                self.devices.pop(told["device"], None)
            case "values":
                assert told["device"] in self.devices, told
                self.devices[told["device"]]["twin"].update(told["values"])
            case "presence":
                assert told["device"] in self.devices, told
                self.devices[told["device"]]["presence"] = told["presence"]
        if "seq" in told:
            assert self.place is not None
            self.place = Place(self.place.stream, told["seq"])


def somebody(role: Role, grants: tuple[Grant, ...] = (), *, wears: bool = False) -> Principal:
    worn = (BAND,) if wears else ()
    return Principal("session-1", "x", role, PersonId("person-1"), grants, worn)


ROLES = {
    "owner": somebody(Role.OWNER),
    "member": somebody(Role.MEMBER),
    "wearer": somebody(Role.MEMBER, wears=True),
    **{f"guest of {name}": somebody(Role.GUEST, grants) for name, grants in GRANTS.items()},
}


FILTERS = {
    "a room": Filter(rooms=frozenset({"kitchen"})),
    "a device": Filter(devices=frozenset({BAND})),
    "an address": Filter(addresses=frozenset(ADDRESSES[:1])),
    "some of each": Filter(
        frozenset({"lounge"}), frozenset({LAMP, DeviceId("none-000001")}), frozenset(ADDRESSES[1:])
    ),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("seed", range(6))
def test_snapshot_and_resumed_changes_are_a_fresh_snapshot(role: str, seed: int) -> None:
    live(World(ROLES[role]), seed, random.Random(f"{role} {seed}"))  # noqa: S311 - repeatable


@pytest.mark.parametrize("only", FILTERS)
@pytest.mark.parametrize("seed", range(6))
def test_they_are_one_by_every_filter(only: str, seed: int) -> None:
    chance = random.Random(f"{only} {seed}")  # noqa: S311 - repeatable
    role = ("owner", "member", "guest of the home")[seed % 3]
    live(World(ROLES[role]), seed, chance, FILTERS[only])


def live(world: World, seed: int, chance: random.Random, only: Filter | None = None) -> None:
    """Let somebody hear of a home over a line that breaks; by an odd seed their rights change."""
    journal = Journal("run-1", world, kept=60, lag_limit=10)
    client = Client(world, journal, Memory(), only)
    changes_rights = seed % 2 == 1
    for _ in range(400):
        share = chance.random()
        if share < 0.70:
            for event in world.change(chance):
                journal.add(event)
        elif share < 0.72 and changes_rights:
            asks = chance.choice(list(ROLES.values()))
            world.regard(replace(asks, scope="session-1"), is_worn=chance.random() < 0.5)
        elif share < 0.78:
            client.read(chance)
        elif share < 0.9:
            client.read()
            client.knows_all()
    client.read()
    client.knows_all()


def test_what_was_told_to_too_many_sessions_is_forgotten() -> None:
    memory = Memory(limit=2)
    world = World(ROLES["guest of the home"])
    journal = Journal("run-1", world)
    for scope in ("one", "two", "three"):
        Outlook(journal, memory, scope, world.look, lambda: world.devices).begin(None)
    assert memory.of("one") is None
    assert memory.of("three") is not None


def test_that_a_device_has_left_is_told_once_however_much_came_before() -> None:
    world = World(ROLES["owner"], is_worn=True)  # not all of the band is the owner's to see
    world.devices = {device: dict.fromkeys(ADDRESSES, 0) for device in (LAMP, BAND)}
    world.presence, world.rooms = dict.fromkeys(DEVICES, "new"), dict.fromkeys(DEVICES, ROOMS[0])
    journal = Journal("run-1", world)
    client = Client(world, journal, Memory())
    client.read()
    journal.add(DeviceAdded(LAMP))
    del world.devices[LAMP]
    world.known = None
    journal.add(DeviceRemoved(LAMP))
    told = [json.loads(text) for text in client.outlook.take().splitlines()]
    assert told == [{"type": "removed", "seq": journal.seq, "device": LAMP}]
