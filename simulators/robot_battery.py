"""The battery of a robot cleaner: how fast each mode empties it, and how its dock fills it."""

from typing import Final

from simulators.physics import clamp

DRAIN_PERCENT_S: Final = (0.0085, 0.0125, 0.018, 0.025)
"""By mode: quiet (and driving), standard, strong, max; two hours of standard cleaning."""

STANDING_PERCENT_S: Final = 1 / 1_200
"""What it takes to stand and listen: a battery lasts a day and a half."""

CHARGE_PERCENT_S: Final = 100 / (2.5 * 3600.0)
"""Up to `SLOW_PERCENT`; from there half as fast."""

SLOW_PERCENT: Final = 80.0
"""Also what it waits for before it goes on with rooms that were left over."""

HOME_PERCENT: Final = 15.0
"""At this it goes home, from wherever it is."""


class RobotBattery:
    """The battery.

    Attributes:
        level: Percent, never below 0 nor above 100.
    """

    def __init__(self, level: float) -> None:
        self.level = level

    @property
    def is_low(self) -> bool:
        """Whether it has to go home."""
        return self.level <= HOME_PERCENT

    @property
    def is_ready(self) -> bool:
        """Whether it may go on with what it had begun."""
        return self.level >= SLOW_PERCENT

    @property
    def is_full(self) -> bool:
        """Whether charging is done."""
        return self.level >= 100.0

    @property
    def charging_s(self) -> float:
        """How long it charges at the present rate, at least a tenth of a second."""
        goal = SLOW_PERCENT if self.level < SLOW_PERCENT else 100.0
        return max(0.1, (goal - self.level) / self._charge_percent_s)

    def charge(self, dt_s: float) -> None:
        """Charge for at most `charging_s`."""
        self.level = clamp(self.level + self._charge_percent_s * dt_s, 0.0, 100.0)

    def drain(self, mode: int | None, dt_s: float) -> bool:
        """Take what a mode takes, or standing if None; return whether it is low only now."""
        was_low = self.is_low
        rate = STANDING_PERCENT_S if mode is None else DRAIN_PERCENT_S[mode]
        self.level = max(0.0, self.level - rate * dt_s)
        return self.is_low and not was_low

    @property
    def _charge_percent_s(self) -> float:
        return CHARGE_PERCENT_S if self.level < SLOW_PERCENT else CHARGE_PERCENT_S / 2.0
