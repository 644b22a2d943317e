"""The hub's two clocks: monotonic seconds inside, wall time at the edges (API, store)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

PLAUSIBLE_S: Final = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
"""No hub ran before that day: an earlier wall clock was never set (a board without a battery)."""

READ_EVERY_S: Final = 1.0
SLEW: Final = 0.1
"""Seconds given back per second after the system clock was set back: wall time slows down."""

STEADY_S: Final = 0.001
"""Smaller differences say how the two clocks were read: what was told once is told the same again.
"""

IN_STEP_S: Final = 5.0
"""Largest lag behind the latest known time that still counts as synced."""

SECONDS_KEPT: Final = 256
"""Whole seconds whose text is remembered: what is told happened lately, and a receipt tells six
times at each of its steps."""


class Clock:
    """Tells monotonic time and converts it to and from wall time.

    Wall time follows the system clock when that jumps ahead and never runs back: not when the
    system clock is set back, and, with the mark that the store keeps, not over a restart. While
    nobody sets the system clock, the same time always reads the same.

    Args:
        monotonic: Seconds from any start, never back.
        wall: Unix seconds.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic, self._wall = monotonic, wall
        self._read_at_s = monotonic()
        self._system_s = self._offset_s = wall() - self._read_at_s

    def now_s(self) -> float:
        """Return the core's time: monotonic seconds."""
        now_s = self._monotonic()
        if now_s - self._read_at_s >= READ_EVERY_S:
            self._read(now_s)
        return now_s

    def wall_s(self, mono_s: float) -> float:
        """Return the Unix seconds of a time of `now_s`."""
        return mono_s + self._offset_s

    def mono_s(self, wall_s: float) -> float:
        """Return the time of `now_s` of some Unix seconds; below zero when that is long ago."""
        return wall_s - self._offset_s

    def iso(self, mono_s: float) -> str:
        """Return a time of `now_s` as ISO 8601 in UTC with milliseconds."""
        return iso_of_ms(round((mono_s + self._offset_s) * 1_000_000) // 1000)

    def not_before(self, wall_s: float) -> None:
        """Take in that it was `wall_s` already, in an earlier run of this hub."""
        now_s = self._monotonic()
        self._offset_s = max(self._offset_s, wall_s - now_s)

    @property
    def behind_s(self) -> float:
        """How far the system clock lags behind the latest time this hub has known."""
        return max(0.0, self._offset_s - self._system_s)

    @property
    def is_synced(self) -> bool:
        """Whether wall time may be believed: the system clock is set, and was not set back."""
        is_set = self._system_s + self._read_at_s >= PLAUSIBLE_S
        return is_set and self.behind_s <= IN_STEP_S

    def _read(self, now_s: float) -> None:
        passed_s, self._read_at_s = now_s - self._read_at_s, now_s
        self._system_s = self._wall() - now_s
        doubt_s = self._monotonic() - now_s  # so much later the other clock was read at most
        if -STEADY_S <= self._system_s - self._offset_s <= STEADY_S + doubt_s:
            return
        is_set = self._system_s + now_s >= PLAUSIBLE_S
        held_s = self._offset_s - (SLEW * passed_s if is_set else 0.0)
        self._offset_s = max(self._system_s, held_s)


def iso_of_ms(wall_ms: int) -> str:
    """Return a Unix time in milliseconds as `Clock.iso` tells times."""
    second, ms = divmod(wall_ms, 1000)
    return _second(second) + _ENDS[ms]


_ENDS: Final = tuple(f".{ms:03d}Z" for ms in range(1000))


@lru_cache(SECONDS_KEPT)
def _second(wall_s: int) -> str:
    return f"{datetime.fromtimestamp(wall_s, UTC):%Y-%m-%dT%H:%M:%S}"
