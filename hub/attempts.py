"""What became of each device that has called since the joining window was opened, bounded."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from protocol.ids import DeviceId

LIMIT: Final = 16
"""Most devices of which the last attempt is kept; the one not heard for longest goes first."""

Step = Literal["called", "wrong_code", "refused", "joined"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How far a device has come.

    Attributes:
        product, vendor: As the device has it; nobody has proved that.
        at_s: When it came so far; the core's clock.
        what: Why it was not let in; empty where it was, or may be yet.
        remedy: What to do about it.
    """

    device: DeviceId
    product: str
    vendor: str
    step: Step
    at_s: float
    what: str = ""
    remedy: str = ""


class Attempts:
    """The last attempt of each device, the latest last."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._rows: OrderedDict[DeviceId, Attempt] = OrderedDict()

    def __iter__(self) -> Iterator[Attempt]:
        return iter(self._rows.values())

    def take(self, attempt: Attempt) -> None:
        """Keep how far a device has come, instead of what was kept of it."""
        self._rows[attempt.device] = attempt
        self._rows.move_to_end(attempt.device)
        if len(self._rows) > self._limit:
            self._rows.popitem(last=False)

    def clear(self) -> None:
        """Forget them all: another window begins."""
        self._rows.clear()
