"""Numbers as they stand in documents, and the steps that lead from one to another."""

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from protocol.messages import MAX_INTEGER
from protocol.product_model import INTEGER_LIMITS, Format, Number
from protocol.product_sense import MAX_STEPS
from protocol.value_check import STEP_TOLERANCE

WIDER: Final[tuple[Format, ...]] = (
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "int64",
)
"""Integer formats, the narrowest that holds a range first."""

MAX_FLOAT: Final = 1e300
"""Bounds beyond are cut, so that the width of a range is still a number."""

_DECIMAL: Final = re.compile(
    r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII
)
_HEXADECIMAL: Final = re.compile(r"0[xX][0-9a-fA-F]{1,16}")


def read_number(found: object) -> Number | None:
    """Return a number that stands as one or as text; None for what is none, NaN too."""
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, float):
        return None if math.isnan(found) else found
    if not isinstance(found, str):
        return None
    word = found.strip()
    if _HEXADECIMAL.fullmatch(word):
        return int(word, 16)
    if not _DECIMAL.fullmatch(word):
        return None
    return int(word) if word.lstrip("+-").isdigit() else float(word)


def as_integer(found: Number) -> int | None:
    """Return a whole number as an integer, None for any other."""
    if isinstance(found, int):
        return found
    return int(found) if math.isfinite(found) and found.is_integer() else None


def fitting_format(low: int, high: int, wanted: Format) -> Format:
    """Return `wanted` if it holds the range, else the narrowest integer format that does."""
    for kind in (wanted, *WIDER):
        least, most = INTEGER_LIMITS.get(kind, (0, -1))
        if least <= low and high <= most:
            return kind
    return "int64"


def cut(found: Number, *, is_integer: bool) -> Number:
    """Return a bound within what numbers on the wire can hold."""
    if is_integer:
        return int(min(max(found, -MAX_INTEGER), MAX_INTEGER))
    if isinstance(found, int) and abs(found) <= MAX_INTEGER:
        return found
    return float(min(max(found, -MAX_FLOAT), MAX_FLOAT))


def is_on_step(low: Number, high: Number, step: Number) -> bool:
    """Say whether whole steps lead from `low` to `high`, as far as doubles can tell."""
    if isinstance(low, int) and isinstance(high, int) and isinstance(step, int):
        return (high - low) % step == 0
    steps = (high - low) / step
    return steps <= MAX_STEPS and abs(math.remainder(high - low, step)) <= STEP_TOLERANCE * step


def common_step(values: Iterable[Number], step: Number) -> Number:
    """Return the largest step on which all values and `step` itself lie; 0 where it is too fine.

    Args:
        values: At least one; the first is where the steps start.
        step: 0 for none.
    """
    first, *others = [Fraction(repr(value)) for value in values]
    found = abs(Fraction(repr(step)))
    for value in others:
        found = _common(found, abs(value - first))
    if not found:
        return 0
    width = max(abs(value - first) for value in others) if others else Fraction(0)
    if width / found > MAX_STEPS:
        return 0
    return int(found) if found.denominator == 1 else float(found)


def _common(one: Fraction, other: Fraction) -> Fraction:
    top = math.gcd(one.numerator * other.denominator, other.numerator * one.denominator)
    return Fraction(top, one.denominator * other.denominator)
