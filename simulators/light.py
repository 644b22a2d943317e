"""A light: dims gently, glows white or in colour, flickers like a candle, rises like the sun."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.appliance import Console
from simulators.physics import Happening, Ran, Wander, clamp

STANDBY_W: Final = 0.4
WHITE_W: Final = 9.0
"""Drawn by the white lamps at full brightness."""

COLOR_W: Final = 2.0
"""Drawn by each of the red, green and blue lamps at full brightness."""

WHITE, COLOR = 0, 1
"""Values of `light.color_mode`."""

NONE, CANDLE, SUNRISE = 0, 1, 2
"""Values of `light.effect`."""

SUNRISE_S: Final = 1_800.0
WARM_K, COOL_K, STEP_K = 2_200, 6_500, 50

_HANDS: Final = frozenset({"light.brightness", "light.color_temperature", "light.color"})
"""What ends an effect when it is set."""


class Light:
    """The lamp; `light.brightness` is where it is dimmed to, the meter shows where it is."""

    product: ClassVar[str] = "light"
    buttons: ClassVar[tuple[str, ...]] = ("power", "brighter", "warmer")
    deadbands: ClassVar[Mapping[str, float]] = {
        "light.brightness": 5.0,
        "light.color_temperature": 200.0,
        "meter.power_w": 0.5,
        "meter.energy_wh": 0.5,
        "timer.left_s": 60.0,
    }

    report_s = 1.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._console = Console("light.on", {})
        self._console.is_on = rng.random() < 0.7
        self._flame = Wander(rng, mean=0.75, spread=0.15, tau_s=0.4)
        self._brightness: float = rng.randrange(20, 101)
        self._kelvin: float = rng.randrange(WARM_K, COOL_K, STEP_K)
        self._color, self._mode, self._effect = 0xFFB46B, WHITE, NONE
        self._transition_s: float = 0.8
        self._shown = self._brightness if self._console.is_on else 0.0

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("light")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("light.brightness"): self._brightness,
            Address("light.color_temperature"): self._kelvin,
            Address("light.color"): self._color,
            Address("light.color_mode"): self._mode,
            Address("light.effect"): self._effect,
            Address("light.transition_s"): self._transition_s,
            **self._console.values(),
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the lamp comes nearer to what it was dimmed to."""
        self._console.step(dt_s)
        if self._effect == SUNRISE and self._console.is_on:
            self._rise(dt_s)
        mean = self._dim(self._brightness if self._console.is_on else 0.0, dt_s)
        flicker = clamp(self._flame.step(dt_s), 0.2, 1.0) if self._effect == CANDLE else 1.0
        self._console.meter.step(STANDBY_W + self._full_w() * mean * flicker / 100.0, dt_s)
        return ()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; what is set by hand ends an effect that is not set with it."""
        if not _HANDS.isdisjoint(values):
            self._effect = NONE
        match values.get(Address("light.effect")):
            case int(effect):
                self._begin(effect)
        self._console.apply(values)
        for address, value in values.items():
            match address, value:
                case "light.brightness", int() | float():
                    self._brightness = value
                case "light.transition_s", int() | float():
                    self._transition_s = value
                case "light.color_temperature", int() | float():
                    self._kelvin, self._mode = value, WHITE
        match values.get(Address("light.color")):
            case int(color):
                self._color, self._mode = color, COLOR

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `meter.reset`."""
        self._console.meter.run(action)
        return Ran()

    def press(self, button: str) -> None:
        """Press the switch, or turn one of the two knobs a notch, round and round."""
        if not self._console.leaves(button):
            return
        self._effect = NONE
        if button == "brighter":
            self._brightness = self._brightness + 10.0 if self._brightness <= 90.0 else 10.0
        else:
            warmer_k = self._kelvin - 10 * STEP_K
            self._kelvin, self._mode = warmer_k if warmer_k >= WARM_K else COOL_K, WHITE

    def _begin(self, effect: int) -> None:
        self._effect = effect
        if effect == SUNRISE:
            self._console.turn(is_on=True)
            self._brightness, self._kelvin, self._mode = 1.0, WARM_K, WHITE

    def _rise(self, dt_s: float) -> None:
        self._brightness = min(100.0, self._brightness + 99.0 * dt_s / SUNRISE_S)
        self._kelvin = WARM_K + (4_000 - WARM_K) * self._brightness / 100.0
        if self._brightness >= 100.0:
            self._effect = NONE

    def _dim(self, wanted: float, dt_s: float) -> float:
        """Move the lamp towards `wanted`, and return how bright it was on the way, on average."""
        begun = self._shown
        ramp_s = abs(wanted - begun) / 100.0 * self._transition_s
        share = min(1.0, dt_s / ramp_s) if ramp_s > 0.0 else 1.0
        self._shown = begun + (wanted - begun) * share
        moving_s = min(ramp_s, dt_s)
        return (moving_s * (begun + self._shown) / 2.0 + (dt_s - moving_s) * wanted) / dt_s

    def _full_w(self) -> float:
        if self._mode == WHITE:
            return WHITE_W
        parts = (self._color >> 16, self._color >> 8 & 0xFF, self._color & 0xFF)
        return COLOR_W * sum(parts) / 255.0
