"""Whether one value is what its declaration allows: slowly with reasons, or quickly without."""

import json
import math
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from pydantic_core import SchemaValidator, core_schema

from protocol.errors import Violation, printable
from protocol.messages import Scalar
from protocol.product_model import INTEGER_LIMITS, Number, Value

STEP_TOLERANCE: Final = 1e-6
"""How far from a step a value may lie, as a part of the step: doubles cannot hold 0.1."""

NOT_SHOWN: Final = "(not shown)"
"""Stands for a value that nobody may read, such as a password."""

MAX_CHOICES: Final = 12
"""So many values of an enumeration are named in a sentence."""

_LONGEST: Final = 2**31 - 1
"""A text is only looked at for half a surrogate pair when its length is asked for."""

_MOST: Final = sys.float_info.max
"""No finite number is larger; NaN and infinity are not within it."""

_KINDS: Final = {"bool": "true or false", "float": "a number", "string": "a text"}


class Limits(NamedTuple):
    """What narrows the values of a format; the part of a declaration that a check needs.

    Attributes:
        low, high: None for no limit.
        step: 0 for any; counted from `low`.
        choices: Allowed values, empty for any.
        max_length: Longest text, or None.
    """

    format: str
    low: Number | None
    high: Number | None
    step: Number
    choices: tuple[int, ...]
    max_length: int | None

    @property
    def has_gaps(self) -> bool:
        """Whether a value within the range may lie between two steps."""
        return self.step > 0 and not (self.step == 1 and self.format in INTEGER_LIMITS)

    @property
    def tolerance(self) -> float:
        """How far from a step a fraction may lie."""
        rounding = 4 * max(abs(self.low or 0), abs(self.high or 0)) * 2.0**-53
        return max(STEP_TOLERANCE * self.step, rounding)

    def is_on_step(self, given: Number) -> bool:
        """Say whether a value within the range lies on one of its steps."""
        offset = given - (self.low or 0)
        if self.format in INTEGER_LIMITS:
            return offset % self.step == 0
        return abs(math.remainder(offset, self.step)) <= self.tolerance


def limits(value: Value) -> Limits:
    """Return what narrows the values of a declaration."""
    low: Number | None
    high: Number | None
    low, high = INTEGER_LIMITS.get(value.format, (None, None))
    step: Number = 0
    if value.range is not None:
        low, high, step = value.range
    if value.is_integer:
        low, high, step = int(low or 0), int(high or 0), int(step)
    choices = tuple(choice.value for choice in value.enum or ())
    return Limits(value.format, low, high, step, choices, value.max_length)


def allowed(value: Value) -> str:
    """Say in a few words which values a declaration allows."""
    if value.enum is not None:
        named = [f"{choice.value} ({choice.name})" for choice in value.enum]
        more = f" and {len(named) - MAX_CHOICES} more" if len(named) > MAX_CHOICES else ""
        return f"one of {', '.join(named[:MAX_CHOICES])}{more}"
    if value.max_length is not None:
        return f"a text of at most {value.max_length} characters"
    kind = _KINDS.get(value.format, "a whole number")
    bounds = limits(value)
    if bounds.low is None:
        return kind
    steps = f" in steps of {bounds.step}" if bounds.has_gaps else ""
    return f"{kind} {bounds.low}..{bounds.high}{steps}"


def problem(value: Value, given: Scalar, path: str, *, is_secret: bool = False) -> Violation | None:
    """Return the rule that a value breaks, or None.

    Args:
        value: The declaration.
        given: What was sent; null is of no type, its caller has to let it pass.
        path: Where it stood.
        is_secret: Whether the violation must not show it.
    """
    found = _fault(value, given)
    if found is None:
        return None
    rule, why = found
    text = NOT_SHOWN if is_secret else as_json(given)
    return Violation(rule, path, text, f"{'the value' if is_secret else text} {why}")


def has_type(value: Value, given: Scalar) -> bool:
    """Say whether a value has the JSON type of its declaration, whatever its size."""
    if value.format == "bool":
        return isinstance(given, bool)
    if value.format == "string":
        return isinstance(given, str) and _is_unicode(given)
    if isinstance(given, bool):
        return False
    return isinstance(given, int) or (value.format == "float" and isinstance(given, float))


def as_json(given: Scalar) -> str:
    """Return a value as it stood in the message, printable and shortened."""
    return printable(json.dumps(given, ensure_ascii=False))


@lru_cache(maxsize=4096)
def quick_check(limits: Limits) -> Callable[[Scalar], bool]:
    """Return a test that is true for null and the allowed values, and for no other.

    Equal declarations share one: a home's products need a few dozen in all. Those of numbers are
    plain Python, which takes half the time of a call into a validator of pydantic.
    """
    if limits.format == "bool":
        return _is_bool
    if limits.format == "string":
        longest = limits.max_length or _LONGEST
        text = core_schema.str_schema(strict=True, max_length=longest)
        return SchemaValidator(core_schema.nullable_schema(text)).isinstance_python
    if limits.choices:
        return _choice_check(frozenset(limits.choices))
    low = -_MOST if limits.low is None else limits.low
    high = _MOST if limits.high is None else limits.high
    if limits.has_gaps:
        return _stepped_check(limits, low, high)
    return _range_check(low, high, is_integer=limits.format in INTEGER_LIMITS)


def _is_bool(given: Scalar) -> bool:
    return given is True or given is False or given is None


def _choice_check(choices: frozenset[int]) -> Callable[[Scalar], bool]:
    def check(given: Scalar) -> bool:
        return given in choices if type(given) is int else given is None

    return check


def _range_check(low: Number, high: Number, *, is_integer: bool) -> Callable[[Scalar], bool]:
    def check_integer(given: Scalar) -> bool:
        return low <= given <= high if type(given) is int else given is None

    def check_number(given: Scalar) -> bool:
        if type(given) is float or type(given) is int:
            return low <= given <= high
        return given is None

    return check_integer if is_integer else check_number


def _stepped_check(limits: Limits, low: Number, high: Number) -> Callable[[Scalar], bool]:
    step, tolerance, remainder = limits.step, limits.tolerance, math.remainder

    def check_integer(given: Scalar) -> bool:
        if type(given) is int:
            return low <= given <= high and (given - low) % step == 0
        return given is None

    def check_number(given: Scalar) -> bool:
        if type(given) is float or type(given) is int:
            return low <= given <= high and abs(remainder(given - low, step)) <= tolerance
        return given is None

    return check_integer if limits.format in INTEGER_LIMITS else check_number


def _fault(value: Value, given: Scalar) -> tuple[str, str] | None:
    if not has_type(value, given):
        kind = _KINDS.get(value.format, f"a whole number ({value.format})")
        return "ECO-VALUE-001", f"is not {kind}"
    if isinstance(given, str):
        if value.max_length is not None and len(given) > value.max_length:
            return "ECO-VALUE-005", f"has {len(given)} characters, at most {value.max_length} fit"
        return None
    if isinstance(given, bool) or given is None:
        return None
    if value.enum is not None:
        if any(given == choice.value for choice in value.enum):
            return None
        return "ECO-VALUE-004", f"is not {allowed(value)}"
    return _number_fault(value, given)


def _number_fault(value: Value, given: Number) -> tuple[str, str] | None:
    bounds = limits(value)
    if not _is_finite(given):
        return "ECO-VALUE-001", "is not a finite number"
    if bounds.low is not None and bounds.high is not None:
        if not bounds.low <= given <= bounds.high:
            where = f"is outside {bounds.low}..{bounds.high}"
            is_declared = value.range is not None
            return ("ECO-VALUE-002", where) if is_declared else ("ECO-VALUE-001", where)
        if bounds.has_gaps and not bounds.is_on_step(given):
            return "ECO-VALUE-003", f"is not {bounds.low} plus a whole number of {bounds.step}s"
    return None


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _is_finite(number: Number) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False
