"""What people have arranged, to rows and back."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from hub.clock import Clock
from hub.core.arrangement.records import (
    Arranged,
    DropArranged,
    Favourites,
    Floor,
    Group,
    Kind,
    Room,
    SaveArranged,
    Scene,
    Undo,
)
from hub.core.automations.records import Automation

_SAVE: Final = """INSERT INTO arrangement (kind, id, record) VALUES (?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET record = excluded.record"""
_DROP: Final = "DELETE FROM arrangement WHERE kind = ? AND id = ?"

KINDS: Final[dict[Kind, TypeAdapter[Arranged]]] = {
    one.kind: TypeAdapter(one) for one in (Floor, Room, Group, Scene, Automation, Favourites, Undo)
}


def write_arranged(
    connection: sqlite3.Connection, write: SaveArranged | DropArranged, clock: Clock
) -> None:
    """Keep or forget something within the transaction that is open."""
    match write:
        case SaveArranged(record):
            kept = _in_time(record, clock.wall_s)
            text = KINDS[record.kind].dump_json(kept).decode()
            connection.execute(_SAVE, (record.kind, record.id, text))
        case DropArranged(kind, id_):
            connection.execute(_DROP, (kind, id_))


def read_arranged(kind: Kind, clock: Clock, text: str) -> Arranged:
    """Read something back."""
    return _in_time(KINDS[kind].validate_json(text), clock.mono_s)


def _in_time(arranged: Arranged, convert: Callable[[float], float]) -> Arranged:
    if isinstance(arranged, Undo):
        return replace(arranged, at_s=convert(arranged.at_s))
    return arranged
