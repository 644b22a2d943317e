"""How the hub's parts are, each with what a person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.sayings import Saying

Condition = Literal["ok", "degraded"]


@dataclass(frozen=True, slots=True)
class PartHealth:
    """The condition of one part.

    Attributes:
        said: What is wrong, or worth knowing; None for nothing.
    """

    name: str
    status: Condition
    said: Saying | None = None

    @property
    def detail(self) -> str:
        """What is wrong, or worth knowing; one sentence."""
        return self.said.detail if self.said else ""

    @property
    def remedy(self) -> str:
        """What to do; empty when nothing is to be done."""
        return self.said.remedy if self.said and self.status != "ok" else ""


@dataclass(frozen=True, slots=True)
class Health:
    """The condition of the hub: as good as its worst part."""

    status: Condition
    parts: tuple[PartHealth, ...]


def judge(parts: Sequence[PartHealth]) -> Health:
    """Return the health of a hub with these parts."""
    is_ok = all(part.status == "ok" for part in parts)
    return Health("ok" if is_ok else "degraded", tuple(parts))


def part(name: str, said: Saying | None, *, is_ok: bool) -> PartHealth:
    """Return the condition of a part; what is well needs no remedy."""
    return PartHealth(name, "ok" if is_ok else "degraded", said)
