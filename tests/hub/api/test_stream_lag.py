import asyncio
from typing import Any

from hub.api.connections import Connection
from hub.core.events import ValuesReported
from protocol.ids import Address
from tests.hub.api.bench import PURIFIER, Bench
from tests.hub.api.ear import Ear, listening

Json = Any


async def test_a_burst_collapses_and_the_phone_knows_the_truth(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        burst = 400
        for number in range(burst):
            home.api.stream.take(reported(home, number))
        coalesced = await ear.hear("coalesced")
        last = await ear.hear("values")
        assert last["values"]["air.pm2_5"]["value"] == burst - 1
        assert coalesced["dropped"] == burst - 1
        assert home.api.metrics.coalesced == burst - 1


def reported(home: Bench, number: int) -> Json:
    return ValuesReported(PURIFIER, {Address("air.pm2_5"): number}, home.home.clock.now_s())


async def deafened(home: Bench, ear: Ear) -> tuple[asyncio.Transport, Connection]:
    """Let the phone read nothing until the hub writes no more; return its side and the hub's."""
    held = next(iter(home.api._connections._all))
    deaf = ear.socket._conn.transport  # type: ignore[union-attr]
    assert isinstance(deaf, asyncio.Transport)
    deaf.pause_reading()
    while not held.writing_paused:
        for number in range(100):  # it is written to every second turn
            home.api.stream.take(reported(home, number))
        await asyncio.sleep(0)
    return deaf, held


async def test_a_phone_that_reads_nothing_is_closed_and_told_why(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        deaf, _ = await deafened(home, ear)
        now_s = home.home.clock.now_s()
        home.api._connections.sweep(now_s + 10)
        deaf.resume_reading()
        assert await ear.close_code() == 1013


async def test_memory_stays_flat_while_a_phone_reads_nothing(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        deaf, held = await deafened(home, ear)
        waiting = held._unread()
        for number in range(20_000):
            home.api.stream.take(reported(home, number))
        await asyncio.sleep(0)
        assert held._unread() == waiting
        home.report(PURIFIER, {"air.pm2_5": 123.0})
        await home.until(lambda: home.value(PURIFIER, "air.pm2_5") == 123.0, "told")
        ear.is_hasty = True
        deaf.resume_reading()
        await ear.hear("snapshot")
        await home.until(lambda: not held.writing_paused, "read")
        assert ear.devices[PURIFIER]["twin"]["air.pm2_5"]["value"] == 123.0
