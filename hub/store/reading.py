"""Reads back what is stored."""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, TypeVar

from pydantic import ValidationError

from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.arrangement.records import Arranged
from hub.core.automations.progress import Progress
from hub.core.automations.runs import Run
from hub.core.events import Reported
from hub.core.people.records import Invite, Person, Session
from hub.core.records import CommandRecord, DeviceRecord, Notice
from hub.store.activity_rows import Table, read_entry
from hub.store.arrangement_rows import KINDS, read_arranged
from hub.store.automation_rows import read_progress, read_run
from hub.store.command_rows import read_command
from hub.store.inbox_rows import read_notice
from hub.store.people_rows import read_invite, read_person, read_session
from hub.store.records import CredentialRecord, TokenRecord
from hub.store.rows import read_credential, read_device, read_token
from hub.store.twin_rows import read_causes, read_twin
from protocol.ids import Address, DeviceId

_ARRANGED: Final = "SELECT id, record FROM arrangement WHERE kind = ? ORDER BY rowid"
_COMMANDS: Final = "SELECT id, record FROM commands ORDER BY changed_s"

_log = logging.getLogger(__name__)
_Record = TypeVar("_Record")


def devices(control: sqlite3.Connection, clock: Clock) -> list[DeviceRecord]:
    """Return all devices, by id."""
    rows = control.execute("SELECT id, record FROM devices ORDER BY id")
    return [device for _, device in _readable(rows, lambda text: read_device(text, clock))]


def commands(control: sqlite3.Connection, clock: Clock) -> list[CommandRecord]:
    """Return all commands, the one that changed last at the end."""
    rows = control.execute(_COMMANDS)
    return [command for _, command in _readable(rows, lambda text: read_command(text, clock))]


def inbox(control: sqlite3.Connection, clock: Clock) -> list[Notice]:
    """Return the notices, oldest first."""
    rows = control.execute("SELECT id, record FROM inbox ORDER BY id")
    return [notice for _, notice in _readable(rows, lambda text: read_notice(text, clock))]


def arrangement(control: sqlite3.Connection, clock: Clock) -> list[Arranged]:
    """Return what people have arranged: of each kind in the order in which it was made."""
    found: list[Arranged] = []
    for kind in KINDS:
        rows = control.execute(_ARRANGED, (kind,))
        read = partial(read_arranged, kind, clock)
        found += (arranged for _, arranged in _readable(rows, read))
    return found


def activity(connection: sqlite3.Connection, table: Table, clock: Clock) -> list[Entry]:
    """Return the entries of one of the two tables, oldest first."""
    rows = connection.execute(f"SELECT id, record FROM {table} ORDER BY id")  # noqa: S608 - constants
    return [entry for _, entry in _readable(rows, lambda text: read_entry(text, clock))]


def automations(control: sqlite3.Connection, clock: Clock) -> tuple[list[Progress], list[Run]]:
    """Return how far automations have come, and the traces of their runs."""
    found = control.execute("SELECT id, record FROM automation_progress")
    progress = [one for _, one in _readable(found, lambda text: read_progress(text, clock))]
    rows = control.execute("SELECT id, record FROM automation_runs ORDER BY rowid")
    return progress, [run for _, run in _readable(rows, lambda text: read_run(text, clock))]


def specs(control: sqlite3.Connection) -> dict[str, bytes]:
    """Return the exact bytes of each product spec by hash."""
    return dict(control.execute("SELECT sha256, document FROM specs").fetchall())


def twins(history: sqlite3.Connection, clock: Clock) -> dict[DeviceId, dict[Address, Reported]]:
    """Return the reported values of each device."""
    rows = history.execute("SELECT device, reported FROM twins")
    found = {DeviceId(i): twin for i, twin in _readable(rows, lambda text: read_twin(text, clock))}
    rows = history.execute("SELECT device, causes FROM twins WHERE causes IS NOT NULL")
    for device, causes in _readable(rows, lambda text: read_causes(text, clock)):
        twin = found.get(DeviceId(device), {})
        for address, cause in causes.items():
            if address in twin:
                twin[address] = twin[address]._replace(cause=cause)
    return found


def tokens(control: sqlite3.Connection, clock: Clock) -> list[TokenRecord]:
    """Return all tokens, oldest first."""
    rows = control.execute(
        "SELECT public_id, name, role, sha256, created_s FROM tokens ORDER BY created_s"
    )
    return [read_token(row, clock) for row in rows]


def credentials(control: sqlite3.Connection) -> dict[DeviceId, CredentialRecord]:
    """Return how the broker knows each device."""
    rows = control.execute("SELECT device, password_hash FROM credentials ORDER BY device")
    return {record.device: record for record in map(read_credential, rows)}


def people(
    control: sqlite3.Connection, clock: Clock
) -> tuple[list[Person], list[Session], list[Invite]]:
    """Return all people, their sessions and the invites that are out, in the order they came."""
    persons = _all(control, "people", lambda text: read_person(text, clock))
    sessions = _all(control, "sessions", lambda text: read_session(text, clock))
    invites = _all(control, "invites", lambda text: read_invite(text, clock))
    return persons, sessions, invites


def _all(control: sqlite3.Connection, table: str, read: Callable[[str], _Record]) -> list[_Record]:
    rows = control.execute(f"SELECT id, record FROM {table} ORDER BY rowid")  # noqa: S608 - constants
    return [record for _, record in _readable(rows, read)]


def _readable(
    rows: Iterable[tuple[str, str]], read: Callable[[str], _Record]
) -> Iterable[tuple[str, _Record]]:
    """Read row by row; one that makes no sense is passed over and stays where it is."""
    for key, text in rows:
        try:
            record = read(text)
        except ValidationError as error:
            _log.error("what is stored of %s is passed over: %s", key, error)
            continue
        yield key, record
