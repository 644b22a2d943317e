"""Times and states in words and colours."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.text import Text

from protocol.errors import printable

if TYPE_CHECKING:
    from ecohub_client.shapes import ByShown

PRESENCE_STYLES: Final = {
    "online": "green",
    "interviewing": "cyan",
    "asleep": "blue",
    "unreachable": "red",
    "unstable": "yellow",
    "quarantined": "magenta",
    "retired": "dim",
}

RECEIPT_STYLES: Final = {
    "accepted": "cyan",
    "delivered": "cyan",
    "applied": "green",
    "confirmed": "bold green",
    "rejected": "bold red",
    "expired": "bold yellow",
    "superseded": "yellow",
    "failed": "bold red",
}

_STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def age(seconds: float | None) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    if seconds is None:
        return "never"
    if seconds < 1:
        return "now"
    for size, unit in _STEPS:
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def seconds_since(moment: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds since an ISO 8601 time; None for no time."""
    if moment is None:
        return None
    passed = (now or datetime.now(UTC)) - datetime.fromisoformat(moment)
    return max(0.0, passed.total_seconds())


def seconds_until(moment: str | None) -> float:
    """Return the seconds until an ISO 8601 time; 0 when it has passed or there is none."""
    if moment is None:
        return 0.0
    return max(0.0, (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds())


def until(moment: str, now: datetime | None = None) -> str:
    """Return when an ISO 8601 time comes, in words; `overdue` when it has passed."""
    left_s = (datetime.fromisoformat(moment) - (now or datetime.now(UTC))).total_seconds()
    return f"in {age(left_s)}" if left_s >= 1 else "now" if left_s > -1 else "overdue"


def time_of_day(moment: str) -> str:
    """Return an ISO 8601 time as this machine's time of day, with tenths."""
    here = datetime.fromisoformat(moment).astimezone()
    return f"{here:%H:%M:%S}.{here.microsecond // 100_000}"


def asker(by: "ByShown | None") -> str:
    """Return who asked for something: `Ada (Ada's phone, scene Evening)`."""
    if by is None:
        return ""
    name = by["name"] or ("somebody of the home" if by["type"] == "person" else f"the {by['type']}")
    through = by.get("through")
    used = f"{through['type']} {through['name']}".strip() if through else ""
    told = ", ".join(one for one in (by.get("phone", ""), used) if one)
    return printable(f"{name} ({told})" if told else name)


def presence(status: str) -> Text:
    """Return a presence in its colour."""
    return Text(f"● {status}", PRESENCE_STYLES.get(status, ""))


def receipt_status(status: str) -> Text:
    """Return the status of a receipt in its colour."""
    return Text(status, RECEIPT_STYLES.get(status, ""))
