"""What the lines of a transcript say about the wire: connections, packets and messages."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from certification.transcript.file import Line
from protocol import topics
from protocol.codec import Decoded, decode_at
from protocol.errors import Violation, ViolationError
from protocol.messages import AnyMessage
from protocol.topics import Topic

NS: Final = 1_000_000_000
"""Nanoseconds of a second."""

M_co = TypeVar("M_co", bound=AnyMessage, covariant=True)


@dataclass(frozen=True, slots=True)
class Packet:
    """An MQTT packet; `is_in` says that the device sent it."""

    line: int
    at_ns: int
    link: int
    is_in: bool
    type: str
    decoded: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Publish:
    """A PUBLISH, read as a message as far as it can be.

    Attributes:
        where: What its topic names, if it names anything.
        decoded: The message, if it is one.
        violation: The rule of form that topic or payload breaks.
        is_again: Whether it only repeats a packet that came before (QoS 1).
    """

    packet: Packet
    topic: str
    payload: bytes
    where: Topic | None
    decoded: Decoded | None
    violation: Violation | None
    is_again: bool = False

    @property
    def line(self) -> int:
        """Number of its line."""
        return self.packet.line

    @property
    def at_ns(self) -> int:
        """When it went over the wire."""
        return self.packet.at_ns

    @property
    def link(self) -> int:
        """Number of its connection."""
        return self.packet.link

    @property
    def qos(self) -> int:
        """Its quality of service."""
        return int(self.packet.decoded["qos"])

    @property
    def is_retained(self) -> bool:
        """Whether its retain flag is set."""
        return bool(self.packet.decoded["retain"])


@dataclass(frozen=True, slots=True)
class Said(Generic[M_co]):
    """A message that could be read, of one kind, and the packet that carried it."""

    message: M_co
    publish: Publish

    @property
    def line(self) -> int:
        """Number of its line."""
        return self.publish.line

    @property
    def at_ns(self) -> int:
        """When it went over the wire."""
        return self.publish.at_ns

    @property
    def link(self) -> int:
        """Number of its connection."""
        return self.publish.link


@dataclass(slots=True)
class Link:
    """A TCP connection of the device to the broker.

    Attributes:
        closed_ns: When it ended; None when it was still open at the end of the run.
        by: `device` or `harness`.
        how: `fin`, `reset`, `disconnect` or `cut`; empty while it is open.
    """

    n: int
    opened_line: int
    opened_ns: int
    closed_line: int | None = None
    closed_ns: int | None = None
    by: str = ""
    how: str = ""
    packets: list[Packet] = field(default_factory=list)

    @property
    def connect(self) -> Packet | None:
        """Its CONNECT, if one came that could be read."""
        return self.first("CONNECT")

    @property
    def connack(self) -> Packet | None:
        """The CONNACK that was sent, whatever it says."""
        return self.first("CONNACK")

    @property
    def is_accepted(self) -> bool:
        """Whether the device was told that it is connected."""
        return self.connack is not None and self.connack.decoded.get("code") == 0

    def first(self, kind: str) -> Packet | None:
        """Return the first packet of a type."""
        return next((packet for packet in self.packets if packet.type == kind), None)

    def is_open_at(self, at_ns: int) -> bool:
        """Say whether it was there at a time."""
        return self.opened_ns <= at_ns and (self.closed_ns is None or at_ns < self.closed_ns)


def read_packet(line: Line) -> Packet:
    """Return what a `packet` line says."""
    is_in = line.fields["way"] == "in"
    decoded = line.fields["decoded"]
    return Packet(line.n, line.at_ns, line.fields["link"], is_in, line.fields["type"], decoded)


def read_publish(line: Line) -> Publish:
    """Return a PUBLISH as the message that it is, or the rule that keeps it from being one."""
    packet = read_packet(line)
    topic, size = packet.decoded["topic"], packet.decoded["bytes"]
    raw = base64.b64decode(line.fields["raw"])
    payload = raw[len(raw) - size :]
    where, decoded, violation = None, None, None
    try:
        where = topics.parse(topic)
        decoded = decode_at(where, payload)
    except ViolationError as error:
        violation = error.violation
    return Publish(packet, topic, payload, where, decoded, violation)
