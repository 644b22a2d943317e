"""Damaged databases: found, set aside, and replaced by the newest snapshot that is whole."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hub.store.failure import DamagedError
from hub.store.schema import APPLICATION_ID

SNAPSHOTS: Final = "snapshots"
KEPT_SNAPSHOTS: Final = 3


def check(connection: sqlite3.Connection) -> None:
    """Read through a database.

    Raises:
        DamagedError: It is not whole.
    """
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedError(verdict)


def set_aside(path: Path, wall_s: float) -> Path:
    """Rename a damaged database, its log and index with it; return the new name."""
    suffix = f".corrupt.{_stamp(wall_s)}"
    for part in (f"{path.name}-shm", f"{path.name}-wal", path.name):
        if (old := path.with_name(part)).exists():
            old.replace(path.with_name(part + suffix))
    return path.with_name(path.name + suffix)


def is_lost(path: Path) -> bool:
    """Say whether a database is missing or empty although there was one: it has snapshots."""
    is_there = path.exists() and path.stat().st_size > 0
    return not is_there and bool(_snapshots(path))


def restore(path: Path) -> Path | None:
    """Put the newest snapshot that is whole in the place of a database; None if there is none."""
    draft = path.with_name(f"{path.name}.restoring")
    for snapshot in reversed(_snapshots(path)):
        shutil.copyfile(snapshot, draft)
        draft.chmod(0o600)
        if _is_whole(draft):
            for part in (f"{path.name}-shm", f"{path.name}-wal"):
                path.with_name(part).unlink(missing_ok=True)
            _settle(draft, path)
            return snapshot
        draft.unlink()
    return None


def take_snapshot(connection: sqlite3.Connection, path: Path, wall_s: float) -> Path:
    """Copy a database while it is in use; what is there when this returns is whole.

    Raises:
        sqlite3.Error, OSError, DamagedError: There is no new snapshot; the old ones are.
    """
    folder = path.parent / SNAPSHOTS
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f"{path.stem}.draft"
    for rest in folder.glob(f"{draft.name}*"):  # of a hub that was killed at this
        rest.unlink()
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            check(copy)
        snapshot = folder / f"{path.stem}-{_stamp(wall_s)}.db"
        _settle(draft, snapshot)
    finally:
        draft.unlink(missing_ok=True)
    for old in _snapshots(path)[:-KEPT_SNAPSHOTS]:
        old.unlink()
    return snapshot


def newest_snapshot_s(path: Path) -> float | None:
    """Return when the newest snapshot was taken, in Unix seconds; None when there is none."""
    found = _snapshots(path)
    if not found:
        return None
    stamp = found[-1].stem.rpartition("-")[2]
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()


_STAMP: Final = "%Y%m%dT%H%M%S%fZ"


def _stamp(wall_s: float) -> str:
    return f"{datetime.fromtimestamp(wall_s, UTC):{_STAMP}}"


def _snapshots(path: Path) -> list[Path]:
    pattern = f"{path.stem}-" + "[0-9]" * 8 + "T" + "[0-9]" * 12 + "Z.db"
    return sorted((path.parent / SNAPSHOTS).glob(pattern))


def _is_whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            check(connection)
            (program,) = connection.execute("PRAGMA application_id").fetchone()
    except (sqlite3.Error, DamagedError):
        return False
    return bool(program == APPLICATION_ID)


def _settle(draft: Path, path: Path) -> None:
    """Give a finished file its name, so that a power cut leaves the old one or the new one."""
    for place in (draft, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place is draft:
            draft.replace(path)
