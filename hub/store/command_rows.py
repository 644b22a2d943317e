"""A command as it is kept: one line of JSON, in the log of live commands and in its row alike."""

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pydantic import TypeAdapter
from pydantic_core import to_json

from hub.clock import Clock
from hub.core.asker import By
from hub.core.records import CommandRecord

_LINE: Final = TypeAdapter(tuple[float, CommandRecord])


def command_line(record: CommandRecord, clock: Clock) -> str:
    """Return `[wall time minus the core's clock, record]`, the record's fields by their place.

    All of it is made plain first: what encodes it looks long at a named tuple or an enumeration.
    """
    *asked, status, items, history, reason, results, is_final, expected_at_s, plan, by = record
    told = [(item.address, str(item.status), item.error, item.message) for item in items]
    steps = [(str(moment.status), moment.at_s, moment.reason) for moment in history]
    receipt = (
        str(status),
        told,
        steps,
        reason,
        dict(results),
        is_final,
        expected_at_s,
        plan,
        _asker(by),
    )
    return to_json((clock.wall_s(0.0), (*asked, *receipt))).decode()


@lru_cache(maxsize=256)
def _asker(by: By | None) -> tuple[object, ...] | None:
    return by and (*by[:-1], by.through and tuple(by.through))


def read_command(line: str | bytes, clock: Clock) -> CommandRecord:
    """Read back a command, its times on the core's clock of this run.

    Raises:
        ValidationError: The line is torn, or no command.
    """
    offset_s, record = _LINE.validate_json(line)
    by_s, expected_at_s = clock.mono_s(offset_s), record.expected_at_s
    return record._replace(
        created_at_s=record.created_at_s + by_s,
        expires_at_s=record.expires_at_s + by_s,
        expected_at_s=None if expected_at_s is None else expected_at_s + by_s,
        history=tuple(m._replace(at_s=m.at_s + by_s) for m in record.history),
    )


def write_commands(control: sqlite3.Connection, lines: Iterable[str], clock: Clock) -> None:
    """Keep commands in place of what was kept of them.

    One statement, whatever their number: other threads run while SQLite takes it apart.
    """
    changed_s = clock.wall_s(clock.now_s())
    control.execute(_SAVE, (changed_s, f"[{','.join(lines)}]"))


def _field(name: str) -> str:
    return f"json_extract(value, '$[1][{CommandRecord._fields.index(name)}]')"


_SAVE: Final = f"""INSERT INTO commands (id, device, is_final, changed_s, record)
    SELECT {_field("id")}, {_field("device")}, {_field("is_final")}, ?, value
    FROM json_each(?) WHERE true ON CONFLICT (id) DO UPDATE SET device = excluded.device,
    is_final = excluded.is_final, changed_s = excluded.changed_s, record = excluded.record"""  # noqa: S608 - constants
