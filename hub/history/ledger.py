"""Writes blocks and lets go of old ones: the slow part of the history's work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from hub.history.bodies import pack_points, unpack_points, unpack_slots
from hub.history.catalogue import HUB, STOPS, Catalogue
from hub.history.recorder import Recorder
from hub.history.room import Days, forget_old, forget_private, forgotten_blocks, make_room
from hub.history.sealing import Sealer, by_hour, hours
from hub.history.segments import Points, Segment
from hub.history.tiers import DAY_MS, HOUR_MS, POINTS, ROLLED, SEALED, Tier
from hub.store import StoreFullError
from hub.store.series import Block, Body, SeriesFile, SeriesRecord
from protocol.messages import Scalar

ROW_BYTES: Final = 32
"""Of a body in the file besides itself."""

SPARE_BYTES: Final = 32 * 4_096
SECOND_MS: Final = 1_000
BREATH: Final = 32
"""Series that are packed between two pauses."""

SWEPT: Final = 32
"""Blocks that are freed of forgotten series at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is of the history: sealed in the file, and not yet in the recorder."""

    file: SeriesFile
    catalogue: Catalogue
    recorder: Recorder


class Ledger:
    """Moves points from the recorder into blocks.

    Args:
        kept: The files' contents.
        days: How long what is kept.
        pause: Called now and then in the midst of long work.
    """

    def __init__(self, kept: Kept, days: Days, pause: Callable[[], None]) -> None:
        self.kept, self._days, self._pause = kept, days, pause
        self._sealer = Sealer(kept.catalogue)
        self._private_ms = 0
        self._upkept_ms = 0
        self._leaving = [r.number for r in kept.file.series() if r.is_forgotten]
        self._to_sweep = forgotten_blocks(kept.file) if self._leaving else []

    def settle(self) -> None:
        """Make known to the file which series are new, and which are of a device that left."""
        file, catalogue, recorder = self.kept.file, self.kept.catalogue, self.kept.recorder
        if catalogue.unsaved:
            file.add(catalogue.unsaved)
            catalogue.saved()
        if recorder.forgotten:
            file.forget(recorder.forgotten)
            self._leaving += recorder.forgotten
            recorder.forgotten = []
            self._to_sweep = forgotten_blocks(file)

    def seal(self, until_ms: int) -> None:
        """Move all points before `until_ms` into blocks, hour by hour.

        Raises:
            StoreFullError: There is no room for them, whatever is let go.
            sqlite3.Error: The disk does not take them; they are still held.
        """
        file, recorder = self.kept.file, self.kept.recorder
        sealed_ms = file.mark(SEALED)
        if until_ms // SECOND_MS == sealed_ms // SECOND_MS:
            return  # blocks are told apart by the second in which they begin
        for block, points in by_hour(recorder.before(until_ms), sealed_ms, until_ms):
            raw: list[Body] = []
            slots: list[Body] = []
            for count, (number, body, coarse) in enumerate(self._sealer.bodies(points, block), 1):
                raw.append(Body(number, body))
                slots.append(Body(number, coarse))
                if count % BREATH == 0:
                    self._pause()
            self._make_room([*raw, *slots])
            contents = [(Tier.RAW, block, raw), (Tier.FIVE_MINUTES, block, slots)]
            rolled_ms = file.mark(ROLLED) or block.start_ms // DAY_MS * DAY_MS
            told = file.mark(POINTS) + sum(len(mine.times) for mine in points.values())
            marks = [(SEALED, block.until_ms), (ROLLED, rolled_ms), (POINTS, told)]
            file.seal(contents, marks)
            self._sealer.sealed()
            recorder.forget(block.until_ms)

    def upkeep(self, now_ms: int) -> None:
        """Do what is due: make hours of past days, and let go of what is too old."""
        self._sweep()
        if now_ms - self._upkept_ms < HOUR_MS:
            return
        self._roll(now_ms)
        forget_old(self.kept.file, self._days, now_ms)
        limit_ms = now_ms - self._days.private * DAY_MS
        private = self.kept.catalogue.private()
        if private:
            forget_private(self.kept.file, private, self._private_ms, limit_ms)
        self._private_ms = limit_ms
        self._upkept_ms = now_ms

    def _roll(self, now_ms: int) -> None:
        file = self.kept.file
        begin_ms = file.mark(ROLLED)
        sealed_ms = file.mark(SEALED)
        while begin_ms and begin_ms + DAY_MS <= min(now_ms - HOUR_MS, sealed_ms):
            day = Block(begin_ms, begin_ms + DAY_MS)
            bodies = list(self._hours(day))
            self._make_room(bodies)
            contents = [(Tier.HOUR, day, bodies)] if bodies else []
            begin_ms = day.until_ms
            file.seal(contents, [(ROLLED, begin_ms)])

    def _hours(self, day: Block) -> Iterator[Body]:
        file = self.kept.file
        blocks = [
            b for b in file.blocks(Tier.FIVE_MINUTES) if day.start_ms <= b.start_ms < day.until_ms
        ]
        if not blocks:
            return
        catalogue = self.kept.catalogue
        for count, record in enumerate(catalogue.all(), 1):
            if count % BREATH == 0:
                self._pause()
            if record.address == STOPS:
                points = stored_points(file, Tier.FIVE_MINUTES, blocks, record)
                if points.times:
                    yield Body(record.number, pack_points(points, day.start_ms))
                continue
            slots = stored_slots(file, Tier.FIVE_MINUTES, blocks, record)
            stops = sorted(
                time
                for device in (HUB, record.device)
                if (one := catalogue.find(device, STOPS)) is not None
                for time in stored_points(file, Tier.FIVE_MINUTES, blocks, one).times
            )
            body = hours(slots, stops, day)
            if body is not None:
                yield Body(record.number, body)

    def _make_room(self, bodies: list[Body]) -> None:
        needed = sum(len(body) + ROW_BYTES for _, body in bodies)
        if not make_room(self.kept.file, needed * 5 // 4 + SPARE_BYTES):
            remedy = "Set a larger megabytes in [history] of hub.toml."
            raise StoreFullError("The history's byte budget is too small for an hour", remedy)

    def _sweep(self) -> None:
        """Free some blocks of the series of devices that have left."""
        if not self._leaving:
            return
        some, self._to_sweep = self._to_sweep[:SWEPT], self._to_sweep[SWEPT:]
        for tier, block in some:
            self.kept.file.drop_bodies(tier, block, self._leaving)
        if not self._to_sweep:
            self.kept.file.remove(self._leaving)
            self._leaving = []


def stored_slots(
    file: SeriesFile, tier: Tier, blocks: list[Block], record: SeriesRecord
) -> list[Segment]:
    """Return what blocks of a tier of slots hold of a series."""
    found: list[Segment] = []
    for block in blocks:
        body = file.body(tier, block, record.number)
        if body is not None:
            found += unpack_slots(body, block.start_ms)
    return found


def stored_points(
    file: SeriesFile, tier: Tier, blocks: list[Block], record: SeriesRecord
) -> Points:
    """Return what blocks hold of a series of points."""
    times: list[int] = []
    values: list[Scalar] = []
    for block in blocks:
        body = file.body(tier, block, record.number)
        if body is not None:
            points = unpack_points(body, block.start_ms)
            times += points.times
            values += points.values
    return Points(times, values)
