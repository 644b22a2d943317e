"""From points to the bodies of a block, and from the blocks of a day to one of hours; pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hub.history.bodies import pack_points, pack_slots
from hub.history.catalogue import HUB, STOPS, Catalogue
from hub.history.segments import (
    Points,
    Segment,
    gathered,
    of_points,
    of_slots,
    slots_of_numbers,
    worth_keeping,
)
from hub.history.tiers import HOUR_MS, Tier
from hub.store.series import Block
from protocol.messages import Scalar


class Sealer:
    """Makes blocks, and remembers what each series held at the end of the last one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._held: dict[int, Scalar] = {}
        self._after: dict[int, Scalar] = {}

    def sealed(self) -> None:
        """Take in that the block of the last `bodies` is in the file."""
        self._held = self._after

    def bodies(
        self, points: Mapping[int, Points], block: Block
    ) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield number, body of single values and body of stretches of each series.

        Args:
            points: Of this block alone, by series.
            block: Where it begins, and up to when its points are known to be all.
        """
        self._after = dict(self._held)
        stops = self._stops(points)
        hub_stops = stops.get(HUB, ())
        self._let_go(points, stops)
        for number, mine in points.items():
            record = self._catalogue.record(number)
            if record is None:
                continue
            raw = pack_points(mine, block.start_ms)
            if record.address == STOPS:
                yield number, raw, raw
                continue
            known_until = sorted([*hub_stops, *stops.get(record.device, ())])
            slots = self._slots(number, mine, known_until, block)
            yield number, raw, pack_slots(slots, block.start_ms)

    def _slots(
        self, number: int, points: Points, stops: Sequence[int], block: Block
    ) -> list[Segment]:
        value = self._held.get(number)
        held = None if value is None else (block.start_ms, value)
        size_ms = Tier.FIVE_MINUTES.slot_ms
        if _is_plain(points, stops, value):
            slots = slots_of_numbers(points, block.until_ms, held, size_ms)
        else:
            slots = gathered(of_points(points, stops, block.until_ms, held), size_ms)
        self._after.pop(number, None)
        if slots and slots[-1].last is not None:
            self._after[number] = slots[-1].last
        return worth_keeping(slots)

    def _stops(self, points: Mapping[int, Points]) -> dict[str, Sequence[int]]:
        found = {}
        for number, mine in points.items():
            record = self._catalogue.record(number)
            if record is not None and record.address == STOPS:
                found[record.device] = mine.times
        return found

    def _let_go(self, points: Mapping[int, Points], stops: Mapping[str, Sequence[int]]) -> None:
        """Forget what series without points held, where a stop has ended that."""
        if not stops:
            return
        for number in self._held:
            record = self._catalogue.record(number)
            is_over = record is None or HUB in stops or record.device in stops
            if number not in points and is_over:
                del self._after[number]


def by_hour(
    points: Mapping[int, Points], from_ms: int, until_ms: int
) -> Iterator[tuple[Block, dict[int, Points]]]:
    """Yield the points hour by hour, each hour that has some as a block of its own."""
    hours = sorted({time // HOUR_MS for mine in points.values() for time in mine.times})
    for hour in hours:
        start, end = hour * HOUR_MS, (hour + 1) * HOUR_MS
        found = {}
        for number, mine in points.items():
            some = slice(bisect_left(mine.times, start), bisect_left(mine.times, end))
            if some.start < some.stop:
                found[number] = Points(mine.times[some], mine.values[some])
        yield Block(max(start, from_ms), min(end, until_ms)), found


def hours(slots: Iterable[Segment], stops: Sequence[int], day: Block) -> bytes | None:
    """Return the body of hours that a day's finer slots make; None when there are none."""
    segments = of_slots(slots, stops, day.until_ms)
    made = worth_keeping(gathered(segments, Tier.HOUR.slot_ms))
    return pack_slots(made, day.start_ms) if made else None


def _is_plain(points: Points, stops: Sequence[int], held: Scalar) -> bool:
    """Say whether a series is of numbers alone that nothing interrupts."""
    if stops or not points.times or isinstance(held, str):
        return False
    return not any(value is None or isinstance(value, str) for value in points.values)
