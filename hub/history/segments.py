"""The signal of one property as pieces of known time, and their gathering into coarser ones; pure.

A value holds from when it was told until the next one, or until a stop: the moment from which on it
is not known. Times are Unix milliseconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

from protocol.messages import Scalar

Number = int | float


class Segment(NamedTuple):
    """A stretch of time in which a property was known.

    Attributes:
        start_ms, end_ms: From, and up to but without; where `known_ms` is less, the known part
            lies at the beginning when `last` is None, else at the end.
        low, mean, high: Of the values in it, the mean by time; None of texts.
        told: Values that were recorded in it; 0 when it only goes on as it was.
        last: The value at its end; None when that is not known.
    """

    start_ms: int
    end_ms: int
    low: Number | None
    mean: float | None
    high: Number | None
    told: int
    known_ms: int
    last: Scalar


class Points(NamedTuple):
    """Values as they were recorded.

    Attributes:
        times: In Unix milliseconds, never falling.
        values: None where the device said that it does not know.
    """

    times: Sequence[int]
    values: Sequence[Scalar]


def of_points(
    points: Points, stops: Sequence[int], until_ms: int, held: tuple[int, Scalar] | None = None
) -> Iterator[Segment]:
    """Yield one segment per point, up to the next point, stop, or `until_ms`.

    Args:
        points: What was told.
        stops: Moments from which on nothing is known, rising.
        until_ms: How far the last value holds.
        held: What held before the first point, and from when on that counts.
    """
    times, values = points
    count = 1
    if held is not None:
        times, values, count = [held[0], *times], [held[1], *values], 0
    place = 0
    for number, (time, value) in enumerate(zip(times, values, strict=True)):
        is_last = number + 1 == len(times)
        end = max(until_ms, time) if is_last else times[number + 1]
        while place < len(stops) and stops[place] < time:
            place += 1
        is_stopped = not is_last and values[number + 1] is None
        if place < len(stops) and stops[place] < end:
            end, is_stopped = stops[place], True
        if value is not None:
            yield _constant(time, end, value, count, is_stopped=is_stopped)
        count = 1


def of_slots(slots: Iterable[Segment], stops: Sequence[int], until_ms: int) -> Iterator[Segment]:
    """Yield slots in the order of time, and between them what held from one to the next."""
    listed = list(slots)
    for slot, after in pairwise([*listed, None]):
        if slot is None:
            continue
        yield slot
        begin = slot.end_ms
        end = max(until_ms, begin) if after is None else after.start_ms
        if slot.last is None or end <= begin:
            continue
        stop = next((one for one in stops if slot.end_ms <= one < end), None)
        held = _constant(begin, end if stop is None else stop, slot.last, 0)
        if held.end_ms > held.start_ms:
            yield held if stop is None else held._replace(last=None)


def gathered(segments: Iterable[Segment], size_ms: int, origin_ms: int = 0) -> list[Segment]:
    """Return one segment for each stretch of `size_ms` in which anything is known.

    Number of values, least, greatest and mean by time stay what they were over all.

    Args:
        segments: In the order of time; those of several values lie within one stretch each.
        size_ms: Length of a stretch.
        origin_ms: Where one of them begins.
    """
    made: list[_Bucket] = []
    for segment in segments:
        for part in _split(segment, size_ms, origin_ms):
            start = origin_ms + (part.start_ms - origin_ms) // size_ms * size_ms
            if not made or made[-1].start_ms != start:
                made.append(_Bucket(start))
            made[-1].add(part)
    return [bucket.segment(size_ms) for bucket in made]


def worth_keeping(slots: Sequence[Segment]) -> list[Segment]:
    """Leave out the slots that `of_slots` restores: those in which it only goes on as it was."""
    return [
        slot for number, slot in enumerate(slots) if slot.told or slot.last is None or not number
    ]


def slots_of_numbers(
    points: Points, until_ms: int, held: tuple[int, Scalar] | None, size_ms: int
) -> list[Segment]:
    """Return what `gathered` makes of `of_points`, in a fifth of the time.

    Args:
        points: Numbers or truth values alone, at least one.
        until_ms: How far the last one holds.
        held: As for `of_points`.
        size_ms: Length of a slot.
    """
    starts, values = list(points.times), list(points.values)
    told = 1
    if held is not None:
        starts, values, told = [held[0], *starts], [held[1], *values], 0
    ends = [*starts[1:], max(until_ms, starts[-1])]
    made: list[Segment] = []
    slot, count, known, total = starts[0] - starts[0] % size_ms, 0, 0, 0.0
    low = high = last = cast("Number", values[0])
    last_end = starts[0]
    for time, given, end in zip(starts, values, ends, strict=True):
        value = cast("Number", given)
        if time >= slot + size_ms:
            made.append(_slot(slot, last_end, (low, total, high), count, known, last))
            slot, count, known, total = time - time % size_ms, 0, 0, 0.0
            low = high = value
        count, told = count + told, 1
        low, high = (value if value < low else low), (value if value > high else high)
        while end > slot + size_ms:
            border = slot + size_ms
            total, known = total + value * (border - time), known + border - time
            made.append(_slot(slot, border, (low, total, high), count, known, value))
            slot, time, count, known, total = border, border, 0, 0, 0.0  # noqa: PLW2901 - the rest of the stretch
            low = high = value
        total, known = total + value * (end - time), known + end - time
        last, last_end = value, end
    made.append(_slot(slot, last_end, (low, total, high), count, known, last))
    return made


def _slot(
    start: int,
    end: int,
    sums: tuple[Number, float, Number],
    told: int,
    known: int,
    last: Number,
) -> Segment:
    low, total, high = sums
    mean = min(max(total / known, low), high) if known else last
    return Segment(start, end, low, float(mean), high, told, known, last)


def clipped(segments: Iterable[Segment], from_ms: int, to_ms: int) -> Iterator[Segment]:
    """Yield what of the segments lies within a span; one of several values stays whole."""
    for segment in segments:
        if segment.end_ms < from_ms or segment.start_ms > to_ms:
            continue
        if segment.end_ms == from_ms and segment.start_ms < from_ms:
            continue
        if not _is_constant(segment):
            yield segment
            continue
        start, end = max(segment.start_ms, from_ms), min(segment.end_ms, to_ms)
        count = segment.told if segment.start_ms >= from_ms else 0
        last = segment.last if segment.end_ms <= to_ms else _value(segment)
        yield segment._replace(
            start_ms=start, end_ms=end, known_ms=end - start, told=count, last=last
        )


def unknown(segments: Iterable[Segment], from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """Return the stretches between two times that no segment covers."""
    found, known_until = [], from_ms
    for segment in segments:
        start, end = _extent(segment)
        if start > known_until:
            found.append((known_until, min(start, to_ms)))
        known_until = max(known_until, end)
        if known_until >= to_ms:
            break
    if known_until < to_ms:
        found.append((known_until, to_ms))
    return found


def _constant(
    start: int, end: int, value: Scalar, count: int, *, is_stopped: bool = False
) -> Segment:
    number = None if isinstance(value, str) or value is None else value
    mean = None if number is None else float(number)
    last = None if is_stopped else value
    return Segment(start, end, number, mean, number, count, end - start, last)


def _is_constant(segment: Segment) -> bool:
    """Say whether a segment is of one value all the time, so that it can be cut anywhere."""
    if segment.known_ms != segment.end_ms - segment.start_ms or segment.told > 1:
        return False
    if segment.low is None:
        return segment.told <= 1 and segment.last is not None
    return segment.low == segment.high


def _split(segment: Segment, size_ms: int, origin_ms: int) -> Iterator[Segment]:
    start, end = segment.start_ms, segment.end_ms
    first_end = origin_ms + ((start - origin_ms) // size_ms + 1) * size_ms
    if end <= first_end or not _is_constant(segment):
        yield segment
        return
    count, border = segment.told, first_end
    while start < end:
        last = segment.last if border >= end else _value(segment)
        stop = min(border, end)
        yield segment._replace(
            start_ms=start, end_ms=stop, known_ms=stop - start, told=count, last=last
        )
        start, border, count = stop, border + size_ms, 0


def _value(segment: Segment) -> Scalar:
    return segment.last if segment.last is not None else segment.high


def _extent(segment: Segment) -> tuple[int, int]:
    """Say where the known part of a segment lies."""
    if segment.last is None:
        return segment.start_ms, segment.start_ms + segment.known_ms
    return segment.end_ms - segment.known_ms, segment.end_ms


class _Bucket:
    """Gathers segments of one stretch."""

    __slots__ = ("end_ms", "high", "known_ms", "last", "low", "start_ms", "told", "total", "weight")

    def __init__(self, start_ms: int) -> None:
        self.start_ms = self.end_ms = start_ms
        self.low: Number | None = None
        self.high: Number | None = None
        self.told = self.known_ms = 0
        self.total = self.weight = 0.0
        self.last: Scalar = None

    def add(self, part: Segment) -> None:
        self.told += part.told
        self.known_ms += part.known_ms
        self.last, self.end_ms = part.last, part.end_ms
        if part.low is None or part.high is None or part.mean is None:
            return
        if self.low is None or part.low < self.low:
            self.low = part.low
        if self.high is None or part.high > self.high:
            self.high = part.high
        weight = part.known_ms or _INSTANT_MS
        self.total += part.mean * weight
        self.weight += weight

    def segment(self, size_ms: int) -> Segment:
        mean = self.total / self.weight if self.weight else None
        if mean is not None and self.low is not None and self.high is not None:
            mean = min(max(mean, float(self.low)), float(self.high))
        end = self.start_ms + size_ms if self.last is None else self.end_ms
        known = min(self.known_ms, size_ms)
        return Segment(self.start_ms, end, self.low, mean, self.high, self.told, known, self.last)


_INSTANT_MS = 1e-6
"""Weight of a value that the next one replaced within the same millisecond."""
