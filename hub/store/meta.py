"""The few single facts of a hub: its id, epoch, mode and place, how it ended, how late it was."""

import secrets
import sqlite3
from typing import Final

from hub.clock import Clock
from hub.core.records import Mode, Place, SavePlace
from hub.store.schema import transaction

MARK_EVERY_S: Final = 10.0
"""How far the kept time may lag; newer times of commands that are kept make up for it."""

_SET: Final = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"


def was_closed(connection: sqlite3.Connection) -> bool:
    """Say whether the last hub that used this database ended in order, or never began."""
    has_meta = "SELECT count(*) FROM sqlite_master WHERE name = 'meta'"
    if connection.execute(has_meta).fetchone() == (0,):
        return True
    return _get(connection, "state") in {None, "closed"}


def begin(connection: sqlite3.Connection) -> tuple[str, int]:
    """Count this start and return the hub's id and epoch; durable when it returns."""
    with transaction(connection):
        hub_id = _get(connection, "hub_id") or f"hub-{secrets.token_hex(4)}"
        epoch = int(_get(connection, "epoch") or 0) + 1
        rows = [("hub_id", hub_id), ("epoch", str(epoch)), ("state", "open")]
        connection.executemany(_SET, rows)
    return hub_id, epoch


def end(connection: sqlite3.Connection, clock: Clock) -> None:
    """Keep that this hub ended in order, and when."""
    connection.execute("PRAGMA synchronous = FULL")
    with transaction(connection):
        connection.execute(_SET, ("state", "closed"))
        keep_mark(connection, clock, 0.0)


def keep_mark(connection: sqlite3.Connection, clock: Clock, kept_s: float) -> float:
    """Keep how late it is, unless the time kept last is still good enough; return what is kept."""
    wall_s = clock.wall_s(clock.now_s())
    if wall_s - kept_s < MARK_EVERY_S:
        return kept_s
    connection.execute(_SET, ("clock_s", repr(wall_s)))
    return wall_s


def latest_s(connection: sqlite3.Connection) -> float:
    """Return the latest time that the last hub has known, Unix seconds."""
    (changed_s,) = connection.execute("SELECT max(changed_s) FROM commands").fetchone()
    return max(float(_get(connection, "clock_s") or 0.0), changed_s or 0.0)


def mode(connection: sqlite3.Connection) -> Mode | None:
    """Return how newcomers are judged, if somebody has decided on that."""
    found = _get(connection, "mode")
    return "strict" if found == "strict" else "warn" if found == "warn" else None


def keep_mode(connection: sqlite3.Connection, decided: Mode) -> None:
    """Keep how newcomers are judged, within the transaction that is open."""
    connection.execute(_SET, ("mode", decided))


def place(connection: sqlite3.Connection) -> SavePlace | None:
    """Return where the home is, if somebody has decided on that."""
    found = _get(connection, "place")
    if found is None:
        return None
    return SavePlace(Place(*map(float, found.split())) if found else None)


def keep_place(connection: sqlite3.Connection, decided: Place | None) -> None:
    """Keep where the home is, within the transaction that is open."""
    told = "" if decided is None else f"{decided.latitude!r} {decided.longitude!r}"
    connection.execute(_SET, ("place", told))


def _get(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])
