"""What a mutant lays its hands on: messages as they cross the wire, and what it knows of itself."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from protocol.codec import Encoded
from protocol.ids import DeviceId
from protocol.messages import QOS
from protocol.topics import BIRTH, Leaf
from protocol.validator import CompiledProduct

Fields = dict[str, Any]
"""A JSON object, as it stands in a payload."""

NUMBERED: Final = frozenset({"state", "event", "ack"})
"""Leaves whose messages carry a running number."""

NEXT: Final = -1
"""As `seq`: the number that comes next on this leaf."""


@dataclass(frozen=True, slots=True)
class Word:
    """A message on the wire, up or down.

    Attributes:
        after_s: How long it is held back.
        is_raw: Whether its running number stays as it is.
        is_up: Whether the device says it; otherwise it hears it.
        is_meant: Whether the device, or the hub, says it of itself. What one mutant has made up
            another lets be, so that both are wrong where they are one device.
    """

    topic: str
    payload: bytes
    qos: int
    is_retained: bool = False
    after_s: float = 0.0
    is_raw: bool = False
    is_up: bool = True
    is_meant: bool = False

    @property
    def leaf(self) -> str:
        """The last level of its topic; `birth` for a birth."""
        return self.topic.rpartition("/")[2]

    @property
    def child(self) -> str:
        """The child that it is for; empty for the device itself."""
        levels = self.topic.split("/")
        return levels[3] if len(levels) == 5 and self.topic != BIRTH else ""

    @property
    def fields(self) -> Fields:
        """What it says; nothing where it is no JSON object."""
        try:
            found = json.loads(self.payload)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def saying(self, **changes: Any) -> Self:
        """Return it with other fields; `...` takes one out."""
        return self.telling(self.fields | changes)

    def telling(self, fields: Fields) -> Self:
        """Return it with these fields and no others; `...` stands for one that is not there."""
        kept = {name: value for name, value in fields.items() if value is not ...}
        return replace(self, payload=json.dumps(kept, separators=(",", ":")).encode())

    def another(self, **changes: Any) -> Self:
        """Return one more message like it, with the next number where it has one."""
        number = {"seq": NEXT} if self.leaf in NUMBERED else {}
        return replace(self.saying(**{**number, **changes}), is_meant=False)

    def late(self, seconds: float) -> Self:
        """Return it held back."""
        return replace(self, after_s=self.after_s + seconds)

    def encoded(self) -> Encoded:
        """Return it as the wire takes it."""
        return Encoded(self.topic, self.payload, self.qos, self.is_retained)


class HangUp:
    """Among words: the connection is closed here without a goodbye."""


HANG_UP: Final = HangUp()

Words = Iterable[Word | HangUp]


@dataclass(slots=True)
class Body:
    """What a deviation knows of the device that deviates; it lasts as long as the device does.

    Attributes:
        epoch, connection: As announced last.
        connects: CONNECTs so far.
        memory: What it wants to remember.
    """

    id: DeviceId
    product: CompiledProduct
    epoch: int = 1
    connection: int = 1
    connects: int = 0
    memory: dict[str, Any] = field(default_factory=dict)

    def word(self, leaf: Leaf | str, **fields: Any) -> Word:
        """Return a message of its own, with the epoch and, where there is one, the next number."""
        told: Fields = {"epoch": self.epoch}
        if leaf in NUMBERED:
            told["seq"] = NEXT
        return self.raw(leaf, json.dumps(told | fields).encode())

    def raw(self, leaf: Leaf | str, payload: bytes) -> Word:
        """Return a message of any bytes."""
        own = Leaf(leaf) if leaf in set(Leaf) else None
        is_retained = own is Leaf.PRESENCE
        return Word(f"eco/1/{self.id}/{leaf}", payload, QOS[own] if own else 1, is_retained)

    def first(self, name: str) -> bool:
        """Say whether this is the first time that something happens."""
        return self.count(name) == 1

    def count(self, name: str) -> int:
        """Count something; return how often it has happened, this time included."""
        self.memory[name] = self.memory.get(name, 0) + 1
        return int(self.memory[name])
