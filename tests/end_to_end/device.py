"""A lamp that speaks ECO/1 over paho, in this process: honest by itself, rude when told to be.

It keeps a log of what it was told and what it did, which is the truth that receipts are held to.
"""

import asyncio
import base64
import json
import random
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from protocol.codec import Encoded
from protocol.product import digest
from simulators.wire import Connection, Hello, open_socket
from tests.end_to_end.credentials import Credentials
from tests.hub.core.world import DOCUMENT as LAMP_DOCUMENT

Json = Any

DOCUMENT = json.dumps({**json.loads(LAMP_DOCUMENT), "rate_per_s": 100}).encode()
"""The lamp of the core's tests, allowed to talk as fast as a test may ask it to."""

SHA = digest(DOCUMENT)
PART_BYTES = 8_192
REMEMBERED = 32
REDIAL_S = (0.02, 0.1)
"""Shorter than ECO-MQTT-008 asks of a device: a test does not wait."""

PING_EVERY_S = 5.0
CONNECT_S = 10.0
KEEPALIVE_S = 30
FULL = {"lamp.on": False, "lamp.level": 10, "lamp.warmth": 2.5}
QOS = {"announce": 1, "presence": 1, "state": 0, "event": 1, "ack": 1, "spec": 1}


@dataclass
class Lamp:
    """One lamp, from its first boot on; `run` lives until it is cancelled.

    Attributes:
        told: How often each command came.
        done: How often each command was carried out.
        verdicts: What the hub said about its messages.
        heard: Every message that came, by leaf.
        ignored: Commands that it took and said nothing about, since it `is_stubborn`.
    """

    credentials: Credentials
    document: bytes = DOCUMENT
    epoch: int = 1
    connection: int = 0
    values: dict[str, Json] = field(default_factory=lambda: dict(FULL))
    told: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    verdicts: list[Json] = field(default_factory=list)
    heard: list[tuple[str, Json]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    births: int = 0
    interviews: int = 0
    is_stubborn: bool = False
    is_up: bool = False

    def __post_init__(self) -> None:
        self.id = self.credentials.device
        self._rng = random.Random(self.id)  # noqa: S311 - only when to dial again
        self._seqs: Counter[str] = Counter()
        self._answers: OrderedDict[str, str] = OrderedDict()
        self._link: Connection | None = None
        self._gone = asyncio.Event()
        self._unwritten: set[int] = set()
        self._has_written = asyncio.Event()

    async def run(self) -> None:
        """Stay connected until cancelled, then break off without a word."""
        try:
            while True:
                with suppress(OSError):
                    await self._live()
                self.is_up = False
                await asyncio.sleep(self._rng.uniform(*REDIAL_S))
        finally:
            self.is_up = False
            if self._link is not None:
                self._link.drop()
                self._link = None

    async def _live(self) -> None:
        host, port = self.credentials.host, self.credentials.port
        sock = await open_socket(host, port, CONNECT_S)
        self.connection += 1
        self._gone.clear()
        leaves = {"command": 1, "verdict": 0, "update": 1}
        topics = [(self.topic(leaf), qos) for leaf, qos in leaves.items()]
        will = self.encoded(self.topic("presence"), self._presence("offline", "lost"))
        hello = Hello(
            client_id=self.id,
            user=self.id,
            password=self.credentials.password,
            will=will,
            topics=(*topics, ("eco/1/hub/birth", 1)),
            keepalive_s=KEEPALIVE_S,
        )
        self._link = Connection(sock, hello, self)
        self._link.open()
        while not self._gone.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_EVERY_S):
                    await self._gone.wait()
            if self._link is not None:
                self._link.keep_alive()

    # What it says

    def topic(self, leaf: str) -> str:
        return f"eco/1/{self.id}/{leaf}"

    def say(self, leaf: str, message: Mapping[str, Json]) -> None:
        """Say something on a leaf of its own, right or wrong."""
        self.publish(self.encoded(self.topic(leaf), message))

    def publish(self, message: Encoded) -> None:
        """Publish anything anywhere, if there is a link."""
        if self._link is not None:
            self._unwritten.add(self._link.publish(message))

    def encoded(self, topic: str, message: Mapping[str, Json]) -> Encoded:
        """Return a message for `publish`, as this device would send it."""
        leaf = topic.rpartition("/")[2]
        return Encoded(topic, json.dumps(message).encode(), QOS.get(leaf, 1), leaf == "presence")

    async def flush(self) -> None:
        """Wait until the broker has taken what was said, or is gone."""
        while self._unwritten:
            self._has_written.clear()
            await self._has_written.wait()

    def seq(self, leaf: str) -> int:
        """Return the next number of a leaf in this boot."""
        self._seqs[leaf] += 1
        return self._seqs[leaf]

    def announcement(self, **more: Json) -> dict[str, Json]:
        return {
            "vendor": "acme",
            "product": "lamp-1",
            "serial": f"sn-{self.id}",
            "hardware": "A",
            "firmware": "1.0.0",
            "protocol": "1.0",
            "epoch": self.epoch,
            "connection": self.connection,
            "spec": {"sha256": digest(self.document), "bytes": len(self.document)},
            **more,
        }

    def state(self, values: Mapping[str, Json], **more: Json) -> dict[str, Json]:
        return {"epoch": self.epoch, "seq": self.seq("state"), "values": dict(values), **more}

    def introduce(self, birth: str | None = None) -> None:
        """Announce, and tell a full state."""
        more = {} if birth is None else {"birth": birth}
        self.say("announce", self.announcement(**more))
        self.say("presence", self._presence("online"))
        self.say("state", self.state(self.values, full=True))

    def boot(self) -> None:
        """Lose power for a moment: the link breaks, and the memory of commands is gone."""
        self.epoch += 1
        self.connection = 0
        self._seqs.clear()
        self._answers.clear()
        self.cut()

    def cut(self) -> None:
        """Break the link without a word; `run` dials again."""
        if self._link is not None:
            self._link.drop()
        self._lose()

    # What the link tells

    def subscribed(self) -> None:
        self.is_up = True
        self.introduce()

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        leaf, message = topic.rpartition("/")[2], json.loads(payload)
        self.heard.append((leaf, message))
        if is_retained:
            return
        if leaf == "command":
            self._obey(message)
        elif leaf == "birth":
            self.births += 1
            delay_s = self._rng.uniform(0.0, message["spread_s"])
            asyncio.get_running_loop().call_later(delay_s, self.introduce, message["id"])
        elif leaf == "verdict":
            self.verdicts.append(message)

    def written(self, number: int) -> None:
        self._unwritten.discard(number)
        self._has_written.set()

    def closed(self, reason: str, *, is_refused: bool) -> None:
        if is_refused:
            self.refusals.append(reason)
        self._lose()

    def _lose(self) -> None:
        self.is_up = False
        self._link = None
        self._unwritten.clear()
        self._has_written.set()
        self._gone.set()

    def _obey(self, command: Json) -> None:
        kind, name = command["type"], command["id"]
        if kind == "state.get":
            self.say("state", self.state(self.values, full=True))
        elif kind == "spec.get":
            self._give_spec(command["offset"])
        elif self.is_stubborn:
            self.ignored.append(name)
        else:
            self.told[name] += 1
            self._carry_out(command)

    def _carry_out(self, command: Json) -> None:
        name = command["id"]
        if name in self._answers:
            self._ack(name, self._answers[name])
            return
        if command.get("epoch", self.epoch) != self.epoch:
            self._ack(name, "expired")
            return
        self._ack(name, "received")
        self.done[name] += 1
        self._answers[name] = "done"
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        values = command.get("values", {})
        shown = {address: value for address, value in values.items() if address in self.values}
        self.values.update(shown)
        self._ack(name, "done")
        if shown:
            self.say("state", self.state(shown, cause=name))

    def _ack(self, name: str, status: str) -> None:
        self.say("ack", {"epoch": self.epoch, "seq": self.seq("ack"), "id": name, "status": status})

    def _give_spec(self, offset: int) -> None:
        self.interviews += offset == 0
        part = base64.b64encode(self.document[offset : offset + PART_BYTES]).decode()
        fields = {"epoch": self.epoch, "sha256": digest(self.document), "offset": offset}
        self.say("spec", {**fields, "part": part})

    def _presence(self, status: str, reason: str | None = None) -> dict[str, Json]:
        why = {} if reason is None else {"reason": reason}
        return {"status": status, "epoch": self.epoch, "connection": self.connection, **why}


@asynccontextmanager
async def living(*lamps: Lamp) -> AsyncIterator[None]:
    """Let lamps live until the block ends."""
    tasks = [asyncio.create_task(lamp.run()) for lamp in lamps]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
