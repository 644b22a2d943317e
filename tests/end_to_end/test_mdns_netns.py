"""mDNS for real: hub and devices on machines of their own, found by multicast or by host."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.namespaces import Machine, Network, are_there, network
from tests.end_to_end.processes import Program, Warm

CODE = "1234-5678"
START_WITHIN_S = 30.0
JOIN_WITHIN_S = 60.0

pytestmark = [
    pytest.mark.netns,
    pytest.mark.mosquitto,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        not are_there() and os.environ.get("CI") != "true",
        reason="network namespaces need root and iproute2",
    ),
]


@pytest.fixture
async def net(tmp_path: Path, warm: Warm) -> AsyncIterator[Network]:
    async with network(tmp_path, warm) as made:
        yield made


async def start_hub(machine: Machine) -> dict[str, Any]:
    hub = machine.start("hub", "run", "--json", "--config", os.devnull)
    told: dict[str, Any] = json.loads(await hub.first_line(START_WITHIN_S))
    return told


async def joined(join: Program) -> list[str]:
    assert await join.ended(JOIN_WITHIN_S) == 0, join.tail()
    (line,) = join.lines()
    return [device["id"] for device in json.loads(line)["devices"]]


async def test_hub_and_device_on_one_network_find_each_other_by_mdns(net: Network) -> None:
    home, shelf = net.machine("home"), net.machine("shelf")
    net.cable(home, "eth0", shelf, "eth0")
    home.address("eth0", "10.77.0.1/24")
    shelf.address("eth0", "10.77.0.2/24")
    hub = await start_hub(home)
    join = home.start("join", "join", CODE, "--for", "60", "--json")
    plug = shelf.start("plug", "simulate", "smart-plug", "--code", CODE, "--json")
    assert await joined(join) == ["smart-plug-0001"], plug.tail()
    assert (await home.ecohub("set", "plug", "outlet.on=off"))["status"] == "confirmed"
    report = await home.ecohub("discover")
    (advert,) = [seen for seen in report["seen"] if seen["device"] == "smart-plug-0001"]
    assert (advert["host"], advert["interface"]) == ("10.77.0.2", "eth0")
    asked = {question["interface"]: question for question in report["questions"]}
    assert asked["eth0"]["asked"] >= 1
    assert asked["eth0"]["answered"] >= 1
    assert asked["eth0"]["heard_itself_at"] is not None
    assert hub["hub"] in "".join(plug.lines())


async def test_device_behind_a_router_is_not_found_but_joins_by_the_hubs_url(net: Network) -> None:
    home, router, shelf = net.machine("home"), net.machine("router"), net.machine("shelf")
    net.cable(home, "eth0", router, "west")
    net.cable(router, "east", shelf, "eth0")
    home.address("eth0", "10.77.1.2/24")
    router.address("west", "10.77.1.1/24")
    router.address("east", "10.77.2.1/24")
    shelf.address("eth0", "10.77.2.2/24")
    assert home.run("ip", "route", "add", "default", "via", "10.77.1.1").returncode == 0
    assert shelf.run("ip", "route", "add", "default", "via", "10.77.2.1").returncode == 0
    forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
    assert router.run("sh", "-c", forward).returncode == 0
    await start_hub(home)
    join = home.start("join", "join", CODE, "--for", "120", "--json")
    lost = shelf.start("lost", "simulate", "smart-plug", "--code", CODE, "--wait", "4", "--json")
    assert await lost.ended(START_WITHIN_S) == 3, lost.tail()
    url = "http://10.77.1.2:8321"
    shelf.start("plug", "simulate", "smart-plug", "--code", CODE, "--hub", url, "--json")
    assert await joined(join) == ["smart-plug-0001"]
    assert (await home.ecohub("set", "plug", "outlet.on=off"))["status"] == "confirmed"
    assert (await home.ecohub("discover"))["seen"] == []


async def test_hub_on_a_machine_without_a_network_serves_that_machine(net: Network) -> None:
    island = net.machine("island")
    await start_hub(island)
    join = island.start("join", "join", CODE, "--for", "60", "--json")
    island.start("plug", "simulate", "smart-plug", "--code", CODE, "--json")
    assert await joined(join) == ["smart-plug-0001"]
    assert (await island.ecohub("devices"))["devices"][0]["presence"]["status"] == "online"


async def test_hub_uses_a_network_that_comes_later(net: Network) -> None:
    home, shelf = net.machine("home"), net.machine("shelf")
    await start_hub(home)
    net.cable(home, "eth0", shelf, "eth0")
    home.address("eth0", "10.77.0.1/24")
    shelf.address("eth0", "10.77.0.2/24")
    join = home.start("join", "join", CODE, "--for", "60", "--json")
    plug = shelf.start("plug", "simulate", "smart-plug", "--code", CODE, "--json")
    assert await joined(join) == ["smart-plug-0001"], plug.tail()
    interfaces = [
        question["interface"] for question in (await home.ecohub("discover"))["questions"]
    ]
    assert "eth0" in interfaces
