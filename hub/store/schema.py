"""The tables, as migrations that only ever get longer, and how a database file is opened."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from hub.store.errors import StoreVersionError

APPLICATION_ID: Final = 0x45434F48
"""`ECOH`, at bytes 68 to 71 of each file: tells our databases from those of other programs."""

BUSY_TIMEOUT_MS: Final = 5_000
LOG_LIMIT: Final = 4 * 2**20
"""Bytes to which the write-ahead log shrinks again after a burst."""

control = Migrations("control")
"""What must never be lost."""

history = Migrations("history")
"""What devices tell; it heals by itself when they tell it again."""


@control()
def create_control(db: Database) -> None:
    """Devices, their specs, commands, tokens and credentials."""
    db.table("meta").create({"key": str, "value": str}, pk="key")
    db.table("devices").create({"id": str, "record": str}, pk="id")
    db.table("specs").create({"sha256": str, "document": bytes, "saved_s": float}, pk="sha256")
    # No further index on commands: each would cost a live command 10 µs, and what would use it
    # is rare and small.
    db.table("commands").create(
        {"id": str, "device": str, "is_final": int, "changed_s": float, "record": str}, pk="id"
    )
    tokens = db.table("tokens").create(
        {"public_id": str, "name": str, "role": str, "sha256": str, "created_s": float},
        pk="public_id",
    )
    tokens.create_index(["sha256"], unique=True)
    db.table("credentials").create({"device": str, "password_hash": str}, pk="device")


@control()
def create_inbox(db: Database) -> None:
    """What people are told of even if they do not look just then."""
    db.table("inbox").create({"id": int, "record": str}, pk="id")


@control()
def keep_commands_as_their_log_does(db: Database) -> None:
    """A row held wall times; now it holds the line of the log, which says how its clock ran."""
    db.execute("UPDATE commands SET record = '[0.0,' || record || ']'")


@control()
def create_people(db: Database) -> None:
    """Who lives here and who visits, their phones, and the invites that are out."""
    for table in ("people", "sessions", "invites"):
        db.table(table).create({"id": str, "record": str}, pk="id")


@control()
def create_arrangement(db: Database) -> None:
    """What people have named and put together, by kind."""
    columns = {"kind": str, "id": str, "record": str}
    db.table("arrangement").create(columns, pk=("kind", "id"))


@control()
def create_audit(db: Database) -> None:
    """Who let whom and what in."""
    columns = {"id": int, "at_s": float, "device": str, "record": str}
    db.table("audit").create(columns, pk="id")


@control()
def create_automations(db: Database) -> None:
    """How far automations have come, and the traces of their last runs."""
    db.table("automation_progress").create({"id": str, "record": str}, pk="id")
    runs = db.table("automation_runs").create(
        {"id": str, "automation": str, "record": str}, pk="id"
    )
    runs.create_index(["automation"])


@history()
def create_history(db: Database) -> None:
    """The last reported values of each device."""
    db.table("twins").create({"device": str, "reported": str}, pk="device")


@history()
def keep_causes(db: Database) -> None:
    """What has brought about those values that a command has."""
    db.table("twins").add_column("causes", str)


@history()
def create_activity(db: Database) -> None:
    """What devices did, and why."""
    columns = {"id": int, "at_s": float, "device": str, "record": str}
    db.table("activity").create(columns, pk="id")


def connect(path: Path, *, is_full: bool) -> sqlite3.Connection:
    """Open a database file that only this user can read, making it where there is none.

    Args:
        path: The file.
        is_full: Whether each transaction must outlast a power cut, and not only this process.

    Raises:
        sqlite3.Error, OSError: The file cannot be opened, or is no database.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if is_full else 'NORMAL'}")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Keep all that is done on a connection within, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_behind(connection: sqlite3.Connection, migrations: Migrations) -> bool:
    """Say whether a database that has tables of ours lacks some of the newest."""
    db = Database(connection)
    return bool(migrations.applied(db)) and bool(migrations.pending(db))


def migrate(connection: sqlite3.Connection, migrations: Migrations, path: Path) -> None:
    """Bring a database to the newest form, each step whole or not at all.

    Raises:
        StoreVersionError: It was written by a newer ecohub, or by another program.
    """
    db = Database(connection)
    applied = {step.name for step in migrations.applied(db)}
    (program,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if program not in {0, APPLICATION_ID} or (program == 0 and tables):
        remedy = "Move it away, or choose another folder as data_dir."
        raise StoreVersionError(f"{path} is the database of another program", remedy)
    if applied - _names(migrations):
        remedy = "Install that ecohub again, or restore an older copy of the data folder."
        raise StoreVersionError(f"{path} was written by a newer ecohub", remedy)
    if program != APPLICATION_ID:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(db)


def _names(migrations: Migrations) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as nothing:
        return {step.name for step in migrations.pending(Database(nothing))}
