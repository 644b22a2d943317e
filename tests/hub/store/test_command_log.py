"""Live commands are in their log when `keep_now` returns, and in the database a little later."""

import asyncio
import json
import os
import sqlite3
from pathlib import Path

import pytest

from hub.core.asker import By
from hub.core.records import CommandRecord, DropDevice, Moment, SaveCommand, SaveDevice
from hub.store import Store, StoreBusyError, StoreFullError, command_log
from hub.store.command_rows import command_line, read_command
from protocol.ids import CommandId, DeviceId
from protocol.receipt import Status
from tests.hub.clocks import Times
from tests.hub.store.records import PURIFIER, command, device
from tests.hub.store.test_commits import broken, stored_ids
from tests.hub.store.test_kills import copy_of


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def keep(store: Store, *records: CommandRecord) -> None:
    assert store.keep_now([SaveCommand(record) for record in records])


def after_a_kill(folder: Path, times: Times) -> dict[CommandId, CommandRecord]:
    """Return the commands that a hub finds whose predecessor was killed just now."""
    store = Store.open(copy_of(folder, folder.parent / "copy"), times.clock())
    found = {record.id: record for record in store.load().commands}
    store.close()
    return found


def logs(folder: Path) -> list[Path]:
    return sorted(folder.glob("commands-*.log"))


async def test_what_was_kept_is_there_after_a_kill_at_once(folder: Path, times: Times) -> None:
    store = Store.open(folder, times.clock())
    steps = [Moment(Status.ACCEPTED, 50.0), Moment(Status.DELIVERED, 51.0, "ä\n\u2028")]
    keep(store, command(1, history=(steps[0],)), command(2))
    keep(store, command(1, history=tuple(steps), status=Status.DELIVERED, results={"a": None}))
    assert stored_ids(folder) == set()
    assert after_a_kill(folder, times) == {
        "command-1": command(1, history=tuple(steps), status=Status.DELIVERED, results={"a": None}),
        "command-2": command(2),
    }
    store.close()


async def test_a_line_that_a_power_cut_has_torn_costs_no_other(folder: Path, times: Times) -> None:
    store = Store.open(folder, times.clock())
    keep(store, command(1), command(2))
    (path,) = logs(folder)
    os.truncate(path, path.stat().st_size - 7)
    assert set(after_a_kill(folder, times)) == {"command-1"}
    store.close()


async def test_all_steps_within_a_fold_cost_one_row_of_one_transaction(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    before = store.transactions
    for number in range(100):
        keep(store, command(number))
        keep(store, command(number, status=Status.DELIVERED))
    await store.flush()
    assert store.transactions == before + 1
    assert len(stored_ids(folder)) == 100
    assert logs(folder) == []
    keep(store, command(7, status=Status.APPLIED))
    store.close()
    assert after_a_kill(folder, times)[CommandId("command-7")].status is Status.APPLIED


async def test_the_log_is_folded_by_itself(
    folder: Path, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.store.FOLD_AFTER_S", 0.0)
    store = Store.open(folder, times.clock())
    keep(store, command(1))
    async with asyncio.timeout(10):
        while stored_ids(folder) != {"command-1"}:  # noqa: ASYNC110 - another thread writes it
            await asyncio.sleep(0)
    store.close()


async def test_a_command_that_waits_or_comes_with_more_is_not_for_the_log(folder: Path) -> None:
    store = Store.open(folder, Times().clock())
    assert store.keep_now([])
    assert not store.keep_now([SaveCommand(command(waits=True))])
    assert not store.keep_now([SaveCommand(command()), SaveDevice(device())])
    assert logs(folder) == []
    store.close()


async def test_a_full_disk_refuses_the_command_and_tears_no_line(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    keep(store, command(1))
    (path,) = logs(folder)
    with broken(path, "/dev/full"), pytest.raises(StoreFullError):
        store.keep_now([SaveCommand(command(2))])
    keep(store, command(3))
    assert set(after_a_kill(folder, times)) == {"command-1", "command-3"}
    store.close()


async def test_half_a_write_is_taken_back(
    folder: Path, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(folder, times.clock())
    keep(store, command(1))
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, text: write(fd, text[:20]))
    with pytest.raises(StoreFullError):
        store.keep_now([SaveCommand(command(2))])
    monkeypatch.undo()
    keep(store, command(3))
    assert set(after_a_kill(folder, times)) == {"command-1", "command-3"}
    store.close()


async def test_what_the_database_cannot_take_stays_in_the_log_until_it_can(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    keep(store, command(1), command(2))
    with broken(folder / "control.db-wal", "/dev/full"):
        await store.flush()
        assert isinstance(store.trouble, StoreFullError)
        keep(store, command(2, status=Status.DELIVERED))
    assert set(after_a_kill(folder, times)) == {"command-1", "command-2"}
    await store.flush()
    assert store.trouble is None
    assert logs(folder) == []
    with sqlite3.connect(folder / "control.db") as reader:
        rows = reader.execute("SELECT record FROM commands ORDER BY id").fetchall()
    reader.close()
    assert ["delivered" in row[0] for row in rows] == [False, True]
    store.close()


async def test_commands_that_wait_for_the_database_are_bounded(
    folder: Path, times: Times, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_log, "MOST", 10)
    store = Store.open(folder, times.clock())
    keep(store, *(command(number) for number in range(10)))
    with pytest.raises(StoreBusyError):
        store.keep_now([SaveCommand(command(10))])
    await store.flush()
    keep(store, command(10))
    store.close()


async def test_a_device_that_leaves_takes_what_is_in_the_log_along(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    await store.commit([SaveDevice(device())])
    keep(store, command(1))
    await store.commit([DropDevice(PURIFIER)])
    assert stored_ids(folder) == set()
    assert after_a_kill(folder, times) == {}
    store.close()


async def test_a_command_asked_after_its_device_has_left_is_kept_after_that(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    writes = [DropDevice(PURIFIER)], [SaveCommand(command(1))], [DropDevice(DeviceId("another"))]
    await asyncio.gather(*(store.commit(some) for some in writes))
    assert stored_ids(folder) == {"command-1"}
    store.close()


async def test_a_file_that_could_not_be_removed_is_in_nobodys_way(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    (folder / "commands-000000001.log").touch()
    keep(store, command(1))
    assert set(after_a_kill(folder, times)) == {"command-1"}
    store.close()


def test_a_line_of_a_version_that_kept_no_asker_is_read(times: Times) -> None:
    record, clock = (
        command(1, by=By("person", "person-1", "Ada").via("scene", "s", "x")),
        times.clock(),
    )
    line = json.loads(command_line(record, clock))
    assert read_command(json.dumps(line), clock) == record
    line[1].pop()
    assert read_command(json.dumps(line), clock) == record._replace(by=None)
