"""Devices that sleep, with a real hub: what waits for them, and what is said of it meanwhile."""

import time
from contextlib import AsyncExitStack
from functools import partial

import pytest

from protocol.ids import DeviceId
from simulators import registry
from simulators.climate_sensor import ClimateSensor
from simulators.device import Settings, SimDevice
from simulators.door_sensor import DoorSensor
from simulators.product import Product
from simulators.sleeper import Sleeper, Sleepy
from simulators.voice import Identity
from tests.end_to_end.api import Api, Json
from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.pretend import Pretend, pretending
from tests.end_to_end.processes import Warm
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(90)

CLIMATE = "climate-1"
DOOR = "front-door"
OVERSLEPT_S = 10.0
"""What a sleeper is given beyond two of its intervals."""


def sleeper(name: str, physics: Sleepy, epoch: int = 1) -> Sleeper:
    """Return a device that sleeps, as its product does."""
    product = Product.read(registry.find(physics.product).document())
    setup = Settings(epoch=epoch, wall_minus_now_s=time.time() - time.monotonic())
    sim = SimDevice(Identity(DeviceId(name), f"S-{name}"), product, physics, setup)
    return Sleeper(sim, physics, 1)


async def lay_down(
    hub: Hub, home: Pretend, name: str, physics: Sleepy, *, wakes: bool = True
) -> Sleeper:
    """Let a sleeper join, and wait until it sleeps for the first time.

    Args:
        wakes: Whether it may wake before `home.may_dial` is set.
    """
    (credentials,) = await let_in(hub, name)
    device = sleeper(name, physics)
    home.add(credentials, device)
    if not wakes:
        await until(lambda: home.changes, f"the link of {name}")
        home.may_dial.clear()
    await until(lambda: is_seen(hub.api, name, "asleep"), f"{name} to fall asleep")
    return device


async def is_seen(api: Api, name: str, beginning: str) -> bool:
    return (await api.presence(name)).startswith(beginning)


async def receipt(api: Api, command: str, *finals: str) -> Json:
    """Wait until a command has come to one of these ends, and return its receipt."""

    async def is_over() -> bool:
        return (await api.get(f"/commands/{command}"))["status"] in finals

    await until(is_over, f"{command} to be {' or '.join(finals)}", 30)
    return await api.get(f"/commands/{command}")


def steps(told: Json) -> list[str]:
    return [step["status"] for step in told["history"]]


async def test_a_command_waits_for_the_wake_and_its_receipt_says_so(hub: Hub) -> None:
    physics = ClimateSensor(1)
    physics.interval_s = 3
    async with pretending() as home:
        await lay_down(hub, home, CLIMATE, physics, wakes=False)
        shown = await hub.api.get(f"/devices/{CLIMATE}")
        assert shown["presence"]["next_wake_at"] is not None
        asked = await hub.api.set(CLIMATE, {"sensor.interval_s": 4}, id="c1", wait_s=0)
        assert (asked.status, asked.body["status"]) == (202, "accepted")
        assert asked.body["reason"] == "asleep"
        assert asked.body["created_at"] < asked.body["expected_at"] < asked.body["expires_at"]
        home.may_dial.set()
        told = await receipt(hub.api, "c1", "confirmed")
        assert steps(told) == ["accepted", "delivered", "applied", "confirmed"]
        assert physics.interval_s == 4
        await until(lambda: is_seen(hub.api, CLIMATE, "asleep"), "it to sleep again")
        shown = await hub.api.get(f"/devices/{CLIMATE}")
        assert shown["twin"]["sensor.interval_s"]["value"] == 4
        assert shown["violations"] == []


async def test_who_does_not_wake_has_overslept_and_what_waited_expires(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="embedded")  # no broker has a part in it
    await hub.start()
    physics = ClimateSensor(2)
    physics.interval_s = 1
    async with pretending() as home:
        await lay_down(hub, home, CLIMATE, physics, wakes=False)
        for name, presence in (("early", "asleep"), ("late", "unreachable overslept")):
            within_s = 2.0 * physics.interval_s + OVERSLEPT_S + 10.0
            await until(partial(is_seen, hub.api, CLIMATE, presence), presence, within_s)
            values = {"sensor.interval_s": 60}
            asked = await hub.api.set(CLIMATE, values, id=name, wait_s=0, expires_in_s=1)
            assert asked.body["status"] == "accepted"
            told = await receipt(hub.api, name, "expired")
            assert steps(told) == ["accepted", "expired"]
            assert told["reason"] == presence.split()[-1]
        assert physics.interval_s == 1
        home.may_dial.set()
        await until(lambda: is_seen(hub.api, CLIMATE, "asleep"), "it to be back")
        assert physics.interval_s == 1


async def test_of_several_commands_that_wait_only_the_last_word_is_told(hub: Hub) -> None:
    physics = ClimateSensor(3)
    physics.interval_s = 3
    async with pretending() as home:
        device = await lay_down(hub, home, CLIMATE, physics, wakes=False)
        for number, interval_s in enumerate((5, 6, 7)):
            asked = await hub.api.set(
                CLIMATE, {"sensor.interval_s": interval_s}, id=f"c{number}", wait_s=0
            )
            assert asked.status == 202, asked
        home.may_dial.set()
        assert steps(await receipt(hub.api, "c2", "confirmed"))[-1] == "confirmed"
        for early in ("c0", "c1"):
            assert steps(await receipt(hub.api, early, "superseded")) == ["accepted", "superseded"]
        assert physics.interval_s == 7
        assert device.epoch == 1


async def test_a_door_that_opens_wakes_its_sensor_at_once(hub: Hub) -> None:
    physics = DoorSensor(1)
    async with pretending() as home:
        await lay_down(hub, home, DOOR, physics)
        before = (await hub.api.get(f"/devices/{DOOR}"))["twin"]["contact.openings"]["value"]
        home.links.links[0].press("door")

        async def is_counted() -> bool:
            twin = (await hub.api.get(f"/devices/{DOOR}"))["twin"]
            return bool(twin["contact.openings"]["value"] > before)

        await until(is_counted, "the opening")
        assert physics.interval_s == 3_600


async def test_what_waits_for_a_sleeper_survives_the_hubs_death(hub: Hub) -> None:
    physics = ClimateSensor(4)
    physics.interval_s = 4
    async with pretending() as home:
        await lay_down(hub, home, CLIMATE, physics, wakes=False)
        await hub.api.set(CLIMATE, {"sensor.interval_s": 5}, id="c1", wait_s=0, expires_in_s=60)
        await hub.kill()
        await hub.start()
        assert (await hub.api.presence(CLIMATE)).split()[0] in {"asleep", "unreachable"}
        assert (await hub.api.get("/commands/c1"))["status"] == "accepted"
        home.may_dial.set()
        told = await receipt(hub.api, "c1", "confirmed")
        assert steps(told) == ["accepted", "delivered", "applied", "confirmed"]
        assert physics.interval_s == 5
        await until(lambda: is_seen(hub.api, CLIMATE, "asleep"), "it to sleep again")


async def test_a_sleeper_whose_hub_is_away_sleeps_on_and_is_heard_when_it_is_back(
    hub: Hub,
) -> None:
    physics = ClimateSensor(5)
    physics.interval_s = 2
    async with pretending() as home:
        await lay_down(hub, home, CLIMATE, physics)
        await hub.kill()
        await until(lambda: "unreachable" in [c.status for c in home.changes], "a failed wake")
        await hub.start()

        async def is_heard() -> bool:
            traffic = (await hub.api.get(f"/devices/{CLIMATE}"))["traffic"]
            return traffic["heard_at"] is not None

        await until(is_heard, "a wake", 30)
        await until(lambda: is_seen(hub.api, CLIMATE, "asleep"), "it to sleep again", 30)


async def test_a_dozen_sleepers_of_one_process_are_all_heard_wake_after_wake(
    make_hub: MakeHub, warm: Warm, broker_kind: str
) -> None:
    hub = make_hub(BROKER__KIND=broker_kind)
    await hub.start()
    await hub.api.open_window("12345678", devices=12)
    async with AsyncExitStack() as stack:
        folder = hub.folder / "fleet"
        folder.mkdir()
        words = ("-n", "12", "--interval", "3", "--seed", "3")
        fleet = await stack.enter_async_context(Fleet(warm, folder, hub, "climate-sensor", *words))
        await until(lambda: fleet.events("all_online"), "all of them", 40)
        await until(lambda: len(fleet.events("asleep")) >= 36, "three sleeps each", 40)
        for device in (await hub.api.get("/devices"))["devices"]:
            assert device["presence"]["status"] in {"asleep", "online"}
            assert (await hub.api.get(f"/devices/{device['id']}"))["violations"] == []
        await fleet.stop()
