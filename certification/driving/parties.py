"""Who is on the other side: a device and, behind a gateway, its children, by their own words.

Lenient on purpose: what a device says wrongly is judged later; here it is only followed, so that a
run goes on with a device that breaks a rule.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from certification.transcript.file import Line
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.messages import Announce, Scalar, Sleep
from protocol.product import digest, parse_product
from protocol.topics import ROOT
from protocol.validator import CompiledProduct, compile_product

MOST: Final = 256
"""Children that are followed; a gateway that announces more is judged by those."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the device: where it stands in the transcript, its leaf, and what it says.

    Attributes:
        body: The payload as an object; empty where it is none.
    """

    n: int
    link: int
    child: str | None
    leaf: str
    body: Json


@dataclass(slots=True)
class Party:
    """A device or a child as far as it has told of itself.

    Attributes:
        child: Its id behind the gateway; None for the device itself.
        epoch, connection: As announced last.
        announced_n: Line of its last announce; -1 before the first.
        announced_link: Connection on which that came.
        is_there: Whether its last presence was `online`.
        is_asleep: Whether it was `asleep`, and nothing was announced since.
        heard_n, heard_s: Line and time of the last message to or from it.
        values: What it reported last, by address.
        product, document: Its product spec, once it is read.
        announced: Its last announce as it came.
    """

    device: DeviceId
    child: str | None = None
    epoch: int = 1
    connection: int = 1
    announced_n: int = -1
    announced_link: int = 0
    is_there: bool = False
    is_asleep: bool = False
    sha256: str = ""
    spec_bytes: int = 0
    heard_n: int = -1
    heard_s: float = 0.0
    values: dict[str, Scalar] = field(default_factory=dict)
    product: CompiledProduct | None = None
    document: bytes = b""
    announced: Json = field(default_factory=dict)

    def topic(self, leaf: str) -> str:
        """Return the topic of one of its leaves."""
        middle = f"{self.device}/{self.child}" if self.child else self.device
        return f"{ROOT}/{middle}/{leaf}"

    def take(self, said: Said) -> None:
        """Take in what it says."""
        body = said.body
        match said.leaf:
            case "announce":
                self.announced_n, self.announced_link = said.n, said.link
                self.announced, self.is_asleep = body, False
                self.epoch = _count(body.get("epoch"), self.epoch)
                self.connection = _count(body.get("connection"), self.connection)
                spec = body.get("spec")
                if isinstance(spec, dict):
                    self.sha256 = str(spec.get("sha256", ""))
                    self.spec_bytes = _count(spec.get("bytes"), 0)
            case "presence":
                self.is_there = body.get("status") == "online"
                self.is_asleep = body.get("status") == "asleep"
            case "state":
                values = body.get("values")
                if isinstance(values, dict):
                    self.values.update(values)

    @property
    def sleep(self) -> Sleep | None:
        """How it sleeps, by its last announce."""
        announce = self.announce()
        return None if announce is None else announce.sleep

    @property
    def interval_s(self) -> int:
        """How long it sleeps at most, unscaled; 0 for one that is always there."""
        return self.sleep.interval_s if self.sleep else 0

    def announce(self) -> Announce | None:
        """Return its last announce; None where it cannot be read."""
        try:
            return Announce.model_validate(self.announced)
        except ValidationError:
            return None

    def learn(self, document: bytes) -> str:
        """Take in its product spec; return what is wrong with it, empty if nothing."""
        if digest(document) != self.sha256:
            return "the product spec is not the one that was announced"
        try:
            self.product = compile_product(parse_product(document))
            self.document = document
        except ViolationError as error:
            return f"the product spec breaks {error.violation.rule}"
        return ""


class Parties:
    """The device and its children; told of every line of the transcript."""

    def __init__(self, device: DeviceId, clock: Callable[[], float]) -> None:
        """Begin with nobody but the device.

        Args:
            device: Its id.
            clock: Monotonic time, seconds.
        """
        self.device = Party(device)
        self._clock = clock
        self._children: dict[str, Party] = {}

    @property
    def children(self) -> tuple[Party, ...]:
        """The children that were announced, in the order in which they came."""
        return tuple(self._children.values())

    def see(self, line: Line) -> None:
        """Take in a line."""
        said = message_in(line, self.device.device)
        if said is None:
            return
        is_in = line.fields["way"] == "in"
        party = self._party(said.child, is_new=is_in)
        if party is None:
            return
        party.heard_n, party.heard_s = line.n, self._clock()
        if is_in:
            party.take(said)

    def _party(self, child: str | None, *, is_new: bool) -> Party | None:
        if child is None:
            return self.device
        if is_new and child not in self._children and len(self._children) < MOST:
            self._children[child] = Party(self.device.device, child)
        return self._children.get(child)


def said_in(line: Line, device: DeviceId) -> Said | None:
    """Return what the device says in a line; None if it says nothing there."""
    is_in = line.kind == "packet" and line.fields["way"] == "in"
    return message_in(line, device) if is_in else None


def message_in(line: Line, device: DeviceId) -> Said | None:
    """Return what a line says to or of the device or a child; None if it says nothing there."""
    if line.kind != "packet" or line.fields["type"] != "PUBLISH":
        return None
    decoded = line.fields["decoded"]
    levels = str(decoded["topic"]).removeprefix(f"{ROOT}/").split("/")
    if levels[0] != device or len(levels) not in {2, 3}:
        return None
    child = levels[1] if len(levels) == 3 else None
    return Said(line.n, line.fields["link"], child, levels[-1], _body(decoded.get("payload")))


def _body(payload: str | None) -> Json:
    try:
        body = json.loads(payload or "")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _count(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
