"""A weighing scale in a household: it sleeps, and people step on it in the morning."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.battery import Battery
from simulators.physics import DAY_S, Happening, Ran, Wander, clamp

MORNING_S: Final = (6.25 * 3_600.0, 8.25 * 3_600.0)
"""When people step on it."""

WEIGHS: Final = 0.7
"""On how many days a person does."""

STEP_KG: Final = 0.05
"""What its display shows; an event carries what a display shows."""

MAX_KG: Final = 180.0


@dataclass(slots=True)
class _Person:
    """One of the household: a weight that drifts over weeks, and when it is taken today."""

    weight_kg: Wander
    impedance_ohm: float
    at_s: float | None = None


class WeighingScale:
    """The scale, its battery and its household."""

    product: ClassVar[str] = "weighing-scale"
    buttons: ClassVar[tuple[str, ...]] = ("step_on", "unit", "battery")
    deadbands: ClassVar[Mapping[str, float]] = {}

    report_s = 2.0
    awake_s = 2

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self.interval_s = 21_600
        self._day_s = day_s % DAY_S
        self._people = [self._new_person() for _ in range(rng.randint(2, 4))]
        self._unit = 0
        self._weight_kg = self._shown(self._people[0])
        self._impedance_ohm = self._people[0].impedance_ohm
        self._waiting: list[_Person] = []
        self._battery = Battery(rng, years=3.0, wakes=15_000.0)
        self._plan_day()

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("weighing-scale")

    @property
    def weights_kg(self) -> tuple[float, ...]:
        """What the people of the household weigh now."""
        return tuple(person.weight_kg.value for person in self._people)

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property: the last weighing."""
        fat = 0.045 * self._impedance_ohm + 0.06 * (self._weight_kg - 70.0)
        return {
            Address("body.weight"): self._weight_kg,
            Address("body.impedance"): self._impedance_ohm,
            Address("body.fat"): clamp(fat, 5.0, 60.0),
            Address("scale.unit"): self._unit,
            Address("battery.level"): self._battery.level,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: one after the other steps on, mornings."""
        for person in self._people:
            person.weight_kg.step(dt_s)
            if person.at_s is not None and self._day_s <= person.at_s < self._day_s + dt_s:
                self._waiting.append(person)
        self._day_s += dt_s
        if self._day_s >= DAY_S:
            self._day_s %= DAY_S
            self._plan_day()
        happenings = tuple(self._weigh(person) for person in self._waiting)
        self._waiting.clear()
        return happenings + self._battery.step(dt_s)

    def wake(self) -> None:
        """Pay for a wake."""
        self._battery.wake()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        match values.get(Address("scale.unit")):
            case int(unit):
                self._unit = unit

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run nothing: the product has no actions."""
        return Ran()

    def press(self, button: str) -> None:
        """Let somebody step on it, change the unit, or put a new battery in."""
        if button == "battery":
            self._battery.change()
        elif button == "unit":
            self._unit = (self._unit + 1) % 3
        elif len(self._waiting) < len(self._people):
            self._waiting.append(self._rng.choice(self._people))

    def _weigh(self, person: _Person) -> Happening:
        self._weight_kg = self._shown(person)
        self._impedance_ohm = person.impedance_ohm + self._rng.gauss(0.0, 4.0)
        guess = self._guess(self._weight_kg)
        arguments: dict[str, Scalar] = {"weight": self._weight_kg, "person": guess}
        return Happening(Address("scale.measured"), arguments)

    def _guess(self, weight_kg: float) -> int:
        """Return whom the scale takes it for, from 1 on: whose weight is nearest."""
        distances = [abs(p.weight_kg.value - weight_kg) for p in self._people]
        return 1 + distances.index(min(distances))

    def _shown(self, person: _Person) -> float:
        weight_kg = clamp(person.weight_kg.value + self._rng.gauss(0.0, 0.03), 0.0, MAX_KG)
        return round(round(weight_kg / STEP_KG) * STEP_KG, 2)

    def _plan_day(self) -> None:
        for person in self._people:
            weighs = self._rng.random() < WEIGHS
            person.at_s = self._rng.uniform(*MORNING_S) if weighs else None

    def _new_person(self) -> _Person:
        usual_kg = self._rng.uniform(52.0, 95.0)
        weight_kg = Wander(self._rng, mean=usual_kg, spread=1.2, tau_s=20.0 * DAY_S)
        return _Person(weight_kg, self._rng.uniform(400.0, 620.0))
