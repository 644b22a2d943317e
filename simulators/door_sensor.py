"""A door sensor on a front door: it sleeps until the door moves."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.battery import Battery
from simulators.physics import DAY_S, Happening, Ran, chance, clamp, hour_of

PASSES_PER_H: Final = ((7.0, 9.0, 3.0), (16.0, 20.0, 2.5), (6.0, 23.0, 0.6))
"""From hour, to hour, how often somebody passes the door in an hour; the first span counts."""

NIGHT_PASSES_PER_H: Final = 0.02

PASS_S: Final = (4.0, 25.0)
"""How long the door is open when somebody passes."""

FORGOTTEN: Final = 1 / 40
FORGOTTEN_S: Final = (300.0, 1_800.0)
"""How often somebody leaves it open, and for how long."""

TAMPERED_PER_S: Final = 1 / (120.0 * DAY_S)


class DoorSensor:
    """The sensor, its battery and its door."""

    product: ClassVar[str] = "door-sensor"
    buttons: ClassVar[tuple[str, ...]] = ("door", "tamper", "battery")
    deadbands: ClassVar[Mapping[str, float]] = {"battery.voltage_v": 0.02}

    report_s = 1.0
    awake_s = 2

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self.interval_s = 3_600
        self._day_s = day_s
        self._openings = int(rng.uniform(0.0, 12.0) * day_s / DAY_S)
        self._is_open = self._is_reminded = False
        self._left_s = self._open_s = 0.0
        self._remind_s = 120
        self._is_tampered = False
        self._battery = Battery(rng, years=4.0, wakes=40_000.0)

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("door-sensor")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("contact.open"): self._is_open,
            Address("contact.openings"): self._openings,
            Address("ecohub:alert.left_open_after_s"): self._remind_s,
            Address("battery.level"): self._battery.level,
            Address("battery.voltage_v"): self._battery.voltage_v,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: people pass the door, and now and then one forgets to shut it."""
        if (self._day_s + dt_s) // DAY_S > self._day_s // DAY_S:
            self._openings = 0
        happenings = self._stand_open(dt_s) if self._is_open else self._stand_shut(dt_s)
        self._day_s += dt_s
        if self._is_tampered or chance(self._rng, TAMPERED_PER_S, dt_s):
            self._is_tampered = False
            happenings += (Happening(Address("contact.tampered")),)
        return happenings + self._battery.step(dt_s)

    def wake(self) -> None:
        """Pay for a wake."""
        self._battery.wake()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        match values.get(Address("ecohub:alert.left_open_after_s")):
            case int(seconds):
                self._remind_s = seconds

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run nothing: the product has no actions."""
        return Ran()

    def press(self, button: str) -> None:
        """Move the door by hand, take the sensor off its frame, or put a new battery in."""
        if button == "battery":
            self._battery.change()
        elif button == "tamper":
            self._is_tampered = True
        else:
            self._left_s = 0.0 if self._is_open else -1.0

    def _stand_shut(self, dt_s: float) -> tuple[Happening, ...]:
        is_pushed = self._left_s < 0.0
        if not is_pushed and not chance(self._rng, self._passes_per_h() / 3_600.0, dt_s):
            return ()
        is_forgotten = self._rng.random() < FORGOTTEN
        self._left_s = self._rng.uniform(*(FORGOTTEN_S if is_forgotten else PASS_S))
        self._is_open, self._open_s, self._is_reminded = True, 0.0, False
        self._openings = min(self._openings + 1, 65_535)
        return (Happening(Address("contact.opened")),)

    def _stand_open(self, dt_s: float) -> tuple[Happening, ...]:
        stayed_s = clamp(self._left_s, 0.0, dt_s)
        self._open_s += stayed_s
        self._left_s -= dt_s
        happenings: tuple[Happening, ...] = ()
        if self._open_s >= self._remind_s and not self._is_reminded:
            self._is_reminded = True
            happenings = (Happening(Address("contact.left_open")),)
        if self._left_s > 0.0:
            return happenings
        self._is_open, self._left_s = False, 0.0
        closed = Happening(Address("contact.closed"), {"open_s": round(self._open_s)})
        return (*happenings, closed)

    def _passes_per_h(self) -> float:
        hour = hour_of(self._day_s)
        spans = (often for begin, end, often in PASSES_PER_H if begin <= hour < end)
        return next(spans, NIGHT_PASSES_PER_H)
