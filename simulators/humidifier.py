"""A humidifier in dry winter air: its tank runs down as the room grows moist, until it is empty."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.appliance import CONTROLS, DEADBANDS, Console
from simulators.physics import Happening, Ran, Wander, chance
from simulators.room import Outdoors, Room

MIST_G_H: Final = {0: 0.0, 1: 80.0, 2: 160.0, 3: 280.0}
"""Water evaporated in an hour by level; 0 while it rests."""

TANK_G: Final = 4_000.0
STANDBY_W: Final = 1.0
DRIVE_W: Final = {0: 0.0, 1: 8.0, 2: 15.0, 3: 26.0}

REFILLED_PER_S: Final = 1 / 5_400
"""How soon somebody sees that the tank is empty."""

HYSTERESIS: Final = 2.0
"""It rests from the target on, and begins again so many percent below it."""

AUTO, SLEEP, MANUAL = 0, 1, 2
"""Values of `humidifier.mode`."""

NO_FAULT, NO_WATER = 0, 1
"""Values of `status.fault`."""

_AUTO_GAPS: Final = ((12.0, 3), (5.0, 2))


class Humidifier:
    """The humidifier, its tank and its room."""

    product: ClassVar[str] = "humidifier"
    buttons: ClassVar[tuple[str, ...]] = ("power", "lock", "mode", "refill")
    deadbands: ClassVar[Mapping[str, float]] = DEADBANDS

    report_s = 5.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._console = Console("humidifier.on", CONTROLS)
        outdoors = Outdoors(rng, mean_c=rng.uniform(-4.0, 6.0), humidity=75.0, day_s=day_s)
        self.room = Room(outdoors, temperature_c=21.0, humidity=rng.uniform(25.0, 40.0))
        self._heating_c = Wander(rng, mean=21.0, spread=0.5, tau_s=7_200.0)
        self._water_g = rng.uniform(0.3, 1.0) * TANK_G
        self._target, self._mode, self._level = 50, AUTO, 3
        self._is_resting = False

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("humidifier")

    @property
    def mist_g_h(self) -> float:
        """Water that goes into the room now, g/h."""
        return MIST_G_H[self._output()]

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("humidifier.mode"): self._mode,
            Address("humidifier.level"): self._level,
            Address("climate.target_humidity"): self._target,
            Address("tank.level"): 100.0 * self._water_g / TANK_G,
            Address("status.fault"): NO_FAULT if self._water_g > 0.0 else NO_WATER,
            **self.room.values(),
            **self._console.values(),
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: water goes from the tank into the air of a room that is kept warm."""
        self._console.step(dt_s)
        self._watch()
        mist_g = min(self._water_g, self.mist_g_h * dt_s / 3600.0)
        self._console.meter.step(STANDBY_W + DRIVE_W[self._output()], dt_s)
        heat_w = max(0.0, self.room.upkeep_w(self._heating_c.step(dt_s)))
        self.room.step(dt_s, heat_w=heat_w, vapour_g_h=mist_g / dt_s * 3600.0)
        return self._drain(mist_g, dt_s)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; a level set by hand ends the automatic modes."""
        self._console.apply(values)
        for address, value in values.items():
            match address, value:
                case "humidifier.level", int():
                    self._level, self._mode = value, MANUAL
                case "climate.target_humidity", int():
                    self._target = value
        match values.get(Address("humidifier.mode")):
            case int(mode):
                self._mode = mode
        self._watch(keep_level="humidifier.level" in values)

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `meter.reset`."""
        self._console.meter.run(action)
        return Ran()

    def press(self, button: str) -> None:
        """Press the switch, the lock or the mode, or fill the tank, which no lock prevents."""
        if button == "refill":
            self._water_g = TANK_G
        elif self._console.leaves(button):
            self._mode = (self._mode + 1) % 3
        self._watch()

    def _output(self) -> int:
        works = self._console.is_on and self._water_g > 0.0 and not self._is_resting
        return self._level if works else 0

    def _watch(self, *, keep_level: bool = False) -> None:
        gap = self._target - self.room.humidity
        self._is_resting = self._mode != MANUAL and gap < (HYSTERESIS if self._is_resting else 0.0)
        if keep_level or self._mode == MANUAL:
            return
        self._level = self._automatic_level(gap) if self._mode == AUTO else 1

    def _automatic_level(self, gap: float) -> int:
        for above, level in _AUTO_GAPS:
            if gap > (above - HYSTERESIS if self._level >= level else above):
                return level
        return 1

    def _drain(self, mist_g: float, dt_s: float) -> tuple[Happening, ...]:
        if self._water_g == 0.0:
            if not chance(self._rng, REFILLED_PER_S, dt_s):
                return ()
            self._water_g = TANK_G
            return (Happening(Address("tank.refilled")),)
        self._water_g -= mist_g
        return () if self._water_g > 0.0 else (Happening(Address("tank.empty")),)
