"""An air purifier in a room: fine dust leaks in, cooking adds to it, the fan takes it out."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, Wander, chance, clamp, relax

ROOM_M3: Final = 40.0

CADR_M3_H: Final = {1: 110.0, 2: 240.0, 3: 400.0}
"""Clean air delivered with a new filter by fan level; the span of household purifiers."""

LEAK_PER_H: Final = 0.5
"""Air changes an hour with windows shut."""

PENETRATION: Final = 0.8
"""Share of outdoor fine dust that the leak lets through."""

DEPOSITION_PER_H: Final = 0.2
"""Fine dust that settles on surfaces."""

COOKING_PER_S: Final = 4 / 86_400
COOKING_S: Final = 900.0
COOKING_UG_M3_H: Final = 900.0
"""Four times a day for a quarter of an hour; alone it would bring the room to about 200 µg/m³."""

FILTER_M3: Final = 1_000_000.0
"""Air that one filter cleans: half a year at level 2; dusty air wears it faster."""

WORN_PERCENT: Final = 5.0

AUTO, SLEEP, MANUAL = 0, 1, 2
"""Values of `purifier.mode`."""

_AUTO_UP: Final = ((3, 55.0), (2, 15.0))
_AUTO_HYSTERESIS: Final = 0.7


class AirPurifier:
    """The purifier, its filter and the air around it."""

    product: ClassVar[str] = "air-purifier"
    buttons: ClassVar[tuple[str, ...]] = ("power", "mode", "lock")
    deadbands: ClassVar[Mapping[str, float]] = {
        "air.pm2_5": 0.2,
        "air.humidity": 1.0,
        "air.temperature": 0.2,
    }

    report_s = 1.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._outdoor = Wander(rng, mean=35.0, spread=12.0, tau_s=14_400.0)
        self._temperature = Wander(rng, mean=21.5, spread=1.2, tau_s=7_200.0)
        self._humidity = Wander(rng, mean=45.0, spread=6.0, tau_s=10_800.0)
        self._pm2_5 = rng.uniform(20.0, 60.0)
        self._filter = rng.uniform(30.0, 100.0)
        self._is_worn_told = False
        self._cooking_s = 0.0
        self._is_on, self._is_locked = True, False
        self._mode, self._level, self._brightness = AUTO, 1, 60

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("air-purifier")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("purifier.power"): self._is_on,
            Address("purifier.mode"): self._mode,
            Address("fan.level"): self._level,
            Address("air.pm2_5"): self._pm2_5,
            Address("air.humidity"): clamp(self._humidity.value, 5.0, 95.0),
            Address("air.temperature"): self._temperature.value,
            Address("filter.life"): self._filter,
            Address("controls.child_lock"): self._is_locked,
            Address("light.brightness"): self._brightness,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: dust goes to the balance of what comes in and what the fan takes out."""
        self._cooking_s = max(0.0, self._cooking_s - dt_s)
        if chance(self._rng, COOKING_PER_S, dt_s):
            self._cooking_s = COOKING_S
        self._temperature.step(dt_s)
        self._humidity.step(dt_s)
        outdoor = max(2.0, self._outdoor.step(dt_s))
        self._pm2_5 = relax(
            self._pm2_5, self.equilibrium(outdoor), self._removal_per_h() / 3600.0, dt_s
        )
        if self._mode == AUTO:
            self._level = self._automatic_level()
        return self._wear(dt_s)

    def equilibrium(self, outdoor: float) -> float:
        """Return the PM2.5 at which the room would settle, µg/m³, for that much dust outdoors."""
        source = LEAK_PER_H * PENETRATION * outdoor
        if self._cooking_s > 0.0:
            source += COOKING_UG_M3_H
        return source / self._removal_per_h()

    def cook(self) -> None:
        """Begin to cook."""
        self._cooking_s = COOKING_S

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; a fan level set by hand ends the automatic modes."""
        for address, value in values.items():
            match address, value:
                case "purifier.power", bool():
                    self._is_on = value
                case "fan.level", int():
                    self._level, self._mode = value, MANUAL
                case "controls.child_lock", bool():
                    self._is_locked = value
                case "light.brightness", int():
                    self._brightness = value
        match values.get(Address("purifier.mode")):
            case int(mode):
                self._set_mode(mode, keep_level="fan.level" in values)

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `filter.reset`: a new filter is in."""
        if action == "filter.reset":
            self._filter, self._is_worn_told = 100.0, False
        return Ran()

    def press(self, button: str) -> None:
        """Press a button; a locked purifier takes none but the lock's own."""
        if button == "lock":
            self._is_locked = not self._is_locked
        elif self._is_locked:
            return
        elif button == "power":
            self._is_on = not self._is_on
        elif button == "mode":
            self._set_mode((self._mode + 1) % 3, keep_level=False)

    def _set_mode(self, mode: int, *, keep_level: bool) -> None:
        self._mode = mode
        if not keep_level and mode == SLEEP:
            self._level = 1
        elif not keep_level and mode == AUTO:
            self._level = self._automatic_level()

    def _automatic_level(self) -> int:
        for level, above in _AUTO_UP:
            limit = above * _AUTO_HYSTERESIS if self._level >= level else above
            if self._pm2_5 > limit:
                return level
        return 1

    def _air_m3_h(self) -> float:
        return CADR_M3_H[self._level] if self._is_on else 0.0

    def _removal_per_h(self) -> float:
        efficiency = 0.6 + 0.4 * self._filter / 100.0
        return LEAK_PER_H + DEPOSITION_PER_H + efficiency * self._air_m3_h() / ROOM_M3

    def _wear(self, dt_s: float) -> tuple[Happening, ...]:
        moved_m3 = self._air_m3_h() * dt_s / 3600.0
        worn = 100.0 * moved_m3 / FILTER_M3 * (1.0 + self._pm2_5 / 100.0)
        self._filter = max(0.0, self._filter - worn)
        if self._filter >= WORN_PERCENT or self._is_worn_told:
            return ()
        self._is_worn_told = True
        return (Happening(Address("filter.worn")),)
