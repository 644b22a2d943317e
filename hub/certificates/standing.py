"""How a device stands by the certificates that the hub has: a pure function of both and the day."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Drift = Literal["firmware_differs", "hardware_differs", "spec_differs"]
Status = Literal["none", "valid", "expired", "revoked", "untrusted"] | Drift
Level = Literal[1, 2, 3]

_SHORT: Final = 12
"""Characters of a hash that are shown; as many as tell one from all others."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate, and what is known of it on any day.

    Attributes:
        id: SHA-256 of its statement.
        spec_sha256: Of the product spec.
        issued, not_after: First and last day on which it counts (UTC).
        untrusted: Why it is not believed; empty when it is.
        revoked: When and why the registry took it back; empty when it did not.
    """

    id: str
    vendor: str
    product: str
    hardware: str
    firmware: str
    spec_sha256: str
    level: Level
    issued: datetime.date
    not_after: datetime.date
    untrusted: str = ""
    revoked: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a device tells of itself; a join tells vendor and product, an announce the rest.

    Attributes:
        hardware, firmware, spec_sha256: None before its first announce: then any will do.
    """

    vendor: str
    product: str
    hardware: str | None = None
    firmware: str | None = None
    spec_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """The day by which certificates are judged (UTC).

    Attributes:
        is_sure: Whether the clock that says so was set; one that was not may be behind.
    """

    date: datetime.date
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How a device stands.

    Attributes:
        paper: The certificate that says so; None where there is none of this product.
        why: One sentence.
    """

    status: Status
    why: str
    paper: Paper | None = None


_BEST_FIRST: Final = (
    (True, "valid"),
    (True, "revoked"),
    (True, "expired"),
    (False, "valid"),
    (False, "revoked"),
    (False, "expired"),
    (True, "untrusted"),
    (False, "untrusted"),
)
"""Which certificate of a product speaks: whether it is of what runs, and its status.

What was said of what runs goes before what is said of others; what nobody believes says nothing
while there is anything else.
"""


def status(paper: Paper, today: Today) -> tuple[Status, str]:
    """Return what a certificate is worth on a day, and why; of devices it knows nothing."""
    if paper.untrusted:
        return "untrusted", paper.untrusted
    if paper.revoked:
        return "revoked", paper.revoked
    if today.date > paper.not_after:
        return "expired", f"it counted until {paper.not_after}; today is {today.date}"
    if not today.is_sure:
        return "valid", f"it counts until {paper.not_after}; the hub's clock was not set"
    if today.date < paper.issued:
        return "expired", f"it counts from {paper.issued} on; today is {today.date}"
    return "valid", f"it counts until {paper.not_after}"


def standing(papers: Sequence[Paper], device: Told, today: Today) -> Standing:
    """Return how a device stands on a day, by all certificates that the hub has."""
    whose = (device.vendor, device.product)
    found = [paper for paper in papers if (paper.vendor, paper.product) == whose]
    if not found:
        return Standing("none", f"there is no certificate of {device.vendor} {device.product}")

    def rank(paper: Paper) -> tuple[int, int, int, int]:
        drift = drifts(paper, device)
        place = _BEST_FIRST.index((not drift, status(paper, today)[0]))
        return place, len(drift), -paper.level, -paper.not_after.toordinal()

    best = min(found, key=rank)
    worth, why = status(best, today)
    drift = drifts(best, device)
    if worth == "valid" and drift:
        return Standing(next(iter(drift)), "; ".join(drift.values()), best)
    return Standing(worth, why, best)


def drifts(paper: Paper, device: Told) -> dict[Drift, str]:
    """Return in what a device is not the one that is certified, each with a sentence."""
    found: dict[Drift, str] = {}
    if device.firmware not in {None, paper.firmware}:
        found["firmware_differs"] = f"certified is {paper.firmware}, running is {device.firmware}"
    if device.hardware not in {None, paper.hardware}:
        why = f"certified is hardware {paper.hardware}, this is {device.hardware}"
        found["hardware_differs"] = why
    if device.spec_sha256 is not None and device.spec_sha256 != paper.spec_sha256:
        one, other = paper.spec_sha256[:_SHORT], device.spec_sha256[:_SHORT]
        found["spec_differs"] = f"certified is product spec {one}…, this one sends {other}…"
    return found


def shortfall(found: Standing, level: int) -> str:
    """Return why a standing is not enough where devices have to be certified; empty if it is."""
    if found.status != "valid" or found.paper is None:
        return found.why
    if found.paper.level < level:
        return f"it is certified at level {found.paper.level}, and this home asks for {level}"
    return ""
