"""A room and the weather outside: what warms, cools, moistens and dries the air in it."""

import math
from random import Random
from typing import Final

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import DAY_S, Wander, daylight, relax

VOLUME_M3: Final = 40.0

LOSS_W_K: Final = 70.0
"""Heat that goes through walls and cracks for each degree between inside and outside."""

CAPACITY_J_K: Final = 1.2e6
"""Air, furniture and the skin of the walls: with the losses a time constant of five hours."""

AIR_CHANGES_PER_H: Final = 0.8

SUN_W: Final = 500.0
"""What comes through a window at noon."""

PEOPLE_W: Final = 150.0

PEOPLE_G_H: Final = 60.0
"""Water vapour from breath and plants."""

COIL_G_M3: Final = 9.4
"""Vapour that cooled air still holds: saturated at 10 °C."""


class Outdoors:
    """The weather: warmest in the afternoon, with whims of its own.

    Attributes:
        temperature_c: Now.
        vapour_g_m3: Water in a cubic metre of outdoor air.
        sun: 0 at night to 1 under a high sun.
    """

    def __init__(self, rng: Random, *, mean_c: float, humidity: float, day_s: float) -> None:
        self._whim = Wander(rng, mean=0.0, spread=1.5, tau_s=20_000.0)
        self._mean_c, self._day_s = mean_c, day_s
        self.vapour_g_m3 = humidity / 100.0 * saturation_g_m3(mean_c)
        self._look()

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        self._day_s += dt_s
        self._whim.step(dt_s)
        self._look()

    def _look(self) -> None:
        swing = 4.0 * math.sin(2.0 * math.pi * (self._day_s - 9.0 * 3600.0) / DAY_S)
        self.temperature_c = self._mean_c + swing + self._whim.value
        self.sun = daylight(self._day_s)


class Room:
    """One well-mixed room behind a window.

    Attributes:
        temperature_c: Of the air.
        vapour_g_m3: Water in a cubic metre of it.
    """

    def __init__(self, outdoors: Outdoors, *, temperature_c: float, humidity: float) -> None:
        self._outdoors = outdoors
        self.temperature_c = temperature_c
        self.vapour_g_m3 = humidity / 100.0 * saturation_g_m3(temperature_c)

    @property
    def humidity(self) -> float:
        """Relative humidity, percent."""
        return min(100.0, 100.0 * self.vapour_g_m3 / saturation_g_m3(self.temperature_c))

    def values(self) -> dict[Address, Scalar]:
        """Return the room as an appliance's sensors see it."""
        return {
            Address("air.temperature"): self.temperature_c,
            Address("air.humidity"): self.humidity,
        }

    def upkeep_w(self, temperature_c: float) -> float:
        """Return the heat that would hold the room at that temperature, W; negative to cool."""
        return LOSS_W_K * (temperature_c - self._outdoors.temperature_c) - self._gains_w()

    def step(
        self, dt_s: float, *, heat_w: float = 0.0, vapour_g_h: float = 0.0, dried_m3_h: float = 0.0
    ) -> None:
        """Let time pass, indoors and outdoors.

        Args:
            dt_s: How long, seconds.
            heat_w: What an appliance gives to the room; negative when it cools.
            vapour_g_h: What an appliance evaporates.
            dried_m3_h: Air that goes over a cold coil and leaves its water there.
        """
        self._outdoors.step(dt_s)
        warmth_c = self._outdoors.temperature_c + (self._gains_w() + heat_w) / LOSS_W_K
        self.temperature_c = relax(self.temperature_c, warmth_c, LOSS_W_K / CAPACITY_J_K, dt_s)
        self._moisten(dt_s, vapour_g_h, dried_m3_h)

    def _gains_w(self) -> float:
        return PEOPLE_W + SUN_W * self._outdoors.sun

    def _moisten(self, dt_s: float, vapour_g_h: float, dried_m3_h: float) -> None:
        fresh = AIR_CHANGES_PER_H * VOLUME_M3
        dried = dried_m3_h if self.vapour_g_m3 > COIL_G_M3 else 0.0
        inflow = fresh * self._outdoors.vapour_g_m3 + dried * COIL_G_M3 + PEOPLE_G_H + vapour_g_h
        balance = inflow / (fresh + dried)
        rate_per_s = (fresh + dried) / VOLUME_M3 / 3600.0
        vapour = relax(self.vapour_g_m3, balance, rate_per_s, dt_s)
        self.vapour_g_m3 = min(vapour, saturation_g_m3(self.temperature_c))


def saturation_g_m3(temperature_c: float) -> float:
    """Return the water vapour that air can hold, g/m³ (Magnus formula over water)."""
    pressure_hpa = 6.112 * math.exp(17.62 * temperature_c / (243.12 + temperature_c))
    return 216.7 * pressure_hpa / (273.15 + temperature_c)
