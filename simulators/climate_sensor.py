"""A climate sensor on a battery in a bathroom: it sleeps, and somebody showers twice a day."""

import math
from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.battery import Battery
from simulators.physics import DAY_S, Happening, Ran, Wander, clamp, hour_of, relax

DRYING_PER_S: Final = 1 / 1_500
"""How fast a bathroom dries: a fan or a window takes it back in about an hour."""

SHOWER_S: Final = 480.0
STEAM_PERCENT: Final = 93.0
STEAM_PER_S: Final = 1 / 120
"""Humidity near which a shower brings the room, and how fast."""

SHOWERS_H: Final = (7.0, 22.25)
"""Times of day of the household's showers, about."""

INTERVALS_S: Final = (60, 300, 900)
"""What the button steps through."""


class ClimateSensor:
    """The sensor, its battery and its bathroom."""

    product: ClassVar[str] = "climate-sensor"
    buttons: ClassVar[tuple[str, ...]] = ("interval", "battery")
    deadbands: ClassVar[Mapping[str, float]] = {
        "air.temperature": 0.2,
        "air.humidity": 1.0,
        "air.pressure": 0.5,
        "battery.voltage_v": 0.02,
    }

    report_s = 30.0
    awake_s = 2

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self.interval_s = INTERVALS_S[1]
        self._day_s = day_s
        self._temperature = Wander(rng, mean=0.0, spread=0.3, tau_s=3_600.0)
        self._pressure = Wander(rng, mean=1_013.0, spread=9.0, tau_s=2.0 * DAY_S)
        self._damp = 0.0
        self._shower_s = 0.0
        self._late_s = rng.uniform(-1_800.0, 1_800.0)
        self._battery = Battery(rng, years=5.0, wakes=150_000.0)

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("climate-sensor")

    @property
    def is_showering(self) -> bool:
        """Whether the shower runs."""
        return self._shower_s > 0.0

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        warmth = self._warmth()
        return {
            Address("air.temperature"): 21.0 + warmth + 0.06 * self._damp + self._temperature.value,
            Address("air.humidity"): clamp(self._dry() + self._damp, 5.0, 99.0),
            Address("air.pressure"): clamp(self._pressure.value, 950.0, 1_060.0),
            Address("battery.level"): self._battery.level,
            Address("battery.voltage_v"): self._battery.voltage_v,
            Address("sensor.interval_s"): self.interval_s,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: steam comes with a shower and goes when it is over."""
        if self._begins_shower(dt_s):
            self._shower_s = SHOWER_S
        if (self._day_s + dt_s) // DAY_S > self._day_s // DAY_S:
            self._late_s = self._rng.uniform(-1_800.0, 1_800.0)
        self._day_s += dt_s
        self._temperature.step(dt_s)
        self._pressure.step(dt_s)
        wet_s = min(dt_s, self._shower_s)
        self._shower_s -= wet_s
        self._damp = relax(self._damp, STEAM_PERCENT - self._dry(), STEAM_PER_S, wet_s)
        self._damp = relax(self._damp, 0.0, DRYING_PER_S, dt_s - wet_s)
        return self._battery.step(dt_s)

    def wake(self) -> None:
        """Pay for a wake."""
        self._battery.wake()

    def shower(self) -> None:
        """Begin a shower."""
        self._shower_s = SHOWER_S

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        match values.get(Address("sensor.interval_s")):
            case int(interval_s):
                self.interval_s = interval_s

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `sensor.identify`: its lamp blinks, which nobody here sees."""
        return Ran()

    def press(self, button: str) -> None:
        """Step to the next interval, or put a new battery in."""
        if button == "battery":
            self._battery.change()
            return
        longer = [s for s in INTERVALS_S if s > self.interval_s]
        self.interval_s = longer[0] if longer else INTERVALS_S[0]

    def _begins_shower(self, dt_s: float) -> bool:
        for hour in SHOWERS_H:
            until_s = (hour * 3_600.0 + self._late_s - self._day_s) % DAY_S
            if until_s < dt_s:
                return True
        return False

    def _warmth(self) -> float:
        heated = 1.2 if 6.0 <= hour_of(self._day_s) < 23.0 else 0.0
        return heated + 0.8 * math.sin(2.0 * math.pi * (self._day_s - 9.0 * 3_600.0) / DAY_S)

    def _dry(self) -> float:
        """Return the humidity that the room has without showers, percent."""
        return 48.0 - 2.5 * self._warmth()
