"""Keeps the history within its bytes and its days: the oldest and finest goes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from hub.history.tiers import DAY_MS, Tier
from hub.store.series import Block, SeriesFile

HOG_FACTOR: Final = 8
"""A series with as many times the bytes of the median one gives way before all others."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What the bytes of the history are for.

    Attributes:
        file: The database.
        journal: Values that are not sealed yet; more than that are sealed early.
        undo: What SQLite needs to take a transaction back.
    """

    file: int
    journal: int
    undo: int


def shares(budget_bytes: int) -> Shares:
    """Divide a budget so that all files together never exceed it."""
    journal, undo = budget_bytes // 16, budget_bytes // 8
    return Shares(budget_bytes - journal - undo, journal, undo)


@dataclass(frozen=True, slots=True)
class Days:
    """For how many days each tier is kept, and what is private at all."""

    raw: int
    five_minutes: int
    hours: int
    private: int

    def of(self, tier: Tier) -> int:
        """Return the days of a tier."""
        return {Tier.RAW: self.raw, Tier.FIVE_MINUTES: self.five_minutes}.get(tier, self.hours)


def make_room(file: SeriesFile, needed_bytes: int) -> bool:
    """Forget what is oldest and finest until so much fits in; say whether it does.

    Single values go first, of series with far more than their share before those of others, then
    the five minutes, then the hours.
    """
    if file.free_bytes >= needed_bytes:
        return True
    raw = file.blocks(Tier.RAW)
    hogs = _hogs(file.bytes_by_series(Tier.RAW))
    for block in raw[: len(raw) // 2] if hogs else ():
        file.drop_bodies(Tier.RAW, block, hogs)
        if file.free_bytes >= needed_bytes:
            return True
    for tier in Tier:
        for block in file.blocks(tier):
            file.drop_block(tier, block)
            if file.free_bytes >= needed_bytes:
                return True
    return False


def forget_old(file: SeriesFile, days: Days, now_ms: int) -> None:
    """Forget the blocks that are older than their tier is kept."""
    for tier in Tier:
        limit_ms = now_ms - days.of(tier) * DAY_MS
        for block in file.blocks(tier):
            if block.until_ms > limit_ms:
                break
            file.drop_block(tier, block)


def forget_private(file: SeriesFile, numbers: Sequence[int], from_ms: int, limit_ms: int) -> None:
    """Forget what blocks between two times hold of private series.

    Args:
        file: The history.
        numbers: The private series.
        from_ms: Blocks that ended before are free of them already.
        limit_ms: Blocks that end before it lose them.
    """
    for tier in Tier:
        for block in file.blocks(tier):
            if from_ms <= block.until_ms < limit_ms:
                file.drop_bodies(tier, block, numbers)


def forgotten_blocks(file: SeriesFile) -> list[tuple[Tier, Block]]:
    """Return all blocks in which series of a device that left may have bodies."""
    return [(tier, block) for tier in Tier for block in file.blocks(tier)]


def _hogs(sizes: Mapping[int, int]) -> list[int]:
    if len(sizes) < 4:
        return []
    limit = HOG_FACTOR * median(sizes.values())
    return [number for number, size in sizes.items() if size > limit]
