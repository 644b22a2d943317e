"""Which values a property may have: format, range, enumeration, length and unit, mended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, get_args

from protocol.errors import printable
from protocol.miot.choices import (
    MAX_CHOICES,
    RawChoice,
    numbers_of,
    read_choices,
    titled,
    whole_choices,
)
from protocol.miot.instance import RawProperty
from protocol.miot.measures import read_unit
from protocol.miot.notebook import Notebook, listed
from protocol.miot.numbers import as_integer, common_step, fitting_format, read_number
from protocol.miot.quirks import Quirk, Reason
from protocol.miot.ranges import Range, RawRange, mend_range, read_range
from protocol.miot.texts import Translations
from protocol.product_model import INTEGER_LIMITS, Choice, Format, Number

MAX_LENGTH: Final = 4_096
"""Longest text that a product spec may allow, in characters."""

SENT_LENGTH: Final = 1_024
"""Longest text that is sent to a device whose document sets no limit, in characters."""

WIDEST: Final = 1e9
"""Bounds of a fraction that is sent to a device whose document sets none."""

_ALIASES: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "boolean": "bool",
        "int": "int32",
        "integer": "int32",
        "long": "int64",
        "uint64": "int64",
        "double": "float",
        "float32": "float",
        "float64": "float",
        "number": "float",
        "str": "string",
        "text": "string",
        "hex": "string",
    }
)
_NO_FORMAT: Final = frozenset({"", "none", "null"})


@dataclass(frozen=True, slots=True)
class Shape:
    """Which values are allowed; the part of a value's declaration that has no name."""

    format: Format
    range: Range | None = None
    choices: tuple[Choice, ...] | None = None
    max_length: int | None = None
    unit: str | None = None


def read_shape(
    raw: RawProperty, key: str, translations: Translations, notes: Notebook
) -> Shape | None:
    """Return which values a property may have; None if its format is lost, which is noted.

    `key` is the property's one in the translations, empty for none.
    """
    bounds = read_range(raw.range, raw.place, notes)
    choices = read_choices(raw.choices, raw.place, notes)
    kind = _format(raw, bounds, choices, notes)
    if kind is None:
        return None
    if kind in {"bool", "string"}:
        shape = _plain(kind, raw, bounds, choices, notes)
    else:
        shape = _numeric(kind, raw, bounds, choices, notes)
        if shape.choices is not None:
            named = titled(whole_choices(choices), key, translations, raw.place, notes)
            shape = replace(shape, choices=named)
    is_enumerated = shape.choices is not None
    unit = read_unit(raw, shape.format, shape.range, notes, is_enumerated=is_enumerated)
    return replace(shape, unit=unit)


def sent(shape: Shape, raw: RawProperty, notes: Notebook) -> Shape:
    """Return a shape that can be sent to a device: a number has bounds, a text a length."""
    if shape.format == "string" and shape.max_length is None:
        notes.mend(Quirk.LENGTH_ADDED, raw.place, f"at most {SENT_LENGTH} characters")
        return replace(shape, max_length=SENT_LENGTH)
    if shape.format in {"bool", "string"} or shape.range is not None or shape.choices is not None:
        return shape
    low, high = INTEGER_LIMITS.get(shape.format, (-WIDEST, WIDEST))
    step = 1 if shape.format in INTEGER_LIMITS else 0
    notes.mend(Quirk.RANGE_ADDED, raw.place, f"{shape.format} {low}..{high}")
    return replace(shape, range=(low, high, step))


def _format(
    raw: RawProperty, bounds: RawRange | None, choices: tuple[RawChoice, ...], notes: Notebook
) -> Format | None:
    word = raw.format.strip().lower() if isinstance(raw.format, str) else ""
    if word in _FORMATS:
        if word != raw.format:
            notes.mend(Quirk.FORMAT_RENAMED, raw.place, f"{printable(raw.format, 40)} is {word}")
        return _FORMATS[word]
    if word in _ALIASES:
        notes.mend(Quirk.FORMAT_RENAMED, raw.place, f"{word} is {_ALIASES[word]}")
        return _ALIASES[word]
    shown = printable(raw.format, 40)
    guessed = _guess(bounds, choices)
    if guessed is None or (isinstance(raw.format, str) and word not in _NO_FORMAT):
        notes.refuse(Reason.FORMAT_UNKNOWN, raw.place, f"its format is {shown}")
        return None
    notes.mend(Quirk.FORMAT_GUESSED, raw.place, f"the format is {shown}, the values say {guessed}")
    return guessed


def _guess(bounds: RawRange | None, choices: tuple[RawChoice, ...]) -> Format | None:
    numbers: list[Number | None] = [read_number(choice.value) for choice in choices]
    if bounds is not None:
        numbers += [bounds.low, bounds.high, bounds.step or 0]
    if not numbers:
        return None
    whole = [None if number is None else as_integer(number) for number in numbers]
    integers = [number for number in whole if number is not None]
    if len(integers) == len(numbers):
        return fitting_format(min(integers), max(integers), "uint8")
    return "string" if any(number is None for number in numbers) else "float"


def _plain(
    kind: Format,
    raw: RawProperty,
    bounds: RawRange | None,
    choices: tuple[RawChoice, ...],
    notes: Notebook,
) -> Shape:
    if bounds is not None:
        notes.mend(Quirk.RANGE_MISPLACED, raw.place, f"{printable(raw.range, 60)} of {kind}")
    texts = [choice.value for choice in choices if isinstance(choice.value, str)]
    if choices:
        shown = listed([f"{printable(c.value, 20)} {printable(c.label, 20)}" for c in choices])
        notes.mend(Quirk.LIST_MISPLACED, raw.place, f"{kind}: {shown}")
    if kind == "bool":
        return Shape(kind)
    length = _length(raw, notes)
    if choices and len(texts) == len(choices):
        longest = max(1, *(len(text) for text in texts))
        length = min(longest, length or MAX_LENGTH)
    return Shape(kind, max_length=length)


def _length(raw: RawProperty, notes: Notebook) -> int | None:
    if raw.max_length is None:
        return None
    number = read_number(raw.max_length)
    length = None if number is None else as_integer(number)
    if length is None or length < 1:
        detail = f"max-length is {printable(raw.max_length, 40)}"
        notes.mend(Quirk.RANGE_UNREADABLE, raw.place, detail)
        return None
    return min(length, MAX_LENGTH)


def _numeric(
    kind: Format,
    raw: RawProperty,
    bounds: RawRange | None,
    choices: tuple[RawChoice, ...],
    notes: Notebook,
) -> Shape:
    numbers = numbers_of(choices, raw.place, notes)
    span = None if bounds is None else mend_range(kind, bounds, raw.place, notes)
    if not numbers:
        return Shape(kind) if span is None else Shape(span[0], span[1])
    whole = [number for found in numbers if (number := as_integer(found)) is not None]
    is_list = kind in INTEGER_LIMITS and len(whole) == len(numbers) <= MAX_CHOICES
    if is_list and (span is None or _covers(whole, *span)):
        if span is not None:
            notes.mend(Quirk.RANGE_AND_LIST, raw.place, "the list is as wide")
        return _enumerated(kind, whole, raw, notes)
    return _spanned(kind, numbers, span, raw, notes)


def _covers(whole: list[int], kind: Format, span: Range) -> bool:
    """Say whether a list holds every value of a range."""
    if kind not in INTEGER_LIMITS:
        return False
    low, high, step = (int(number) for number in span)
    inside = {number for number in whole if low <= number <= high and (number - low) % step == 0}
    return len(inside) == (high - low) // step + 1


def _enumerated(kind: Format, whole: list[int], raw: RawProperty, notes: Notebook) -> Shape:
    wider = fitting_format(min(whole), max(whole), kind)
    if wider != kind:
        detail = f"{kind} cannot hold {min(whole)}..{max(whole)}, {wider} can"
        notes.mend(Quirk.FORMAT_WIDENED, raw.place, detail)
    return Shape(wider, choices=())


def _spanned(
    kind: Format,
    numbers: list[Number],
    span: tuple[Format, Range] | None,
    raw: RawProperty,
    notes: Notebook,
) -> Shape:
    """Return the range that holds all values of a list, and those of a range beside it."""
    step: Number = 0
    if span is not None:
        notes.mend(Quirk.RANGE_AND_LIST, raw.place, "the range is wider")
        kind, (low, high, step) = span
        numbers = [low, high, *numbers]
    elif kind in INTEGER_LIMITS and len(numbers) > MAX_CHOICES:
        notes.mend(Quirk.LIST_LONG, raw.place, f"{len(numbers)} values")
    else:
        notes.mend(Quirk.LIST_MISPLACED, raw.place, f"{kind} with a value-list")
    least, most = min(numbers), max(numbers)
    ordered = [least, *numbers]
    is_any = span is not None and step == 0
    step = 0 if is_any else common_step(ordered, step)
    kind, found = mend_range(kind, RawRange(least, most, step), raw.place, notes)
    return Shape(kind, found)


_FORMATS: Final[Mapping[str, Format]] = {word: word for word in get_args(Format)}
