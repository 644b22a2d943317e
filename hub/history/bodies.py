"""Points and slots as bytes and back: columns of JSON, pressed where that saves something; pure."""

import zlib
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, cast

from pydantic_core import from_json, to_json

from hub.history.segments import Number, Points, Segment
from protocol.messages import Scalar

PLAIN, PRESSED = b"\x00", b"\x01"
LEVEL: Final = 6
"""Of zlib: 9 saves 1 % more and takes twice as long."""


class Batch(NamedTuple):
    """What one entry of the journal holds: the points of some seconds, by series.

    Attributes:
        until_ms: All that was told before is in it.
    """

    until_ms: int
    points: Mapping[int, Points]


def pack_points(points: Points, base_ms: int) -> bytes:
    """Return points as bytes; `base_ms` is needed to read them again."""
    return _pack([_deltas(points.times, base_ms), points.values])


def unpack_points(body: bytes, base_ms: int) -> Points:
    """Return the points that `pack_points` packed.

    Raises:
        ValueError: The bytes are not whole.
    """
    steps, values = cast("tuple[list[int], list[Scalar]]", _unpack(body))
    return Points(list(accumulate(steps, initial=base_ms))[1:], values)


def pack_slots(slots: Sequence[Segment], base_ms: int) -> bytes:
    """Return slots as bytes; `base_ms` is needed to read them again."""
    starts = _deltas([slot.start_ms for slot in slots], base_ms)
    means = [None if slot.mean is None else float(f"{slot.mean:.6g}") for slot in slots]
    rest = [
        [slot.end_ms - slot.start_ms for slot in slots],
        [slot.low for slot in slots],
        means,
        [slot.high for slot in slots],
        [slot.told for slot in slots],
        [slot.known_ms for slot in slots],
        [slot.last for slot in slots],
    ]
    return _pack([starts, *rest])


def unpack_slots(body: bytes, base_ms: int) -> list[Segment]:
    """Return the slots that `pack_slots` packed, their means with six digits.

    Raises:
        ValueError: The bytes are not whole.
    """
    steps, sizes, lows, means, highs, counts, known, lasts = cast("_Columns", _unpack(body))
    starts = list(accumulate(steps, initial=base_ms))[1:]
    ends = [start + size for start, size in zip(starts, sizes, strict=True)]
    rows = zip(starts, ends, lows, means, highs, counts, known, lasts, strict=True)
    return [Segment(*row) for row in rows]


_Columns = tuple[
    list[int],
    list[int],
    list[Number | None],
    list[float | None],
    list[Number | None],
    list[int],
    list[int],
    list[Scalar],
]


def pack_batch(batch: Batch) -> bytes:
    """Return a batch as bytes."""
    numbers = sorted(batch.points)
    counts: list[int] = []
    times: list[int] = []
    values: list[Scalar] = []
    for number in numbers:
        points = batch.points[number]
        counts.append(len(points.times))
        times.extend(points.times)
        values.extend(points.values)
    ages = [batch.until_ms - time for time in times]
    return _pack([batch.until_ms, _deltas(numbers, 0), counts, ages, values])


def unpack_batch(body: bytes) -> Batch:
    """Return the batch that `pack_batch` packed.

    Raises:
        ValueError: The bytes are not whole.
    """
    content = cast("tuple[int, list[int], list[int], list[int], list[Scalar]]", _unpack(body))
    until_ms, steps, counts, ages, values = content
    points: dict[int, Points] = {}
    place = 0
    for number, count in zip(accumulate(steps), counts, strict=True):
        part = slice(place, place + count)
        points[number] = Points([until_ms - age for age in ages[part]], values[part])
        place += count
    return Batch(until_ms, points)


def _deltas(times: Sequence[int], base_ms: int) -> list[int]:
    return [after - before for before, after in pairwise([base_ms, *times])]


def _pack(content: object) -> bytes:
    text = to_json(content)
    pressed = zlib.compress(text, LEVEL)
    return PRESSED + pressed if len(pressed) < len(text) else PLAIN + text


def _unpack(body: bytes) -> object:
    try:
        text = zlib.decompress(body[1:]) if body[:1] == PRESSED else body[1:]
    except zlib.error as error:
        raise ValueError(str(error)) from error
    return from_json(text)
