"""The battery of a device that sleeps: it leaks a little, each wake costs, somebody changes it."""

from random import Random
from typing import Final

from protocol.ids import Address
from simulators.physics import DAY_S, Happening, chance, clamp

LOW_PERCENT: Final = 15.0
FULL_V: Final = 3.05
EMPTY_V: Final = 2.2
"""Of a lithium coin cell: flat for most of its life, then down."""

CHANGED_PER_S: Final = 1 / (2.0 * DAY_S)
"""How soon somebody changes a battery that is empty."""


class Battery:
    """A cell that is changed, not charged.

    Args:
        rng: Whose battery it is decides how full it is at the beginning.
        years: How long it lasts without any wake.
        wakes: How many wakes empty it.

    Attributes:
        level: What is left, percent.
    """

    def __init__(self, rng: Random, *, years: float, wakes: float) -> None:
        self.level = rng.uniform(40.0, 100.0)
        self._rng = rng
        self._leak_per_s = 100.0 / (years * 365.0 * DAY_S)
        self._wake_percent = 100.0 / wakes
        self._is_told = False

    @property
    def voltage_v(self) -> float:
        """Voltage, volts: it says little until the battery is nearly empty."""
        left = clamp(self.level / 100.0, 0.0, 1.0)
        return float(EMPTY_V + (FULL_V - EMPTY_V) * left**0.25)

    def wake(self) -> None:
        """Pay for a wake."""
        self.level = max(0.0, self.level - self._wake_percent)

    def change(self) -> None:
        """Put a new one in."""
        self.level, self._is_told = 100.0, False

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass; tell once that it is low."""
        self.level = max(0.0, self.level - self._leak_per_s * dt_s)
        if self.level <= 0.0 and chance(self._rng, CHANGED_PER_S, dt_s):
            self.change()
        if self.level > LOW_PERCENT or self._is_told:
            return ()
        self._is_told = True
        return (Happening(Address("battery.low")),)
