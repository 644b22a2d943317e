"""How much a device may send in a run, so that a flood is cut off early and fills no disk."""

from dataclasses import dataclass
from typing import Final

MOST_PACKETS: Final = 200_000
MOST_STREAM_BYTES: Final = 33_554_432
MOST_CONNECTIONS: Final = 20_000
"""What a device may send in a whole run: a hundred times what an honest one does."""

AT_ONCE: Final = 1_500.0
"""Packets that it may send at once beside its answers. The highest rate that can be declared allows
1,000 states and events in ten seconds, so that a flood of them breaks any rate."""

PER_S: Final = 200.0
"""So many more each second: twice the highest rate that can be declared."""

ANSWERS: Final = 4
"""So many for each message to it: PUBACK, acks, states."""

_NS: Final = 1_000_000_000


@dataclass(slots=True)
class Budget:
    """What may still come from the device.

    Attributes:
        packets, stream_bytes, connections: What is left for the whole run.
        room: Packets that may come now.
        flood: What was too much; empty as long as nothing was, and then the same for ever.
    """

    packets: int = MOST_PACKETS
    stream_bytes: int = MOST_STREAM_BYTES
    connections: int = MOST_CONNECTIONS
    room: float = AT_ONCE
    flood: str = ""
    _answers: int = 0
    _at_ns: int = 0
    _begun_ns: int = 0
    _count: int = 0

    def connected(self) -> None:
        """Take in that it has opened a TCP connection."""
        self.connections -= 1
        if self.connections < 0:
            self._say("too many TCP connections in one run")

    def sent(self, count: int) -> None:
        """Take in that so many bytes came from it."""
        self.stream_bytes -= count
        if self.stream_bytes < 0:
            self._say("too many bytes in one run")

    def spoke(self, at_ns: int) -> None:
        """Take in a packet from it, at a time of the transcript."""
        self.packets -= 1
        if self.packets < 0:
            self._say("too many packets in one run")
        self._refill(at_ns)
        self._count += 1
        if self._answers:
            self._answers -= 1
            return
        self.room -= 1
        if self.room < 0:
            lasted_s = (at_ns - self._begun_ns) / _NS
            self._say(f"{self._count} packets within {lasted_s:.1f} s, nearly all of them unasked")

    def asked(self) -> None:
        """Take in that a message went to it."""
        self._answers += ANSWERS

    def _refill(self, at_ns: int) -> None:
        self.room += (at_ns - self._at_ns) / _NS * PER_S
        self._at_ns = at_ns
        if self.room >= AT_ONCE:
            self.room, self._begun_ns, self._count = AT_ONCE, at_ns, 0

    def _say(self, what: str) -> None:
        self.flood = self.flood or f"it floods: {what}"
