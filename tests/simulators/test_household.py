"""A household: one of each product in one process, as one."""

import asyncio
import signal

import pytest

from simulators import process, registry
from simulators.assembly import needs_gateway
from simulators.errors import HubNotFoundError, SimulatorError
from simulators.household import GATEWAY, Household, members
from simulators.plan import FleetEvent, Options
from tests.simulators.brokers import DEADLINE_S, HubSide, Mosquitto
from tests.simulators.doors import CODE, Door
from tests.simulators.test_process import simulate


def options(product: str = "household", **changes: object) -> Options:
    settled: dict[str, object] = {
        "product": product,
        "count": 1,
        "seed": 0,
        "speed": 1.0,
        "hub": "http://127.0.0.1:9",
        "code": "1234-5678",
        "prefix": None,
        "folder": None,
        "is_advertised": False,
        "wait_s": 1.0,
    }
    return Options(**{**settled, **changes})  # type: ignore[arg-type]


def test_every_product_is_a_member_once_alone_or_behind_the_gateway() -> None:
    found = members(options())
    (gateway,) = [one for one in found if one.product == GATEWAY]
    assert sorted([*(one.product for one in found), *gateway.children]) == sorted(registry.names())
    assert all(needs_gateway(registry.find(name)) for name in gateway.children)
    assert "band" in gateway.children


def test_one_product_is_itself() -> None:
    assert members(options("router", prefix="mine")) == [options("router", prefix="mine")]


def test_prefix_keeps_the_ids_of_two_households_apart() -> None:
    plans = [process.make_plan(one) for one in members(options(prefix="flat-2"))]
    ids = [device for plan in plans for device in plan.devices()]
    assert len(set(ids)) == len(ids)
    assert all(device.startswith("flat-2-") for device in ids)


async def test_household_without_a_hub_ends_with_why() -> None:
    plans = [process.make_plan(one) for one in members(options())]
    with pytest.raises(SimulatorError) as caught:
        await asyncio.wait_for(Household(plans, lambda _: None).run(), DEADLINE_S)
    assert isinstance(caught.value, HubNotFoundError)


async def test_household_that_is_stopped_while_it_looks_for_a_hub_ends() -> None:
    told: list[FleetEvent] = []
    plans = [process.make_plan(one) for one in members(options(hub="hub-nowhere", wait_s=60.0))]
    household = Household(plans, told.append)
    asyncio.get_running_loop().call_later(0.05, household.stop)
    await asyncio.wait_for(household.run(), DEADLINE_S)
    assert [event.kind for event in told] == ["waiting", "stopped"]


@pytest.mark.mosquitto
async def test_household_lives_in_one_process_and_says_goodbye(broker: Mosquitto) -> None:
    words = ("household", "--no-advertise", "--code", CODE, "--json")
    alone = {f"{one.product}-0001" for one in members(options())}
    with Door(broker.port) as door:
        async with HubSide(broker.port) as hub, simulate(*words, "--hub", door.url) as running:
            await hub.until(lambda said: {str(one.topic.device) for one in said} >= alone)
            assert await running.end(signal.SIGTERM) == 0
    joined = [event["device"] for event in running.events if event["event"] == "joined"]
    assert sorted(joined) == sorted(alone)
    assert [event["event"] for event in running.events].count("stopped") == 1
