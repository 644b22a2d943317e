"""What a scenario can do to a device: speak as a hub does, misbehave as a broker, and wait.

A desk stimulates and waits; it never judges. Each wait is for lines of the transcript and has a
limit; long waits of ECO/1 are multiplied by the scale of the declaration.
"""

import base64
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from certification.behaviour import WELL, Behaviour
from certification.broker import ScriptedBroker
from certification.declaration import Declaration
from certification.hooks import Hooks
from certification.join_desk import JoinDesk
from certification.link import Link
from certification.parameters import Timeouts
from certification.parties import Parties, Party, Said, said_in
from certification.transcript import Line, Writer
from protocol.ids import DeviceId
from protocol.messages import QOS
from protocol.topics import BIRTH, Leaf

SCENARIO: Final = ContextVar("scenario", default="")
"""Name of the scenario that a task plays; its stimuli say it."""

HUB: Final = "hub-certify"
"""Id of the hub that a run plays."""

TTL_MS: Final = 3_000
"""Time of a command of which nothing else is asked."""

ANSWER_S: Final = 2.5
"""For what ECO/1 wants within 2 s."""

SHOWN_S: Final = 2.5
"""For the states behind a `done` (ECO-STATE-008)."""

BACK_OFF_S: Final = 60.0
"""Longest wait of a device between two tries to connect (ECO-MQTT-009)."""

BUSY_TRIES: Final = 8
"""So often a command is sent again to a device that is busy."""

MOST_SILENT: Final = 3
"""So many commands without a word about them end a scenario; twice as many end all commanding."""

FINAL: Final = frozenset({"done", "rejected", "expired"})


class GaveUpError(Exception):
    """A scenario cannot go on; says why."""


class GoneError(GaveUpError):
    """The device is not there, and did not come back in time."""


@dataclass(slots=True)
class Outcome:
    """What came of a command.

    Attributes:
        n: Line of its first stimulus.
        status: Of its final ack; empty without one.
        is_heard: Whether anything was said about it at all.
    """

    n: int
    status: str = ""
    is_heard: bool = False


@dataclass(slots=True)
class Desk:
    """The hub's side of one run.

    Attributes:
        rng: Chance of the run, from its seed.
        hub_epoch: What births say.
    """

    declaration: Declaration
    timeouts: Timeouts
    writer: Writer
    broker: ScriptedBroker
    door: JoinDesk
    hooks: Hooks
    rng: Random
    hub_epoch: int = 7
    parties: Parties = field(init=False)
    _is_started: bool = False
    _commands: int = 0
    _births: int = 0
    _silent: int = 0
    _all_silent: int = 0

    def __post_init__(self) -> None:
        self.parties = Parties(DeviceId(self.declaration.device.id))
        self.writer.listeners.append(self.parties.see)

    @property
    def device(self) -> Party:
        """The device itself."""
        return self.parties.device

    @property
    def link(self) -> Link | None:
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
        """Return the first line from `since` on that is wanted; None when the time is over."""
        return await self.broker.until(predicate, timeout_s, since)

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

    async def connected(self, since: int) -> Link:
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

    async def up(self) -> Link:
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

    def _is_open(self, said: Said) -> bool:
        return self.link is not None and self.link.n == said.link

    # Speaking

    async def send(
        self,
        topic: str,
        body: Mapping[str, object] | bytes,
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
        payload = body if isinstance(body, bytes) else encode(body)
        try:
            link.publish(topic, payload, qos, retain=retain, dup=dup)
        except ConnectionError as error:
            raise GoneError(str(error)) from None

    def name(self) -> str:
        """Return the id of the next command."""
        self._commands += 1
        return f"c.{self._commands}"

    async def command(
        self,
        party: Party,
        stimulus: str,
        body: Mapping[str, Any],
        *,
        retries: int = BUSY_TRIES,
        **args: object,
    ) -> Outcome:
        """Send a command and wait for its final ack; send it again when the device is busy.

        Args:
            party: To whom.
            stimulus: `set` or `action`.
            body: The command without `type`, `id` and `ttl_ms`, which are added if left out.
            retries: How often it is sent again to a device that is busy.
            args: What else the stimulus says.

        Raises:
            GaveUpError: The device has left too many commands without a word.
        """
        whole = {"type": stimulus, "id": body.get("id") or self.name(), "ttl_ms": TTL_MS, **body}
        told = {name: value for name, value in whole.items() if name != "type"}
        n = await self._tell(party, stimulus, whole, {**told, **args})
        outcome, since = Outcome(n), n
        for _ in range(retries + 1):
            ack = await self._final(party, whole, since)
            if ack is None:
                break
            outcome.is_heard = True
            if ack.body.get("status") != "busy":
                outcome.status = str(ack.body.get("status"))
                break
            await self._pause(ack.body.get("retry_after_ms"))
            since = await self._tell(party, stimulus, whole, {**told, **args, "repeats": n})
        self._count(is_heard=outcome.is_heard)
        return outcome

    async def shown(self, party: Party, outcome: Outcome, addresses: set[str]) -> bool:
        """Wait until states with a command as their cause have shown these addresses."""
        name = self.writer.lines[outcome.n].fields["args"]["id"]
        left = set(addresses)

        def shows(said: Said) -> bool:
            if (
                said.child == party.child
                and said.leaf == "state"
                and said.body.get("cause") == name
            ):
                left.difference_update(said.body.get("values") or ())
            return not left

        return not left or await self.said(shows, SHOWN_S, outcome.n) is not None

    async def full_state(self, party: Party, why: str) -> Said | None:
        """Ask for a full state and wait for it."""
        name = self.name()
        whole = {"type": "state.get", "id": name, "ttl_ms": TTL_MS}
        n = await self._tell(party, "state.get", whole, {"id": name, "why": why})
        return await self.full(ANSWER_S, n, party.child)

    async def probe(self, party: Party | None = None) -> None:
        """See that the device is alive; closes a window in which it had to do nothing."""
        found = await self.full_state(party or self.device, "probe")
        self._count(is_heard=found is not None)

    async def part(self, party: Party, offset: int, expect: str, sha256: str = "") -> Said | None:
        """Ask for a part of the product spec; wait for it if one is expected."""
        name = self.name()
        told = {"id": name, "sha256": sha256 or party.sha256, "offset": offset}
        whole = {"type": "spec.get", "ttl_ms": TTL_MS, **told}
        n = await self._tell(party, "spec.get", whole, {**told, "expect": expect})
        if expect != "part":
            return None
        return await self.said(
            lambda said: said.leaf == "spec" and said.child == party.child, ANSWER_S, n
        )

    async def interview(self, party: Party) -> None:
        """Read the whole product spec of a device or child.

        Raises:
            GaveUpError: It does not come whole, or cannot be read.
        """
        document = b""
        while len(document) < party.spec_bytes:
            said = await self.part(party, len(document), "part")
            part = _bytes(said.body.get("part")) if said else b""
            if not part:
                raise GaveUpError(f"no part of the product spec comes for offset {len(document)}")
            document += part
        if wrong := party.learn(document):
            raise GaveUpError(wrong)

    async def plain(self, party: Party, stimulus: str) -> int:
        """Send a command without fields of its own: `rest` or `leave`; return the stimulus."""
        name = self.name()
        whole = {"type": stimulus, "id": name, "ttl_ms": TTL_MS}
        return await self._tell(party, stimulus, whole, {"id": name, "child": party.child})

    async def birth(
        self, spread_s: float, *, repeated: bool = False, **more: object
    ) -> tuple[int, str]:
        """Publish a birth; return its stimulus and its id. `more` replaces or adds fields."""
        self._births += 1
        body = {
            "id": f"hub.{self.hub_epoch}.{self._births}",
            "hub": HUB,
            "epoch": self.hub_epoch,
            "time_ms": 1_790_000_000_000 + len(self.writer.lines),
            "spread_s": spread_s,
            **more,
        }
        n = self.stimulate("birth", repeated=repeated, **body)
        await self.send(BIRTH, body)
        return n, str(body["id"])

    async def verdict(self, rule: str, leaf: str, path: str, **more: object) -> int:
        """Send a verdict, deserved or not."""
        body = {
            "rule": rule,
            "leaf": leaf,
            "path": path,
            "sample": "0",
            "text": "said to see what the device does",
            "fix": "nothing",
            "count": 1,
            **more,
        }
        n = self.stimulate("verdict", rule=rule, **more)
        await self.send(self.device.topic("verdict"), body, qos=0)
        return n

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

    async def _tell(
        self, party: Party, stimulus: str, body: Mapping[str, Any], args: Mapping[str, object]
    ) -> int:
        await self.up()
        topic = party.topic("command")
        where = {"topic": topic} if party.child else {}
        n = self.stimulate(stimulus, **args, **where)
        await self.send(topic, body, qos=QOS[Leaf.COMMAND])
        return n

    async def _final(self, party: Party, body: Mapping[str, Any], since: int) -> Said | None:
        """Return the final or busy ack of a command; what else there is of it if none comes."""
        wait_s = float(body["ttl_ms"]) / 1000.0 + ANSWER_S
        last: Said | None = None

        def ends(said: Said) -> bool:
            nonlocal last
            if said.child != party.child or said.leaf != "ack" or said.body.get("id") != body["id"]:
                return False
            last = said
            return said.body.get("status") in FINAL | {"busy"}

        first_s = min(wait_s, ANSWER_S)
        found = await self.said(ends, first_s, since)
        if found is None and last is not None:
            found = await self.said(ends, wait_s - first_s, since)
        return found or last

    async def _pause(self, retry_after_ms: object) -> None:
        wait_s = 0.2
        if isinstance(retry_after_ms, int) and 0 < retry_after_ms <= 30_000:
            wait_s = retry_after_ms / 1000.0
        await self.until(lambda line: False, wait_s)

    def _count(self, *, is_heard: bool) -> None:
        self._silent = 0 if is_heard else self._silent + 1
        self._all_silent = 0 if is_heard else self._all_silent + 1
        if self._silent >= MOST_SILENT or self._all_silent >= 2 * MOST_SILENT:
            raise GaveUpError("the device answers no commands")


def encode(body: Mapping[str, object]) -> bytes:
    """Return a message as a hub writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(part: object) -> bytes:
    try:
        return base64.b64decode(part, validate=True) if isinstance(part, str) else b""
    except ValueError:
        return b""


def holds(leaf: str, **fields: object) -> Callable[[Said], bool]:
    """Return the predicate that the device itself says these fields on a leaf."""

    def predicate(said: Said) -> bool:
        is_there = said.leaf == leaf and said.child is None
        return is_there and all(said.body.get(name) == value for name, value in fields.items())

    return predicate


def is_full(said: Said) -> bool:
    """Say whether it is a full state."""
    return said.leaf == "state" and said.body.get("full") is True
