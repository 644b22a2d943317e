"""What of the hardware's values is worth a message: rounding to the step, and deadbands."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import INTEGER_LIMITS, Value
from protocol.validator import CompiledProduct

DIGITS: Final = 3
"""Decimals of a float whose product spec declares no step."""

EXACT: Final = 17
"""Decimals of one that can be set to anything: it is shown as it was set."""

Values = dict[Address, Scalar]


class Grid(NamedTuple):
    """Where the values of a number may lie, and how far one moves before it is told.

    Attributes:
        step: 0 means anywhere, to `decimals`.
    """

    low: float
    high: float
    step: float
    decimals: int
    is_integer: bool
    deadband: float

    def round(self, raw: float) -> float | int:
        """Return the nearest allowed value."""
        value = min(max(raw, self.low), self.high)
        if self.is_integer:
            value = round(value)
        if self.step > 0:
            steps = min(round((value - self.low) / self.step), self.last_step)
            value = self.low + steps * self.step
        elif not self.is_integer:
            return min(max(round(value, self.decimals), self.low), self.high)
        return value if self.is_integer else round(value, self.decimals)

    def is_far(self, raw: float, told: float) -> bool:
        """Say whether a value has moved enough to be told; that it fell to nothing always is."""
        return abs(raw - told) >= self.deadband or (raw == 0.0 and told != 0.0)

    @property
    def last_step(self) -> int:
        """The highest step that does not pass the top of the range."""
        if self.is_integer:
            return int((self.high - self.low) // self.step)
        return math.floor((self.high - self.low) / self.step + 1e-6)


class Reporter:
    """Turns raw values into the values of states, and remembers what was told.

    A number is told anew when it has moved by its deadband since it was last told, so that one
    that trembles between two steps costs nothing.
    """

    def __init__(self, product: CompiledProduct, deadbands: Mapping[str, float]) -> None:
        self._readable = tuple(a for a, p in product.properties.items() if "read" in p.access)
        self._notified = tuple(a for a, p in product.properties.items() if "notify" in p.access)
        self._shown = frozenset(self._readable) | frozenset(self._notified)
        self._grids = {
            address: grid if grid.step or not item.is_writable else grid._replace(decimals=EXACT)
            for address, item in product.properties.items()
            if (grid := grid_of(item, deadbands.get(address, 0.0))) is not None
        }
        self._told: dict[Address, Scalar] = {}

    def full(self, raw: Mapping[Address, Scalar]) -> Values:
        """Return every readable property; null for one that the hardware does not know."""
        return self._tell({a: self._rounded(a, raw.get(a)) for a in self._readable})

    def changes(self, raw: Mapping[Address, Scalar]) -> Values:
        """Return the properties that have moved since they were told."""
        return self._tell(self._moved(raw, self._notified))

    def caused(
        self,
        before: Mapping[Address, Scalar],
        after: Mapping[Address, Scalar],
        named: Iterable[Address],
    ) -> Values:
        """Return what a command has changed, and the readable ones of those that it `named`."""
        wanted = {a for a in self._notified if before.get(a) != after.get(a)}
        wanted.update(a for a in named if a in self._shown)
        return self._tell({a: self._rounded(a, after.get(a)) for a in sorted(wanted)})

    def _moved(self, raw: Mapping[Address, Scalar], addresses: Iterable[Address]) -> Values:
        moved: Values = {}
        for address in addresses:
            value = raw.get(address)
            told = self._told.get(address)
            grid = self._grids.get(address)
            if grid is None or value is None or told is None:
                new = self._rounded(address, value)
                if new != told or address not in self._told:
                    moved[address] = new
            elif grid.is_far(_number(value), _number(told)):
                new = grid.round(_number(value))
                if new != told:
                    moved[address] = new
        return moved

    def _rounded(self, address: Address, raw: Scalar) -> Scalar:
        grid = self._grids.get(address)
        return raw if grid is None or raw is None else grid.round(_number(raw))

    def _tell(self, values: Values) -> Values:
        self._told.update(values)
        return values


def grid_of(item: Value, deadband: float) -> Grid | None:
    """Return the grid of a number; None for a bool, a text or an enumeration."""
    if not item.is_number or item.enum is not None:
        return None
    low, high = INTEGER_LIMITS.get(item.format, (-math.inf, math.inf))
    step = 0.0
    if item.range is not None:
        low, high, step = item.range
    if item.is_integer:  # a double would lose the last digit of the largest
        low, high, step = int(low), int(high), int(step)
        return Grid(low, high, step, 0, is_integer=True, deadband=max(deadband, step or 1))
    decimals = max(_decimals(step), _decimals(low)) if step else _digits(high - low)
    least = step or 10.0**-decimals
    return Grid(low, high, step, decimals, is_integer=False, deadband=max(deadband, least))


def _digits(width: float) -> int:
    """Return enough decimals for a thousand values in a range that has no step."""
    if not 0.0 < width < 1.0:
        return DIGITS
    return min(DIGITS + math.ceil(-math.log10(width)), 300)


def _decimals(step: float) -> int:
    exponent = Decimal(str(step)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else DIGITS


def _number(value: Scalar) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"the hardware gives {value!r} for a number")
    return value
