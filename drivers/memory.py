"""Devices in this process: the same codec, the same bytes, no network.

The first example of a driver, and the one for tests: messages travel in the order in which they
were handed over, one after the other, and the link is lost and mended when it is told so.

    driver = MemoryDriver(context)
    link = driver.attach(DeviceId("air-purifier-0001"), on_message=print)
    link.publish(announce)
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from drivers.contract import DriverContext, Receiver
from protocol import topics
from protocol.codec import decode, decode_at, encode
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.messages import AnyMessage, Birth, DownMessage, UpMessage
from protocol.topics import HUB_BIRTH, Topic

MOST_WAITING: Final = 10_000
"""Messages on their way, in each direction; of more, none is taken."""

OnMessage = Callable[[AnyMessage], None]
"""What a device does with a message of the hub."""

OnChild = Callable[[DeviceId, AnyMessage], None]
"""What a gateway does with a message of the hub to one of its children."""

_log = logging.getLogger(__name__)


class _Wire(NamedTuple):
    topic: str
    payload: bytes


class MemoryDriver:
    """The devices attached to this object."""

    def __init__(self, context: DriverContext) -> None:
        self._context = context
        self._links: dict[DeviceId, MemoryLink] = {}
        self._up: deque[_Wire] = deque()
        self._down: deque[tuple[MemoryLink, _Wire]] = deque()
        self._changes: list[bool] = []
        self._is_running = self._is_cut = False
        self._work = asyncio.Event()
        self._idle = asyncio.Event()

    def attach(
        self, device: DeviceId, on_message: OnMessage, on_child: OnChild | None = None
    ) -> "MemoryLink":
        """Connect a device; an older link of the same device is closed.

        Args:
            device: Which.
            on_message: What it does with a message of the hub.
            on_child: What it does with one for a child, if it is a gateway.
        """
        if device in self._links:
            self._links[device].close()
        link = self._links[device] = MemoryLink(device, on_message, on_child, self._put_up)
        return link

    def cut(self) -> None:
        """Lose the way to all devices; what was on its way is lost as well."""
        self._up.clear()
        self._down.clear()
        if not self._is_cut:
            self._is_cut = True
            self._changes = [False]
        self._wake()

    def mend(self) -> None:
        """Have the way back."""
        if self._is_cut:
            self._is_cut = False
            self._changes.append(True)
        self._wake()

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        await self._idle.wait()

    async def run(self, receiver: Receiver) -> None:
        """Carry messages until cancelled."""
        self._is_running, self._changes = True, [not self._is_cut]
        try:
            while True:
                self._carry(receiver)
                if self._up or self._down:
                    await asyncio.sleep(0)
                    continue
                self._idle.set()
                await self._work.wait()
                self._work.clear()
        finally:
            self._is_running = False
            self._idle.set()

    def send(self, device: DeviceId, message: DownMessage, gateway: DeviceId | None = None) -> bool:
        """Put `message` on its way; a device that is not attached never hears it."""
        if not self._is_up or len(self._down) >= MOST_WAITING:
            return False
        link = self._links.get(gateway or device)
        return link is None or self._put_down(link, device, message, gateway)

    def announce_birth(self, birth: Birth) -> bool:
        """Put `birth` on its way to all devices."""
        if not self._is_up:
            return False
        for link in self._links.values():
            self._put_down(link, HUB_BIRTH.device, birth)
        return True

    def forget(self, device: DeviceId) -> None:
        """Do nothing: nothing is retained here."""

    @property
    def _is_up(self) -> bool:
        return self._is_running and not self._is_cut

    def _put_up(self, topic: str, payload: bytes) -> bool:
        if not self._is_up or len(self._up) >= MOST_WAITING:
            return False
        self._up.append(_Wire(topic, payload))
        self._wake()
        return True

    def _put_down(
        self,
        link: "MemoryLink",
        device: DeviceId,
        message: DownMessage,
        gateway: DeviceId | None = None,
    ) -> bool:
        try:
            wire = encode(gateway or device, message, device if gateway else None)
        except ViolationError as error:
            _log.error("memory: a message to %s cannot be sent: %s", device, error)
            return False
        self._down.append((link, _Wire(wire.topic, wire.payload)))
        self._wake()
        return True

    def _wake(self) -> None:
        self._idle.clear()
        self._work.set()

    def _carry(self, receiver: Receiver) -> None:
        """Carry what is on its way now; what that brings about is for the next turn."""
        changes, self._changes = self._changes, []
        for is_up in changes:
            receiver.link_changed(is_up=is_up, reason="" if is_up else "the link is cut")
        up, down = len(self._up), len(self._down)
        while self._up and up:  # it may be cut meanwhile
            up -= 1
            _receive(receiver, self._up.popleft())
        while self._down and down:
            down -= 1
            link, wire = self._down.popleft()
            link.take(wire.topic, wire.payload)


class MemoryLink:
    """The device's end: what it says goes to the hub, what the hub says comes to `on_message`."""

    def __init__(
        self,
        device: DeviceId,
        on_message: OnMessage,
        on_child: OnChild | None,
        put_up: Callable[[str, bytes], bool],
    ) -> None:
        self.device = device
        self._on_message, self._on_child = on_message, on_child
        self._put_up = put_up
        self._is_open = True

    def publish(self, message: UpMessage, child: DeviceId | None = None) -> bool:
        """Say `message`, for a child if one is given; False when there is no way to the hub now."""
        wire = encode(self.device, message, child)
        return self.publish_raw(wire.topic, wire.payload)

    def publish_raw(self, topic: str, payload: bytes) -> bool:
        """Say any bytes on any topic; False when there is no way to the hub now."""
        return self._is_open and self._put_up(topic, payload)

    def close(self) -> None:
        """Hang up, without a word."""
        self._is_open = False

    def take(self, topic: str, payload: bytes) -> None:
        """Hand a message of the hub to the device; what the device breaks is its own affair."""
        if not self._is_open:
            return
        try:
            decoded = decode(topic, payload)
            if decoded.topic.child is None:
                self._on_message(decoded.message)
            elif self._on_child is not None:
                self._on_child(decoded.topic.child, decoded.message)
        except Exception:
            _log.exception("memory: the device %s failed", self.device)


def _receive(receiver: Receiver, wire: _Wire) -> None:
    where: Topic | None = None
    try:
        where = topics.parse(wire.topic)
        if not receiver.is_heard(where.device, where.child):
            return
        decoded = decode_at(where, wire.payload)
    except ViolationError as error:
        for violation in error.violations:
            receiver.refuse(where, violation, wire.payload)
        return
    receiver.receive(decoded)
