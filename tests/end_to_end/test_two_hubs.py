"""Two hubs on one network: each shows the other, and a device dials the one it joined alone."""

import json
import os
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.namespaces import Machine, Network, are_there, ip, network
from tests.end_to_end.processes import Program, Warm
from tests.end_to_end.waiting import until

pytestmark = [
    pytest.mark.netns,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        not are_there() and os.environ.get("CI") != "true",
        reason="network namespaces need root and iproute2",
    ),
]

CODE = "1234-5678"
PLUG = "smart-plug-0001"
SHELF = "10.77.9.3"
WITHIN_S = 40.0


@pytest.fixture
async def machines(tmp_path: Path, warm: Warm) -> AsyncIterator[list[Machine]]:
    """Three machines at one switch."""
    async with network(tmp_path, warm) as net:
        yield at_one_switch(net, "attic", "cellar", "shelf")


def at_one_switch(net: Network, *names: str) -> list[Machine]:
    switch = net.machine("switch")
    ip("-n", switch.name, "link", "add", "bridge0", "type", "bridge")
    ip("-n", switch.name, "link", "set", "bridge0", "up")
    machines = []
    for number, name in enumerate(names, start=1):
        machine = net.machine(name)
        net.cable(machine, "eth0", switch, f"port{number}")
        ip("-n", switch.name, "link", "set", f"port{number}", "master", "bridge0")
        ip("-n", switch.name, "link", "set", f"port{number}", "up")
        machine.address("eth0", f"10.77.9.{number}/24")
        machines.append(machine)
    return machines


async def start_hub(machine: Machine) -> tuple[Program, str]:
    hub = machine.start("hub", "run", "--json")
    told = json.loads(await hub.first_line(WITHIN_S))
    return hub, str(told["hub"])


async def test_two_hubs_on_one_network_leave_each_other_in_peace(machines: list[Machine]) -> None:
    attic, cellar, shelf = machines
    (first, first_id), (_, second_id) = [await start_hub(m) for m in (attic, cellar)]
    for machine, other in ((attic, second_id), (cellar, first_id)):
        await until(partial(sees, machine, other), f"{other} to be seen", WITHIN_S)
    joins = [m.start("join", "join", CODE, "--for", "120", "--json") for m in (attic, cellar)]
    plug = shelf.start(
        "plug", "simulate", "smart-plug", "--hub", first_id, "--code", CODE, "--json"
    )
    await until(lambda: is_told(plug, "online"), f"the plug at {first_id}", WITHIN_S)
    assert joins[1].is_running
    assert (await cellar.ecohub("devices"))["devices"] == []
    await first.kill()
    await until(lambda: is_told(plug, "offline"), "the plug to miss its hub", WITHIN_S)
    first, again = await start_hub(attic)
    assert again == first_id
    await until(lambda: is_online(attic), "the plug at its hub again", WITHIN_S)
    assert (await cellar.ecohub("devices"))["devices"] == []
    connections = cellar.run("ss", "-Htan")  # those that have just ended, too
    assert connections.returncode == 0
    assert SHELF not in connections.stdout


async def sees(machine: Machine, other: str) -> bool:
    """Say whether another hub has been heard there; no third one ever is."""
    seen = (await machine.ecohub("discover"))["seen"]
    hubs = [one["device"] for one in seen if one["kind"] == "hub"]
    assert hubs in ([], [other])
    return bool(hubs)


def is_told(program: Program, event: str) -> bool:
    assert program.is_running, program.tail()
    return any(json.loads(line)["event"] == event for line in program.lines())


async def is_online(machine: Machine) -> bool:
    devices = (await machine.ecohub("devices"))["devices"]
    return [(d["id"], d["presence"]["status"]) for d in devices] == [(PLUG, "online")]
