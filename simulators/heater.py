"""A heater in a winter room: a thermostat, a tilt switch, and a fuse against being covered."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.appliance import CONTROLS, DEADBANDS, Console
from simulators.physics import Happening, Ran, chance, relax
from simulators.room import Outdoors, Room

HEAT_W: Final = {1: 700.0, 2: 1_300.0, 3: 2_000.0}
"""Electric heat by level."""

STANDBY_W: Final = 1.0

HYSTERESIS_C: Final = 0.4
"""The thermostat heats from so much below the target to so much above it."""

BODY_C_PER_W: Final = 0.022
"""How much hotter than the room the body gets for each watt, with air going through it."""

COVERED: Final = 3.5
"""How many times hotter it gets under a towel."""

BODY_TAU_S: Final = 240.0
FUSE_C: Final = 110.0
COOL_C: Final = 50.0
"""The fuse opens at the first and closes at the second."""

TIPS_PER_S: Final = 1 / (20 * 86_400)
"""How often a child, a dog or a vacuum cleaner runs into it."""

RIGHTED_PER_S: Final = 1 / 900

IDLE, HEATING = 0, 1
"""Values of `climate.activity`."""

NO_FAULT, TIPPED_OVER, OVERHEATED = 0, 1, 2
"""Values of `status.fault`."""


class Heater:
    """The heater and the room that it heats."""

    product: ClassVar[str] = "heater"
    buttons: ClassVar[tuple[str, ...]] = ("power", "lock", "tip", "cover")
    deadbands: ClassVar[Mapping[str, float]] = DEADBANDS

    report_s = 2.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._console = Console("heater.on", CONTROLS)
        outdoors = Outdoors(rng, mean_c=rng.uniform(-2.0, 6.0), humidity=80.0, day_s=day_s)
        self.room = Room(outdoors, temperature_c=rng.uniform(15.0, 20.0), humidity=40.0)
        self._target_c, self._level = 21.0, 3
        self._body_c = self.room.temperature_c
        self._is_heating = self._is_tipped = self._is_covered = self._is_hot = False

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("heater")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("heater.level"): self._level,
            Address("climate.target_temperature"): self._target_c,
            Address("climate.activity"): HEATING if self._is_heating else IDLE,
            Address("status.fault"): self._fault(),
            **self.room.values(),
            **self._console.values(),
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the thermostat decides, the room takes the heat, the fuse watches."""
        self._console.step(dt_s)
        happenings = self._stumble(dt_s)
        self._is_heating = self._decide()
        heat_w = HEAT_W[self._level] if self._is_heating else 0.0
        self._console.meter.step(heat_w + STANDBY_W, dt_s)
        self.room.step(dt_s, heat_w=heat_w)
        above_c = heat_w * BODY_C_PER_W * (COVERED if self._is_covered else 1.0)
        hot_c = self.room.temperature_c + above_c
        self._body_c = relax(self._body_c, hot_c, 1.0 / BODY_TAU_S, dt_s)
        return happenings + self._blow()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        self._console.apply(values)
        for address, value in values.items():
            match address, value:
                case "heater.level", int():
                    self._level = value
                case "climate.target_temperature", int() | float():
                    self._target_c = value
        self._is_heating = self._decide()

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `meter.reset`."""
        self._console.meter.run(action)
        return Ran()

    def press(self, button: str) -> None:
        """Press the switch or the lock, tip it over or right it, lay a towel on it or take it off.

        No lock keeps it from being tipped or covered.
        """
        if button == "tip":
            self._is_tipped = not self._is_tipped
        elif button == "cover":
            self._is_covered = not self._is_covered
        else:
            self._console.leaves(button)
        self._is_heating = self._decide()

    def _fault(self) -> int:
        if self._is_tipped:
            return TIPPED_OVER
        return OVERHEATED if self._is_hot else NO_FAULT

    def _decide(self) -> bool:
        if not self._console.is_on or self._fault() != NO_FAULT:
            return False
        margin_c = HYSTERESIS_C if self._is_heating else -HYSTERESIS_C
        return self.room.temperature_c < self._target_c + margin_c

    def _stumble(self, dt_s: float) -> tuple[Happening, ...]:
        if self._is_tipped and chance(self._rng, RIGHTED_PER_S, dt_s):
            self._is_tipped = False
        elif not self._is_tipped and chance(self._rng, TIPS_PER_S, dt_s):
            self._is_tipped = True
        if not self._is_tipped or not self._console.is_on:
            return ()
        self._console.turn(is_on=False)
        return (Happening(Address("heater.tipped_over")),)

    def _blow(self) -> tuple[Happening, ...]:
        if self._is_hot and self._body_c < COOL_C:
            self._is_hot = False
        if self._is_hot or self._body_c < FUSE_C:
            return ()
        self._is_hot, self._is_covered = True, False
        self._console.turn(is_on=False)
        return (Happening(Address("heater.overheated")),)
