"""What an import notes down while it works: what it mended, and what it refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from protocol.errors import printable
from protocol.miot.quirks import Quirk, Reason

Kind = Literal["device", "service", "property", "action", "event"]

MAX_DETAIL: Final = 300
"""Longest detail of a note, in characters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a document.

    Attributes:
        path: Such as `services.0.properties.3`; `document` for the whole.
        name: Type name as it stood, shortened; empty where there is none.
        siid: None where there is none, as `iid`.
    """

    kind: Kind
    path: str
    name: str = ""
    siid: int | None = None
    iid: int | None = None

    @property
    def number(self) -> str:
        """`siid.iid`, or `siid` for a service; empty where there is none."""
        if self.siid is None:
            return ""
        return str(self.siid) if self.iid is None else f"{self.siid}.{self.iid}"


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing that was put right."""

    quirk: Quirk
    place: Place
    detail: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One part that was not imported."""

    reason: Reason
    place: Place
    detail: str


@dataclass(slots=True)
class Notebook:
    """Collects notes; bounded by the number of parts of a document."""

    mended: list[Mend] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    _told: set[Mend] = field(default_factory=set)

    def mend(self, quirk: Quirk, place: Place, detail: str) -> None:
        """Note that something was put right, once; `detail` says what was and what is."""
        found = Mend(quirk, place, printable(detail, MAX_DETAIL))
        if found not in self._told:
            self._told.add(found)
            self.mended.append(found)

    def refuse(self, reason: Reason, place: Place, detail: str) -> None:
        """Note that a part is not imported."""
        self.refused.append(Refusal(reason, place, printable(detail, MAX_DETAIL)))


def listed(words: Sequence[str], most: int = 6) -> str:
    """Join words for a note, the first few of them."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
