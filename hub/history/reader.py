"""Answers questions from blocks and from what is not sealed yet; works in the history's thread."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from hub.history.answer import Gap, Point, Question, Series
from hub.history.bodies import unpack_points, unpack_slots
from hub.history.catalogue import HUB, STOPS
from hub.history.ledger import Kept
from hub.history.segments import Points, Segment, clipped, gathered, of_points, of_slots, unknown
from hub.history.tiers import ROLLED, Tier
from hub.store.series import Block, SeriesRecord
from protocol.messages import Scalar

LOOK_BACK: Final = 400
"""Blocks that are searched for the value that held when a span begins: 16 days of hours."""

SECOND_MS: Final = 1_000

Check = Callable[[], None]
"""Raises when the answer has taken too long."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Where an answer is looked for, and how fine it is."""

    tier: Tier
    from_ms: int
    to_ms: int
    now_ms: int
    points: int | None

    @property
    def until_ms(self) -> int:
        """Up to when anything can be known; it may lie before the span."""
        return min(self.to_ms, self.now_ms)


def read(kept: Kept, question: Question, address: str, now_ms: int, check: Check) -> Series:
    """Return what is known of one property.

    Args:
        kept: The history.
        question: What is asked; its addresses do not matter here.
        address: The property.
        now_ms: Nothing is known of what comes after.
        check: Called now and then.
    """
    record = kept.catalogue.find(question.device, address)
    if record is None:
        gaps = _gaps([], [], _span(kept, question, now_ms, question.to_ms))
        return Series(address, 0.0, (), tuple(gaps), None)
    span = _span(kept, question, now_ms, record.since_ms)
    found = _Found(kept, record, span, check)
    segments, points, size_ms = found.content()
    gaps = _gaps(segments, found.stops(), span, since_ms=record.since_ms, slack_ms=size_ms)
    room = question.points if question.points is not None else len(gaps)
    kept_gaps = sorted(
        nlargest(room, gaps, key=lambda gap: gap.to_ms - gap.from_ms), key=lambda g: g.from_ms
    )
    return Series(
        address,
        size_ms / 1000,
        tuple(points),
        tuple(kept_gaps),
        max(record.since_ms, _oldest_ms(kept, span.tier)),
        gaps_left_out=len(gaps) - len(kept_gaps),
    )


def _span(kept: Kept, question: Question, now_ms: int, since_ms: int) -> _Span:
    """Choose the finest tier that has few enough points, and reaches back far enough."""
    tier = Tier.RAW
    if question.points is not None:
        size_ms = (question.to_ms - question.from_ms) / max(1, question.points - 1)
        tier = max(t for t in Tier if t.slot_ms <= size_ms)
    reach = {t: _oldest_ms(kept, t) for t in Tier if t >= tier}
    wanted_ms = max(min(reach.values()), question.from_ms, since_ms)
    tier = next(t for t, oldest_ms in reach.items() if oldest_ms <= wanted_ms)
    return _Span(tier, question.from_ms, question.to_ms, now_ms, question.points)


def _oldest_ms(kept: Kept, tier: Tier) -> int:
    """Return since when a tier holds all that was recorded, finer tiers and the rest with it."""
    if tier is Tier.HOUR:
        blocks = kept.file.blocks(tier)
        fine = _oldest_ms(kept, Tier.FIVE_MINUTES)
        return min(blocks[0].start_ms, fine) if blocks else fine
    blocks = kept.file.blocks(tier)
    if blocks:
        return blocks[0].start_ms
    return kept.recorder.oldest_ms or 0


class _Found:
    """What there is of one series in a span."""

    def __init__(self, kept: Kept, record: SeriesRecord, span: _Span, check: Check) -> None:
        self._kept, self._record, self._span, self._check = kept, record, span, check
        self._begin_ms = span.from_ms
        self._nulls: list[tuple[int, str]] = []

    def content(self) -> tuple[list[Segment], list[Point], int]:
        """Return the known stretches, the points of the answer, and their size."""
        span = self._span
        if span.tier is Tier.RAW:
            return self._raw()
        slots = list(self._slots())
        stops = [time for time, _ in self.stops()]
        whole = of_slots(slots, stops, span.until_ms)
        segments = list(clipped(whole, span.from_ms, span.until_ms))
        size_ms = span.tier.slot_ms
        if span.points is not None:
            size_ms *= max(
                1, math.ceil((span.to_ms - span.from_ms) / max(1, span.points - 1) / size_ms)
            )
        return segments, _stretches(gathered(segments, size_ms), span), size_ms

    def stops(self) -> list[tuple[int, str]]:
        """Return since when, and why, the series was not known."""
        found = list(self._nulls)
        for device in (HUB, self._record.device):
            record = self._kept.catalogue.find(device, STOPS)
            if record is not None:
                points = self._stored(record, self._span.tier, self._begin_ms)
                found += [(t, str(v)) for t, v in zip(*points, strict=True)]
        return sorted(found)

    def _raw(self) -> tuple[list[Segment], list[Point], int]:
        span = self._span
        points = self._stored(self._record, Tier.RAW, self._look_back(Tier.RAW))
        self._nulls = [(time, "null") for time, value in zip(*points, strict=True) if value is None]
        stops = [time for time, _ in self.stops()]
        whole = of_points(points, stops, span.until_ms)
        segments = list(clipped(whole, span.from_ms, span.until_ms))
        if span.points is None or len(segments) <= span.points:
            return segments, _singles(points, segments, span), 0
        step_ms = math.ceil((span.to_ms - span.from_ms) / max(1, span.points - 1))
        size_ms = step_ms if step_ms < SECOND_MS else math.ceil(step_ms / SECOND_MS) * SECOND_MS
        return segments, _stretches(gathered(segments, size_ms), span), size_ms

    def _slots(self) -> Iterator[Segment]:
        """Yield the slots of the span and of the last block before it that has some."""
        tier, kept = self._span.tier, self._kept
        begin_ms = self._begin_ms = self._look_back(tier)
        rolled_ms = kept.file.mark(ROLLED)
        if tier is Tier.HOUR:
            yield from self._sealed(Tier.HOUR, begin_ms)
            fine_ms = max(begin_ms, rolled_ms)
        else:
            fine_ms = begin_ms
        fine = list(self._sealed(Tier.FIVE_MINUTES, fine_ms))
        fine += self._open_slots(fine[-1] if fine else None)
        if tier is Tier.HOUR:
            stops = [time for time, _ in self.stops()]
            yield from gathered(of_slots(fine, stops, self._span.until_ms), tier.slot_ms)
        else:
            yield from fine

    def _open_slots(self, before: Segment | None) -> list[Segment]:
        points = self._kept.recorder.points(self._record.number)
        stops = [time for time, _ in self.stops()]
        held: tuple[int, Scalar] | None = None
        if before is not None and before.last is not None and points.times:
            is_stopped = any(before.end_ms <= stop <= points.times[0] for stop in stops)
            held = None if is_stopped else (before.end_ms, before.last)
        segments = of_points(points, stops, self._span.until_ms, held)
        return gathered(segments, Tier.FIVE_MINUTES.slot_ms)

    def _sealed(self, tier: Tier, begin_ms: int) -> Iterator[Segment]:
        for block in self._blocks(tier, begin_ms):
            body = self._kept.file.body(tier, block, self._record.number)
            if body is not None:
                yield from unpack_slots(body, block.start_ms)
            self._check()

    def _look_back(self, tier: Tier) -> int:
        """Return where the last block begins that ended before the span and has some."""
        blocks = [b for b in self._kept.file.blocks(tier) if b.until_ms <= self._span.from_ms]
        for block in reversed(blocks[-LOOK_BACK:]):
            if self._kept.file.body(tier, block, self._record.number) is not None:
                self._begin_ms = block.start_ms
                return block.start_ms
        return self._begin_ms

    def _blocks(self, tier: Tier, begin_ms: int) -> list[Block]:
        until_ms = self._span.until_ms
        blocks = self._kept.file.blocks(tier)
        return [b for b in blocks if b.until_ms > begin_ms and b.start_ms <= until_ms]

    def _stored(self, record: SeriesRecord, tier: Tier, begin_ms: int) -> Points:
        times: list[int] = []
        values: list[Scalar] = []
        for block in self._blocks(tier, begin_ms):
            body = self._kept.file.body(tier, block, record.number)
            if body is not None:
                _extend(times, values, unpack_points(body, block.start_ms))
            self._check()
        if tier is Tier.HOUR:
            fine_ms = max(begin_ms, self._kept.file.mark(ROLLED))
            for block in self._blocks(Tier.FIVE_MINUTES, fine_ms):
                body = self._kept.file.body(Tier.FIVE_MINUTES, block, record.number)
                if body is not None:
                    _extend(times, values, unpack_points(body, block.start_ms))
        _extend(times, values, self._kept.recorder.points(record.number))
        return Points(times, values)


def _extend(times: list[int], values: list[Scalar], more: Points) -> None:
    times.extend(more.times)
    values.extend(more.values)


def _singles(points: Points, segments: Sequence[Segment], span: _Span) -> list[Point]:
    """Return the values told in the span, and first the one that held when it began."""
    told = [(t, v) for t, v in zip(points.times, points.values, strict=True) if v is not None]
    held = [value for time, value in told if time < span.from_ms]
    found = [Point(time, value) for time, value in told if span.from_ms <= time <= span.until_ms]
    is_held = bool(segments) and segments[0].told == 0
    return [Point(span.from_ms, held[-1]), *found] if is_held and held else found


def _stretches(slots: Iterable[Segment], span: _Span) -> list[Point]:
    return [
        Point(
            max(slot.start_ms, span.from_ms), slot.last, slot.low, slot.mean, slot.high, slot.told
        )
        for slot in slots
        if slot.start_ms <= span.until_ms and slot.end_ms >= span.from_ms
    ]


def _gaps(
    segments: Sequence[Segment],
    stops: Sequence[tuple[int, str]],
    span: _Span,
    *,
    since_ms: int | None = None,
    slack_ms: int = 0,
) -> list[Gap]:
    """Return where the value is not known, and why as far as that is known."""
    found = []
    for start, end in unknown(segments, span.from_ms, span.until_ms):
        if end - start <= 0:
            continue
        why = [text for time, text in stops if start - slack_ms <= time < end]
        earlier = [text for time, text in stops if time < start]
        is_new = since_ms is None or end <= since_ms
        default = "not_recorded" if is_new else "unknown"
        text = why[0] if why else earlier[-1] if earlier and not is_new else default
        reason, _, detail = text.partition(" ")
        found.append(Gap(start, end, reason, detail))
    if span.to_ms > span.now_ms:
        found.append(Gap(max(span.from_ms, span.now_ms), span.to_ms, "future"))
    return found
