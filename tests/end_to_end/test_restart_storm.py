"""A hundred devices come back at once, after the broker or the hub was gone."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeHub, needs_mosquitto
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.foreign_broker import ForeignBroker
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.listener import Listener
from tests.end_to_end.processes import Warm
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]

PRODUCTS = ("smart-plug", "environment-sensor")
EACH = 50
ALL = EACH * len(PRODUCTS)
MOST_AT_ONCE = 64
"""Devices that one joining window lets in."""

BIRTHS_PER_S = 500
WITHIN_S = 60.0


@asynccontextmanager
async def fleets(hub: Hub, warm: Warm, folder: Path) -> AsyncIterator[list[Fleet]]:
    """Give a home of a hundred simulated devices, all online."""
    async with AsyncExitStack() as stack:
        made = []
        for product in PRODUCTS:
            # One after the other: a window that is opened anew would cut those that are at it.
            await hub.api.open_window(CODE, devices=MOST_AT_ONCE)
            fleet = Fleet(warm, folder / product, hub, product, "-n", str(EACH))
            made.append(await stack.enter_async_context(fleet))
            await until(partial(are_online, hub, EACH * len(made)), product, WITHIN_S)
        yield made


async def are_online(hub: Hub, count: int = ALL) -> bool:
    return len(await hub.api.online()) == count


async def have_told(hub: Hub) -> bool:
    """Say whether every device has told its state in this run of the hub."""
    devices = (await hub.api.get("/devices"))["devices"]
    views = [await hub.api.get(f"/devices/{device['id']}") for device in devices]
    twins = [view["twin"].values() for view in views if view["presence"]["status"] == "online"]
    return len(twins) == ALL and all(
        twin and not any(v["is_stale"] for v in twin) for twin in twins
    )


async def test_a_hundred_devices_come_back_after_broker_and_hub_were_killed(
    make_hub: MakeHub, warm: Warm, tmp_path: Path, broker_kind: str
) -> None:
    hub = make_hub(BROKER__KIND=broker_kind)
    await hub.start()
    async with fleets(hub, warm, tmp_path):
        if broker_kind == "mosquitto":
            hub.broker().kill()
            await until(lambda: are_online(hub, 0), "all of them to be missed")
            await until(lambda: are_online(hub), "all of them again", WITHIN_S)
        await hub.kill()
        await hub.start()
        await until(lambda: have_told(hub), "all of them after the hub's start", WITHIN_S)
        assert await commands_reach(hub) == ALL
        assert [line for line in hub.log() if line["level"] == "error"] == []


async def commands_reach(hub: Hub) -> int:
    """Run an action on every device; return how many did."""
    actions = {"smart-plug": "outlet.reset_energy", "environment-sensor": "sensor.identify"}
    reached = 0
    for device in (await hub.api.get("/devices"))["devices"]:
        answer = await hub.api.call(device["id"], actions[device["product"]], wait_s=10)
        reached += answer.body["status"] == "applied"
    return reached


@pytest.mark.mosquitto
@needs_mosquitto
async def test_a_birth_is_answered_once_by_each_device_and_not_by_all_at_once(
    make_hub: MakeHub, warm: Warm, tmp_path: Path
) -> None:
    with ForeignBroker(tmp_path) as broker:
        hub = make_hub(**broker.settings)
        await hub.start()
        async with (
            Listener(broker.port, "announce", "command") as listener,
            fleets(hub, warm, tmp_path),
        ):
            await until(lambda: have_told(hub), "all of them", WITHIN_S)
            assert interviews(listener) == len(PRODUCTS)
            listener.forget()
            await hub.kill()
            await hub.start()
            await until(lambda: have_told(hub), "all of them again", WITHIN_S)
            check_announces(listener)
            assert interviews(listener) == 0


def interviews(listener: Listener) -> int:
    """Count the product specs that were asked for from their beginning."""
    asked = [heard.message for heard in listener.heard if heard.leaf == "command"]
    return sum(m["type"] == "spec.get" and m["offset"] == 0 for m in asked)


def check_announces(listener: Listener) -> None:
    """Find one announce of each device for one birth, spread over the time that it names."""
    announces = [heard for heard in listener.heard if heard.leaf == "announce"]
    assert Counter(heard.device for heard in announces).most_common(1)[0][1] == 1
    assert len(announces) == ALL
    assert len({heard.message["birth"] for heard in announces}) == 1
    times = [heard.at_s for heard in announces]
    assert max(times) - min(times) >= 0.5 * ALL / BIRTHS_PER_S
