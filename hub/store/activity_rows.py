"""Entries of activity and audit to rows and back; the core's seconds become Unix seconds."""

import sqlite3
from collections.abc import Iterable
from typing import Final, Literal

from pydantic import TypeAdapter

from hub.clock import Clock
from hub.core.activity import ACTIVITY_KEPT, AUDIT_KEPT, Bound, Entry

Table = Literal["activity", "audit"]

_SAVE: Final[dict[Table, str]] = {
    "activity": "INSERT OR REPLACE INTO activity (id, at_s, device, record) VALUES (?, ?, ?, ?)",
    "audit": "INSERT OR REPLACE INTO audit (id, at_s, device, record) VALUES (?, ?, ?, ?)",
}
_TOO_MANY: Final[dict[Table, str]] = {
    "activity": """DELETE FROM activity WHERE id <=
        (SELECT id FROM activity ORDER BY id DESC LIMIT 1 OFFSET ?)""",
    "audit": """DELETE FROM audit WHERE id <=
        (SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?)""",
}
_TOO_OLD: Final[dict[Table, str]] = {
    "activity": "DELETE FROM activity WHERE at_s < ?",
    "audit": "DELETE FROM audit WHERE at_s < ?",
}
_BOUND: Final[dict[Table, Bound]] = {"activity": ACTIVITY_KEPT, "audit": AUDIT_KEPT}

_entries: Final = TypeAdapter(Entry)


def write_entries(
    connection: sqlite3.Connection, table: Table, entries: Iterable[Entry], clock: Clock
) -> None:
    """Keep entries within the transaction that is open."""
    timed = (entry._replace(at_s=clock.wall_s(entry.at_s)) for entry in entries)
    rows = [(e.id, e.at_s, e.device, _entries.dump_json(e).decode()) for e in timed]
    connection.executemany(_SAVE[table], rows)


def forget_entries(connection: sqlite3.Connection, table: Table, clock: Clock) -> None:
    """Forget the entries beyond their number and age within the transaction that is open."""
    bound = _BOUND[table]
    connection.execute(_TOO_OLD[table], (clock.wall_s(clock.now_s()) - bound.age_s,))
    connection.execute(_TOO_MANY[table], (bound.most,))


def read_entry(text: str, clock: Clock) -> Entry:
    """Read back an entry."""
    entry = _entries.validate_json(text)
    return entry._replace(at_s=clock.mono_s(entry.at_s))
