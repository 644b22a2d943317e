"""How a device stands by the certificates that the hub has: a pure function of both and the day."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["none", "valid", "expired", "revoked", "firmware_differs", "untrusted"]
Level = Literal[1, 2, 3]


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate, and what is known of it on any day.

    Attributes:
        id: SHA-256 of its statement.
        issued, not_after: First and last day on which it counts (UTC).
        untrusted: Why it is not believed; empty when it is.
        revoked: When and why the registry took it back; empty when it did not.
    """

    id: str
    vendor: str
    product: str
    firmware: str
    level: Level
    issued: datetime.date
    not_after: datetime.date
    untrusted: str = ""
    revoked: str = ""


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
"""Which certificate of a product speaks: whether it is of the firmware that runs, and its status.

What was said of the running firmware goes before what is said of others; what nobody believes says
nothing while there is anything else.
"""


def status(paper: Paper, today: datetime.date) -> tuple[Status, str]:
    """Return what a certificate is worth on a day, and why; of firmware it knows nothing."""
    if paper.untrusted:
        return "untrusted", paper.untrusted
    if paper.revoked:
        return "revoked", paper.revoked
    if today < paper.issued:
        return "expired", f"it counts from {paper.issued} on; today is {today}"
    if today > paper.not_after:
        return "expired", f"it counted until {paper.not_after}; today is {today}"
    return "valid", f"it counts until {paper.not_after}"


def standing(
    papers: Sequence[Paper], vendor: str, product: str, firmware: str | None, today: datetime.date
) -> Standing:
    """Return how a device stands on a day.

    Args:
        papers: All certificates that the hub has.
        vendor: As the device tells it.
        product: As the device tells it.
        firmware: The version that runs; None before the device has told it: then any will do.
        today: The day (UTC).
    """
    found = [paper for paper in papers if (paper.vendor, paper.product) == (vendor, product)]
    if not found:
        return Standing("none", f"there is no certificate of {vendor} {product}")

    def rank(paper: Paper) -> tuple[int, int, int]:
        is_running = firmware in {None, paper.firmware}
        place = _BEST_FIRST.index((is_running, status(paper, today)[0]))
        return place, -paper.level, -paper.not_after.toordinal()

    best = min(found, key=rank)
    worth, why = status(best, today)
    if worth == "valid" and firmware not in {None, best.firmware}:
        why = f"certified is {best.firmware}, running is {firmware}"
        return Standing("firmware_differs", why, best)
    return Standing(worth, why, best)


def shortfall(found: Standing, level: int) -> str:
    """Return why a standing is not enough where devices have to be certified; empty if it is."""
    if found.status != "valid" or found.paper is None:
        return found.why
    if found.paper.level < level:
        return f"it is certified at level {found.paper.level}, and this home asks for {level}"
    return ""
