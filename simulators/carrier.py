"""A gateway on its link: its own device, and the children that it speaks for on one connection.

Pure as `device.SimDevice` is. Children are the devices that they would be without a gateway; what
they say goes out as `ChildSaid`, and what the hub says to them comes in by `on_child_message`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple, Protocol, runtime_checkable

from protocol.ids import DeviceId
from protocol.messages import Announce, Birth, DownMessage, Leave, Presence, SpecGet, UpMessage
from simulators.device import SimDevice
from simulators.physics import Physics
from simulators.product import Product
from simulators.sleeper import Sleeper
from simulators.voice import Absence

HOLD_S: Final = 0.5
"""Between the gateway's own announce and the first of a child. A hub that asks for the gateway's
product spec does not know yet that it may have children: they are announced after that."""

CHILDREN_PER_S: Final = 20.0
"""How fast children are announced one after the other (ECO-CHILD-008)."""

PAIRINGS: Final = 1_000
"""A child's epoch is at least its gateway's times this, and one more for each time that it is
paired anew (ECO-CHILD-014)."""

PAIR_S: Final = (1.0, 4.0)
"""How long it takes a child to be found in pairing mode."""


class ChildSaid(NamedTuple):
    """What a gateway publishes for a child."""

    child: DeviceId
    message: UpMessage


Said = UpMessage | ChildSaid
"""What goes out on a link."""


@runtime_checkable
class Radio(Physics, Protocol):
    """The hardware of a gateway."""

    @property
    def is_pairing(self) -> bool:
        """Whether children that are not paired may come."""

    def is_in_reach(self, child: DeviceId) -> bool:
        """Say whether a child can be heard now."""

    def hide(self, child: DeviceId, seconds: float) -> None:
        """Take a paired child out of reach for so long."""

    def know(self, child: DeviceId) -> None:
        """Take in that a child was paired long ago."""

    def pair(self, child: DeviceId) -> None:
        """Take in that a child is paired."""

    def unpair(self, child: DeviceId) -> None:
        """Take in that a child is not paired any more."""


@dataclass(slots=True)
class _Child:
    """A child of a gateway; it is to be announced at `call_s`, for the `birth` if there is one.

    Attributes:
        announced: Epoch and connection of its last announce.
    """

    device: SimDevice | Sleeper
    is_paired: bool
    call_s: float = math.inf
    announced: tuple[int, int] = (0, 0)
    birth: Birth | None = None


class Carrier:
    """A gateway and its children; held by its link as a device is.

    Attributes:
        due_s: When `tick` has something to do.
        tempo: The gateway's long waits.
    """

    def __init__(self, device: SimDevice, radio: Radio, seed: int) -> None:
        self.id: DeviceId = device.id
        self.product = device.product
        self.tempo = device.tempo
        self.buttons = device.buttons
        self.due_s = math.inf
        self._device, self._radio = device, radio
        self._rng = Random(seed)  # noqa: S311 - what it does has to repeat from its seed
        self._children: dict[DeviceId, _Child] = {}
        self._epoch = 0
        self._birth: Birth | None = None
        self._pair_s = math.inf

    def add(self, device: SimDevice | Sleeper, *, is_paired: bool = True) -> None:
        """Bring a child into reach, paired already or waiting for pairing mode."""
        self._children[device.id] = _Child(device, is_paired)
        if is_paired:
            self._radio.know(device.id)

    @property
    def epoch(self) -> int:
        """Number of the gateway's running boot."""
        return self._device.epoch

    @property
    def connection(self) -> int:
        """The gateway's CONNECTs since that boot, and those of its children."""
        return self._device.connection

    @property
    def redial_s(self) -> float | None:
        """When the gateway comes back from a reboot; None while it is not away on purpose."""
        return self._device.redial_s

    @property
    def is_connected(self) -> bool:
        """Whether the gateway's link is up."""
        return self._device.is_connected

    @property
    def children(self) -> tuple[DeviceId, ...]:
        """The children that are paired."""
        return tuple(name for name, child in self._children.items() if child.is_paired)

    def has_button(self, name: str) -> bool:
        """Say whether the gateway itself has such a button or address."""
        return self._device.has_button(name)

    def rouse(self, now_s: float) -> None:
        """Wake the children that sleep."""
        for _, child in self._paired():
            if isinstance(child.device, Sleeper):
                child.device.rouse(now_s)
        self._settle([], now_s)

    def dial(self) -> Presence:
        """Count a CONNECT of the gateway, and return the will to register with it."""
        return self._device.dial()

    def connected(self, now_s: float) -> list[Said]:
        """Take in that the link is up; the gateway speaks first, its children follow."""
        own = self._device.connected(now_s)
        self._call_all(now_s + HOLD_S)
        return self._settle(own, now_s)

    def lost(self, unsent: Sequence[object] = ()) -> None:
        """Take in that the link is gone, and with it that of every child."""
        self._device.lost(unsent)
        self._drop([said for said in unsent if isinstance(said, ChildSaid)])
        self.due_s = math.inf

    def leave(self, reason: Absence = "shutdown") -> list[Said]:
        """Return the gateway's orderly goodbye, which is that of its children, too."""
        said: list[Said] = [*self._device.leave(reason)]
        self._drop()
        return said

    def crash(self, back_s: float) -> None:
        """Take in that the gateway boots without a word, and is back then."""
        self._device.crash(back_s)
        self._drop()
        self.due_s = math.inf

    def product_of(self, name: DeviceId) -> Product:
        """Return the product of a child."""
        return self._children[name].device.product

    def hide(self, name: DeviceId, seconds: float, now_s: float) -> list[Said]:
        """Take a child out of the gateway's reach for so long."""
        self._radio.hide(name, seconds)
        return self.tick(now_s)

    def remove(self, name: DeviceId, now_s: float) -> list[Said]:
        """Unpair a child, as somebody does at the gateway or on the child."""
        child = self._children[name]
        said: list[Said] = []
        if self.is_connected and child.is_paired:
            child.device.attach(self._device.connection)
            words = (child.device.epoch, child.device.connection)
            last = child.device.speak_removed(is_announced=words == child.announced)
            said = _of(child, last)
        self._forget(name, child)
        return self._settle(said, now_s)

    def on_message(
        self, message: DownMessage, now_s: float, *, is_retained: bool = False
    ) -> list[Said]:
        """Take in a message of the hub to the gateway and return what to say to it."""
        own = self._device.on_message(message, now_s, is_retained=is_retained)
        if self.is_connected and not is_retained:
            if isinstance(message, Birth) and message != self._birth:
                self._birth = message
                at_once = message.model_copy(update={"spread_s": 0.0})
                self._call_all(now_s + message.spread_s + HOLD_S, at_once)
            elif isinstance(message, SpecGet):
                self._call_all(now_s + HOLD_S)
        return self._settle(own, now_s)

    def on_child_message(self, name: DeviceId, message: DownMessage, now_s: float) -> list[Said]:
        """Take in a message of the hub to a child; what the radio cannot deliver is lost."""
        child = self._children.get(name)
        if child is None or not child.is_paired or not self.is_connected:
            return []
        if isinstance(message, Leave):
            self._forget(name, child)
            return self._settle([], now_s)
        if not self._radio.is_in_reach(name):
            return []
        return self._settle(_of(child, child.device.on_message(message, now_s)), now_s)

    def press(self, button: str, now_s: float) -> list[Said]:
        """Press a button on the gateway, and any one on each child."""
        said: list[Said] = [*self._device.press(button, now_s)]
        for _, child in self._paired():
            pressed = child.device.press(self._rng.choice(child.device.buttons), now_s)
            said += _of(child, pressed)
        return self._settle(said, now_s)

    def unplug(self, address: str, now_s: float) -> list[Said]:
        """Take a sensor off the gateway itself."""
        return self._settle(self._device.unplug(address, now_s), now_s)

    def tick(self, now_s: float) -> list[Said]:
        """Let time pass and return what has become due."""
        said: list[Said] = [*self._device.tick(now_s)]
        if self.is_connected:
            self._pair(now_s)
            for name, child in self._paired():
                said += _of(child, self._serve(name, child, now_s))
        return self._settle(said, now_s)

    def _serve(self, name: DeviceId, child: _Child, now_s: float) -> list[UpMessage]:
        device, is_in_reach = child.device, self._radio.is_in_reach(name)
        if device.is_connected and not is_in_reach:
            return device.leave("lost")
        if now_s >= child.call_s:
            return self._call(child, now_s) if self._may_call(name, child) else []
        if _is_back(child, now_s) and is_in_reach:
            return self._connect(child, now_s)
        return device.tick(now_s) if now_s >= device.due_s else []

    def _may_call(self, name: DeviceId, child: _Child) -> bool:
        """Say whether the gateway can speak for a child, itself being announced."""
        is_asleep = isinstance(child.device, Sleeper) and child.device.is_asleep
        return not self._device.owes_birth and (is_asleep or self._radio.is_in_reach(name))

    def _call(self, child: _Child, now_s: float) -> list[UpMessage]:
        """Announce a child, for the gateway has announced itself."""
        device, birth = child.device, child.birth
        child.call_s, child.birth = math.inf, None
        if device.is_connected:
            answer = device.on_message(birth, now_s) if birth else []
            return answer or device.introduce(now_s)
        if isinstance(device, Sleeper) and device.is_asleep and not _is_back(child, now_s):
            return device.speak_asleep(self._device.connection, birth.id if birth else None)
        return self._connect(child, now_s)

    def _connect(self, child: _Child, now_s: float) -> list[UpMessage]:
        child.device.attach(self._device.connection)
        return child.device.connected(now_s)

    def _pair(self, now_s: float) -> None:
        """In pairing mode, find one child after the other that is not paired."""
        waiting = [child for child in self._children.values() if not child.is_paired]
        if not waiting or not self._radio.is_pairing:
            self._pair_s = math.inf
        elif self._pair_s == math.inf:
            self._pair_s = now_s + self.tempo.away_s(self._rng.uniform(*PAIR_S))
        elif now_s >= self._pair_s:
            self._pair_s, child = math.inf, waiting[0]
            child.is_paired, child.call_s = True, now_s
            child.device.reborn(self._next_epoch(child))
            self._radio.pair(child.device.id)

    def _forget(self, name: DeviceId, child: _Child) -> None:
        child.is_paired, child.call_s = False, math.inf
        child.device.lost()
        self._radio.unpair(name)

    def _call_all(self, begin_s: float, birth: Birth | None = None) -> None:
        """Announce all children, one after the other."""
        if self._device.epoch != self._epoch:
            self._epoch = self._device.epoch
            for child in self._children.values():
                child.device.reborn(self._next_epoch(child))
        for number, (_, child) in enumerate(self._paired()):
            late = number + self._rng.random()
            child.call_s, child.birth = begin_s + late / CHILDREN_PER_S, birth

    def _next_epoch(self, child: _Child) -> int:
        return max(child.device.epoch + 1, self._device.epoch * PAIRINGS)

    def _paired(self) -> list[tuple[DeviceId, _Child]]:
        return [(name, child) for name, child in self._children.items() if child.is_paired]

    def _drop(self, unsent: Sequence[ChildSaid] = ()) -> None:
        for name, child in self._children.items():
            child.device.lost([said.message for said in unsent if said.child == name])
            child.call_s, child.birth = math.inf, None

    def _settle(self, said: Sequence[Said], now_s: float) -> list[Said]:
        if not self.is_connected:
            self._drop()
            self.due_s = math.inf
            return list(said)
        if self._device.epoch != self._epoch:
            self._call_all(now_s + HOLD_S)
        due = [self._due_s(name, child) for name, child in self._paired()]
        self.due_s = min([self._device.due_s, self._pair_s, *due])
        return list(said)

    def _due_s(self, name: DeviceId, child: _Child) -> float:
        device = child.device
        if child.call_s < math.inf:
            return child.call_s if self._may_call(name, child) else math.inf
        if device.is_connected or not self._radio.is_in_reach(name):
            return device.due_s
        return min(device.due_s, -math.inf if device.redial_s is None else device.redial_s)


def _is_back(child: _Child, now_s: float) -> bool:
    """Say whether a child that is not there wants to come now."""
    device, back_s = child.device, child.device.redial_s
    if device.is_connected or child.call_s < math.inf:
        return False
    return back_s is None or back_s <= now_s


def _of(child: _Child, messages: Sequence[UpMessage]) -> list[Said]:
    for message in messages:
        if isinstance(message, Announce):
            child.announced = (message.epoch, message.connection)
    return [ChildSaid(child.device.id, message) for message in messages]
