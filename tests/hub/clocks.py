"""Time that a test sets by hand."""

from hub.clock import Clock

SUMMER_S = 1_780_000_000.0
"""A moment of May 2026, Unix seconds."""


class Times:
    """Two clocks of a machine: one that only runs on, one that people and NTP may set."""

    def __init__(self, wall_s: float = SUMMER_S, mono_s: float = 50.0) -> None:
        self.mono_s, self.system_s = mono_s, wall_s

    def clock(self) -> Clock:
        return Clock(lambda: self.mono_s, lambda: self.system_s)

    def pass_(self, seconds: float) -> None:
        self.mono_s += seconds
        self.system_s += seconds
