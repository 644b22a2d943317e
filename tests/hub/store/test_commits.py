import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from hub.core.events import Reported
from hub.core.people.records import Role
from hub.core.records import CommandRecord, SaveCommand, SaveDevice, SaveSpec
from hub.security import Security
from hub.store import Store, StoreBusyError, StoreDiskError, StoreError, StoreFullError
from hub.store import store as store_module
from protocol.ids import DeviceId
from tests.hub.clocks import Times
from tests.hub.store.records import LEVEL, PURIFIER, device
from tests.hub.store.records import command as any_command


def command(number: int = 0, **facts: object) -> CommandRecord:
    """Make a command that waits, which goes into the database at once; live ones do not."""
    return any_command(number, 50.0, waits=True, **facts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[Store]:
    store = await asyncio.to_thread(Store.open, folder, Times().clock())
    store.load()
    yield store
    await asyncio.to_thread(store.close)


def stored_ids(folder: Path, table: str = "commands") -> set[str]:
    """Read what another process would see: only what is committed."""
    with sqlite3.connect(folder / "control.db") as reader:
        found = {row[0] for row in reader.execute(f"SELECT id FROM {table}")}  # noqa: S608 - ours
    reader.close()
    return found


@contextmanager
def broken(path: Path, stand_in: str) -> Iterator[None]:
    """Make each write of this process to a file fail as it does on `stand_in`."""
    numbers = [
        int(link.name)
        for link in Path("/proc/self/fd").iterdir()
        if link.is_symlink() and Path(os.readlink(link)) == path
    ]
    assert numbers
    kept = {number: os.dup(number) for number in numbers}
    bad = os.open(stand_in, os.O_RDONLY if stand_in == "/dev/null" else os.O_RDWR)
    try:
        for number in numbers:
            os.dup2(bad, number, inheritable=False)
        yield
    finally:
        for number, good in kept.items():
            os.dup2(good, number, inheritable=False)
            os.close(good)
        os.close(bad)


async def turns(count: int) -> None:
    """Let the loop turn, so that what was begun is handed over."""
    for _ in range(count):
        await asyncio.sleep(0)


def note_end(ends: list[str], name: str, statement: str) -> None:
    if statement == "COMMIT":
        ends.append(name)


@asynccontextmanager
async def busy_disk(store: Store) -> AsyncIterator[None]:
    """Keep the writer's thread at work, as a slow disk does."""
    begun, done = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        done.wait(10.0)

    waiting = asyncio.ensure_future(store._run(work))
    assert await asyncio.to_thread(begun.wait, 10.0)
    try:
        yield
    finally:
        done.set()
        await waiting


async def test_all_commits_of_one_turn_are_one_transaction(store: Store, folder: Path) -> None:
    before = store.transactions
    await asyncio.gather(*(store.commit([SaveCommand(command(n))]) for n in range(500)))
    assert store.transactions == before + 1
    assert len(stored_ids(folder)) == 500


async def test_commits_that_come_while_the_disk_is_busy_share_the_next_transaction(
    store: Store,
) -> None:
    before = store.transactions
    async with busy_disk(store):
        commits = []
        for number in range(50):
            commits.append(asyncio.ensure_future(store.commit([SaveCommand(command(number))])))
            await asyncio.sleep(0)
        await turns(3)
    await asyncio.gather(*commits)
    assert store.transactions == before + 1


async def test_a_commit_returns_only_after_others_can_read_it(store: Store, folder: Path) -> None:
    async def one(number: int) -> None:
        await store.commit([SaveCommand(command(number))])
        assert f"command-{number}" in stored_ids(folder)

    await asyncio.gather(*(one(number) for number in range(40)))


async def test_writes_keep_the_order_in_which_they_were_handed_over(store: Store) -> None:
    names = [f"name {n}" for n in range(200)]
    await asyncio.gather(*(store.commit([SaveDevice(device(name=name))]) for name in names))
    rows = store._writer.control.execute("SELECT record FROM devices").fetchall()
    assert len(rows) == 1
    assert names[-1] in rows[0][0]


async def test_an_empty_commit_costs_nothing(store: Store) -> None:
    before = store.transactions
    await store.commit([])
    assert store.transactions == before


@pytest.mark.parametrize(
    "write", [SaveCommand(command()), SaveDevice(device()), SaveSpec("a" * 64, b"{}")]
)
async def test_what_a_power_cut_must_not_take_is_synced_and_live_commands_are_not(
    store: Store, write: SaveCommand | SaveDevice | SaveSpec
) -> None:
    for _ in range(2):  # from either mode before
        await store.commit([write])
        assert store._writer.control.execute("PRAGMA synchronous").fetchone() == (2,)
        await store.commit([SaveCommand(any_command())])
        await store.flush()
        assert store._writer.control.execute("PRAGMA synchronous").fetchone() == (1,)


async def test_one_that_cannot_be_written_does_not_harm_the_others(
    store: Store, folder: Path
) -> None:
    commits = [store.commit([SaveCommand(command(n))]) for n in range(5)]
    commits.insert(2, store.commit([SaveDevice(device(name="\ud800"))]))
    outcomes = await asyncio.gather(*commits, return_exceptions=True)
    assert [isinstance(outcome, StoreError) for outcome in outcomes] == [n == 2 for n in range(6)]
    assert stored_ids(folder) == {f"command-{n}" for n in range(5)}


async def test_a_full_disk_fails_who_asks_and_nobody_after_there_is_room(
    store: Store, folder: Path
) -> None:
    await store.commit([SaveCommand(command(1))])
    with broken(folder / "control.db-wal", "/dev/full"):
        commits = [store.commit([SaveCommand(command(n))]) for n in (2, 3)]
        outcomes = await asyncio.gather(*commits, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StoreFullError, StoreFullError]
        assert isinstance(store.trouble, StoreFullError)
        assert "Free some space" in store.trouble.remedy
    await store.commit([SaveCommand(command(4))])
    assert store.trouble is None
    assert stored_ids(folder) == {"command-1", "command-4"}


async def test_a_disk_that_fails_is_told_from_one_that_is_full(store: Store, folder: Path) -> None:
    with broken(folder / "control.db-wal", "/dev/null"):
        with pytest.raises(StoreDiskError):
            await store.commit([SaveDevice(device())])
        assert await store.purge() == 0
    await store.commit([SaveDevice(device())])
    assert store.trouble is None
    assert stored_ids(folder, "devices") == {PURIFIER}


async def test_twins_wait_for_room_and_the_latest_is_written(store: Store, folder: Path) -> None:
    await store.commit([SaveDevice(device())])
    with broken(folder / "history.db-wal", "/dev/full"):
        for level in range(5):
            store.save_twins({PURIFIER: {LEVEL: Reported(level, 50.0)}})
        with pytest.raises(StoreFullError):
            await store.flush()
        await store.commit([SaveCommand(command())])
        assert isinstance(store.trouble, StoreFullError)
    await store.flush()
    assert store.trouble is None
    rows = store._writer.history.execute("SELECT reported FROM twins").fetchall()
    assert [row[0].startswith('{"fan.level":[4,') for row in rows] == [True]


async def test_twins_of_a_thousand_devices_do_not_hold_up_a_commit(store: Store) -> None:
    twins = {DeviceId(f"device-{n:05d}"): {LEVEL: Reported(n, 50.0)} for n in range(1_000)}
    ends: list[str] = []
    async with busy_disk(store):
        for name in ("control", "history"):
            connection = getattr(store._writer, name)
            connection.set_trace_callback(partial(note_end, ends, name))
        store.save_twins(twins)
        commit = asyncio.ensure_future(store.commit([SaveCommand(command())]))
        await turns(3)
    await commit
    await store.flush()
    assert ends.index("control") <= 1
    assert "history" in ends[2:]
    (count,) = store._writer.history.execute("SELECT count(*) FROM twins").fetchone()
    assert count == 1_000


async def test_nothing_but_opening_and_closing_blocks_the_loop(store: Store, folder: Path) -> None:
    with blockbuster_ctx("hub"):
        security = Security(store, folder, Times().clock())
        await security.open()
        assert security.check(await security.mint("phone", Role.OWNER))
        await store.commit([SaveDevice(device()), SaveCommand(command())])
        store.save_twins({PURIFIER: {LEVEL: Reported(1, 50.0)}})
        await store.flush()
        await store.purge()
        assert await store.credentials() == {}


async def test_commits_that_wait_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "COMMITS_LIMIT", 10)
    commits = [store.commit([SaveCommand(command(n))]) for n in range(12)]
    outcomes = await asyncio.gather(*commits, return_exceptions=True)
    assert [type(o) for o in outcomes if o is not None] == [StoreBusyError, StoreBusyError]
    await store.commit([SaveCommand(command(20))])


async def test_a_caller_that_gives_up_disturbs_nobody(store: Store, folder: Path) -> None:
    async with busy_disk(store):
        gone = asyncio.ensure_future(store.commit([SaveCommand(command(1))]))
        await asyncio.sleep(0)
        gone.cancel()
        other = asyncio.ensure_future(store.commit([SaveCommand(command(2))]))
        await turns(3)
    await other
    assert gone.cancelled()
    assert "command-2" in stored_ids(folder)


async def test_closing_writes_what_was_handed_over(folder: Path) -> None:
    store = await asyncio.to_thread(Store.open, folder, Times().clock())
    commits = [asyncio.ensure_future(store.commit([SaveCommand(command(n))])) for n in range(9)]
    await asyncio.sleep(0)
    store.save_twins({PURIFIER: {LEVEL: Reported(1, 50.0)}})
    await asyncio.to_thread(store.close)
    await asyncio.gather(*commits)
    assert len(stored_ids(folder)) == 9
    with sqlite3.connect(folder / "history.db") as reader:
        assert reader.execute("SELECT count(*) FROM twins").fetchone() == (1,)
    reader.close()


def test_a_loop_that_is_gone_does_not_stop_the_writer(folder: Path) -> None:
    store = Store.open(folder, Times().clock())

    async def leave() -> None:
        commit = asyncio.ensure_future(store.commit([SaveCommand(command(1))]))
        await asyncio.sleep(0)
        commit.cancel()

    for _ in range(5):
        asyncio.run(leave())
    asyncio.run(store.commit([SaveCommand(command(2))]))
    assert "command-2" in stored_ids(folder)
    store.close()
