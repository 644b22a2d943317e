"""A device's own limit on what it says, so that it keeps the rate its product spec declares."""

from collections import deque
from typing import Final

WINDOW_S: Final = 10.0
"""The declared rate is an average over this time (ECO-RATE-001)."""

TELEMETRY_SHARE: Final = 0.5
"""What telemetry may take of a window; commands and events find the rest."""


class Pace:
    """The states and events of the last `window_s` seconds, against how many there may be.

    There may be those of `WINDOW_S` at the declared rate, however short the window of a test is.
    """

    __slots__ = ("_sent", "_window_s", "limit")

    def __init__(self, rate_per_s: float, window_s: float = WINDOW_S) -> None:
        self.limit = max(1, int(rate_per_s * WINDOW_S))
        self._window_s = window_s
        self._sent: deque[float] = deque(maxlen=self.limit)

    def may_report(self, now_s: float) -> bool:
        """Say whether telemetry may be sent."""
        self._forget(now_s)
        return len(self._sent) <= TELEMETRY_SHARE * (self.limit - 1)

    def wait_s(self, now_s: float) -> float:
        """Return how long a command or an event has to wait; 0 when it may go now."""
        self._forget(now_s)
        return 0.0 if len(self._sent) < self.limit else self._sent[0] + self._window_s - now_s

    def spend(self, now_s: float) -> None:
        """Count a message that is sent, allowed or not."""
        self._sent.append(now_s)

    def _forget(self, now_s: float) -> None:
        while self._sent and self._sent[0] <= now_s - self._window_s:
            self._sent.popleft()
