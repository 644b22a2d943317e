"""How soon thousands of simulated devices of one process are online in a hub."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from benchmarks.home import LossError, join_all
from benchmarks.hub_process import HubProcess
from benchmarks.rows import Reading, Sample
from benchmarks.waiting import until
from hub.cli.client import HubClient
from protocol.ids import DeviceId
from protocol.product import parse_product
from simulators.light import Light
from simulators.state import Credentials, StateFolder

PRODUCT: Final = Light.product
WITHIN_S: Final = 240.0
POLL_S: Final = 0.25
TWINS_POLL_S: Final = 1.0
STOP_WITHIN_S: Final = 15.0


@asynccontextmanager
async def many(folder: Path, count: int) -> AsyncIterator[Callable[[], Awaitable[Reading]]]:
    """Let `count` simulated devices join a hub; give the measurement, to be repeated."""
    async with HubProcess(folder / "arrival", folder / "arrival.log") as hub, hub.api() as api:
        await hub.ready()
        await _join(folder, hub, api, count)
        await _arrived(folder, hub, api, count)  # the product spec and the names, once

        async def measure() -> Reading:
            before_s = hub.cpu_s()
            took_s = await _arrived(folder, hub, api, count)
            spent_s = hub.cpu_s() - before_s
            return Reading(
                {"arrival": Sample(took_s), "arrival_cpu": Sample(1_000.0 * spent_s / count)}
            )

        yield measure


async def _join(folder: Path, hub: HubProcess, api: HubClient, count: int) -> None:
    names = tuple(f"{PRODUCT}-{number:04}" for number in range(1, count + 1))
    vendor = parse_product(Light.document()).vendor
    kept, hub_id = StateFolder(folder / "devices"), (await api.api.show_hub())["id"]
    for login in await join_all(hub, names, vendor, PRODUCT):
        credentials = Credentials(
            device=DeviceId(login.user),
            hub=hub_id,
            url=hub.url,
            host=login.host,
            port=login.port,
            password=login.password,
        )
        kept.save(credentials)


async def _arrived(folder: Path, hub: HubProcess, api: HubClient, count: int) -> float:
    """Run the devices until the hub has all of them and their values; return how long it took.

    Raises:
        LossError: They end, or are not all there in time.
    """
    started_s = time.monotonic()
    words = ("-P", "-m", "simulators", PRODUCT, "-n", str(count), "--hub", hub.url)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *words, "--state", str(folder / "devices"), "--no-advertise", "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until(lambda: _are_online(api, count), WITHIN_S, POLL_S)
        await until(lambda: _have_told(api, count), WITHIN_S, TWINS_POLL_S)
        took_s = time.monotonic() - started_s
        if process.returncode is not None:
            raise LossError("the simulated devices have ended")
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(STOP_WITHIN_S):
                await process.wait()
    await until(lambda: _are_gone(api), WITHIN_S, POLL_S)
    return took_s


async def _are_online(api: HubClient, count: int) -> bool:
    return (await api.api.show_hub())["devices"]["by_presence"].get("online") == count


async def _have_told(api: HubClient, count: int) -> bool:
    return (
        sum(bool(device["twin"]) for device in (await api.api.list_devices())["devices"]) == count
    )


async def _are_gone(api: HubClient) -> bool:
    return not (await api.api.show_hub())["devices"]["by_presence"].get("online")
