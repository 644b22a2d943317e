"""A standing fan: a rotor with inertia, wind that gusts, a head that swings, a softer night."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.appliance import CONTROLS, DEADBANDS, Console
from simulators.physics import Happening, Ran, Wander, clamp, relax

RPM: Final = {1: 500.0, 2: 720.0, 3: 940.0, 4: 1_150.0}
"""Speed of the rotor by level."""

SPIN_UP_S: Final = 2.5
"""How fast the rotor comes to its speed, and how fast it runs down."""

STANDBY_W: Final = 0.8
DRIVE_W: Final = 2.0
AIR_W: Final = 22.0
"""What moving the air takes at the highest level; it goes with the cube of the speed."""

SWING_W: Final = 2.5

STRAIGHT, NATURAL, SLEEP = 0, 1, 2
"""Values of `fan.mode`."""

SOFTER_S: Final = 1_800.0
"""Sleep wind goes down a level this often, until it is at the lowest."""


class Fan:
    """The fan and its rotor."""

    product: ClassVar[str] = "fan"
    buttons: ClassVar[tuple[str, ...]] = ("power", "lock", "level", "swing")
    deadbands: ClassVar[Mapping[str, float]] = {
        "fan.speed_rpm": 25.0,
        "meter.power_w": 1.0,
        "meter.energy_wh": DEADBANDS["meter.energy_wh"],
        "timer.left_s": DEADBANDS["timer.left_s"],
    }

    report_s = 1.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._console = Console("fan.on", {**CONTROLS, Address("fan.swing_angle"): 60})
        self._console.is_on = rng.random() < 0.5
        self._gust = Wander(rng, mean=0.72, spread=0.18, tau_s=6.0)
        self._level, self._mode, self._is_swinging = rng.randint(1, 4), STRAIGHT, False
        self._softer_in_s = SOFTER_S
        self._build = rng.uniform(0.97, 1.03)
        self._rpm = self._wanted_rpm()

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("fan")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("fan.level"): self._level,
            Address("fan.mode"): self._mode,
            Address("fan.swing_horizontal"): self._is_swinging,
            Address("fan.speed_rpm"): self._rpm,
            **self._console.values(),
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the rotor follows the level, the gusts, and the night."""
        self._console.step(dt_s)
        self._gust.step(dt_s)
        if self._console.is_on and self._mode == SLEEP:
            self._soften(dt_s)
        self._rpm = relax(self._rpm, self._wanted_rpm(), 1.0 / SPIN_UP_S, dt_s)
        self._console.meter.step(self._power_w(), dt_s)
        return ()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; another wind begins its night anew."""
        self._console.apply(values)
        for address, value in values.items():
            match address, value:
                case "fan.level", int():
                    self._level = value
                case "fan.mode", int():
                    self._mode, self._softer_in_s = value, SOFTER_S
                case "fan.swing_horizontal", bool():
                    self._is_swinging = value

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `meter.reset`."""
        self._console.meter.run(action)
        return Ran()

    def press(self, button: str) -> None:
        """Press the switch, the lock, the next level, or the swing."""
        if not self._console.leaves(button):
            return
        if button == "level":
            self._level = self._level % max(RPM) + 1
        else:
            self._is_swinging = not self._is_swinging

    def _soften(self, dt_s: float) -> None:
        self._softer_in_s -= dt_s
        while self._softer_in_s <= 0.0:
            self._softer_in_s += SOFTER_S
            self._level = max(1, self._level - 1)

    def _wanted_rpm(self) -> float:
        if not self._console.is_on:
            return 0.0
        gust = 1.0 if self._mode == STRAIGHT else clamp(self._gust.value, 0.3, 1.0)
        return RPM[self._level] * gust * self._build

    def _power_w(self) -> float:
        if not self._console.is_on:
            return STANDBY_W
        swing_w = SWING_W if self._is_swinging else 0.0
        return STANDBY_W + DRIVE_W + AIR_W * (self._rpm / RPM[4]) ** 3 + swing_w
