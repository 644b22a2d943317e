"""Records to rows and back; on the way the core's seconds become Unix seconds."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeGuard, cast

from pydantic import TypeAdapter

from hub.clock import Clock
from hub.core.arrangement.records import DropArranged, SaveArranged
from hub.core.automations.progress import (
    AutomationSave,
    DropProgress,
    DropRun,
    SaveProgress,
    SaveRun,
)
from hub.core.people.records import PeopleSave
from hub.core.records import (
    DeviceRecord,
    DropDevice,
    DropNotice,
    SaveAudit,
    SaveCommand,
    SaveDevice,
    SaveMode,
    SaveNotice,
    SavePlace,
    SaveSpec,
)
from hub.store.activity_rows import forget_entries, write_entries
from hub.store.arrangement_rows import write_arranged
from hub.store.automation_rows import write_automation
from hub.store.command_rows import command_line, write_commands
from hub.store.inbox_rows import timed, write_notice
from hub.store.meta import keep_mode, keep_place
from hub.store.people_rows import write_people
from hub.store.records import (
    CredentialRecord,
    DropCredential,
    DropToken,
    SaveCredential,
    SaveToken,
    TokenRecord,
    Write,
)
from protocol.ids import DeviceId

_SAVE_DEVICE: Final = """INSERT INTO devices (id, record) VALUES (?, ?)
    ON CONFLICT (id) DO UPDATE SET record = excluded.record"""
_SAVE_SPEC: Final = "INSERT OR REPLACE INTO specs (sha256, document, saved_s) VALUES (?, ?, ?)"
_SAVE_CREDENTIAL: Final = "INSERT OR REPLACE INTO credentials (device, password_hash) VALUES (?, ?)"

_devices: Final = TypeAdapter(DeviceRecord)


def is_live(write: Write) -> TypeGuard[SaveCommand]:
    """Say whether a write goes to the log of live commands: it need not outlast a power cut."""
    return isinstance(write, SaveCommand) and not write.record.waits


def is_worth_fsync(write: Write) -> bool:
    """Say whether a write has to outlast a power cut; what waits behind it waits for the disk."""
    if isinstance(write, SaveProgress):
        return write.record.run is not None  # it waits
    light = SaveNotice | DropNotice | SaveRun | DropRun
    return not is_live(write) and not isinstance(write, light)


def newest(writes: Sequence[Write]) -> list[Write]:
    """Leave out each save of a command that a later save of the same command replaces."""
    last = {w.record.id: n for n, w in enumerate(writes) if isinstance(w, SaveCommand)}
    return [
        write
        for n, write in enumerate(writes)
        if not isinstance(write, SaveCommand) or last[write.record.id] == n
    ]


def write_row(connection: sqlite3.Connection, write: Write, clock: Clock) -> None:
    """Carry out one write within the transaction that is open."""
    match write:
        case SaveCommand(record):
            write_commands(connection, [command_line(record, clock)], clock)
        case SaveDevice(record):
            kept = _in_time(record, clock.wall_s)
            connection.execute(_SAVE_DEVICE, (record.id, _devices.dump_json(kept).decode()))
        case SaveSpec(sha256, document):
            connection.execute(_SAVE_SPEC, (sha256, document, clock.wall_s(clock.now_s())))
        case DropDevice(device):
            for table, column in _OF_DEVICE:
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (device,))  # noqa: S608 - constants
        case SaveToken() | DropToken() | SaveCredential() | DropCredential():
            _write_access(connection, write, clock)
        case _:
            _write_home(connection, write, clock)


_OF_DEVICE: Final = (("devices", "id"), ("commands", "device"), ("credentials", "device"))


def _write_home(
    connection: sqlite3.Connection,
    write: SaveNotice
    | DropNotice
    | SaveArranged
    | DropArranged
    | SaveMode
    | SavePlace
    | SaveAudit
    | PeopleSave
    | AutomationSave,
    clock: Clock,
) -> None:
    match write:
        case SaveNotice() | DropNotice():
            write_notice(connection, write, clock)
        case SaveArranged() | DropArranged():
            write_arranged(connection, write, clock)
        case SaveMode(mode):
            keep_mode(connection, mode)
        case SavePlace(place):
            keep_place(connection, place)
        case SaveAudit(entry):
            write_entries(connection, "audit", [entry], clock)
            forget_entries(connection, "audit", clock)
        case SaveProgress() | SaveRun() | DropRun() | DropProgress():
            write_automation(connection, write, clock)
        case _:
            write_people(connection, write, clock)


def _write_access(
    connection: sqlite3.Connection,
    write: SaveToken | DropToken | SaveCredential | DropCredential,
    clock: Clock,
) -> None:
    match write:
        case SaveToken(record):
            created_s = clock.wall_s(record.created_at_s)
            row = (record.public_id, record.name, record.role, record.sha256, created_s)
            connection.execute("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?)", row)
        case DropToken(public_id):
            connection.execute("DELETE FROM tokens WHERE public_id = ?", (public_id,))
        case SaveCredential(record):
            connection.execute(_SAVE_CREDENTIAL, (record.device, record.password_hash))
        case DropCredential(device):
            connection.execute("DELETE FROM credentials WHERE device = ?", (device,))


def _in_time(record: DeviceRecord, convert: Callable[[float], float]) -> DeviceRecord:
    """Return a device with its times on another clock."""
    asleep_since_s, rules_told_at_s = record.asleep_since_s, record.rules_told_at_s
    return replace(
        record,
        joined_at_s=convert(record.joined_at_s),
        asleep_since_s=None if asleep_since_s is None else convert(asleep_since_s),
        quarantine=timed(record.quarantine, convert),
        rules_told_at_s=None if rules_told_at_s is None else convert(rules_told_at_s),
    )


def read_device(text: str, clock: Clock) -> DeviceRecord:
    """Read back a device."""
    record = _devices.validate_json(text)
    return _in_time(record, clock.mono_s)


def read_token(row: tuple[str, str, str, str, float], clock: Clock) -> TokenRecord:
    """Read back a token."""
    public_id, name, role, sha256, created_s = row
    return TokenRecord(public_id, name, role, sha256, clock.mono_s(created_s))


def read_credential(row: tuple[str, str]) -> CredentialRecord:
    """Read back a credential."""
    return CredentialRecord(cast("DeviceId", row[0]), row[1])
