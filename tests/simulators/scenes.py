"""The hub's side of a conversation with a simulated device, without loop, socket or sleep."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar, TypeVar

from protocol.codec import decode, encode
from protocol.ids import Address, DeviceId
from protocol.messages import (
    Ack,
    ActionCommand,
    Announce,
    Birth,
    DownMessage,
    Event,
    Presence,
    Scalar,
    SetCommand,
    SpecPart,
    State,
    UpMessage,
    Verdict,
)
from protocol.topics import Leaf
from simulators import registry
from simulators.device import Settings, SimDevice
from simulators.physics import Happening, Physics, PhysicsType, Ran
from simulators.product import Product
from simulators.voice import Identity

RAISED = Verdict(
    rule="ECO-ORDER-001",
    leaf="announce",
    path="epoch",
    sample="1",
    text="known",
    fix="raise it",
    count=1,
    min_epoch=7,
)
"""A verdict by which a device has to count its boots from 7."""

PHYSICS: tuple[PhysicsType, ...] = tuple(map(registry.find, registry.names()))
PRODUCTS = {physics.product: Product.read(physics.document()) for physics in PHYSICS}

START_S = 1_000.0

M = TypeVar("M", bound=UpMessage)


class Lamp:
    """Physics that a test controls: a brightness, a secret, an alarm, two actions."""

    product: ClassVar[str] = "bench-lamp"
    buttons: ClassVar[tuple[str, ...]] = ("more", "alarm")
    deadbands: ClassVar[Mapping[str, float]] = {}
    report_s = 1.0

    def __init__(self, reboot_s: float = 5.0) -> None:
        self.brightness: Scalar = 10
        self.secret: Scalar = ""
        self.runs = 0
        self.applied: list[dict[Address, Scalar]] = []
        self.elapsed_s = 0.0
        self.alarms = 0
        self.ring: Callable[[], None] = _be_silent
        self._reboot_s = reboot_s

    def values(self) -> dict[Address, Scalar]:
        return {
            Address("light.on"): True,
            Address("light.brightness"): self.brightness,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        self.elapsed_s += dt_s
        alarms, self.alarms = self.alarms, 0
        if alarms:
            self.ring()
        return (Happening(Address("light.alarm"), {"loudness": 3}),) * alarms

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        self.applied.append(dict(values))
        self.brightness = values.get(Address("light.brightness"), self.brightness)
        self.secret = values.get(Address("light.secret"), self.secret)

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        self.runs += 1
        if action == "light.reboot":
            return Ran(reboot_s=self._reboot_s)
        return Ran({"runs": self.runs})

    def press(self, button: str) -> None:
        if button == "alarm":
            self.alarms += 1
        else:
            self.brightness = 77


def _be_silent() -> None:
    pass


LAMP_DOCUMENT = b"""{"eco":"1.0","vendor":"bench","product":"bench-lamp","version":1,
"title":{"en":"Lamp"},"rate_per_s":2,"services":[{"name":"light","title":{"en":"Light"},
"properties":[
{"name":"on","title":{"en":"On"},"format":"bool","access":["read","notify","write"]},
{"name":"brightness","title":{"en":"B"},"format":"uint8","range":[0,100,1],
 "access":["read","notify","write"]},
{"name":"secret","title":{"en":"S"},"format":"string","max_length":8,"access":["write"]}],
"actions":[
{"name":"count","title":{"en":"Count"},"arguments":[{"name":"by","title":{"en":"By"},
 "format":"uint8","range":[0,9,1]}],"results":[{"name":"runs","title":{"en":"Runs"},"format":"uint16"}]},
{"name":"reboot","title":{"en":"Reboot"}}],
"events":[{"name":"alarm","title":{"en":"Alarm"},"arguments":[{"name":"loudness",
 "title":{"en":"Loudness"},"format":"uint8"}]}]}]}"""

LAMP = Product.read(LAMP_DOCUMENT)


class Scene:
    """One device and the hub's side of its link.

    Every message goes through the codec both ways and is held to what can be judged from outside:
    announce first, epoch, one step of `seq` per message, values as the product declares them.
    """

    def __init__(self, product: Product, physics: Physics, settings: Settings) -> None:
        identity = Identity(DeviceId("bench-device-0001"), serial="S1")
        self.device = SimDevice(identity, product, physics, settings)
        self.product = product
        self.now_s = START_S
        self.heard: list[UpMessage] = []
        self._numbers = 0
        self._is_announced = False
        self._epoch = 0
        self._seqs: dict[Leaf, int] = {}

    def connect(self) -> list[UpMessage]:
        self.device.dial()
        self._is_announced = False
        return self._take(self.device.connected(self.now_s))

    def tell(self, message: DownMessage, *, is_retained: bool = False) -> list[UpMessage]:
        encoded = encode(self.device.id, message)
        arrived = decode(encoded.topic, encoded.payload).message
        assert arrived == message
        return self._take(self.device.on_message(message, self.now_s, is_retained=is_retained))

    def set(self, name: str = "", ttl_ms: int = 10_000, **values: Scalar) -> list[UpMessage]:
        """Send a set; `light__brightness=3` stands for the address `light.brightness`."""
        addressed = {name.replace("__", "."): value for name, value in values.items()}
        return self.tell(SetCommand(id=name or self.number(), ttl_ms=ttl_ms, values=addressed))

    def act(
        self,
        action: str,
        arguments: Mapping[str, Scalar] | None = None,
        name: str = "",
        epoch: int | None = None,
    ) -> list[UpMessage]:
        command = ActionCommand(
            id=name or self.number(),
            ttl_ms=10_000,
            action=action,
            epoch=epoch or self.device.epoch,
            arguments={**(arguments or {})},
        )
        return self.tell(command)

    def number(self) -> str:
        self._numbers += 1
        return f"auto-{self._numbers}"

    def wait(self, seconds: float) -> list[UpMessage]:
        """Let time pass, ticking the device whenever it asks to be."""
        until_s = self.now_s + seconds
        said: list[UpMessage] = []
        while self.device.due_s <= until_s:
            self.now_s = max(self.now_s, self.device.due_s)
            said += self._take(self.device.tick(self.now_s))
        self.now_s = until_s
        return said

    def press(self, button: str) -> list[UpMessage]:
        return self._take(self.device.press(button, self.now_s))

    def _take(self, messages: list[UpMessage]) -> list[UpMessage]:
        for message in messages:
            encoded = encode(self.device.id, message)
            back = decode(encoded.topic, encoded.payload)
            assert back.message == message
            assert not back.unknown
            self._judge(message, back.topic.leaf)
        self.heard += messages
        return messages

    def _judge(self, message: UpMessage, leaf: Leaf) -> None:
        if isinstance(message, Announce):
            if message.epoch != self._epoch:
                self._seqs.clear()
            self._epoch, self._is_announced = message.epoch, True
        assert self._is_announced, f"{message} before the announce of this connection"
        assert message.epoch == self._epoch, f"{message} before its announce"
        is_told_again = isinstance(message, Event) and message in self.heard
        if isinstance(message, State | Event | Ack) and not is_told_again:
            assert message.seq == self._seqs.get(leaf, 0) + 1, message
            self._seqs[leaf] = message.seq
        if isinstance(message, State):
            compiled = self.product.compiled
            assert compiled.check_state(message.values, is_full=message.full) == ()
        if isinstance(message, Event):
            assert self.product.compiled.check_event(message.event, message.arguments) == ()


def lamp(settings: Settings | None = None, reboot_s: float = 5.0) -> tuple[Scene, Lamp]:
    """Return a lamp that is connected."""
    physics = Lamp(reboot_s)
    scene = Scene(LAMP, physics, settings or Settings())
    scene.connect()
    return scene, physics


def of(messages: Sequence[UpMessage], kind: type[M]) -> list[M]:
    """Return the messages of a kind."""
    return [message for message in messages if isinstance(message, kind)]


def only(messages: Sequence[UpMessage], kind: type[M]) -> M:
    """Return the one message of a kind."""
    found = of(messages, kind)
    assert len(found) == 1, messages
    return found[0]


def kinds(messages: Sequence[UpMessage]) -> list[type[UpMessage]]:
    """Return what the messages are."""
    return [type(message) for message in messages]


def statuses(messages: Sequence[UpMessage]) -> list[str]:
    """Return the statuses of the acks."""
    return [ack.status for ack in of(messages, Ack)]


def birth(name: str = "b1", spread_s: float = 0.0) -> Birth:
    """Return a birth."""
    return Birth(id=name, hub="hub-test", epoch=1, time_ms=1, spread_s=spread_s)


def document_of(parts: Iterable[SpecPart]) -> bytes:
    """Return what the parts make together."""
    return b"".join(base64.b64decode(part.part, validate=True) for part in parts)


def introduction() -> list[type[UpMessage]]:
    """Return what has to be said first, in this order."""
    return [Announce, Presence, State]
