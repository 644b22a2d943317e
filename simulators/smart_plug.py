"""A smart plug with an appliance in it: inrush, noise, an energy meter, a trip when overloaded."""

import math
from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final, NamedTuple

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, Wander, chance

NOMINAL_V: Final = 230.0

LIMIT_W: Final = 3680.0
"""Largest lasting load of one socket: 230 V x 16 A (IEC 60884-1)."""

TRIP_S: Final = 2.0
"""How long an overload of a tenth is borne; twice the limit is borne a tenth of that."""

STANDBY_W: Final = 0.4

NOISE: Final = 0.0005
"""How much a load trembles, as a part of its power."""

INRUSH_TAU_S: Final = 0.25
"""How fast the inrush of a motor or a lamp dies away."""

HEATER_W: Final = 4000.0
"""What the button `heater` plugs in beside the appliance: more than one socket bears."""


class Appliance(NamedTuple):
    """What is plugged in: its power, how it cycles, and its inrush as a multiple of its power."""

    power_w: float
    mean_on_s: float
    mean_off_s: float
    inrush: float


APPLIANCES: Final = (
    Appliance(power_w=95.0, mean_on_s=900.0, mean_off_s=1_800.0, inrush=6.0),  # refrigerator
    Appliance(power_w=2_100.0, mean_on_s=180.0, mean_off_s=7_200.0, inrush=1.0),  # kettle
    Appliance(power_w=120.0, mean_on_s=7_200.0, mean_off_s=10_800.0, inrush=3.0),  # television
    Appliance(power_w=1_500.0, mean_on_s=1_200.0, mean_off_s=1_200.0, inrush=1.1),  # fan heater
)


class SmartPlug:
    """The plug, its meter and its appliance."""

    product: ClassVar[str] = "smart-plug"
    buttons: ClassVar[tuple[str, ...]] = ("power", "heater")
    deadbands: ClassVar[Mapping[str, float]] = {
        "outlet.power_w": 5.0,
        "outlet.energy_wh": 5.0,
        "outlet.voltage_v": 1.0,
    }

    report_s = 1.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._appliance = rng.choice(APPLIANCES)
        self._voltage = Wander(rng, mean=NOMINAL_V, spread=1.5, tau_s=600.0)
        self._is_on, self._is_running = True, rng.random() < 0.5
        self._has_heater = False
        self._inrush_w = self._power_w = self._energy_wh = self._heat = 0.0

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("smart-plug")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("outlet.on"): self._is_on,
            Address("outlet.power_w"): self._power_w,
            Address("outlet.energy_wh"): self._energy_wh,
            Address("outlet.voltage_v"): self._voltage.value,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the appliance cycles, the meter counts, a lasting overload trips.

        Whoever plugged the heater in pulls it out when the plug has tripped.
        """
        self._voltage.step(dt_s)
        self._cycle(dt_s)
        self._power_w = self._load_w(dt_s) if self._is_on else 0.0
        self._energy_wh += self._power_w * dt_s / 3600.0
        return self._trip(dt_s)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        match values.get(Address("outlet.on")):
            case bool(is_on):
                self._switch(is_on=is_on)

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `outlet.reset_energy`: the meter starts from zero."""
        if action == "outlet.reset_energy":
            self._energy_wh = 0.0
        return Ran()

    def press(self, button: str) -> None:
        """Press the switch, or plug a heater in beside the appliance, or out again."""
        if button == "power":
            self._switch(is_on=not self._is_on)
        elif button == "heater":
            self._has_heater = not self._has_heater

    def _switch(self, *, is_on: bool) -> None:
        if is_on and not self._is_on and self._is_running:
            self._begin()
        self._is_on = is_on
        self._heat = 0.0
        if not is_on:
            self._power_w = 0.0

    def _cycle(self, dt_s: float) -> None:
        mean_s = self._appliance.mean_on_s if self._is_running else self._appliance.mean_off_s
        if not chance(self._rng, 1.0 / mean_s, dt_s):
            return
        self._is_running = not self._is_running
        if self._is_running:
            self._begin()

    def _begin(self) -> None:
        self._inrush_w = (self._appliance.inrush - 1.0) * self._appliance.power_w

    def _load_w(self, dt_s: float) -> float:
        squared = (self._voltage.value / NOMINAL_V) ** 2
        load = self._appliance.power_w if self._is_running else STANDBY_W
        load *= squared * (1.0 + NOISE * self._rng.gauss(0.0, 1.0))
        if self._has_heater:
            load += HEATER_W * squared
        return max(0.0, load) + self._inrush(dt_s)

    def _inrush(self, dt_s: float) -> float:
        left = math.exp(-dt_s / INRUSH_TAU_S)
        mean_w = self._inrush_w * INRUSH_TAU_S * (1.0 - left) / dt_s
        self._inrush_w *= left
        return mean_w

    def _trip(self, dt_s: float) -> tuple[Happening, ...]:
        over = max(0.0, self._power_w / LIMIT_W - 1.0)
        self._heat = self._heat + over * dt_s if over else 0.0
        if self._heat < 0.1 * TRIP_S:
            return ()
        self._switch(is_on=False)
        self._has_heater = False
        return (Happening(Address("outlet.overload")),)
