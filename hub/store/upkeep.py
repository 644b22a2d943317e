"""What is done now and then: forgetting what is too old, and taking snapshots."""

import logging
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Final

from hub.clock import Clock
from hub.store import meta
from hub.store.failure import DamagedError, explain
from hub.store.recovery import newest_snapshot_s, take_snapshot
from hub.store.schema import transaction
from hub.store.writer import Writer

KEEP_FINISHED_S: Final = 86_400.0
"""How long a repeat of a finished command is answered with its receipt."""

FINISHED_LIMIT: Final = 20_000
"""Finished commands kept at most, whatever their age: some 20 MB."""

SPARE_SPECS: Final = 64
"""Product specs kept that no device has announced last, newest first."""

SNAPSHOT_EVERY_S: Final = 86_400.0

_TOO_OLD: Final = "DELETE FROM commands WHERE is_final AND changed_s < ?"
_TOO_MANY: Final = """DELETE FROM commands WHERE rowid IN (SELECT rowid FROM commands
    WHERE is_final ORDER BY changed_s DESC, rowid DESC LIMIT -1 OFFSET ?)"""
_FORGET_SPECS: Final = """DELETE FROM specs WHERE sha256 NOT IN (
        SELECT json_extract(record, '$.spec_sha256') FROM devices
        WHERE json_extract(record, '$.spec_sha256') IS NOT NULL)
    AND sha256 NOT IN (SELECT sha256 FROM specs ORDER BY saved_s DESC LIMIT ?)"""

_log = logging.getLogger(__name__)


def forget_old(control: sqlite3.Connection, clock: Clock) -> int:
    """Forget finished commands and specs beyond their time or number; say how many commands."""
    oldest_s = clock.wall_s(clock.now_s()) - KEEP_FINISHED_S
    with transaction(control):
        forgotten = control.execute(_TOO_OLD, (oldest_s,)).rowcount
        forgotten += control.execute(_TOO_MANY, (FINISHED_LIMIT,)).rowcount
        control.execute(_FORGET_SPECS, (SPARE_SPECS,))
    return forgotten


class Upkeep:
    """Works on the control database from within the writer's thread."""

    def __init__(self, writer: Writer, path: Path, clock: Clock) -> None:
        self._writer, self._path, self._clock = writer, path, clock
        self._copied = ""

    def run(self) -> int:
        """Forget what is too old; take a snapshot when who may come in has changed, or daily.

        A disk that does not let it is said in the log: the next time may be better.
        """
        forgotten = 0
        try:
            forgotten = forget_old(self._writer.control, self._clock)
            if self._is_snapshot_due():
                self._copy()
        except (sqlite3.Error, OSError, DamagedError) as error:
            _log.warning("upkeep of %s is put off: %s", self._path, explain(error))
        return forgotten

    def finish(self) -> None:
        """Take a snapshot and keep that the hub ended in order, unless it did not."""
        if self._writer.is_damaged:
            return
        try:
            if self._copied != self._access():
                self._copy()
        except (sqlite3.Error, OSError, DamagedError) as error:
            _log.warning("there is no snapshot of the hub's end: %s", explain(error))
        try:
            meta.end(self._writer.control, self._clock)
        except sqlite3.Error as error:
            _log.warning("the next start checks all databases: %s", explain(error))

    def _is_snapshot_due(self) -> bool:
        last_s = newest_snapshot_s(self._path)
        now_s = self._clock.wall_s(self._clock.now_s())
        is_old = last_s is None or now_s - last_s >= SNAPSHOT_EVERY_S
        return is_old or self._copied != self._access()

    def _copy(self) -> None:
        control, now_s = self._writer.control, self._clock.wall_s(self._clock.now_s())
        take_snapshot(control, self._path, now_s)
        self._copied = self._access()

    def _access(self) -> str:
        """Return a digest of all that lets somebody in: devices' credentials and tokens."""
        digest = sha256()
        for query in ("SELECT device, password_hash FROM credentials", "SELECT sha256 FROM tokens"):
            for row in self._writer.control.execute(query):
                digest.update(repr(row).encode())
        return digest.hexdigest()
