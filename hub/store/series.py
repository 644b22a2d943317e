"""The history's database: bodies of points and slots, by tier, block and series.

It is a file of its own, so that a full history or a damaged one harms nothing else, and with a
rollback journal: what is written is mostly new pages, which a write-ahead log would write twice.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self, cast

from sqlite_utils import Database, Migrations

from hub.store.failure import is_damage
from hub.store.recovery import check, set_aside
from hub.store.schema import BUSY_TIMEOUT_MS, migrate, transaction
from protocol.product_model import Privacy

SERIES: Final = "series.db"
PAGE_BYTES: Final = 4_096
TIERS: Final = 3
"""Kinds of bodies, each with a table."""

SERIES_BITS: Final = 24
"""A body's key is the second in which its block begins, and the number of its series."""

series = Migrations("series")
"""What devices told over time."""


@series()
def create_series(db: Database) -> None:
    """Series, their bodies, and the blocks of time these cover."""
    db.execute("""CREATE TABLE series (number INTEGER PRIMARY KEY, device TEXT NOT NULL,
        address TEXT NOT NULL, privacy TEXT NOT NULL, since_ms INTEGER NOT NULL,
        is_forgotten INTEGER NOT NULL)""")
    db.execute("""CREATE TABLE blocks (tier INTEGER NOT NULL, start_ms INTEGER NOT NULL,
        until_ms INTEGER NOT NULL, PRIMARY KEY (tier, start_ms)) WITHOUT ROWID""")
    # A table per tier, with a key that only rises: SQLite then adds page after page and fills
    # each; rows that come in between halve the pages, and twice the bytes are written.
    for tier in range(TIERS):
        db.execute(f"CREATE TABLE bodies_{tier} (place INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    db.execute("CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID")


class SeriesRecord(NamedTuple):
    """A property of a device, by the number under which its bodies are kept.

    Attributes:
        since_ms: When its first value was recorded, Unix milliseconds.
    """

    number: int
    device: str
    address: str
    privacy: Privacy
    since_ms: int
    is_forgotten: int = 0


class Block(NamedTuple):
    """A stretch of time of which there are bodies in a tier; Unix milliseconds.

    Blocks of a tier begin in different seconds.
    """

    start_ms: int
    until_ms: int


class Body(NamedTuple):
    """The content of one series in one block."""

    series: int
    body: bytes


class SeriesFile:
    """One open database; used by one thread.

    Every method raises `sqlite3.Error` where the file or the disk does not do its part.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    @classmethod
    def open(cls, folder: Path, limit_bytes: int, wall_s: float) -> tuple[Self, str]:
        """Open the file, made where there is none; a damaged one is set aside.

        Args:
            folder: The data folder.
            limit_bytes: How large it may become.
            wall_s: Now, Unix seconds.

        Returns:
            The file, and what people must be told; empty when all was well.

        Raises:
            StoreVersionError: It was written by a newer ecohub, or by another program.
            sqlite3.Error, OSError: It cannot be used.
        """
        path = folder / SERIES
        try:
            return cls(_opened(path, limit_bytes), path), ""
        except Exception as error:
            if not is_damage(error):
                raise
        aside = set_aside(path, wall_s)
        path.with_name(f"{SERIES}-journal").unlink(missing_ok=True)
        notice = f"{path} was damaged and is now {aside.name}. The history begins anew."
        return cls(_opened(path, limit_bytes), path), notice

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def series(self) -> list[SeriesRecord]:
        """Return all series, forgotten ones that still have bodies included."""
        query = "SELECT number, device, address, privacy, since_ms, is_forgotten FROM series"
        return [SeriesRecord._make(row) for row in self._connection.execute(query)]

    def blocks(self, tier: int) -> list[Block]:
        """Return the blocks of a tier, oldest first."""
        query = "SELECT start_ms, until_ms FROM blocks WHERE tier = ? ORDER BY start_ms"
        return [Block(*row) for row in self._connection.execute(query, (tier,))]

    def add(self, records: Iterable[SeriesRecord]) -> None:
        """Keep new series."""
        with transaction(self._connection):
            self._connection.executemany("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)", records)

    def seal(
        self,
        contents: Iterable[tuple[int, Block, Sequence[Body]]],
        marks: Iterable[tuple[str, int]],
    ) -> None:
        """Write blocks and marks, all or nothing; outlasts a power cut when it returns.

        Args:
            contents: Tier, block and bodies.
            marks: Facts by name; they replace those of before.
        """
        with transaction(self._connection):
            for tier, block, bodies in contents:
                self._connection.execute(
                    "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", (tier, *block)
                )
                rows = sorted((_place(block, number), body) for number, body in bodies)
                query = f"INSERT OR REPLACE INTO bodies_{tier:d} VALUES (?, ?)"  # noqa: S608 - a number
                self._connection.executemany(query, rows)
            self._connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", marks)

    def mark(self, name: str) -> int:
        """Return a fact; 0 when it was never kept."""
        query = "SELECT value FROM marks WHERE name = ?"
        row = self._connection.execute(query, (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def body(self, tier: int, block: Block, number: int) -> bytes | None:
        """Return what a block holds of a series."""
        query = f"SELECT body FROM bodies_{tier:d} WHERE place = ?"  # noqa: S608 - a number
        row = self._connection.execute(query, (_place(block, number),)).fetchone()
        return None if row is None else cast("bytes", row[0])

    def drop_block(self, tier: int, block: Block) -> None:
        """Forget a block."""
        span = (_place(block, 0), _place(block, 2**SERIES_BITS))
        query = f"DELETE FROM bodies_{tier:d} WHERE place >= ? AND place < ?"  # noqa: S608 - a number
        place = (tier, block.start_ms)
        with transaction(self._connection):
            self._connection.execute(query, span)
            self._connection.execute("DELETE FROM blocks WHERE tier = ? AND start_ms = ?", place)

    def drop_bodies(self, tier: int, block: Block, numbers: Iterable[int]) -> None:
        """Forget what a block holds of some series."""
        query = f"DELETE FROM bodies_{tier:d} WHERE place = ?"  # noqa: S608 - a number
        with transaction(self._connection):
            self._connection.executemany(query, [(_place(block, one),) for one in numbers])

    def forget(self, numbers: Iterable[int]) -> None:
        """Mark series as those of a device that has left; nobody finds them any more."""
        with transaction(self._connection):
            self._connection.executemany(
                "UPDATE series SET is_forgotten = 1 WHERE number = ?", [(n,) for n in numbers]
            )

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove forgotten series that have no bodies any more."""
        with transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM series WHERE number = ?", [(n,) for n in numbers]
            )

    def bytes_by_series(self, tier: int) -> dict[int, int]:
        """Return how many bytes of bodies each series has in a tier; reads through the tier."""
        query = (
            f"SELECT place & {2**SERIES_BITS - 1}, sum(length(body)) FROM bodies_{tier:d}"  # noqa: S608 - numbers
            " GROUP BY 1"
        )
        return dict(self._connection.execute(query).fetchall())

    @property
    def free_bytes(self) -> int:
        """Return how much more fits into the file."""
        (limit,) = self._connection.execute("PRAGMA max_page_count").fetchone()
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        return int(limit - pages + free) * PAGE_BYTES

    @property
    def size_bytes(self) -> int:
        """Return how large the file is, what is free in it included."""
        return self._path.stat().st_size


def _place(block: Block, number: int) -> int:
    return ((block.start_ms // 1000) << SERIES_BITS) + number


def _opened(path: Path, limit_bytes: int) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -2000")
        check(connection)
        migrate(connection, series, path)
        connection.execute(f"PRAGMA max_page_count = {limit_bytes // PAGE_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection
