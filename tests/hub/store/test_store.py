import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given, settings

from hub.core.events import Cause, Reported
from hub.core.records import (
    CommandRecord,
    DeviceRecord,
    DropDevice,
    Item,
    Moment,
    SaveCommand,
    SaveDevice,
    SaveSpec,
)
from hub.store import (
    CredentialRecord,
    DropCredential,
    SaveCredential,
    Store,
    StoreClosedError,
    Stored,
    TokenRecord,
    Write,
)
from hub.store.upkeep import FINISHED_LIMIT, KEEP_FINISHED_S, SPARE_SPECS
from protocol.ids import Address, DeviceId
from tests.hub.clocks import SUMMER_S, Times
from tests.hub.store.records import (
    LEVEL,
    PURIFIER,
    ROUTER,
    command,
    commands,
    device,
    devices,
    twins,
)

DAY_S = 86_400.0


def in_store(folder: Path, times: Times, work: Callable[[Store], Awaitable[None]]) -> Stored:
    """Open a store, do some work, close it, and return what it held at the start."""
    store = Store.open(folder, times.clock())

    async def run() -> None:
        await work(store)

    try:
        stored = store.load()
        asyncio.run(run())
    finally:
        store.close()
    return stored


async def nothing(store: Store) -> None:
    del store


def keeping(*writes: Write) -> Callable[[Store], Awaitable[None]]:
    return lambda store: store.commit(writes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "data"


@pytest.fixture
def times() -> Times:
    return Times()


def test_a_new_folder_is_an_empty_home_with_a_name(folder: Path, times: Times) -> None:
    stored = in_store(folder, times, nothing)
    assert stored.hub_id.startswith("hub-")
    assert len(stored.hub_id) == 12
    assert stored == Stored(stored.hub_id, 1, [], {}, [], {}, [])


def test_the_name_stays_and_the_epoch_counts_starts(folder: Path, times: Times) -> None:
    starts = [in_store(folder, times, nothing) for _ in range(3)]
    assert [stored.epoch for stored in starts] == [1, 2, 3]
    assert len({stored.hub_id for stored in starts}) == 1


def test_the_epoch_is_durable_before_anything_else_happens(folder: Path, times: Times) -> None:
    store = Store.open(folder, times.clock())
    copy = folder.parent / "copy"
    copy.mkdir()
    for name in ("control.db", "control.db-wal"):
        (copy / name).write_bytes((folder / name).read_bytes())
    assert in_store(copy, times, nothing).epoch == 2
    store.close()


def test_everything_comes_back_as_it_went_in(folder: Path, times: Times) -> None:
    purifier = device(PURIFIER, 49.5, epoch=3, spec_sha256="a" * 64, mode="warn")
    wanted = command(1, 49.75, waits=True)
    twin = {LEVEL: Reported(2, 48.5, 1_780_000_000_123), Address("air.pm2_5"): Reported(None, 48)}
    document = b'{ "spec": "exact bytes" }\n'

    async def work(store: Store) -> None:
        spec = SaveSpec("a" * 64, document)
        await store.commit([SaveDevice(purifier), spec, SaveCommand(wanted)])
        store.save_twins({PURIFIER: twin})

    in_store(folder, times, work)
    stored = in_store(folder, times, nothing)
    assert stored.devices == [purifier]
    assert stored.commands == [wanted]
    assert stored.specs == {"a" * 64: document}
    assert stored.twins == {PURIFIER: twin}


@settings(max_examples=30)
@given(record=devices)
def test_any_device_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, record: DeviceRecord
) -> None:
    folder, times = tmp_path_factory.mktemp("data"), Times()
    in_store(folder, times, keeping(SaveDevice(record)))
    assert in_store(folder, times, nothing).devices == [record]


@settings(max_examples=30)
@given(record=commands)
def test_any_command_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, record: CommandRecord
) -> None:
    folder, times = tmp_path_factory.mktemp("data"), Times()
    in_store(folder, times, keeping(SaveCommand(record)))
    (found,) = in_store(folder, times, nothing).commands
    assert found == record
    pairs = zip(found.values.values(), record.values.values(), strict=True)
    assert all(type(one) is type(other) for one, other in pairs)


@settings(max_examples=30)
@given(kept=twins)
def test_any_twin_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory,
    kept: dict[DeviceId, dict[Address, Reported]],
) -> None:
    folder, times = tmp_path_factory.mktemp("data"), Times()

    async def work(store: Store) -> None:
        await store.commit([SaveDevice(device(name)) for name in kept])
        store.save_twins(kept)
        await store.flush()

    in_store(folder, times, work)
    assert in_store(folder, times, nothing).twins == kept


def test_times_mean_the_same_moment_after_a_restart(folder: Path, times: Times) -> None:
    in_store(folder, times, keeping(SaveDevice(device(now_s=40.0)), SaveCommand(command())))
    later = Times(wall_s=SUMMER_S + 3_600.0, mono_s=7.0)
    stored = in_store(folder, later, nothing)
    assert stored.devices[0].joined_at_s == pytest.approx(7.0 - 3_600.0 - 10.0)
    assert stored.commands[0].expires_at_s == pytest.approx(7.0 - 3_600.0 + 30.0)
    assert stored.commands[0].history[0].at_s == pytest.approx(7.0 - 3_600.0)


@pytest.mark.parametrize("wall_s", [0.0, SUMMER_S - 365 * DAY_S, SUMMER_S - 5.0])
def test_wall_time_does_not_run_back_over_a_restart(
    folder: Path, times: Times, wall_s: float
) -> None:
    in_store(folder, times, keeping(SaveCommand(command())))
    clock = Times(wall_s=wall_s).clock()
    Store.open(folder, clock).close()
    assert clock.wall_s(clock.now_s()) >= SUMMER_S


def test_a_later_save_replaces_and_a_drop_forgets_all_of_a_device(
    folder: Path, times: Times
) -> None:
    async def work(store: Store) -> None:
        await store.commit([SaveDevice(device(PURIFIER)), SaveDevice(device(ROUTER))])
        await store.commit([SaveCommand(command(1)), SaveCommand(command(2, device=ROUTER))])
        await store.commit([SaveCredential(CredentialRecord(PURIFIER, "$7$x"))])
        store.save_twins({PURIFIER: {LEVEL: Reported(1, 50.0)}, ROUTER: {}})
        await store.flush()
        store.save_twins({PURIFIER: {LEVEL: Reported(2, 50.0)}})
        await store.commit([DropDevice(PURIFIER), SaveDevice(device(ROUTER, name="New"))])

    in_store(folder, times, work)
    stored = in_store(folder, times, nothing)
    assert [record.name for record in stored.devices] == ["New"]
    assert [record.device for record in stored.commands] == [ROUTER]
    assert stored.twins == {ROUTER: {}}


def test_a_device_that_joins_again_in_the_same_turn_starts_clean(
    folder: Path, times: Times
) -> None:
    async def work(store: Store) -> None:
        await store.commit([SaveDevice(device()), SaveCommand(command(1))])
        store.save_twins({PURIFIER: {LEVEL: Reported(1, 50.0)}})
        await store.commit([DropDevice(PURIFIER), SaveDevice(device(epoch=9))])

    in_store(folder, times, work)
    stored = in_store(folder, times, nothing)
    assert [record.epoch for record in stored.devices] == [9]
    assert stored.commands == []
    assert stored.twins == {}


async def test_tokens_and_credentials_are_kept_and_dropped(folder: Path, times: Times) -> None:
    store = await asyncio.to_thread(Store.open, folder, times.clock())
    one = TokenRecord("1", "phone", "owner", "a" * 64, 50.0)
    two = TokenRecord("2", "local", "owner", "b" * 64, 51.0)
    await store.add_token(one)
    await store.add_token(two)
    await store.drop_token("1")
    assert await store.tokens() == [two]
    credential = CredentialRecord(PURIFIER, "$7$hash")
    await store.commit([SaveCredential(credential)])
    assert await store.credentials() == {PURIFIER: credential}
    assert "hash" not in repr(credential)
    await store.commit([DropCredential(PURIFIER)])
    assert await store.credentials() == {}
    await asyncio.to_thread(store.close)


def test_finished_commands_are_forgotten_after_a_day_and_open_ones_never(
    folder: Path, times: Times
) -> None:
    finished, unfinished = SaveCommand(command(1, is_final=True)), SaveCommand(command(2))
    in_store(folder, times, keeping(finished, unfinished))
    assert len(in_store(folder, times, nothing).commands) == 2
    times.pass_(KEEP_FINISHED_S - 60.0)

    async def purge_twice(store: Store) -> None:
        assert await store.purge() == 0
        times.pass_(120.0)
        assert await store.purge() == 1

    in_store(folder, times, purge_twice)
    times.pass_(400 * DAY_S)
    assert [c.id for c in in_store(folder, times, nothing).commands] == ["command-2"]


def test_old_finished_commands_are_forgotten_on_opening_too(folder: Path, times: Times) -> None:
    in_store(folder, times, keeping(SaveCommand(command(1, is_final=True))))
    times.pass_(KEEP_FINISHED_S + 60.0)
    assert in_store(folder, times, nothing).commands == []


def test_finished_commands_are_bounded_in_number(folder: Path, times: Times) -> None:
    async def work(store: Store) -> None:
        for start in range(0, FINISHED_LIMIT, 2_000):
            numbers = range(start, start + 2_000)
            await store.commit([SaveCommand(command(n, is_final=True)) for n in numbers])
            times.pass_(1.0)
        await store.commit([SaveCommand(command(-1, is_final=True)), SaveCommand(command(-2))])
        assert await store.purge() == 1
        assert await store.purge() == 0

    in_store(folder, times, work)
    ids = {record.id for record in in_store(folder, times, nothing).commands}
    assert {"command--1", "command--2", "command-1"} <= ids
    assert "command-0" not in ids


def test_specs_that_no_device_uses_are_bounded(folder: Path, times: Times) -> None:
    async def work(store: Store) -> None:
        await store.commit([SaveDevice(device(spec_sha256="0" * 64)), SaveDevice(device(ROUTER))])
        for number in range(SPARE_SPECS + 10):
            await store.commit([SaveSpec(f"{number:064x}", b"{}")])
            times.pass_(1.0)
        await store.purge()

    in_store(folder, times, work)
    specs = set(in_store(folder, times, nothing).specs)
    assert len(specs) == SPARE_SPECS + 1
    assert "0" * 64 in specs
    assert f"{1:064x}" not in specs


def test_only_this_user_can_read_what_is_stored(folder: Path, times: Times) -> None:
    store = Store.open(folder, times.clock())
    asyncio.run(store.commit([SaveDevice(device())]))
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert {"control.db", "control.db-wal", "control.db-shm", "history.db", "lock"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    store.close()
    snapshots = folder / "snapshots"
    assert snapshots.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in snapshots.iterdir()} == {0o600}


def test_a_record_that_makes_no_sense_is_passed_over_with_a_word(
    folder: Path, times: Times, caplog: pytest.LogCaptureFixture
) -> None:
    in_store(folder, times, keeping(SaveDevice(device()), SaveDevice(device(ROUTER))))
    store = Store.open(folder, times.clock())
    store._writer.control.execute("UPDATE devices SET record = '{}' WHERE id = ?", (ROUTER,))
    store.close()
    stored = in_store(folder, times, nothing)
    assert [record.id for record in stored.devices] == [PURIFIER]
    assert ROUTER in caplog.text


async def test_a_closed_store_says_so(folder: Path, times: Times) -> None:
    store = await asyncio.to_thread(Store.open, folder, times.clock())
    await asyncio.to_thread(store.close)
    await asyncio.to_thread(store.close)
    with pytest.raises(StoreClosedError):
        await store.commit([SaveDevice(device())])
    with pytest.raises(StoreClosedError):
        await store.flush()
    store.save_twins({PURIFIER: {}})


async def test_what_was_stored_is_handed_out_once(folder: Path, times: Times) -> None:
    store = await asyncio.to_thread(Store.open, folder, times.clock())
    store.load()
    with pytest.raises(StoreClosedError):
        store.load()
    await asyncio.to_thread(store.close)


def test_every_time_in_a_record_is_known_to_be_one() -> None:
    kinds = [
        DeviceRecord,
        CommandRecord,
        Item,
        Moment,
        Reported,
        Cause,
        TokenRecord,
        CredentialRecord,
    ]
    names = [(kind.__name__, name) for kind in kinds for name in get_type_hints(kind)]
    times = {f"{kind}.{name}" for kind, name in names if is_time(name)}
    assert times == {
        "DeviceRecord.joined_at_s",
        "DeviceRecord.asleep_since_s",
        "DeviceRecord.rules_told_at_s",
        "CommandRecord.created_at_s",
        "CommandRecord.expires_at_s",
        "CommandRecord.expected_at_s",
        "Moment.at_s",
        "Reported.at_s",
        "Cause.at_s",
        "TokenRecord.created_at_s",
    }, "hub/store/rows.py converts these to wall time and back; convert the new one too"


def is_time(name: str) -> bool:
    return name.endswith(("at_s", "since_s"))


def test_a_device_that_was_kept_before_there_were_gateways_and_sleepers_is_read(
    folder: Path, times: Times
) -> None:
    in_store(folder, times, keeping(SaveDevice(device())))
    with closing(sqlite3.connect(folder / "control.db")) as database:
        (text,) = database.execute("SELECT record FROM devices").fetchone()
        newer = ("gateway", "moves_to", "max_children", "barred", "sleep_s", "asleep_since_s")
        older = {name: value for name, value in json.loads(text).items() if name not in newer}
        database.execute("UPDATE devices SET record = ?", (json.dumps(older),))
        database.commit()
    assert in_store(folder, times, nothing).devices == [device()]
