"""An environment sensor in a living room: the day warms and lights it, people fill it with CO2."""

import math
from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import (
    DAY_S,
    Happening,
    Ran,
    Wander,
    chance,
    clamp,
    daylight,
    hour_of,
    relax,
)

ROOM_M3: Final = 60.0

OUTDOOR_PPM: Final = 425.0

CO2_M3_H: Final = 0.018
"""What one sitting person breathes out (ASTM D6245)."""

AIR_CHANGES_PER_H: Final = 0.7

SUN_LUX: Final = 1_800.0
"""Daylight in the room at noon under a clear sky; outdoors it is fifty times that."""

LAMP_LUX: Final = 180.0

VISITS_PER_S: Final = 1 / 1_800
"""How often somebody comes or goes, at most."""

INTERVALS_S: Final = (10, 30, 60)
"""What the button steps through."""


class EnvironmentSensor:
    """The sensor, the room and its people."""

    product: ClassVar[str] = "environment-sensor"
    buttons: ClassVar[tuple[str, ...]] = ("interval",)
    deadbands: ClassVar[Mapping[str, float]] = {
        "air.temperature": 0.1,
        "air.humidity": 1.0,
        "air.co2": 10.0,
        "air.illuminance": 20.0,
    }

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._day_s = day_s
        self._temperature = Wander(rng, mean=0.0, spread=0.25, tau_s=1_800.0)
        self._humidity = Wander(rng, mean=0.0, spread=2.0, tau_s=3_600.0)
        self._clouds = Wander(rng, mean=0.35, spread=0.25, tau_s=1_800.0)
        self._people = self._expected_people()
        self._co2 = self._co2_equilibrium()
        self._interval_s = INTERVALS_S[0]

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("environment-sensor")

    @property
    def report_s(self) -> float:
        """How often it measures: its own setting."""
        return float(self._interval_s)

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        warmth = 1.8 * math.sin(2.0 * math.pi * (self._day_s - 9.0 * 3600.0) / DAY_S)
        temperature = 21.0 + warmth + 0.2 * self._people + self._temperature.value
        humidity = 46.0 - 2.5 * warmth + 1.5 * self._people + self._humidity.value
        return {
            Address("air.temperature"): temperature,
            Address("air.humidity"): clamp(humidity, 5.0, 95.0),
            Address("air.co2"): self._co2,
            Address("air.illuminance"): self._lux(),
            Address("sensor.interval_s"): self._interval_s,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the sun moves, people come and go, CO2 follows them."""
        self._day_s += dt_s
        self._temperature.step(dt_s)
        self._humidity.step(dt_s)
        self._clouds.step(dt_s)
        if chance(self._rng, VISITS_PER_S, dt_s):
            target = self._expected_people()
            self._people += (target > self._people) - (target < self._people)
        self._co2 = relax(self._co2, self._co2_equilibrium(), AIR_CHANGES_PER_H / 3600.0, dt_s)
        return ()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        match values.get(Address("sensor.interval_s")):
            case int(interval_s):
                self._interval_s = interval_s

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `sensor.identify`: its lamp blinks, which nobody here sees."""
        return Ran()

    def press(self, button: str) -> None:
        """Step to the next interval."""
        longer = [s for s in INTERVALS_S if s > self._interval_s]
        self._interval_s = longer[0] if longer else INTERVALS_S[0]

    def _expected_people(self) -> int:
        hour = hour_of(self._day_s)
        if 17.5 <= hour < 23.0:
            return 3
        return 1 if 7.0 <= hour < 9.0 else 0

    def _co2_equilibrium(self) -> float:
        return OUTDOOR_PPM + 1e6 * self._people * CO2_M3_H / (ROOM_M3 * AIR_CHANGES_PER_H)

    def _lux(self) -> float:
        clear = 1.0 - 0.8 * clamp(self._clouds.value, 0.0, 1.0)
        sun = SUN_LUX * daylight(self._day_s) * clear
        lamp = LAMP_LUX if self._people and sun < LAMP_LUX else 0.0
        return sun + lamp
