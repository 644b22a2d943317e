"""A gateway that dies with its process, starts again, or is as new: its children are the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.families import is_seen
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.processes import Warm
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(120)

LIGHT, BAND = "gateway-0001-light-1", "gateway-0001-band-1"
WORDS = ("--child", "light", "--child", "band", "--interval", "2")


@asynccontextmanager
async def gateway(hub: Hub, warm: Warm, folder: str) -> AsyncIterator[Fleet]:
    """Give a gateway in a process of its own; what it knows is in the folder."""
    place = hub.folder / folder
    place.mkdir(exist_ok=True)
    async with Fleet(warm, place, hub, "gateway", *WORDS) as fleet:
        yield fleet


async def are_there(hub: Hub) -> bool:
    return await is_seen(hub, LIGHT, "online") and await is_seen(hub, BAND, "asleep")


async def light(hub: Hub) -> Json:
    return await hub.api.get(f"/devices/{LIGHT}")


@pytest.mark.parametrize("folder", ["same", "other"])
async def test_children_of_a_killed_gateway_come_back_with_the_next(
    make_hub: MakeHub, warm: Warm, broker_kind: str, folder: str
) -> None:
    """In the same folder it has its boot counter; in another one it is as new and joins again."""
    hub = make_hub(BROKER__KIND=broker_kind)
    await hub.start()
    await hub.api.open_window(CODE, devices=4)
    async with gateway(hub, warm, "same"):
        await until(lambda: are_there(hub), "the children", 40)
        told = await hub.api.set(LIGHT, {"light.brightness": 40}, wait_s=10)
        assert told.body["status"] == "confirmed"
        before = await light(hub)
    for child in (LIGHT, BAND):
        is_lost = partial(is_seen, hub, child, "unreachable gateway_lost")
        await until(is_lost, f"{child} to be missed")
    async with gateway(hub, warm, folder) as fleet:
        await until(lambda: are_there(hub), "the children again", 40)
        told = await hub.api.set(LIGHT, {"light.brightness": 55}, wait_s=10)
        assert told.body["status"] == "confirmed"
        after = await light(hub)
        assert after["twin"]["light.brightness"]["value"] == 55
        assert after["identity"]["joined_at"] == before["identity"]["joined_at"]
        for device in (LIGHT, BAND, "gateway-0001"):
            assert (await hub.api.get(f"/devices/{device}"))["violations"] == []
        await fleet.stop()
