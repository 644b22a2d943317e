"""What a scenario can do to a device: speak as a hub does, misbehave as a broker, and wait.

A desk stimulates and waits; it never judges. Each wait is for lines of the transcript and has a
limit; long waits of ECO/1 are multiplied by the scale of the declaration.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Final

from certification.driving.declaration import Declaration
from certification.driving.hooks import Hooks
from certification.driving.parameters import Timeouts
from certification.driving.parties import Parties, Party, Said, said_in
from certification.recorder.adverts import AdvertWatch
from certification.recorder.behaviour import WELL, Behaviour
from certification.recorder.connection import Connection
from certification.recorder.join_desk import JoinDesk
from certification.recorder.listening import Broker
from certification.transcript.file import Line, Writer
from protocol.ids import DeviceId

SCENARIO: Final = ContextVar("scenario", default="")
"""Name of the scenario that a task plays; its stimuli say it."""

HUB: Final = "hub-certify"
"""Id of the hub that a run plays."""

ANSWER_S: Final = 2.5
"""For what ECO/1 wants within 2 s."""

BACK_OFF_S: Final = 60.0
"""Longest wait of a device between two tries to connect (ECO-MQTT-009)."""

MOST_SILENT: Final = 3
"""So many commands without a word about them end a scenario; twice as many end all commanding."""


class GaveUpError(Exception):
    """A scenario cannot go on; says why."""


class GoneError(GaveUpError):
    """The device is not there, and did not come back in time."""


class FloodError(GaveUpError):
    """The device floods, and nothing more is taken from it."""


@dataclass(slots=True)
class Desk:
    """The hub's side of one run.

    Attributes:
        rng: Chance of the run, from its seed.
        adverts: mDNS beside the run, where it can be seen and spoken.
        host: Address of this machine at which the device reaches it.
        hub_epoch: What births say.
    """

    declaration: Declaration
    timeouts: Timeouts
    writer: Writer
    broker: Broker
    door: JoinDesk
    hooks: Hooks
    rng: Random
    adverts: AdvertWatch | None = None
    host: str = "127.0.0.1"
    hub_epoch: int = 7
    parties: Parties = field(init=False)
    _is_started: bool = False
    _commands: int = 0
    _births: int = 0
    _silent: int = 0
    _all_silent: int = 0

    def __post_init__(self) -> None:
        clock = asyncio.get_running_loop().time
        self.parties = Parties(DeviceId(self.declaration.device.id), clock)
        self.writer.listeners.append(self.parties.see)

    @property
    def device(self) -> Party:
        """The device itself."""
        return self.parties.device

    @property
    def link(self) -> Connection | None:
        """The connection by which the device was let in last, if it is still there."""
        mine = [
            link
            for link in self.broker.links
            if link.is_let_in and link.client_id == self.device.device
        ]
        return mine[-1] if mine else None

    @property
    def scale(self) -> float:
        """How much shorter than in ECO/1 long waits are."""
        return self.declaration.timing.scale

    @property
    def awake_s(self) -> float:
        """How long a sleeper stays awake when it hears nothing; 0 for another device."""
        return float(self.declaration.sleep.awake_s) if self.declaration.sleep else 0.0

    @property
    def next_n(self) -> int:
        """Number of the line that comes next."""
        return len(self.writer.lines)

    @property
    def back_s(self) -> float:
        """How long a device may take to come back, by its own waits and ours."""
        own = self.declaration.sleep.interval_s if self.declaration.sleep else BACK_OFF_S
        return max(own, BACK_OFF_S) * self.scale + self.timeouts.connect_s

    def begin(self) -> None:
        """Take in that a scenario begins."""
        self._silent = 0

    def stimulate(self, name: str, **args: object) -> int:
        """Write down what is about to be done, and return the line."""
        return self.writer.write("stimulus", name=name, args={"scenario": SCENARIO.get(), **args})

    # Waiting

    async def until(
        self, predicate: Callable[[Line], bool], timeout_s: float, since: int | None = None
    ) -> Line | None:
        """Return the first line from `since` on that is wanted; None when the time is over.

        Raises:
            FloodError: The device floods.
        """
        line = await self.broker.until(lambda n: predicate(n) or is_flood(n), timeout_s, since)
        if self.broker.flood:
            raise FloodError(self.broker.flood)
        return line

    async def said(
        self, wanted: Callable[[Said], bool], timeout_s: float, since: int | None = None
    ) -> Said | None:
        """Return the first message of the device from line `since` on that is wanted."""

        def predicate(line: Line) -> bool:
            said = said_in(line, self.device.device)
            return said is not None and wanted(said)

        line = await self.until(predicate, timeout_s, since)
        return None if line is None else said_in(line, self.device.device)

    async def watch(self, what_for: str, duration_s: float) -> None:
        """Say nothing for a while, and let the transcript tell what the device does."""
        self.stimulate("watch", **{"for": what_for}, duration_s=duration_s)
        await self.until(lambda line: False, duration_s)

    async def connected(self, since: int) -> Connection:
        """Return the connection of the device on which it has announced, from line `since` on.

        Raises:
            GoneError: It does not come.
        """
        found = await self.said(
            lambda said: said.leaf == "announce" and said.child is None and self._is_open(said),
            self.back_s,
            since,
        )
        link = self.link
        if found is None or link is None:
            raise GoneError(f"it does not connect and announce within {self.back_s:.0f} s")
        return link

    async def up(self) -> Connection:
        """Return the connection on which the device has announced and told its full state.

        Raises:
            Gone: It is not there, and does not come.
        """
        link = self.link
        if link is None or self.device.announced_link != link.n:
            await self.start()
            link = await self.connected(max(0, self.device.announced_n))
            await self.full(ANSWER_S, self.device.announced_n)
        return link

    async def start(self) -> None:
        """Have the device run, if nobody has switched it on yet, or if it is ours and has ended."""
        if not self._is_started or self.hooks.has_ended():
            if not self._is_started:
                await self.hooks.make_new()
            self._is_started = True
            await self.hooks.do("start")

    async def full(self, timeout_s: float, since: int, child: str | None = None) -> Said | None:
        """Return the first full state from line `since` on."""
        return await self.said(lambda said: is_full(said) and said.child == child, timeout_s, since)

    def quiet_s(self, party: Party) -> float:
        """Return since when there was no message to or from a device or child."""
        return asyncio.get_running_loop().time() - party.heard_s

    def _is_open(self, said: Said) -> bool:
        return self.link is not None and self.link.n == said.link

    # Speaking

    async def send(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        dup: bool = False,
    ) -> None:
        """Publish to the device, right or wrong.

        Raises:
            Gone: There is no connection.
        """
        link = await self.up()
        try:
            link.publish(topic, payload, qos, retain=retain, dup=dup)
        except ConnectionError as error:
            raise GoneError(f"it ends its connections: {error}") from None

    def birth_name(self) -> str:
        """Return the id of the next birth."""
        self._births += 1
        return f"hub.{self.hub_epoch}.{self._births}"

    def name(self) -> str:
        """Return the id of the next command."""
        self._commands += 1
        return f"c.{self._commands}"

    async def hook(self, name: str, wanted: str = "") -> None:
        """Have something done to the device.

        Raises:
            GaveUpError: It cannot be done here.
        """
        if not await self.hooks.do(name, wanted):
            raise GaveUpError(f"supply hook {name}")

    def behave(self, behaviour: Behaviour = WELL) -> int:
        """Have the broker behave like this from now on; return the line that says so."""
        return self.broker.behave(behaviour)

    def close(self, how: str) -> int:
        """End the connection, if there is one; return the line that says so.

        Args:
            how: `fin`, `reset`, or `stall`, which keeps it and answers no more.
        """
        n = self.stimulate("close", how=how)
        for link in self.broker.links:
            end = {"fin": link.close, "reset": link.cut, "stall": link.stall}[how]
            end()
        return n

    def count(self, *, is_heard: bool) -> None:
        """Count a command that the device has said something about, or nothing.

        Raises:
            GaveUpError: It has left too many without a word.
        """
        self._silent = 0 if is_heard else self._silent + 1
        self._all_silent = 0 if is_heard else self._all_silent + 1
        if self._silent >= MOST_SILENT or self._all_silent >= 2 * MOST_SILENT:
            raise GaveUpError("the device answers no commands")


def holds(leaf: str, **fields: object) -> Callable[[Said], bool]:
    """Return the predicate that the device itself says these fields on a leaf."""

    def predicate(said: Said) -> bool:
        is_there = said.leaf == leaf and said.child is None
        return is_there and all(said.body.get(name) == value for name, value in fields.items())

    return predicate


def is_closed(line: Line) -> bool:
    """Say whether a line tells that a connection has ended."""
    return line.kind == "closed"


def is_flood(line: Line) -> bool:
    """Say whether a line tells that a device that floods was cut off."""
    return line.kind == "closed" and line.fields["how"] == "flood"


def is_full(said: Said) -> bool:
    """Say whether it is a full state."""
    return said.leaf == "state" and said.body.get("full") is True
