import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.core.events import Reported
from hub.core.records import DropDevice, SaveCommand, SaveDevice
from hub.store import CredentialRecord, SaveCredential, Store, Stored, StoreDiskError
from hub.store.recovery import KEPT_SNAPSHOTS
from protocol.ids import DeviceId
from tests.hub.clocks import Times
from tests.hub.store.records import LEVEL, PURIFIER, command, device

DAY_S = 86_400.0
DEVICES = [DeviceId(f"device-{number:05d}") for number in range(40)]


async def furnish(store: Store) -> None:
    await store.commit([SaveDevice(device(name)) for name in DEVICES])
    await store.commit([SaveCredential(CredentialRecord(name, "$7$")) for name in DEVICES])
    await store.commit([SaveCommand(command(n, device=DEVICES[n])) for n in range(40)])
    store.save_twins({name: {LEVEL: Reported(1, 50.0)} for name in DEVICES})
    await store.flush()


def furnished(folder: Path, times: Times) -> None:
    store = Store.open(folder, times.clock())
    asyncio.run(furnish(store))
    store.close()


def reopened(folder: Path, times: Times) -> Stored:
    store = Store.open(folder, times.clock())
    stored = store.load()
    store.close()
    return stored


def kill(folder: Path) -> None:
    """Make a folder look like that of a hub that did not end in order."""
    with sqlite3.connect(folder / "control.db") as db:
        db.execute("UPDATE meta SET value = 'open' WHERE key = 'state'")
    db.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def times() -> Times:
    return Times()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def headless(path: Path) -> None:
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def schemaless(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * 300 + content[400:])


def scribbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    path.write_bytes(content)


def text(path: Path) -> None:
    path.write_bytes(b"This is no database at all. " * 500)


DAMAGES: list[Callable[[Path], None]] = [cut, headless, schemaless, scribbled, text]


@pytest.mark.parametrize("damage", [*DAMAGES, emptied, gone])
def test_a_damaged_control_db_is_set_aside_and_the_snapshot_restored(
    folder: Path, times: Times, damage: Callable[[Path], None]
) -> None:
    furnished(folder, times)
    kill(folder)
    damage(folder / "control.db")
    stored = reopened(folder, times)
    assert [record.id for record in stored.devices] == DEVICES
    assert len(stored.commands) == 40
    (notice,) = stored.notices
    assert "control-20" in notice
    assert "was restored: join devices again that have joined since then." in notice
    asides = [path.name for path in folder.iterdir() if ".corrupt." in path.name]
    assert len(asides) == (0 if damage in {emptied, gone} else 1)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir() if path.is_file())
    assert reopened(folder, times).notices == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_even_after_an_orderly_end(
    folder: Path, times: Times, damage: Callable[[Path], None]
) -> None:
    furnished(folder, times)
    damage(folder / "control.db")
    stored = reopened(folder, times)
    assert [record.id for record in stored.devices] == DEVICES
    assert len(stored.notices) == 1


@pytest.mark.parametrize("damage", [*DAMAGES, emptied, gone])
def test_a_damaged_history_db_starts_anew_and_costs_no_device(
    folder: Path, times: Times, damage: Callable[[Path], None]
) -> None:
    furnished(folder, times)
    kill(folder)
    damage(folder / "history.db")
    stored = reopened(folder, times)
    assert [record.id for record in stored.devices] == DEVICES
    assert stored.twins == {}
    assert len(stored.notices) == (0 if damage in {emptied, gone} else 1)
    assert all("Devices will tell all of it anew." in notice for notice in stored.notices)


def test_a_damaged_snapshot_is_passed_over_for_an_older_one(folder: Path, times: Times) -> None:
    furnished(folder, times)
    times.pass_(DAY_S)
    store = Store.open(folder, times.clock())
    asyncio.run(store.commit([DropDevice(name) for name in DEVICES[1:]]))
    store.close()
    old, new = sorted((folder / "snapshots").iterdir())
    text(new)
    text(folder / "control.db")
    stored = reopened(folder, times)
    assert [record.id for record in stored.devices] == DEVICES
    assert old.name in stored.notices[0]


def test_without_any_snapshot_the_home_is_new_and_says_so(folder: Path, times: Times) -> None:
    furnished(folder, times)
    for snapshot in (folder / "snapshots").iterdir():
        snapshot.unlink()
    text(folder / "control.db")
    stored = reopened(folder, times)
    assert stored.devices == []
    assert stored.epoch == 1
    assert "There was no snapshot to restore: join the devices again." in stored.notices[0]


def test_a_start_that_was_cut_between_the_two_steps_of_mending_goes_on_mending(
    folder: Path, times: Times
) -> None:
    furnished(folder, times)
    (folder / "control.db").rename(folder / "control.db.corrupt.20261121T000000000000Z")
    (folder / "control.db.restoring").write_bytes(b"half")
    assert [record.id for record in reopened(folder, times).devices] == DEVICES


def test_a_foreign_log_beside_a_restored_database_is_not_taken_for_its_own(
    folder: Path, times: Times
) -> None:
    furnished(folder, times)
    store = Store.open(folder, times.clock())
    asyncio.run(store.commit([SaveDevice(device(PURIFIER))]))
    log = (folder / "control.db-wal").read_bytes()
    store.close()
    (folder / "control.db").unlink()
    (folder / "control.db-wal").write_bytes(log)
    stored = reopened(folder, times)
    assert len(stored.devices) in {len(DEVICES), len(DEVICES) + 1}
    assert len(stored.notices) == 1


def test_snapshots_are_taken_daily_and_when_somebody_joins_and_are_few(
    folder: Path, times: Times
) -> None:
    def snapshots() -> int:
        return len(list((folder / "snapshots").glob("control-*.db")))

    async def work(store: Store) -> None:
        await store.purge()
        assert snapshots() == 1
        times.pass_(3_600.0)
        await store.purge()
        assert snapshots() == 1
        await store.commit([SaveCredential(CredentialRecord(PURIFIER, "$7$"))])
        times.pass_(3_600.0)
        await store.purge()
        assert snapshots() == 2
        for _ in range(5):
            times.pass_(DAY_S)
            await store.purge()
        assert snapshots() == KEPT_SNAPSHOTS

    store = Store.open(folder, times.clock())
    asyncio.run(work(store))
    store.close()
    assert list((folder / "snapshots").glob("*.draft*")) == []


def test_what_a_killed_hub_left_of_a_snapshot_is_no_part_of_the_next(
    folder: Path, times: Times
) -> None:
    furnished(folder, times)
    snapshots = folder / "snapshots"
    for old in snapshots.iterdir():
        old.unlink()
    for name in ("control.draft", "control.draft-journal", "control.draft-wal"):
        (snapshots / name).write_bytes(b"half")
    reopened(folder, times)
    (snapshot,) = snapshots.iterdir()
    with sqlite3.connect(snapshot) as db:
        assert db.execute("SELECT count(*) FROM devices").fetchone() == (len(DEVICES),)
    db.close()


def test_damage_found_while_running_is_said_and_makes_the_next_start_check(
    folder: Path, times: Times
) -> None:
    furnished(folder, times)
    store = Store.open(folder, times.clock())
    store._writer.control.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    scribbled(folder / "control.db")

    async def work() -> None:
        with pytest.raises(StoreDiskError, match="Restart ecohub"):
            await store.commit([SaveDevice(device(name, name="new")) for name in DEVICES])

    store._writer.control.execute("PRAGMA cache_size = 0")
    store._writer.control.execute("PRAGMA shrink_memory")
    asyncio.run(work())
    store.close()
    stored = reopened(folder, times)
    assert [record.id for record in stored.devices] == DEVICES
    assert len(stored.notices) == 1


@pytest.mark.parametrize("seed", range(12))
def test_a_torn_log_leaves_a_clean_beginning_of_what_was_written(
    tmp_path: Path, times: Times, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    folder, torn = tmp_path / "data", tmp_path / "torn"
    torn.mkdir()
    store = Store.open(folder, times.clock())

    async def work() -> None:
        for number in range(30):
            await store.commit(
                [SaveDevice(device(epoch=number)), SaveDevice(device(DEVICES[0], epoch=number))]
            )

    asyncio.run(work())
    log = bytearray((folder / "control.db-wal").read_bytes())
    place = chance.randrange(len(log))
    if seed % 2:
        del log[place:]
    else:
        log[place : place + 64] = chance.randbytes(64)
    (torn / "control.db").write_bytes((folder / "control.db").read_bytes())
    (torn / "control.db-wal").write_bytes(log)
    store.close()
    stored = reopened(torn, times)
    assert stored.notices == []
    assert len({record.epoch for record in stored.devices}) <= 1
    assert len(stored.devices) in {0, 2}
