"""A home to measure: a hub with devices that have joined, and the same without a hub beside it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import product
from benchmarks.hub_process import HubProcess
from benchmarks.orders import Open, Verdicts
from benchmarks.phone import Phone
from benchmarks.waiting import until
from benchmarks.wire import Login
from benchmarks.worker import Worker
from ecohub_client.shapes import DeviceSummary
from hub.broker import new_password
from hub.broker.port import free_port
from hub.cli.client import HubClient
from protocol.ids import DeviceId
from simulators import joiner

CODE: Final = "12345678"
JOINING: Final = 16
"""Devices that join at a time."""

WITHIN_S: Final = 120.0
POLL_S: Final = 0.05
TWINS_POLL_S: Final = 0.5
"""A look at all twins is work for the hub."""

LOOPBACK: Final = "127.0.0.1"


class LossError(Exception):
    """Something was lost or refused: the figures would be of other work than they say."""


@dataclass(frozen=True)
class Living:
    """A hub with live devices and a phone.

    Attributes:
        devices: Ids of the devices.
        load: The process of the devices.
    """

    devices: tuple[str, ...]
    hub: HubProcess
    api: HubClient
    phone: Phone
    load: Worker

    async def messages(self) -> dict[str, int]:
        """Return how many messages of each device the hub has taken in.

        Raises:
            LossError: One is missing, or a device has broken a rule.
        """
        verdicts = await self.load.ask(Verdicts())
        counts: dict[str, int] = {}
        for device in self.devices:
            view = await self.api.api.show_device(device)
            traffic, broken = view["traffic"], view["violations"]
            if traffic["missed"] or broken or any(verdicts):
                rules = ", ".join(found["rule"] for found in broken) or "no rule"
                raise LossError(f"{device}: {traffic['missed']} missed, {rules} broken")
            counts[device] = traffic["messages"]
        return counts


@dataclass(frozen=True)
class Home(Living):
    """The same beside its bare limit: its broker with the same devices, and no hub.

    Attributes:
        bare: The process of the bare broker's client.
        bare_load: The process of the bare broker's devices.
    """

    bare: Worker
    bare_load: Worker


@asynccontextmanager
async def open_living(folder: Path, count: int, broker: str = "mosquitto") -> AsyncIterator[Living]:
    """Start a hub with its data in `folder`, and let `count` devices join it."""
    names = device_ids(count)
    async with (
        HubProcess(folder, folder.with_suffix(".log"), broker) as hub,
        hub.api() as api,
        Worker("benchmarks.load") as load,
    ):
        await hub.ready()
        await load.ask(Open(await join_all(hub, names)), WITHIN_S)
        await all_online(api, count)
        async with Phone(*hub.place, hub.token) as phone:
            yield Living(names, hub, api, phone, load)


@asynccontextmanager
async def open_home(folder: Path, count: int) -> AsyncIterator[Home]:
    """Start a hub, let `count` devices join it, and set up the same without a hub."""
    async with (
        open_living(folder / "hub", count) as living,
        Worker("benchmarks.bare", str(folder / "bare")) as bare,
        Worker("benchmarks.load") as bare_load,
    ):
        port = free_port(LOOPBACK)
        logins = tuple(Login(LOOPBACK, port, name, new_password()) for name in living.devices)
        await bare.ask(Open(logins))
        await bare_load.ask(Open(logins, is_bare=True))
        yield Home(
            living.devices, living.hub, living.api, living.phone, living.load, bare, bare_load
        )


def device_ids(count: int) -> tuple[str, ...]:
    """Return the ids of so many devices."""
    return tuple(f"load-{number:04}" for number in range(1, count + 1))


async def join_all(
    hub: HubProcess,
    names: Sequence[str],
    vendor: str = product.VENDOR,
    kind: str = product.PRODUCT,
) -> tuple[Login, ...]:
    """Let devices join as devices do, by HTTP and with proof, and return their credentials."""
    async with hub.api() as api:
        await api.api.open_window({"code": CODE, "duration_s": 600, "devices": len(names)})
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(JOINING) as threads:
        return tuple(
            await asyncio.gather(
                *(
                    loop.run_in_executor(threads, _join, hub.url, name, vendor, kind)
                    for name in names
                )
            )
        )


async def all_online(api: HubClient, count: int) -> None:
    """Wait until `count` devices are online and have told all their values."""

    async def are_online() -> bool:
        return (await api.api.show_hub())["devices"]["by_presence"].get("online") == count

    async def have_told_all() -> bool:
        return are_whole((await api.api.list_devices())["devices"], count)

    await until(are_online, WITHIN_S, POLL_S)
    await until(have_told_all, WITHIN_S, TWINS_POLL_S)


def are_whole(devices: Sequence[DeviceSummary], count: int) -> bool:
    """Say whether there are `count` devices and all values of each."""
    told = len(product.full_state())
    return sum(len(device["twin"]) == told for device in devices) == count


def fresh_id() -> str:
    """Return a beginning of command ids that no earlier run has used."""
    return secrets.token_hex(4)


def _join(url: str, name: str, vendor: str, kind: str) -> Login:
    newcomer = joiner.Newcomer(DeviceId(name), vendor, kind)
    granted = joiner.join(url, newcomer, CODE)
    return Login(granted.host, granted.port, name, granted.password)
