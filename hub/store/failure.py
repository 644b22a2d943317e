"""What an error of SQLite means to the store and to people."""

import errno
import sqlite3
from typing import Final

from hub.store.errors import StoreBusyError, StoreDiskError, StoreError, StoreFullError

_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK: Final = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


FAULTS: Final = (sqlite3.Error, OSError)
"""What SQLite and the system raise when a file or a disk does not do its part."""


class DamagedError(Exception):
    """A database file is not whole; never leaves the package."""


def is_damage(error: BaseException) -> bool:
    """Say whether an error means that the file itself is not whole."""
    return isinstance(error, DamagedError) or _code(error) in _DAMAGED


def explain(error: Exception) -> StoreError:
    """Return the error of the store's tree that `error` amounts to, with `error` as its cause."""
    explained = _explained(error)
    explained.__cause__ = error
    return explained


def _explained(error: Exception) -> StoreError:
    code = _code(error)
    if isinstance(error, StoreError):
        return error
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) in _NO_ROOM:
        return StoreFullError("No room on the disk of the data folder", "Free some space there.")
    if is_damage(error):
        remedy = "Restart ecohub: it restores the newest snapshot that is whole."
        return StoreDiskError("A database in the data folder is damaged", remedy)
    if code in _DISK or isinstance(error, OSError):
        remedy = "Check that the disk is in order and not mounted read-only."
        return StoreDiskError(f"The disk of the data folder fails: {error}", remedy)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        remedy = "Close the other program that has the database open."
        return StoreBusyError("A database in the data folder is in use", remedy)
    return StoreError(f"Could not be kept: {error}", "Please report this as a bug.")


def _code(error: BaseException) -> int:
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
