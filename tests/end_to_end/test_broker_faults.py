"""The broker dies, or its port is somebody else's: the hub says so, goes on, and recovers."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub.broker.port import free_port
from tests.end_to_end.api import Json
from tests.end_to_end.conftest import MakeHub, needs_mosquitto
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(60)

KILLS = 3
FOREVER_S = 600
BLINK = "lamp.blink"


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Hold a port; whoever had it may just be going."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        holder.listen()
        yield


async def reaches(hub: Hub, command: str, *statuses: str) -> Json:
    """Wait until a command has one of these statuses and return its receipt."""

    async def has_come() -> bool:
        return (await hub.api.get(f"/commands/{command}"))["status"] in statuses

    await until(has_come, f"{command} to be one of {statuses}")
    return await hub.api.get(f"/commands/{command}")


async def confirms(hub: Hub, lamp: Lamp, level: int) -> None:
    answer = await hub.api.set(lamp.id, {"lamp.level": level}, wait_s=10)
    assert answer.body["status"] == "confirmed", answer


@pytest.mark.mosquitto
@needs_mosquitto
async def test_a_broker_that_is_killed_comes_back_with_all_devices(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="mosquitto")
    await hub.start()
    lamps = [Lamp(c) for c in await let_in(hub, "lamp-0001", "lamp-0002")]
    async with living(*lamps):
        await until(lambda: hub.are_online(*lamps), "both lamps")
        for kill in range(KILLS):
            await kill_broker(hub)
            await until(lambda: hub.presence(lamps[0], "unreachable"), "the hub to notice")
            await until(hub.is_ready, "the broker")
            await until(lambda: hub.are_online(*lamps), "both lamps again")
            for lamp in lamps:
                await confirms(hub, lamp, 20 + kill)
    assert (await hub.api.get("/hub"))["epoch"] == 1
    assert [lamp.interviews for lamp in lamps] == [1, 0]
    assert [lamp.verdicts for lamp in lamps] == [[], []]


@pytest.mark.mosquitto
@needs_mosquitto
async def test_without_its_broker_the_hub_serves_what_it_knows_and_ends_commands_truthfully(
    make_hub: MakeHub,
) -> None:
    hub = make_hub(BROKER__KIND="mosquitto")
    await hub.start()
    (lamp,) = [Lamp(c) for c in await let_in(hub, "lamp-0001")]
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")
        lamp.is_stubborn = True
        await send(hub, lamp, "sent", "lamp.level", 33)
        await hub.api.call(lamp.id, BLINK, arguments={"times": 2}, id="blink", expires_in_s=3)
        await until(lambda: len(lamp.ignored) >= 2, "both commands at the lamp")
        with hub.without_broker():
            await says_by_whom(hub)
            await until(lambda: hub.presence(lamp, "unreachable"), "the lamp to be out of reach")
            await serves_a_stale_twin(hub, lamp)
            await send(hub, lamp, "overtaken", "lamp.on", value=False)
            await send(hub, lamp, "waits", "lamp.on", value=True)
            await hub.api.set(lamp.id, {"lamp.pin": "1"}, id="late", expires_in_s=1)
            assert (await reaches(hub, "overtaken", "superseded"))["reason"] == "by waits"
            assert (await reaches(hub, "late", "expired"))["reason"] == "unreachable"
            assert (await reaches(hub, "blink", "failed"))["reason"] == "outcome_unknown"
            lamp.is_stubborn = False
        await until(lambda: hub.are_online(lamp), "the lamp again")
        for command in ("sent", "waits"):
            await reaches(hub, command, "confirmed")
        done = {name.rpartition(".")[2]: times for name, times in lamp.done.items()}
        assert done == {"sent": 1, "waits": 1}


async def test_a_broker_whose_port_is_taken_says_by_whom_and_starts_when_it_is_free(
    make_hub: MakeHub, broker_kind: str
) -> None:
    hub = make_hub(BROKER__KIND=broker_kind)
    hub.mqtt_port = free_port("127.0.0.1")
    with taken(hub.mqtt_port):
        hub.launch()
        await hub.serving()
        await says_by_whom(hub)
    await until(hub.is_ready, "the broker")
    (lamp,) = [Lamp(c) for c in await let_in(hub, "lamp-0001")]
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")
        await confirms(hub, lamp, 44)


async def kill_broker(hub: Hub) -> None:
    broker = hub.broker()
    broker.kill()
    await until(lambda: not broker.is_running(), "the end of the broker")


async def send(hub: Hub, lamp: Lamp, command: str, address: str, value: Json) -> None:
    answer = await hub.api.set(
        lamp.id, {address: value}, id=command, wait_s=0, expires_in_s=FOREVER_S
    )
    assert answer.status == 202, answer


async def says_by_whom(hub: Hub) -> None:
    """Wait until the hub's health says who has the broker's port, and what to do."""

    async def does() -> bool:
        health = await hub.api.health()
        broker, link = health["broker"], health["link"]
        detail = f"port {hub.mqtt_port} is taken by"
        return (broker["status"], link["status"]) == ("degraded", "degraded") and bool(
            detail in broker["detail"]
        )

    await until(does, "the hub to say who has the port")
    broker = (await hub.api.health())["broker"]
    assert f"(pid {os.getpid()}, user" in broker["detail"]
    assert "[broker] port" in broker["remedy"]


async def serves_a_stale_twin(hub: Hub, lamp: Lamp) -> None:
    shown = await hub.api.get(f"/devices/{lamp.id}")
    warmth, level = shown["twin"]["lamp.warmth"], shown["twin"]["lamp.level"]
    assert shown["presence"]["reason"]
    assert (warmth["value"], warmth["is_stale"]) == (2.5, True)
    assert level["desired"]["value"] == 33
