"""What the physics of a simulated product offers, and the few laws that products share."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

from protocol.ids import Address
from protocol.messages import Scalar

ENTRY_POINTS: Final = "ecohub.simulators"
"""Entry point group; each entry is a class that satisfies `PhysicsType`."""

DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the product, on its way to the wire."""

    event: Address
    arguments: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ran:
    """What an action did.

    Attributes:
        results: The action's results by name.
        reboot_s: How long the device is gone because of it; None when it stays.
    """

    results: Mapping[str, Scalar] = field(default_factory=dict)
    reboot_s: float | None = None


class Physics(Protocol):
    """One piece of hardware in its surroundings: no I/O, no clock, all chance from its seed."""

    @property
    def product(self) -> str:
        """Name of the product; also the beginning of device ids."""

    @property
    def buttons(self) -> tuple[str, ...]:
        """What a person can press on the device itself."""

    @property
    def deadbands(self) -> Mapping[str, float]:
        """Smallest change worth a report, by address, where it is not the product spec's step."""

    @property
    def report_s(self) -> float:
        """How often the hardware measures, wire seconds; telemetry is not sent more often."""

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property as the hardware has it, not yet rounded to a step."""

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let `dt_s` seconds pass."""

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over values of a `set` that the product spec allows."""

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Carry out an action that the product spec allows."""

    def press(self, button: str) -> None:
        """Press one of `buttons`."""


class PhysicsType(Protocol):
    """How physics is made: the class that an entry point names."""

    @property
    def product(self) -> str:
        """Name of the product."""

    @property
    def buttons(self) -> tuple[str, ...]:
        """What a person can press."""

    def __call__(self, seed: int, *, day_s: float = 43_200.0) -> Physics:
        """Make the hardware; `day_s` is the time of day it begins at, seconds since midnight."""

    def document(self) -> bytes:
        """Return the exact bytes of the product spec."""


class Wander:
    """A quantity that drifts about a mean: an Ornstein-Uhlenbeck process, exact for any step.

    Attributes:
        value: Where it is now.
    """

    __slots__ = ("_mean", "_rng", "_spread", "_tau_s", "value")

    def __init__(self, rng: Random, mean: float, spread: float, tau_s: float) -> None:
        self._rng, self._mean, self._spread, self._tau_s = rng, mean, spread, tau_s
        self.value = mean + spread * rng.gauss(0.0, 1.0)

    def step(self, dt_s: float, mean: float | None = None) -> float:
        """Let time pass, drifting towards `mean` (the first one if None); return the new value."""
        target = self._mean if mean is None else mean
        keep = math.exp(-dt_s / self._tau_s)
        noise = self._spread * math.sqrt(1.0 - keep * keep) * self._rng.gauss(0.0, 1.0)
        self.value = target + (self.value - target) * keep + noise
        return self.value


def in_slices(
    dt_s: float, slice_s: Callable[[], float], live: Callable[[float], Iterable[Happening]]
) -> tuple[Happening, ...]:
    """Let time pass in slices, each as long as `slice_s` then says, and return what happened."""
    told: list[Happening] = []
    left_s = dt_s
    while left_s > 0.0:
        this_s = min(left_s, slice_s())
        told += live(this_s)
        left_s -= this_s
    return tuple(told)


def relax(value: float, equilibrium: float, rate_per_s: float, dt_s: float) -> float:
    """Return where dx/dt = rate (equilibrium - x) has led to after `dt_s`; exact for any step."""
    return equilibrium + (value - equilibrium) * math.exp(-rate_per_s * dt_s)


def chance(rng: Random, per_s: float, dt_s: float) -> bool:
    """Say whether something that happens `per_s` times a second, by chance, happens in `dt_s`."""
    return rng.random() < 1.0 - math.exp(-per_s * dt_s)


def clamp(value: float, low: float, high: float) -> float:
    """Return the nearest value from `low` to `high`."""
    return min(max(value, low), high)


def hour_of(day_s: float) -> float:
    """Return the hour of the day, 0 to 24, of seconds since some midnight."""
    return day_s % DAY_S / 3600.0


def daylight(day_s: float) -> float:
    """Return how high the sun stands, 0 from six to six at night to 1 at noon."""
    return max(0.0, math.sin(math.pi * (hour_of(day_s) - 6.0) / 12.0))
