"""Values that a declaration allows: one at random, and a course that one takes over time."""

from collections.abc import Iterable
from random import Random
from typing import Final, Protocol

from protocol.messages import Scalar
from protocol.product import Value
from simulators.physics import Wander, chance, clamp
from simulators.reporting import Grid, grid_of

TYPICAL: Final = {
    "celsius": (21.0, 2.0),
    "kelvin": (294.0, 2.0),
    "fahrenheit": (70.0, 4.0),
    "color_kelvin": (4_000.0, 500.0),
    "percent": (50.0, 10.0),
    "ppm": (650.0, 120.0),
    "ppb": (150.0, 40.0),
    "ug_m3": (20.0, 8.0),
    "lux": (250.0, 100.0),
    "hectopascal": (1_013.0, 6.0),
    "watt": (60.0, 20.0),
    "volt": (230.0, 2.0),
    "millivolt": (3_700.0, 100.0),
    "rpm": (1_200.0, 100.0),
    "bpm": (72.0, 6.0),
    "dbm": (-55.0, 5.0),
    "decibel": (40.0, 5.0),
}
"""Mean and spread of what such a unit measures in a home, where the range lets it be that."""

ANY: Final = (50.0, 10.0)

TAU_S: Final = 1_800.0
"""How long a number remembers where it was."""

JUMP_PER_S: Final = 1 / 1_800
"""How often a switch or a choice that the device alone decides on changes."""

TEXT: Final = 24
"""Longest text that is made up, in characters."""

_TELLS_PER_SPREAD: Final = 4.0


class Course(Protocol):
    """What a value does while time passes."""

    def value(self) -> Scalar:
        """Return the value now; always an allowed one."""

    def step(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass."""

    def jump(self) -> None:
        """Take another value at once, one that is worth a message."""


def sample(value: Value, rng: Random) -> Scalar:
    """Return an allowed value by chance, one that such a declaration is likely to mean."""
    if value.enum:
        return rng.choice(value.enum).value
    if value.format == "bool":
        return rng.random() < 0.5
    grid = grid_of(value, 0.0)
    if grid is None:
        return f"{value.name.rpartition(':')[2]}-{rng.randrange(1_000)}"[: _longest(value)]
    mean, spread = usual(value, grid)
    return grid.round(clamp(rng.gauss(mean, spread), grid.low, grid.high))


def samples(values: Iterable[Value], rng: Random) -> dict[str, Scalar]:
    """Return an allowed value for each of these by name."""
    return {value.name: sample(value, rng) for value in values}


def another(value: Value, held: Scalar, rng: Random) -> Scalar:
    """Return an allowed value other than the one that is held, if one is found soon."""
    if isinstance(held, bool):
        return not held
    drawn = (sample(value, rng) for _ in range(8))
    return next((one for one in drawn if one != held), held)


def course(value: Value, rng: Random) -> Course:
    """Return how a value that nobody sets moves: numbers wander, choices jump, texts stay."""
    grid = grid_of(value, 0.0)
    if grid is not None:
        return _Number(value, grid, rng)
    return _Other(value, rng)


def deadband(value: Value) -> float:
    """Return how far a number moves before it is worth a message; 0 for what is no number."""
    grid = grid_of(value, 0.0)
    return 0.0 if grid is None else usual(value, grid)[1] / _TELLS_PER_SPREAD


def usual(value: Value, grid: Grid) -> tuple[float, float]:
    """Return the mean and spread of a number."""
    mean, spread = TYPICAL.get(value.unit or "", ANY)
    if value.range is None:
        return clamp(mean, grid.low, grid.high), spread
    width = grid.high - grid.low
    if not grid.low <= mean <= grid.high:
        mean = grid.low + width / 2.0
    return mean, min(spread, width / 6.0) if value.unit in TYPICAL else width / 8.0


class _Number:
    def __init__(self, value: Value, grid: Grid, rng: Random) -> None:
        self._mean, self._spread = usual(value, grid)
        self._grid = grid
        self._wander = Wander(rng, self._mean, self._spread, TAU_S)

    def value(self) -> Scalar:
        return self._grid.round(self._wander.value)

    def step(self, dt_s: float) -> None:
        self._wander.step(dt_s)

    def jump(self) -> None:
        far = max(self._spread, self._grid.step)
        self._wander.value = self._mean + (-far if self._wander.value >= self._mean else far)


class _Other:
    def __init__(self, value: Value, rng: Random) -> None:
        self._declared, self._rng = value, rng
        self._value = sample(value, rng)

    def value(self) -> Scalar:
        return self._value

    def step(self, dt_s: float) -> None:
        if self._declared.format != "string" and chance(self._rng, JUMP_PER_S, dt_s):
            self._value = sample(self._declared, self._rng)

    def jump(self) -> None:
        self._value = another(self._declared, self._value, self._rng)


def _longest(value: Value) -> int:
    return TEXT if value.max_length is None else min(TEXT, value.max_length)
