"""A hub that ends, in order or not, is the same hub when it starts again."""

import asyncio
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from random import Random

import psutil  # type: ignore[import-untyped]  # no stubs are needed for this much
import pytest

from tests.end_to_end.conftest import MakeHub, needs_mosquitto
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(60)

STOP_WITHIN_S = 5.0
"""What the project promises."""

SEED, STARTS, START_S = 7, 12, 0.6
"""Signals at random moments of a start, from the first instruction to a hub that serves."""

WEEK_S = 604_800
Ending = Callable[[Hub], Awaitable[object]]
ENDINGS: dict[str, Ending] = {"SIGTERM": Hub.stop, "SIGKILL": Hub.kill}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
async def test_devices_twins_and_open_commands_are_there_again(hub: Hub, ending: Ending) -> None:
    lamps = [Lamp(c) for c in await let_in(hub, "lamp-0001", "lamp-0002")]
    gone, here = lamps
    async with living(here):
        async with living(gone):
            await until(lambda: hub.are_online(*lamps), "both lamps")
            answer = await hub.api.set(gone.id, {"lamp.level": 55}, id="done", wait_s=10)
            assert answer.body["status"] == "confirmed"
        await until(lambda: hub.presence(gone, "unreachable lost"), "the one to be missed")
        await hub.api.set(gone.id, {"lamp.on": True}, id="open", wait_s=0, expires_in_s=WEEK_S)
        await hub.api.ask("PATCH", f"/devices/{gone.id}", {"name": "Attic", "mode": "warn"})
        if ending is Hub.kill:
            await until(lambda: has_kept(hub, gone, '"lamp.level":[55,'), "the twin on the disk")
        await ending(hub)
        await hub.start()
        await knows_the_one_that_is_gone(hub, gone)
        await until(lambda: hub.are_online(here), "the one that is here")
        await until(lambda: is_fresh(hub, here), "its state")
        async with living(gone):
            await until(lambda: hub.are_online(gone), "the one that was gone")
            answer = await hub.api.set(
                gone.id, {"lamp.on": True}, id="open", expires_in_s=WEEK_S, wait_s=10
            )
            assert answer.body["status"] == "confirmed"
            assert gone.values["lamp.on"] is True
    assert (here.interviews, gone.interviews) in {(1, 0), (0, 1)}


async def is_fresh(hub: Hub, lamp: Lamp) -> bool:
    twin = (await hub.api.get(f"/devices/{lamp.id}"))["twin"]
    return twin["lamp.level"]["is_stale"] is False


def has_kept(hub: Hub, lamp: Lamp, told: str) -> bool:
    """Say whether a twin on the disk holds what was told; it gets there every few seconds."""
    with closing(sqlite3.connect(f"file:{hub.data}/history.db?mode=ro", uri=True)) as history:
        rows = history.execute("SELECT reported FROM twins WHERE device = ?", (lamp.id,))
        return any(told in reported for (reported,) in rows)


async def knows_the_one_that_is_gone(hub: Hub, lamp: Lamp) -> None:
    shown = await hub.api.get(f"/devices/{lamp.id}")
    assert (shown["name"], shown["mode"]) == ("Attic", "warn")
    assert shown["presence"]["status"] == "unreachable"
    assert shown["presence"]["reason"] == "hub_restarted"
    level = shown["twin"]["lamp.level"]
    assert (level["value"], level["is_stale"]) == (55, True)
    assert level["age_s"] > 0
    assert shown["twin"]["lamp.on"]["desired"]["value"] is True
    assert (await hub.api.get("/commands/done"))["status"] == "confirmed"
    assert (await hub.api.get("/commands/open"))["status"] == "accepted"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_busy_hub_within_5_s_and_its_broker_with_it(
    hub: Hub, number: signal.Signals
) -> None:
    lamps = [Lamp(c) for c in await let_in(hub, "lamp-0001", "lamp-0002")]
    async with living(*lamps):
        await until(lambda: hub.are_online(*lamps), "both lamps")
        lamps[0].is_stubborn = True
        for lamp in lamps:
            await hub.api.set(lamp.id, {"lamp.level": 3}, wait_s=0, expires_in_s=WEEK_S)
        parts = psutil.Process(hub.program.pid).children(recursive=True)
        hub.program.signal(number)
        assert await hub.program.ended(STOP_WITHIN_S) == 0
        await until(lambda: not any(map(is_alive, parts)), "the end of all it started", 1)
    assert not (hub.data / "run.json").exists()
    assert [line for line in hub.log() if line["level"] == "error"] == []


async def test_a_signal_ends_a_hub_that_is_just_starting(make_hub: MakeHub) -> None:
    hub, chance = make_hub(), Random(SEED)  # noqa: S311 - not for secrets
    for number in range(STARTS):
        hub.launch()
        await asyncio.sleep(chance.uniform(0.0, START_S))
        hub.program.signal(signal.SIGTERM)
        assert await hub.program.ended(STOP_WITHIN_S) in {0, -signal.SIGTERM}, number
    await hub.start()


@pytest.mark.mosquitto
@needs_mosquitto
async def test_a_broker_does_not_outlive_a_hub_that_is_killed(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="mosquitto")
    await hub.start()
    broker = hub.broker()
    await hub.kill()
    await until(lambda: not is_alive(broker), "the end of the broker")


def is_alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
