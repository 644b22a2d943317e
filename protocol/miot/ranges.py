"""Value ranges: minimum, maximum and step, mended until they make sense."""

import math
from dataclasses import dataclass
from typing import Final

from protocol.errors import printable
from protocol.messages import MAX_INTEGER
from protocol.miot.notebook import Notebook, Place
from protocol.miot.numbers import (
    as_integer,
    common_step,
    cut,
    fitting_format,
    is_on_step,
    read_number,
)
from protocol.miot.quirks import Quirk
from protocol.product_model import INTEGER_LIMITS, Format, Number

Range = tuple[Number, Number, Number]

_KEYS: Final = (("min", "minimum"), ("max", "maximum"), ("step",))


@dataclass(frozen=True, slots=True)
class RawRange:
    """Numbers of a range as they stand; the step is None where there is none."""

    low: Number
    high: Number
    step: Number | None


def read_range(found: object, place: Place, notes: Notebook) -> RawRange | None:
    """Read `[minimum, maximum, step]`, and what is meant as such; None for no range."""
    if found is None or found == []:
        return None
    items = _items(found)
    numbers = [read_number(item) for item in items[:3]]
    if len(numbers) < 2 or numbers[0] is None or numbers[1] is None:
        notes.mend(Quirk.RANGE_UNREADABLE, place, printable(found, 60))
        return None
    if any(isinstance(item, str) for item in items[:3]):
        notes.mend(Quirk.NUMBER_AS_TEXT, place, f"value-range {printable(found, 60)}")
    return RawRange(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None)


def mend_range(kind: Format, raw: RawRange, place: Place, notes: Notebook) -> tuple[Format, Range]:
    """Return the format that holds a range, and the range as it makes sense."""
    low, high, step = raw.low, raw.high, raw.step
    if low > high:
        notes.mend(Quirk.RANGE_TURNED, place, f"{low}..{high}")
        low, high = high, low
    kind = _with_fractions(kind, (low, high, step), place, notes)
    is_integer = kind in INTEGER_LIMITS
    least, most = cut(low, is_integer=is_integer), cut(high, is_integer=is_integer)
    if (least, most) != (low, high):
        notes.mend(Quirk.RANGE_CUT, place, f"{low}..{high} is {least}..{most}")
    if is_integer:
        wider = fitting_format(int(least), int(most), kind)
        if wider != kind:
            detail = f"{kind} cannot hold {least}..{most}, {wider} can"
            notes.mend(Quirk.FORMAT_WIDENED, place, detail)
        kind = wider
    mended = _step(least, most, step, is_integer=is_integer)
    if mended != step:
        shown = "no step" if step is None else f"step {step}"
        notes.mend(Quirk.RANGE_STEP, place, f"{shown} in {least}..{most} is {mended}")
    return kind, (least, most, mended)


def _items(found: object) -> list[object]:
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [next((found[key] for key in keys if key in found), None) for keys in _KEYS]
    return []


def _with_fractions(
    kind: Format, numbers: tuple[Number | None, ...], place: Place, notes: Notebook
) -> Format:
    whole = [number is None or math.isinf(number) or _is_whole(number) for number in numbers]
    if kind not in INTEGER_LIMITS or all(whole):
        return kind
    detail = f"{kind} cannot hold fractions of {printable(list(numbers), 60)}, float can"
    notes.mend(Quirk.FORMAT_WIDENED, place, detail)
    return "float"


def _is_whole(number: Number) -> bool:
    return as_integer(number) is not None


def _step(low: Number, high: Number, found: Number | None, *, is_integer: bool) -> Number:
    """Return the step that was declared, or the largest on which both ends lie."""
    usual = 1 if is_integer else 0
    step = usual if found is None or math.isinf(found) else abs(found)
    if is_integer:
        step = int(step) or 1
    if low < high and step and not is_on_step(low, high, step):
        step = common_step((low, high), step) or usual
    if step <= MAX_INTEGER:
        return step
    return usual if is_integer else float(step)
