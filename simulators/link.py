"""One device on its link to the broker: connect, say what the device says, break, rest, again."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, Literal

from protocol.codec import decode, encode
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.messages import Presence, StateGet, UpMessage, Verdict
from simulators.account import Frame, Spoken
from simulators.carrier import ChildSaid, Said
from simulators.device import SimDevice
from simulators.fault_layer import FaultLayer
from simulators.party import Heard, Party, hear, said_by, spoken, subscriptions
from simulators.rest import Rest
from simulators.sleeper import Sleeper
from simulators.voice import Absence
from simulators.wire import (
    Access,
    Connect,
    Connection,
    Dialling,
    Hello,
    Wire,
    open_socket,
    straight,
)

UNSENT: Final = 256
"""Messages without the broker's answer with which a link counts as broken and is made anew."""

GOODBYE_S: Final = 2.0
"""How long the broker may take to acknowledge an orderly goodbye."""

_SHOUT: Final = StateGet(id="sim.flood", ttl_ms=1_000)


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
    A child has no link: of it this is what its gateway says.
    """

    device: DeviceId
    status: Literal["online", "asleep", "offline", "unreachable", "refused"]
    reason: str = ""


class Link:
    """One device and its link, as `links.Links` drives it.

    Attributes:
        due_s: When `turn` has something to do.
        rest: When it dials again.
        scheduled_s: For which time it stands in the heap of `links.Links`.
    """

    __slots__ = (
        "_access",
        "_change",
        "_clock",
        "_connection",
        "_dialling",
        "_goodbye",
        "_held",
        "_is_last",
        "_level",
        "_raised",
        "_settled",
        "_timer_s",
        "_unsent",
        "_wake",
        "device",
        "faults",
        "ignored",
        "rest",
        "scheduled_s",
        "status",
    )

    def __init__(  # noqa: PLR0913 - a link stands between all of these
        self,
        device: Party,
        access: Access,
        clock: Callable[[], float],
        rng: Random,
        change: Callable[[Change], None],
        wake: Callable[["Link"], None],
        *,
        faults: FaultLayer[Heard] | None = None,
        dialling: Dialling = straight,
        raised: Callable[["Link"], None] = lambda link: link.kept(),
    ) -> None:
        self.device = device
        self.status = Status.RESTING
        self.rest = Rest(rng)
        self.scheduled_s = math.inf
        self.ignored = 0
        self._access, self._clock = access, clock
        self._change, self._wake, self._raised = change, wake, raised
        self.faults = faults
        self._dialling = dialling
        self._level = access.level
        self._connection: Wire | None = None
        self._settled: asyncio.Future[None] | None = None
        self._unsent: dict[int, Said | None] = {}
        self._goodbye: int | None = None
        self._held: list[Said] | None = None
        self._is_last = False
        self._timer_s = math.inf

    @property
    def due_s(self) -> float:
        """When `turn` has something to do."""
        match self.status:
            case Status.RESTING:
                return min(self.rest.until_s, self.device.due_s)
            case Status.UP:
                return self._due_up_s()
            case Status.LEAVING:
                return self._timer_s
            case _:
                return math.inf

    async def dial(self) -> None:
        """Connect, and return when the link is up or has failed."""
        self._settled = asyncio.get_running_loop().create_future()
        try:
            connect_s = self.device.tempo.connect_s
            sock = await open_socket(self._access.host, self._access.port, connect_s)
            if self.status is not Status.DIALLING:
                sock.close()
                return
            self.begin(lambda hello, owner: Connection(sock, hello, owner))
            async with asyncio.timeout(connect_s):
                await self._settled
        except OSError as error:  # a timeout is one, too
            reason = str(error) or "no answer from the broker"
            self._change(Change(self.device.id, "unreachable", reason))
            self._finish(reason)

    def begin(self, connect: Connect) -> None:
        """Send CONNECT on a connection that `connect` makes of what the device says with it."""
        hello = Hello(
            client_id=self.device.id,
            user=self._access.user,
            password=self._access.password,
            will=encode(self.device.id, self.device.dial()),
            topics=tuple(subscriptions(self.device)),
            keepalive_s=self.device.tempo.keepalive_s,
            level=self._level,
        )
        self._connection = self._dialling(hello, self, connect)
        self._connection.open()

    def turn(self, now_s: float) -> None:
        """Do what is due on a link that is up, leaving or resting."""
        match self.status:
            case Status.RESTING:
                self._rest_on(now_s)
            case Status.LEAVING if now_s >= self._timer_s:
                self._finish("no answer to the goodbye")
            case Status.UP if self._connection is not None:
                self._live_on(self._connection, now_s)

    def send(self, messages: Sequence[Said]) -> None:
        """Put messages on the wire; a device that is going away leaves behind them."""
        if self._connection is None:
            return
        if self._held is not None:
            self._held += messages
            return
        for said in messages:
            if isinstance(said, ChildSaid) and isinstance(said.message, Presence):
                reason = said.message.reason or ""
                self._change(Change(said.child, said.message.status, reason))
        words = [spoken(self.device, said) for said in messages]
        if self.faults is not None:
            self._put(self.faults.send(words, self._clock()))
        else:
            self._put(words)

    def kept(self) -> None:
        """Take in that an epoch which the hub has raised lasts: what was held back goes out."""
        held, self._held = self._held, None
        self.send(held or ())

    def _put(self, messages: Sequence[Spoken | Frame]) -> None:
        connection = self._connection
        if connection is None:
            return
        for one in messages:
            number = connection.publish(one.encoded)
            said = self._unsent[number] = said_by(self.device, one)
            if isinstance(said, Presence) and said.status != "online":
                self._goodbye = number
        if self._goodbye is not None:
            self.status, self._timer_s = Status.LEAVING, self._clock() + GOODBYE_S
        elif len(self._unsent) > UNSENT:
            self._finish("the broker takes nothing")

    def touch(self, deed: Callable[[float], Sequence[Said]]) -> None:
        """Let hands do something to the device, at a time; what it says of it goes out."""
        self.send(deed(self._clock()))
        self._wake(self)

    def press(self, button: str) -> None:
        """Press a button on the device."""
        self.touch(lambda now_s: self.device.press(button, now_s))

    def rouse(self) -> bool:
        """Wake a device that sleeps, or those behind a gateway; say whether it is of that kind."""
        if isinstance(self.device, SimDevice):
            return False
        self.device.rouse(self._clock())
        self._wake(self)
        return True

    def cut_power(self) -> None:
        """Let the device boot without a word, as after a short loss of power."""
        if self.status is not Status.GONE:
            self._crash("its power was cut")

    def status_now(self) -> Mapping[str, object]:
        """Return how far the device is, for people and programs."""
        device = self.device
        return {
            "device": device.id,
            "status": self.status.value,
            "epoch": device.epoch,
            "connection": device.connection,
            "buttons": device.buttons,
        }

    def leave(self, reason: Absence = "shutdown") -> None:
        """Say goodbye for good; `status` becomes GONE."""
        self._is_last = True
        if self.status is Status.UP:
            self.send(self.device.leave(reason))
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
        self.status = Status.UP
        self.rest.up(now_s)
        self._timer_s = now_s + self.device.tempo.misc_every_s
        self._settle()
        if self.faults is not None:
            self.faults.up(now_s)
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
        arrived = Heard(message, decoded.topic.child)
        if self.faults is None:
            self._hear(arrived, is_retained=is_retained)
        elif not is_retained:
            for heard in self.faults.hear(arrived, self._clock()):
                self._hear(heard, is_retained=False)
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

    def _hear(self, heard: Heard, *, is_retained: bool) -> None:
        if self.faults is not None:
            heard = heard._replace(message=self.faults.misread(heard.message))
        epoch = self.device.epoch
        said = hear(self.device, heard, self._clock(), is_retained=is_retained)
        is_raised = isinstance(heard.message, Verdict) and self.device.epoch > epoch
        if is_raised and self._held is None:
            self._held = [*said]
            self._raised(self)
        else:
            self.send(said)

    def _due_up_s(self) -> float:
        if self.faults is None:
            return min(self.device.due_s, self._timer_s)
        device_s = math.inf if self.faults.is_silent else self.device.due_s
        return min(device_s, self._timer_s, self.faults.due_s)

    def _suffer(self, faults: FaultLayer[Heard], now_s: float) -> None:
        turn = faults.tick(now_s)
        self._put(turn.frames)
        for heard in turn.heard:
            self._hear(heard, is_retained=False)
        for _ in range(turn.shouts):
            self.send(self.device.on_message(_SHOUT, now_s))
        if turn.mishap in {"reboot", "awake"}:
            self._crash("fault: it boots")
        elif turn.mishap == "flap":
            self._finish("fault: the link breaks")

    def _live_on(self, connection: Wire, now_s: float) -> None:
        is_silent = self.faults is not None and self.faults.is_silent
        if now_s >= self._timer_s:
            self._timer_s = now_s + self.device.tempo.misc_every_s
            if not is_silent:
                connection.keep_alive()
        if self.status is Status.UP and now_s >= self.device.due_s and not is_silent:
            self.send(self.device.tick(now_s))
        if self.status is Status.UP and self.faults is not None:
            self._suffer(self.faults, now_s)

    def _crash(self, reason: str) -> None:
        self.device.crash(self._clock() + self.device.tempo.boot_s)
        self._finish(reason)

    def _finish(self, reason: str) -> None:
        was_up = self.status in {Status.UP, Status.LEAVING}
        if not was_up:
            self._level = 4  # what did not come up over MQTT 5 may over 3.1.1 (ECO-MQTT-002)
        if self._connection is not None:
            self._connection.drop()
            self._connection = None
        self.device.lost(tuple(m for m in self._unsent.values() if m is not None))
        self._unsent.clear()
        self._held = None
        if self.faults is not None:
            self._take_down(self.faults)
        self._goodbye = None
        self._settle()
        self._rest(self.device.redial_s if was_up else None)
        if was_up:
            is_asleep = isinstance(self.device, Sleeper) and self.device.is_asleep
            change = Change(self.device.id, "offline", reason)
            self._change(Change(self.device.id, "asleep") if is_asleep else change)
        self._wake(self)

    def _take_down(self, faults: FaultLayer[Heard]) -> None:
        if faults.is_silent:
            self.device.crash(faults.due_s)
        faults.down()

    def _rest(self, back_s: float | None) -> None:
        if self._is_last:
            self.status = Status.GONE
            return
        self.status = Status.RESTING
        self.rest.begin(self._clock(), self.device.tempo, back_s)

    def _rest_on(self, now_s: float) -> None:
        """Let a device that sleeps look around: it may want to come back earlier."""
        if now_s >= self.device.due_s:
            self.device.tick(now_s)
        self.rest.want(self.device.tempo, self.device.redial_s)

    def _settle(self) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(None)
