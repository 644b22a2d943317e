"""A hub's store under load in a process of its own, to be killed; tells what is acknowledged."""

import asyncio
import random
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from hub.clock import Clock
from hub.core.records import DropDevice, SaveCommand, SaveDevice
from hub.store import SaveToken, Store, TokenRecord, Write
from protocol.ids import DeviceId
from tests.hub.store.records import command, device

WORKERS = 8

Entry = tuple[str, str, int]
"""`begin` or `done`, the thing that is changed, and what it becomes; 0 is gone."""


def work(folder: Path, seed: int, ledger: Connection) -> None:
    """Change things without end; each change is told before it begins and when it is kept."""
    asyncio.run(_work(folder, seed, ledger))


async def _work(folder: Path, seed: int, ledger: Connection) -> None:
    store = Store.open(folder, Clock())
    store.load()
    async with asyncio.TaskGroup() as tasks:
        for worker in range(WORKERS):
            tasks.create_task(_change(store, worker, seed, ledger))
        tasks.create_task(_upkeep(store))


async def _change(store: Store, worker: int, seed: int, ledger: Connection) -> None:
    chance = random.Random(seed * 1_000 + worker)  # noqa: S311 - not for secrets
    for number in count(seed * 100_000):
        thing, becomes, write = _next(chance, worker, number)
        ledger.send(("begin", thing, becomes))
        await store.commit([write])
        ledger.send(("done", thing, becomes))


def _next(chance: random.Random, worker: int, number: int) -> tuple[str, int, Write]:
    name = f"device-{worker:05d}"
    match chance.randrange(8):
        case 0:
            return name, 0, DropDevice(DeviceId(name))
        case 1:
            public_id = f"token-{worker}-{number}"
            return public_id, 1, SaveToken(TokenRecord(public_id, "t", "owner", public_id, 0.0))
        case 2 | 3 | 4:
            return name, number, SaveDevice(device(name, epoch=number))
        case _:
            saved = command(worker, device=DeviceId("router-0001"), sent_epoch=number)
            return saved.id, number, SaveCommand(saved)


async def _upkeep(store: Store) -> None:
    while True:
        await store.purge()
        await asyncio.sleep(0.05)
