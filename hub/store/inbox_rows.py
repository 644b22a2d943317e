"""Notices to rows and back, and the times within a device's quarantine."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from hub.clock import Clock
from hub.core.records import DropNotice, Notice, Quarantine, SaveNotice

_SAVE_NOTICE: Final = "INSERT OR REPLACE INTO inbox (id, record) VALUES (?, ?)"

_notices: Final = TypeAdapter(Notice)


def write_notice(
    connection: sqlite3.Connection, write: SaveNotice | DropNotice, clock: Clock
) -> None:
    """Keep or forget a notice within the transaction that is open."""
    match write:
        case SaveNotice(record):
            kept = replace(record, at_s=clock.wall_s(record.at_s))
            connection.execute(_SAVE_NOTICE, (kept.id, _notices.dump_json(kept).decode()))
        case DropNotice(number):
            connection.execute("DELETE FROM inbox WHERE id = ?", (number,))


def read_notice(text: str, clock: Clock) -> Notice:
    """Read back a notice."""
    record = _notices.validate_json(text)
    return replace(record, at_s=clock.mono_s(record.at_s))


def timed(found: Quarantine | None, time: Callable[[float], float]) -> Quarantine | None:
    """Return a quarantine with each of its times as `time` has it."""
    if found is None:
        return None
    broken = (replace(b, first_s=time(b.first_s), last_s=time(b.last_s)) for b in found.broken)
    refused = (replace(r, at_s=time(r.at_s)) for r in found.refused)
    return replace(found, since_s=time(found.since_s), broken=tuple(broken), refused=tuple(refused))
