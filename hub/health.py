"""How the hub's parts are, each with what a person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Condition = Literal["ok", "degraded"]


@dataclass(frozen=True, slots=True)
class PartHealth:
    """The condition of one part.

    Attributes:
        detail: What is wrong, or worth knowing; one sentence.
        remedy: What to do; empty when nothing is to be done.
    """

    name: str
    status: Condition
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The condition of the hub: as good as its worst part."""

    status: Condition
    parts: tuple[PartHealth, ...]


def judge(parts: Sequence[PartHealth]) -> Health:
    """Return the health of a hub with these parts."""
    is_ok = all(part.status == "ok" for part in parts)
    return Health("ok" if is_ok else "degraded", tuple(parts))


def part(name: str, detail: str, remedy: str, *, is_ok: bool) -> PartHealth:
    """Return the condition of a part; what is well needs no remedy."""
    return PartHealth(name, "ok" if is_ok else "degraded", detail, "" if is_ok else remedy)
