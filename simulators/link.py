"""One device on its link to the broker: connect, say what the device says, break, rest, again."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, Literal

from protocol import topics
from protocol.codec import decode, encode
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.messages import QOS, Presence, UpMessage
from protocol.topics import Leaf
from simulators.device import SimDevice
from simulators.wire import MISC_EVERY_S, Access, Connection, open_socket

CONNECT_S: Final = 10.0
"""How long a connection may take up to SUBACK."""

BACK_OFF_S: Final = (1.0, 60.0)
"""Shortest wait before a CONNECT, and the bound of the longest (ECO-MQTT-008, -009)."""

STEADY_S: Final = 10.0
"""A link that held this long was a good one: the back-off starts anew."""

UNSENT: Final = 256
"""Messages without the broker's answer with which a link counts as broken and is made anew."""

GOODBYE_S: Final = 2.0
"""How long the broker may take to acknowledge an orderly goodbye."""


class Status(StrEnum):
    """How far a link is."""

    RESTING = "resting"
    DIALLING = "dialling"
    UP = "up"
    LEAVING = "leaving"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """A device's link has changed.

    `unreachable`: there is no broker; `refused`: the broker does not take the device's password.
    """

    device: DeviceId
    status: Literal["online", "offline", "unreachable", "refused"]
    reason: str = ""


def back_off_s(rng: Random, tries: int) -> float:
    """Return the wait before the next CONNECT: drawn evenly from a span that doubles."""
    least, most = BACK_OFF_S
    return rng.uniform(least, min(most, 2.0 * least * 2.0 ** min(tries, 16)))


class Link:
    """One device and its link, as `links.Links` drives it.

    Attributes:
        due_s: When `turn` has something to do.
        scheduled_s: For which time it stands in the heap of `links.Links`.
    """

    __slots__ = (
        "_access",
        "_change",
        "_clock",
        "_connection",
        "_goodbye",
        "_is_last",
        "_rng",
        "_settled",
        "_timer_s",
        "_tries",
        "_unsent",
        "_up_s",
        "_wake",
        "device",
        "ignored",
        "rest_until_s",
        "scheduled_s",
        "status",
    )

    def __init__(
        self,
        device: SimDevice,
        access: Access,
        clock: Callable[[], float],
        rng: Random,
        change: Callable[[Change], None],
        wake: Callable[["Link"], None],
    ) -> None:
        self.device = device
        self.status = Status.RESTING
        self.rest_until_s = 0.0
        self.scheduled_s = math.inf
        self.ignored = 0
        self._access, self._clock, self._rng = access, clock, rng
        self._change, self._wake = change, wake
        self._connection: Connection | None = None
        self._settled: asyncio.Future[None] | None = None
        self._unsent: dict[int, UpMessage] = {}
        self._goodbye: int | None = None
        self._is_last = False
        self._tries = 0
        self._timer_s = self._up_s = math.inf

    @property
    def due_s(self) -> float:
        """When `turn` has something to do."""
        match self.status:
            case Status.RESTING:
                return self.rest_until_s
            case Status.UP:
                return min(self.device.due_s, self._timer_s)
            case Status.LEAVING:
                return self._timer_s
            case _:
                return math.inf

    async def dial(self) -> None:
        """Connect, and return when the link is up or has failed."""
        self._settled = asyncio.get_running_loop().create_future()
        try:
            sock = await open_socket(self._access.host, self._access.port, CONNECT_S)
            if self.status is not Status.DIALLING:
                sock.close()
                return
            will = encode(self.device.id, self.device.dial())
            connection = Connection(sock, self._access, will, _subscriptions(self.device.id), self)
            self._connection = connection
            connection.open()
            async with asyncio.timeout(CONNECT_S):
                await self._settled
        except OSError as error:  # a timeout is one, too
            reason = str(error) or "no answer from the broker"
            self._change(Change(self.device.id, "unreachable", reason))
            self._finish(reason)

    def turn(self, now_s: float) -> None:
        """Do what is due on a link that is up or leaving."""
        if self._connection is None:
            return
        if self.status is Status.LEAVING:
            self._finish("no answer to the goodbye")
            return
        if now_s >= self._timer_s:
            self._timer_s = now_s + MISC_EVERY_S
            self._connection.keep_alive()
        if self.status is Status.UP and now_s >= self.device.due_s:
            self.send(self.device.tick(now_s))

    def send(self, messages: list[UpMessage]) -> None:
        """Put messages on the wire; a device that is going away leaves behind them."""
        connection = self._connection
        if connection is None:
            return
        for message in messages:
            number = connection.publish(encode(self.device.id, message))
            self._unsent[number] = message
            if isinstance(message, Presence) and message.status == "offline":
                self._goodbye = number
        if self._goodbye is not None:
            self.status, self._timer_s = Status.LEAVING, self._clock() + GOODBYE_S
        elif len(self._unsent) > UNSENT:
            self._finish("the broker takes nothing")

    def press(self, button: str) -> None:
        """Press a button on the device."""
        self.send(self.device.press(button, self._clock()))
        self._wake(self)

    def leave(self) -> None:
        """Say goodbye for good; `status` becomes GONE."""
        self._is_last = True
        if self.status is Status.UP:
            self.send(self.device.leave())
            self._wake(self)
        elif self.status is not Status.LEAVING:
            self._finish("stopped")

    def drop(self) -> None:
        """Close at once."""
        self._finish("stopped")

    # What the connection tells

    def subscribed(self) -> None:
        """Take in that the link is up."""
        now_s = self._clock()
        self.status, self._up_s, self._timer_s = Status.UP, now_s, now_s + MISC_EVERY_S
        self._settle()
        self.send(self.device.connected(now_s))
        self._change(Change(self.device.id, "online"))
        self._wake(self)

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        """Take in a message; what cannot be read is ignored and counted (ECO-MSG-007)."""
        try:
            decoded = decode(topic, payload)
        except ViolationError:
            self.ignored += 1
            return
        message = decoded.message
        if isinstance(message, UpMessage):
            self.ignored += 1
            return
        self.send(self.device.on_message(message, self._clock(), is_retained=is_retained))
        self._wake(self)

    def written(self, number: int) -> None:
        """Take in that a message is through; behind the goodbye the link is closed."""
        self._unsent.pop(number, None)
        if number == self._goodbye and self._connection is not None:
            self._connection.disconnect()

    def closed(self, reason: str, *, is_refused: bool) -> None:
        """Take in that the connection has ended."""
        self._connection = None
        if is_refused:
            self._change(Change(self.device.id, "refused", reason))
        self._finish(reason)

    def _finish(self, reason: str) -> None:
        was_up = self.status in {Status.UP, Status.LEAVING}
        if self._connection is not None:
            self._connection.drop()
            self._connection = None
        self.device.lost(tuple(self._unsent.values()))
        self._unsent.clear()
        self._goodbye = None
        self._settle()
        self._rest()
        if was_up:
            self._change(Change(self.device.id, "offline", reason))
        self._wake(self)

    def _rest(self) -> None:
        now_s = self._clock()
        if self._is_last:
            self.status = Status.GONE
            return
        if now_s - self._up_s >= STEADY_S:
            self._tries = 0
        self._up_s = math.inf
        self.status = Status.RESTING
        self.rest_until_s = now_s + back_off_s(self._rng, self._tries)
        self._tries += 1
        if self.device.redial_s is not None:
            self.rest_until_s = max(now_s + BACK_OFF_S[0], self.device.redial_s)

    def _settle(self) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(None)


def _subscriptions(device: DeviceId) -> list[tuple[str, int]]:
    leaves = (Leaf.COMMAND, Leaf.VERDICT, Leaf.BIRTH)
    return [(topics.build(device, leaf), QOS[leaf]) for leaf in leaves]
