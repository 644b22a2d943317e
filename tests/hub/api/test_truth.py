"""The real core, the real frames: a phone that loses its line again and again knows the home."""

import json
import random
from typing import Any

import pytest

from hub.api.frames import Frames
from hub.api.journal import Journal, Place, Reader
from hub.api.stream import is_personal
from hub.api.views import device_summary
from hub.clock import Clock
from hub.core.asker import By
from hub.core.errors import RequestError
from protocol.ids import CommandId, DeviceId
from protocol.messages import Scalar
from tests.hub.core.world import World

LAMPS = [DeviceId(f"lamp-{number:04d}") for number in range(8)]
START_S = 1_800_000_000.0
"""Unix time at which the core's clock reads 0."""


class Life:
    """A home in which something happens at every step."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a failing run has to be run again
        self.world = World()
        self.clock = Clock(
            monotonic=lambda: self.world.now_s, wall=lambda: START_S + self.world.now_s
        )
        self.journal = Journal("run", Frames(self.world.hub, self.clock), kept=512, lag_limit=48)

    def step(self) -> None:
        self.world.now_s += self.chance.choice([0.1, 0.5, 2.0])
        self.move(self.chance.choice(LAMPS))
        for event in self.world.events:
            if not is_personal(event):
                self.journal.add(event)
        self.world.events.clear()

    def move(self, lamp: DeviceId) -> None:  # noqa: C901 - one case per kind of change
        world, chance = self.world, self.chance
        if lamp not in world.hub.devices:
            world.join(lamp)
            world.boot(lamp)
            return
        if world.device(lamp).product is None:
            world.connect(lamp)
            world.answer_spec(lamp)
            return
        match chance.choices(range(7), weights=[60, 12, 6, 6, 5, 2, 9])[0]:
            case 0:
                world.state(self.values(), device=lamp, full=False)
            case 1:
                self.ask(lamp)
            case 2:
                world.leave(device=lamp)
            case 3:
                world.connect(lamp)
            case 4:
                world.take(world.hub.describe(lamp, name=f"Lamp {chance.random()}"))
            case 5:
                world.take(world.hub.unjoin(lamp))
            case _:
                world.wait(chance.choice([0.2, 5.0]))

    def values(self) -> dict[str, Scalar]:
        every: dict[str, Scalar] = {
            "lamp.on": self.chance.choice([True, False, None]),
            "lamp.level": self.chance.randint(-5, 100),
            "lamp.warmth": self.chance.choice([1, 2.5, 3.0]),
        }
        return {
            key: every[key] for key in self.chance.sample(list(every), self.chance.randint(1, 3))
        }

    def ask(self, lamp: DeviceId) -> None:
        self.world.asker = self.chance.choice([None, By("person", "person-1", "Ada", "Phone")])
        try:
            record = self.world.ask({"lamp.level": self.chance.randint(0, 100)}, device=lamp)
        except RequestError:
            return
        if self.chance.random() < 0.7:
            self.world.ack(record, "received", lamp)
            self.world.ack(record, "done", lamp)
            self.world.state(record.values, device=lamp, cause=record.id)

    def truth(self) -> dict[str, Any]:
        devices = self.world.hub.devices.values()
        shown = [device_summary(device, self.clock) for device in devices]
        return {device["id"]: device for device in json.loads(json.dumps(shown))}


class Phone:
    """A client that keeps a copy of the home from what it is told."""

    def __init__(self, life: Life) -> None:
        self.life, self.reader = life, Reader(life.journal)
        self.devices: dict[str, Any] = {}
        self.receipts: dict[str, Any] = {}
        self.place: Place | None = None
        self.snapshots = self.resumes = 0

    def connect(self) -> None:
        self.reader = Reader(self.life.journal)
        self.hear(self.reader.begin(self.place))

    def read(self, *, breaks_off: bool = False) -> None:
        text = self.reader.take()
        self.hear(text, breaks_off=breaks_off)
        if breaks_off:
            self.connect()
            self.hear(self.reader.take())

    def hear(self, text: bytes, *, breaks_off: bool = False) -> None:
        frames = split(text)
        kept = self.life.chance.randint(0, len(frames)) if breaks_off else len(frames)
        for frame in frames[:kept]:
            self.take(json.loads(frame))

    def take(self, told: dict[str, Any]) -> None:  # noqa: C901 - one case per kind of frame
        match told["type"]:
            case "snapshot":
                self.devices = {device["id"]: device for device in told["devices"]}
                self.receipts = {}
                self.snapshots += 1
            case "resumed":
                self.resumes += 1
            case "device":
                self.devices[told["device"]["id"]] = told["device"]
            case "removed":
                del self.devices[told["device"]]
            case "values":
                self.devices[told["device"]]["twin"].update(told["values"])
            case "presence":
                self.devices[told["device"]]["presence"] = told["presence"]
            case "receipt":
                self.receipts[told["receipt"]["command"]] = told["receipt"]
        if "seq" in told:
            self.place = Place("run", told["seq"])

    def knows_the_home(self) -> None:
        assert self.devices == self.life.truth()
        commands = self.life.world.hub.commands
        for command, receipt in self.receipts.items():
            record = commands.get(CommandId(command))
            assert record is None or record.status == receipt["status"]


def split(text: bytes) -> list[bytes]:
    """Take WebSocket frames of a server apart (RFC 6455, 5.2)."""
    frames, place = [], 0
    while place < len(text):
        assert text[place] == 0x81
        size, place = text[place + 1], place + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, place = int.from_bytes(text[place : place + width]), place + width
        frames.append(text[place : place + size])
        place += size
    return frames


@pytest.mark.parametrize("seed", [7, 2026])
def test_phones_know_the_home_over_ten_thousand_changes_and_lost_lines(seed: int) -> None:
    life = Life(seed)
    phones = [Phone(life) for _ in range(3)]
    for phone in phones:
        phone.connect()
    while life.journal.seq < 10_000:
        life.step()
        if life.chance.random() < 0.02:
            phone = life.chance.choice(phones)
            phone.read(breaks_off=life.chance.random() < 0.5)
            phone.knows_the_home()
    shown = [value for device in life.truth().values() for value in device["twin"].values()]
    assert any("cause" in value for value in shown)
    for phone in phones:
        phone.read()
        phone.knows_the_home()
        assert phone.snapshots > 1
        assert phone.resumes > 10
