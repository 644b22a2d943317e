"""The real core, the real frames, one person: what was told adds up to what a newcomer is told."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from hub.api.favourites import FavouritesTold
from hub.api.frames import Frames
from hub.api.journal import Place
from hub.api.memory import Memory
from hub.api.outlook import Outlook
from hub.core.arrangement.records import Arranged, Floor, Group, Room, Scene, SceneStep
from hub.core.automations.records import Automation, SetAction
from hub.core.errors import RequestError
from hub.core.outcome import Outcome
from hub.core.people.access import Moment, Principal, Thing
from hub.core.people.filter import Filter
from hub.core.people.records import Grant, PersonId, Role
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId
from tests.hub.api.test_truth import LAMPS, Life, split

WORN = LAMPS[7]
"""What of it is read belongs to whoever wears it."""

PRIVATE = frozenset({Address("lamp.warmth")})
NOON = Moment(1_790_000_000.0, 0, 720)
KINDS = ("floors", "rooms", "groups", "scenes", "automations")
ARRANGED: tuple[type[Any], ...] = (Floor, Room, Group, Scene, Automation)
CHANGES = 1_500
ME, OTHER = PersonId("person-9"), PersonId("person-8")


def somebody(role: Role, *grants: Grant, wears: tuple[DeviceId, ...] = ()) -> Principal:
    return Principal("session-1", "x", role, ME, grants, wears)


PEOPLE = {
    "owner": somebody(Role.OWNER),
    "wearer": somebody(Role.MEMBER, wears=(WORN,)),
    "member": somebody(Role.MEMBER),
    "guest of a room": somebody(Role.GUEST, Grant("control", rooms=("room-0",))),
    "guest of devices": somebody(Role.GUEST, Grant("see", devices=tuple(LAMPS[:3]))),
    "guest of an address": somebody(
        Role.GUEST, Grant("see", of_home=True, addresses=(Address("lamp.on"),))
    ),
    "guest of nothing": somebody(Role.GUEST),
}

BY_ROOM = Filter(rooms=frozenset({"room-0"}))
BY_DEVICE = Filter(devices=frozenset(LAMPS[1:4]), rooms=frozenset({"room-1", "room-9"}))
BY_ADDRESS = Filter(addresses=frozenset({Address("lamp.on"), Address("lamp.none")}))
BY_ALL = replace(BY_DEVICE, addresses=frozenset({Address("lamp.level"), Address("lamp.warmth")}))

FILTERED: dict[str, tuple[Principal, tuple[Filter | None, ...]]] = {
    "owner of all who hears of a room": (PEOPLE["owner"], (BY_ROOM,)),
    "owner of all who hears of devices": (PEOPLE["owner"], (BY_DEVICE,)),
    "owner of all who hears of addresses": (PEOPLE["owner"], (BY_ADDRESS,)),
    "member who hears of some of each": (PEOPLE["member"], (BY_ALL,)),
    "guest of devices who hears of a room": (PEOPLE["guest of devices"], (BY_ROOM,)),
    "guest of a room who hears of addresses": (PEOPLE["guest of a room"], (BY_ADDRESS,)),
    "owner who comes back with other wishes": (
        PEOPLE["owner"],
        (None, BY_ROOM, BY_DEVICE, BY_ADDRESS),
    ),
    "guest who comes back with other wishes": (
        PEOPLE["guest of devices"],
        (BY_ADDRESS, BY_DEVICE, None),
    ),
}
"""Who hears of part of the home; of several filters each connection has another."""


class ArrangedLife(Life):
    """A home in which people arrange as much as happens."""

    def step(self) -> None:
        if self.chance.random() < 0.08:
            self.arrange()
        super().step()

    def arrange(self) -> None:
        kind = self.chance.choice([self.floor, self.room, self.group, self.scene, self.automation])
        if self.chance.random() < 0.4 and self.world.hub.devices:
            self.attempt(self.chance.choice([self.furnish, self.favour]))
        elif self.chance.random() < 0.25:
            every = [*self.world.hub.arrangement.every(self.chance.choice(ARRANGED))]
            if every:
                self.attempt(partial(self.world.hub.arrangement.drop, self.chance.choice(every)))
        else:
            self.attempt(partial(self.world.hub.arrangement.keep, kind()))

    def attempt(self, change: Callable[[], Outcome]) -> None:
        try:
            self.world.take(change())
        except RequestError:
            return  # as people may ask for what does not fit

    def name(self) -> str:
        return f"Name {self.chance.randint(0, 10**6)}"

    def floor(self) -> Arranged:
        return Floor(f"floor-{self.chance.randint(0, 1)}", self.name())

    def room(self) -> Arranged:
        floor = self.chance.choice([None, "floor-0", "floor-1"])
        return Room(f"room-{self.chance.randint(0, 2)}", self.name(), floor=floor)

    def group(self) -> Arranged:
        room = self.chance.choice([None, "room-0"])
        return Group(f"group-{self.chance.randint(0, 2)}", self.name(), "", room, self.some())

    def scene(self) -> Arranged:
        steps = tuple(SceneStep(lamp, {"lamp.on": True}) for lamp in self.some())
        return Scene(f"scene-{self.chance.randint(0, 2)}", self.name(), "", None, steps)

    def automation(self) -> Arranged:
        actions = tuple(SetAction({"lamp.on": True}, lamp) for lamp in self.some())
        name = f"automation-{self.chance.randint(0, 2)}"
        return Automation(name, self.name(), "person-2", actions=actions)

    def some(self) -> tuple[DeviceId, ...]:
        return tuple(self.chance.sample(LAMPS, self.chance.randint(1, 2)))

    def furnish(self) -> Outcome:
        lamp = self.chance.choice(list(self.world.hub.devices.values()))
        room = self.chance.choice([None, "room-0", "room-1"])
        return self.world.hub.arrangement.furnish(lamp, room, "lamp")

    def favour(self) -> Outcome:
        arrangement, lamps = self.world.hub.arrangement, list(self.world.hub.devices)
        person, is_favourite = self.chance.choice([ME, OTHER]), self.chance.random() < 0.7
        lamp = self.chance.choice(lamps)
        return arrangement.keep(arrangement.favoured(person, lamp, is_favourite=is_favourite))


class Somebody:
    """A person's phone: a copy of what it was told, and what a newcomer would be told."""

    def __init__(
        self,
        life: ArrangedLife,
        principal: Principal,
        filters: tuple[Filter | None, ...] = (None,),
    ) -> None:
        self.life, self.principal, self.filters = life, principal, filters
        self.memory, self.known = Memory(), dict[str, Any]()
        self.favourites: list[str] = []
        self.place: Place | None = None
        self._seen: tuple[object, Sight] | None = None
        self.deltas = 0
        self.connect()

    def look(self) -> Sight:
        devices = self.life.world.hub.devices
        rooms = tuple((one.id, one.record.room) for one in devices.values())
        if self._seen is None or self._seen[0] != rooms:
            worn = [WORN] if WORN in devices else []
            self._seen = rooms, Sight(self.principal, NOON, self.thing, worn)
        return self._seen[1]

    def thing(self, device: DeviceId) -> Thing | None:
        found = self.life.world.hub.devices.get(device)
        if found is None:
            return None
        is_worn = device == WORN
        private = PRIVATE if is_worn else frozenset[Address]()
        return Thing(device, found.record.room, private, is_worn=is_worn)

    def connect(self) -> None:
        devices = self.life.world.hub.devices
        journal, memory = self.life.journal, self.memory
        self.only = self.life.chance.choice(self.filters)
        self.outlook = Outlook(journal, memory, "session-1", self.look, lambda: devices, self.only)
        self.liked = FavouritesTold(self.likes)
        self.hear(self.outlook.begin(self.place) + self.due())

    def likes(self) -> tuple[DeviceId, ...]:
        return self.life.world.hub.arrangement.favourites(ME)

    def due(self) -> bytes:
        return (self.outlook.take() if self.outlook.is_behind else b"") + self.liked.take()

    def read(self, *, breaks_off: bool) -> None:
        self.hear(self.due(), breaks_off=breaks_off)
        if breaks_off:
            self.connect()

    def hear(self, text: bytes, *, breaks_off: bool = False) -> None:
        frames = split(text)
        kept = self.life.chance.randint(0, len(frames)) if breaks_off else len(frames)
        for told in map(json.loads, frames[:kept]):
            if told["type"] == "favourites":
                self.favourites = told["devices"]
            else:
                self.take(told)

    def take(self, told: Any) -> None:
        kind, known = told["type"], self.known
        plural, is_removed = f"{kind.removesuffix('_removed')}s", kind.endswith("_removed")
        if kind == "snapshot":
            self.known, self.stream = in_order(told), told["stream"]
        elif kind == "removed":
            del known["devices"][told["device"]]
        elif kind == "values":
            known["devices"][told["device"]]["twin"].update(told["values"])
        elif kind == "presence":
            known["devices"][told["device"]]["presence"] = told["presence"]
        elif plural in KINDS and is_removed:
            known[plural].pop(told["id"])
        elif plural in {*KINDS, "devices"}:
            known[plural][told[kind]["id"]] = plain(told[kind])
        self.deltas += kind != "snapshot"
        if "seq" in told:
            self.place = Place(self.stream, told["seq"])

    def knows_what_a_newcomer_is_told(self) -> None:
        frames = Frames(self.life.world.hub, self.life.clock)
        heard = self.look() if self.only is None else self.look().narrowed(self.only)
        [frame] = split(frames.snapshot("run", 0, heard))
        assert self.known == in_order(json.loads(frame))
        [liked] = split(FavouritesTold(self.likes).take())
        assert self.favourites == json.loads(liked)["devices"]


def in_order(told: Any) -> dict[str, Any]:
    return {kind: {one["id"]: plain(one) for one in told[kind]} for kind in ("devices", *KINDS)}


def plain(shown: Any) -> Any:
    """Return something without what only the automations' own engine tells anew."""
    engine = {"next_at", "last_run", "problem", "actions"}
    return {key: one for key, one in shown.items() if key not in engine}


@pytest.mark.parametrize("who", [*PEOPLE, *FILTERED], ids=str)
def test_what_somebody_was_told_adds_up_to_what_a_newcomer_is_told(who: str) -> None:
    life = ArrangedLife(sum(who.encode()))
    principal, filters = FILTERED.get(who) or (PEOPLE[who], (None,))
    phone = Somebody(life, replace(principal, name=who), filters)
    checks = 0
    while life.journal.seq < CHANGES:
        life.step()
        if life.chance.random() < 0.15:
            phone.read(breaks_off=life.chance.random() < 0.3)
            phone.knows_what_a_newcomer_is_told()
            checks += 1
    phone.read(breaks_off=False)
    phone.knows_what_a_newcomer_is_told()
    assert checks > 20
    assert phone.deltas > 20 or who == "guest of nothing"


def test_an_own_receipt_is_told_by_every_filter_though_its_device_is_described_anew() -> None:
    life, lamp = Life(7), LAMPS[1]
    world, journal = life.world, life.journal
    world.join(lamp)
    world.boot(lamp)
    world.connect(lamp)
    world.answer_spec(lamp)
    sight = Sight(PEOPLE["owner"], NOON, Thing, ())
    only = Filter(devices=frozenset({LAMPS[0]}))
    outlook = Outlook(journal, Memory(), "phone", lambda: sight, lambda: world.hub.devices, only)
    outlook.begin(None)
    world.events.clear()
    own = world.ask({"lamp.level": 5}, device=lamp, scope="phone")
    world.ask({"lamp.level": 6}, device=lamp, scope="another")
    world.take(world.hub.describe(lamp, name="Anew"))
    for event in world.events:
        journal.add(event)
    told = [json.loads(frame) for frame in split(outlook.take())]
    assert {(one["type"], one["receipt"]["command"]) for one in told} == {("receipt", own.id)}


def test_a_guest_is_told_of_no_asker_but_the_guest() -> None:
    life = ArrangedLife(7)
    guest = Somebody(life, somebody(Role.GUEST, Grant("see", of_home=True)))
    heard: list[str] = []
    take = guest.take

    def listen(told: Any) -> None:
        heard.append(json.dumps(told))
        take(told)

    guest.take = listen  # type: ignore[method-assign]
    while life.journal.seq < 400:
        life.step()
        guest.read(breaks_off=False)
    assert any('"cause"' in one for one in heard)
    assert not [one for one in heard if "Ada" in one]
