import asyncio
import multiprocessing
import random
import shutil
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.records import (
    CommandRecord,
    DeviceRecord,
    DropDevice,
    SaveCommand,
    SaveDevice,
    SaveSpec,
)
from hub.store import Store, Stored, Write
from protocol.ids import CommandId, DeviceId
from tests.hub.clocks import Times
from tests.hub.store.child import WORKERS, Entry, work
from tests.hub.store.records import commands, devices, ids

KILLS = 20
LEAST_DONE = 20

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.hub.store.child"])


def kill_under_load(folder: Path, seed: int, entries: int) -> list[Entry]:
    """Let a process work until it has told so much, kill it, and return all that it told."""
    reader, writer = processes.Pipe(duplex=False)
    child = processes.Process(target=work, args=(folder, seed, writer))
    child.start()
    writer.close()
    ledger = [received(reader) for _ in range(entries)]
    child.kill()
    child.join(10.0)
    assert child.exitcode == -9
    while True:
        try:
            ledger.append(received(reader))
        except EOFError:
            break
    reader.close()
    child.close()
    return ledger


def received(reader: Connection) -> Entry:
    assert reader.poll(10.0)
    step, thing, becomes = reader.recv()
    return step, thing, becomes


class Ledger:
    """What may be found of each thing: what was acknowledged last, or what was under way."""

    def __init__(self) -> None:
        self.possible: dict[str, set[int]] = {}

    def add(self, entries: list[Entry]) -> None:
        for step, thing, becomes in entries:
            before = self.possible.get(thing, {0})
            self.possible[thing] = {becomes} if step == "done" else before | {becomes}

    def check(self, found: dict[str, int]) -> None:
        for thing, possible in self.possible.items():
            assert found.get(thing, 0) in possible, thing
        self.possible = {thing: {number} for thing, number in found.items()}


def contents(store: Store) -> dict[str, int]:
    stored = store.load()
    assert stored.notices == []
    found: dict[str, int] = {device.id: device.epoch for device in stored.devices}
    found |= {record.id: record.sent_epoch or 0 for record in stored.commands}
    return found | {record.public_id: 1 for record in asyncio.run(store.tokens())}


@pytest.mark.slow
def test_twenty_kills_under_load_lose_nothing_acknowledged(tmp_path: Path) -> None:
    folder, ledger = tmp_path / "data", Ledger()
    chance = random.Random(20)  # noqa: S311 - not for secrets
    for seed in range(1, KILLS + 1):
        entries = kill_under_load(folder, seed, chance.randrange(2 * LEAST_DONE + WORKERS, 400))
        assert sum(step == "done" for step, _, _ in entries) >= LEAST_DONE
        ledger.add(entries)
        store = Store.open(folder, Times().clock())
        ledger.check(contents(store))
        store.close()


def copy_of(folder: Path, place: Path) -> Path:
    """Take what the disk would hold if the process were killed now."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for path in [*folder.glob("*.db*"), *folder.glob("commands-*.log")]:
        if not path.name.endswith("-shm"):
            shutil.copy(path, place)
    return place


WRITES: st.SearchStrategy[Write] = st.one_of(
    devices.map(SaveDevice),
    commands.map(SaveCommand),
    ids.map(DropDevice),
    st.builds(SaveSpec, st.sampled_from(["a" * 64, "b" * 64]), st.binary(max_size=20)),
)


class Model:
    """What a store should hold, kept in dictionaries."""

    def __init__(self) -> None:
        self.devices: dict[DeviceId, DeviceRecord] = {}
        self.commands: dict[CommandId, CommandRecord] = {}
        self.specs: dict[str, bytes] = {}

    def write(self, write: Write) -> None:
        match write:
            case SaveDevice(record):
                self.devices[record.id] = record
            case SaveCommand(record):
                self.commands[record.id] = record
            case SaveSpec(sha256, document):
                self.specs[sha256] = document
            case DropDevice(device):
                self.devices.pop(device, None)
                gone = [key for key, kept in self.commands.items() if kept.device == device]
                for key in gone:
                    del self.commands[key]

    def check(self, stored: Stored) -> None:
        assert {record.id: record for record in stored.devices} == self.devices
        assert {record.id: record for record in stored.commands} == self.commands
        assert stored.specs == self.specs
        assert stored.notices == []


@settings(max_examples=15)
@given(turns=st.lists(st.lists(st.lists(WRITES, max_size=3), max_size=4), max_size=3))
def test_a_kill_after_any_commits_finds_exactly_what_they_wrote(
    tmp_path_factory: pytest.TempPathFactory, turns: list[list[list[Write]]]
) -> None:
    place, model = tmp_path_factory.mktemp("store"), Model()
    store = Store.open(place / "data", Times().clock())

    async def one_turn(commits: list[list[Write]]) -> None:
        await asyncio.gather(*(store.commit(writes) for writes in commits))

    for commits in turns:
        asyncio.run(one_turn(commits))
        for writes in commits:
            for write in writes:
                model.write(write)
        killed = Store.open(copy_of(place / "data", place / "copy"), Times().clock())
        model.check(killed.load())
        killed.close()
    store.close()
    again = Store.open(place / "data", Times().clock())
    model.check(again.load())
    again.close()
