"""Which values to try: those that a declaration allows, and those that it forbids.

Pure; what is drawn by chance comes from the seed of the run.
"""

import math
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

from protocol.messages import MAX_INTEGER, Scalar
from protocol.product import Number, Value
from protocol.value_check import Limits, limits

STEPS: Final = 3
"""Steps within a range that are drawn besides its edges."""

TEXT: Final = "Ä€𝄞 zß"
"""Characters of one to four bytes; a length counts characters."""


class Try(NamedTuple):
    """A value, and why it is tried."""

    value: Scalar
    kind: str


def allowed(value: Value, rng: Random) -> list[Try]:
    """Return values that a declaration allows: edges, steps, every choice; none twice."""
    found = [*_allowed(value, rng)]
    return [one for n, one in enumerate(found) if one.value not in [e.value for e in found[:n]]]


def forbidden(value: Value) -> list[Try]:
    """Return values that a declaration forbids."""
    return [*_of_wrong_type(value), *_out_of_bounds(value), Try(None, "null")]


def another(value: Value, present: Scalar, rng: Random) -> Scalar:
    """Return an allowed value other than the present one, if there is one."""
    for one in allowed(value, rng):
        if one.value != present:
            return one.value
    return present


def _allowed(value: Value, rng: Random) -> Iterator[Try]:
    bounds = limits(value)
    if value.format == "bool":
        yield from (Try(False, "edge"), Try(True, "edge"))
    elif value.format == "string":
        longest = value.max_length or 1
        yield Try("a", "edge")
        yield Try((TEXT * (longest // len(TEXT) + 1))[:longest], "edge")
    elif bounds.choices:
        yield from (Try(choice, "enum") for choice in bounds.choices)
    elif bounds.low is not None and bounds.high is not None:
        yield from _in_range(value, bounds, rng)


def _in_range(value: Value, bounds: Limits, rng: Random) -> Iterator[Try]:
    low, high = bounds.low or 0, bounds.high or 0
    step = bounds.step or (1 if value.is_integer else (high - low) / 16)
    if not step:
        yield Try(low, "edge")
        return
    last = int((high - low) // step) if value.is_integer else math.floor((high - low) / step + 1e-9)
    drawn = [rng.randint(0, last) for _ in range(STEPS)]
    for number in sorted({0, 1, *drawn, last - 1, last}):
        if 0 <= number <= last:
            kind = "edge" if number in {0, last} else "step"
            yield Try(_on_step(value, low, high, step * number), kind)


def _on_step(value: Value, low: Number, high: Number, offset: Number) -> Number:
    if value.is_integer:
        return int(low + offset)
    return min(round(low + offset, 9), high)


def _of_wrong_type(value: Value) -> Iterator[Try]:
    wrong: tuple[Scalar, ...]
    if value.format == "bool":
        wrong = (1, "true")
    elif value.format == "string":
        wrong = (7, True)
    else:
        low = limits(value).low or 0
        wrong = (str(low), True)
        if value.is_integer:
            choices = limits(value).choices
            wrong = (*wrong, float(choices[0] if choices else low))
    yield from (Try(one, "type") for one in wrong)


def _out_of_bounds(value: Value) -> Iterator[Try]:
    bounds = limits(value)
    if value.format == "string" and value.max_length is not None:
        yield Try("x" * (value.max_length + 1), "length")
    elif bounds.choices:
        free = next(n for n in range(len(bounds.choices) + 1) if n not in bounds.choices)
        yield Try(free, "enum")
    elif value.range is not None:
        yield from _beyond_range(value, bounds)


def _beyond_range(value: Value, bounds: Limits) -> Iterator[Try]:
    low, high = bounds.low or 0, bounds.high or 0
    step = bounds.step or (1 if value.is_integer else max(1.0, high - low))
    for beyond in (high + step, low - step):
        if abs(beyond) <= MAX_INTEGER:
            yield Try(int(beyond) if value.is_integer else float(beyond), "range")
    between = low + (step // 2 if value.is_integer else step / 2)
    if bounds.has_gaps and low < between < high:
        yield Try(between, "off_step")
