"""A hub that only writes down what a driver tells it."""

import asyncio
from collections.abc import Callable
from typing import Final

from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.ids import DeviceId
from protocol.messages import AnyMessage
from protocol.topics import Topic

DEADLINE_S: Final = 10.0


class Recorder:
    """A receiver; `deaf_to` are the devices and children whose messages it does not want."""

    def __init__(self, *deaf_to: DeviceId) -> None:
        self.deaf_to = set(deaf_to)
        self.asked: list[DeviceId] = []
        self.decoded: list[Decoded] = []
        self.refused: list[tuple[Topic | None, Violation]] = []
        self.introduced: list[DeviceId] = []
        self.links: list[tuple[bool, str]] = []
        self.when_up: Callable[[], object] = bool
        self._changed = asyncio.Event()

    @property
    def messages(self) -> list[AnyMessage]:
        return [decoded.message for decoded in self.decoded]

    @property
    def rules(self) -> list[str]:
        return [violation.rule for _, violation in self.refused]

    @property
    def is_up(self) -> bool:
        return bool(self.links) and self.links[-1][0]

    def is_heard(self, device: DeviceId, child: DeviceId | None = None) -> bool:
        self.asked.append(device)
        self._changed.set()
        return not {device, child} & self.deaf_to

    def receive(self, decoded: Decoded) -> None:
        self.decoded.append(decoded)
        self._changed.set()

    def refuse(self, topic: Topic | None, violation: Violation, payload: bytes = b"") -> None:
        self.refused.append((topic, violation))
        self._changed.set()

    def introduce(self, device: DeviceId, vendor: str, product: str) -> None:
        self.introduced.append(device)

    def link_changed(self, *, is_up: bool, reason: str) -> None:
        self.links.append((is_up, reason))
        if is_up:
            self.when_up()
        self._changed.set()

    async def until(self, claim: Callable[[], bool]) -> None:
        """Wait until something told has made `claim` true."""
        async with asyncio.timeout(DEADLINE_S):
            while not claim():
                self._changed.clear()
                await self._changed.wait()
