"""An air conditioner in a summer room: an inverter compressor that follows the thermostat."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.appliance import CONTROLS, DEADBANDS, Console
from simulators.physics import Happening, Ran, clamp, relax
from simulators.room import Outdoors, Room

FULL_W: Final = 3_500.0
"""Heat that the compressor moves at most; a 12,000 BTU/h unit."""

LEAST_W: Final = 700.0
"""Heat that it moves at its slowest; below it has to stop."""

W_PER_K: Final = 1_400.0
"""How much harder it works for each degree from the target."""

HYSTERESIS_C: Final = 0.5
AUTO_C: Final = 1.5
"""How far beyond the target the room has to get before automatic mode turns round."""

REST_S: Final = 180.0
"""A compressor that has stopped stays so until its pressures are even."""

COMPRESSOR_TAU_S: Final = 45.0

SENSIBLE: Final = 0.75
"""Share of the cold that cools; the rest condenses water."""

DRIED_M3_H: Final = 280.0
"""Air that loses its water on the coil at full power."""

COP: Final = 4.2
COP_PER_K: Final = 0.07
"""Heat moved for each watt drawn, and what each degree uphill takes from it."""

STANDBY_W: Final = 2.0
FAN_W: Final = {1: 12.0, 2: 22.0, 3: 40.0}
BREATH: Final = {1: 0.6, 2: 0.8, 3: 1.0}
"""Share of the full power that the fan can carry away, by level."""

FILTER_H: Final = 400.0
"""Hours at the highest fan level after which the filter has to be cleaned."""

WORN_PERCENT: Final = 5.0

AUTO, COOL, DRY, FAN, HEAT = 0, 1, 2, 3, 4
"""Values of `climate.mode`."""

IDLE, COOLING, HEATING, DRYING, BLOWING = 0, 1, 2, 3, 4
"""Values of `climate.activity`."""

_DOES: Final = {COOL: COOLING, DRY: DRYING, HEAT: HEATING}


class AirConditioner:
    """The unit on the wall, its compressor, and the room."""

    product: ClassVar[str] = "air-conditioner"
    buttons: ClassVar[tuple[str, ...]] = ("power", "lock", "mode", "cooler", "warmer")
    deadbands: ClassVar[Mapping[str, float]] = {**DEADBANDS, "meter.power_w": 15.0}

    report_s = 2.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        swings = {Address("fan.swing_vertical"): False, Address("fan.swing_horizontal"): False}
        self._console = Console("air_conditioner.on", {**CONTROLS, **swings})
        self._console.is_on = rng.random() < 0.6
        self._outdoors = Outdoors(rng, mean_c=rng.uniform(26.0, 31.0), humidity=65.0, day_s=day_s)
        self.room = Room(self._outdoors, temperature_c=rng.uniform(26.0, 30.0), humidity=60.0)
        self._mode, self._target_c, self._level = COOL, 25.0, 0
        self._is_heating = self._is_running = self._is_worn_told = False
        self._moved_w, self._rest_s = 0.0, 0.0
        self._filter = rng.uniform(30.0, 100.0)

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("air-conditioner")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("climate.mode"): self._mode,
            Address("climate.target_temperature"): self._target_c,
            Address("climate.activity"): self._activity(),
            Address("fan.level"): self._level,
            Address("filter.life"): self._filter,
            **self.room.values(),
            **self._console.values(),
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the compressor follows the thermostat, the room follows the compressor."""
        self._console.step(dt_s)
        self._rest_s = max(0.0, self._rest_s - dt_s)
        self._govern()
        wanted_w = self._wanted_w() if self._is_running else 0.0
        self._moved_w = relax(self._moved_w, wanted_w, 1.0 / COMPRESSOR_TAU_S, dt_s)
        self._console.meter.step(self._power_w(), dt_s)
        if self._is_heating:
            self.room.step(dt_s, heat_w=self._moved_w)
        else:
            dried_m3_h = DRIED_M3_H * self._moved_w / FULL_W
            self.room.step(dt_s, heat_w=-SENSIBLE * self._moved_w, dried_m3_h=dried_m3_h)
        return self._clog(dt_s)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; the compressor answers within a step."""
        self._console.apply(values)
        for address, value in values.items():
            match address, value:
                case "climate.mode", int():
                    self._mode = value
                case "climate.target_temperature", int() | float():
                    self._target_c = value
                case "fan.level", int():
                    self._level = value

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `filter.reset`, the filter is clean, or `meter.reset`."""
        self._console.meter.run(action)
        if action == "filter.reset":
            self._filter, self._is_worn_told = 100.0, False
        return Ran()

    def press(self, button: str) -> None:
        """Press a key of the remote control."""
        if not self._console.leaves(button):
            return
        if button == "mode":
            self._mode = (self._mode + 1) % 5
        else:
            change_c = 0.5 if button == "warmer" else -0.5
            self._target_c = clamp(self._target_c + change_c, 16.0, 31.0)

    def _activity(self) -> int:
        if not self._console.is_on:
            return IDLE
        if self._mode == FAN:
            return BLOWING
        if not self._is_running:
            return IDLE
        return _DOES.get(self._mode, HEATING if self._is_heating else COOLING)

    def _error_c(self) -> float:
        error_c = self.room.temperature_c - self._target_c
        if self._mode == DRY:
            error_c += 1.5
        return -error_c if self._is_heating else error_c

    def _govern(self) -> None:
        self._turn()
        error_c = self._error_c()
        if not self._console.is_on or self._mode == FAN or error_c < -HYSTERESIS_C:
            self._stop()
        elif not self._is_running and self._rest_s == 0.0 and error_c > HYSTERESIS_C:
            self._is_running = True

    def _turn(self) -> None:
        """Turn between heating and cooling, with the compressor at rest."""
        is_heating = self._mode == HEAT
        if self._mode == AUTO:
            limit_c = AUTO_C if self._is_heating else -AUTO_C
            is_heating = self.room.temperature_c - self._target_c < limit_c
        if is_heating != self._is_heating:
            self._stop()
            self._is_heating, self._moved_w = is_heating, 0.0

    def _stop(self) -> None:
        if self._is_running:
            self._is_running, self._rest_s = False, REST_S

    def _wanted_w(self) -> float:
        if self._mode == DRY:
            return LEAST_W
        clean = 0.8 + 0.2 * self._filter / 100.0
        most_w = FULL_W * BREATH[self._fan()] * clean
        return clamp(W_PER_K * (self._error_c() + HYSTERESIS_C), LEAST_W, most_w)

    def _fan(self) -> int:
        if self._level:
            return self._level
        error_c = self._error_c()
        return 3 if error_c > 2.0 else 2 if error_c > 0.8 else 1

    def _power_w(self) -> float:
        uphill_k = self._outdoors.temperature_c - self.room.temperature_c
        cop = COP - COP_PER_K * (-uphill_k if self._is_heating else uphill_k)
        fan_w = FAN_W[self._fan()] if self._console.is_on else 0.0
        return STANDBY_W + fan_w + self._moved_w / clamp(cop, 1.5, 6.0)

    def _clog(self, dt_s: float) -> tuple[Happening, ...]:
        if not self._console.is_on:
            return ()
        worn = 100.0 * dt_s / 3600.0 / FILTER_H * self._fan() / 3.0
        self._filter = max(0.0, self._filter - worn)
        if self._filter >= WORN_PERCENT or self._is_worn_told:
            return ()
        self._is_worn_told = True
        return (Happening(Address("filter.worn")),)
