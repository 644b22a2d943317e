"""What has happened is there after a restart; a full disk costs nothing but that."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.activity import ACTIVITY_KEPT, Entry, Particulars
from hub.core.asker import By
from hub.core.people.records import Grant, Hours, PersonId
from hub.core.records import DropDevice, SaveAudit, SaveCommand, SaveDevice
from hub.store import Store, StoreFullError
from protocol.ids import CommandId
from tests.hub.clocks import Times
from tests.hub.store.records import (
    LEVEL,
    PURIFIER,
    ROUTER,
    addresses,
    askers,
    command,
    device,
    ids,
    scalars,
    seconds,
    texts,
)
from tests.hub.store.test_commits import broken
from tests.hub.store.test_store import in_store, keeping, nothing

ADA = By("person", "person-1", "Ada", "Phone")

particulars = st.builds(
    Particulars,
    code=st.sampled_from(["right-given", "role-changed"]),
    parameters=st.dictionaries(texts, texts | st.integers(0, 64), max_size=3),
    grant=st.none() | st.just(Grant("see", rooms=("room-1",), hours=(Hours((0, 1), 480, 600),))),
    places=st.dictionaries(texts, texts, max_size=2),
)

entries = st.builds(
    Entry,
    id=st.integers(1, 2**40),
    at_s=seconds,
    kind=st.sampled_from(["change", "command", "run", "event", "presence"]),
    by=st.none() | askers,
    device=st.none() | ids,
    addresses=st.lists(addresses, max_size=2).map(tuple),
    value=scalars,
    was=scalars,
    command=st.none() | st.just(CommandId("c1")),
    status=texts,
    automation=st.none() | texts,
    person=st.none() | texts.map(PersonId),
    text=texts,
    particulars=st.none() | particulars,
)


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def entry(number: int, **facts: object) -> Entry:
    return Entry(number, 50.0, "change", ADA, PURIFIER, (LEVEL,))._replace(**facts)  # type: ignore[arg-type]


@settings(max_examples=25)
@given(kept=st.lists(entries, max_size=4, unique_by=lambda one: one.id))
def test_any_entry_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, kept: list[Entry]
) -> None:
    folder, times = tmp_path_factory.mktemp("home"), Times()

    async def save(store: Store) -> None:
        store.save_activity(kept)

    in_store(folder, times, save)
    assert in_store(folder, times, nothing).activity == sorted(kept, key=lambda one: one.id)


async def test_audit_is_kept_with_what_it_tells_of_or_not_at_all(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    joined, late = entry(1, kind="join"), entry(2, kind="join")
    await store.commit([SaveDevice(device()), SaveAudit(joined)])
    with broken(folder / "control.db-wal", "/dev/full"), pytest.raises(StoreFullError):
        await store.commit([SaveDevice(device(ROUTER)), SaveAudit(late)])
    await asyncio.to_thread(store.close)
    store = await asyncio.to_thread(Store.open, folder, times.clock())
    stored = store.load()
    assert [record.id for record in stored.devices] == [PURIFIER]
    assert stored.activity == [joined]
    await asyncio.to_thread(store.close)


async def test_a_full_disk_stops_no_command_and_entries_wait_for_room(
    folder: Path, times: Times
) -> None:
    store = Store.open(folder, times.clock())
    # A disk that is full can still be read, which /dev/full cannot.
    store._writer.history.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with broken(folder / "history.db-wal", "/dev/full"):
        store.save_activity([entry(1)])
        with pytest.raises(StoreFullError):
            await store.flush()
        await store.commit([SaveCommand(command(waits=True))])
    store.save_activity([entry(2)])
    await store.flush()
    await asyncio.to_thread(store.close)
    store = await asyncio.to_thread(Store.open, folder, times.clock())
    assert store.load().activity == [entry(1), entry(2)]
    await asyncio.to_thread(store.close)


def test_the_rows_are_bounded_in_number_and_age(folder: Path, times: Times) -> None:
    async def save(store: Store) -> None:
        store.save_activity([entry(number) for number in range(1, ACTIVITY_KEPT.most)])
        store.save_activity([entry(number) for number in range(20_000, 20_009)])

    in_store(folder, times, save)
    kept = in_store(folder, times, nothing).activity
    assert (len(kept), kept[0].id, kept[-1].id) == (ACTIVITY_KEPT.most, 9, 20_008)
    times.pass_(ACTIVITY_KEPT.age_s + 100.0)

    async def save_new(store: Store) -> None:
        store.save_activity([entry(30_000, at_s=times.clock().now_s())])

    in_store(folder, times, save_new)
    assert [one.id for one in in_store(folder, times, nothing).activity] == [30_000]


def test_what_a_device_did_goes_with_it(folder: Path, times: Times) -> None:
    async def work(store: Store) -> None:
        store.save_activity([entry(1), entry(2, device=ROUTER)])
        await store.commit([DropDevice(PURIFIER)])

    in_store(folder, times, keeping(SaveDevice(device()), SaveDevice(device(ROUTER))))
    in_store(folder, times, work)
    assert [one.id for one in in_store(folder, times, nothing).activity] == [2]
