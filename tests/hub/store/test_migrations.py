import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from hub.core.records import Moment, SaveDevice
from hub.store import Store, StoreError, StoreVersionError
from hub.store import schema as schema_module
from protocol.receipt import Status
from tests.hub.clocks import Times
from tests.hub.store.records import PURIFIER, command, device


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the data folder of a hub of today, with one device."""
    folder = tmp_path / "data"
    store = Store.open(folder, Times().clock())
    asyncio.run(store.commit([SaveDevice(device())]))
    store.close()
    for snapshot in (folder / "snapshots").iterdir():
        snapshot.unlink()
    return folder


def of_tomorrow(step: Callable[[Database], None]) -> Migrations:
    """Return the steps of a later ecohub: those of today and one more."""
    later = Migrations("control")
    for today in schema_module.control.pending(Database(memory=True)):
        later(name=today.name)(getattr(schema_module, today.name))
    later(name="of_tomorrow")(step)
    return later


def add_column(db: Database) -> None:
    db.table("devices").add_column("room", str)


def break_half_way(db: Database) -> None:
    db.table("devices").add_column("room", str)
    db.execute("DELETE FROM devices")
    raise sqlite3.OperationalError("out of luck")


def test_a_later_ecohub_brings_the_database_up_to_date_and_keeps_a_snapshot_of_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_module, "control", of_tomorrow(add_column))
    store = Store.open(folder, Times().clock())
    assert [record.id for record in store.load().devices] == [PURIFIER]
    (snapshot,) = (folder / "snapshots").iterdir()
    with sqlite3.connect(snapshot) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(devices)")]
    db.close()
    assert columns == ["id", "record"]
    store.close()


def test_an_earlier_ecohub_then_refuses_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(schema_module, "control", of_tomorrow(add_column))
        Store.open(folder, Times().clock()).close()
    with pytest.raises(StoreVersionError, match="was written by a newer ecohub"):
        Store.open(folder, Times().clock())


def test_a_step_that_fails_leaves_the_database_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr(schema_module, "control", of_tomorrow(break_half_way))
        with pytest.raises(StoreError, match="out of luck"):
            Store.open(folder, Times().clock())
    store = Store.open(folder, Times().clock())
    stored = store.load()
    assert [record.id for record in stored.devices] == [PURIFIER]
    assert stored.notices == []
    store.close()


def test_a_command_that_an_earlier_ecohub_kept_is_read_as_it_was(folder: Path) -> None:
    clock, kept = Times().clock(), command(history=(Moment(Status.ACCEPTED, 50.0),))
    told = kept._asdict() | {
        "created_at_s": clock.wall_s(kept.created_at_s),
        "expires_at_s": clock.wall_s(kept.expires_at_s),
        "history": [{"status": "accepted", "at_s": clock.wall_s(50.0), "reason": ""}],
    }
    row = (kept.id, kept.device, False, clock.wall_s(50.0), json.dumps(told, default=dict))
    with sqlite3.connect(folder / "control.db") as db:
        db.execute("INSERT INTO commands VALUES (?, ?, ?, ?, ?)", row)
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'keep_commands%'")
    db.close()
    store = Store.open(folder, Times().clock())
    assert store.load().commands == [kept]
    store.close()
