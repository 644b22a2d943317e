"""How soon a hub with many devices is there again, and how much memory it takes."""

import time
from pathlib import Path
from typing import Final

from benchmarks.home import LossError, all_online, are_whole, device_ids, join_all
from benchmarks.hub_process import HubProcess
from benchmarks.orders import Open
from benchmarks.rows import Reading, Sample
from benchmarks.worker import Worker

CONNECT_WITHIN_S: Final = 120.0


async def prepare(folder: Path, count: int) -> None:
    """Have `count` devices join a hub and tell it all their values, then stop it.

    The hub without a device has its first start here as well: it makes the authority for https.
    """
    await _start(folder, "none", 0)
    async with (
        HubProcess(folder / "many", folder / "many.log") as hub,
        hub.api() as api,
        Worker("benchmarks.load") as load,
    ):
        await hub.ready()
        logins = await join_all(hub, device_ids(count))
        await load.ask(Open(logins), CONNECT_WITHIN_S)
        await all_online(api, count)


async def restart(folder: Path, count: int) -> Reading:
    """Measure a start with those devices, and one without any."""
    _, empty_mb = await _start(folder, "none", 0)
    ready_s, full_mb = await _start(folder, "many", count)
    return Reading(
        {
            "restart_ready": Sample(ready_s),
            "restart_memory": Sample(full_mb, empty_mb),
            "device_memory": Sample(1024 * (full_mb - empty_mb) / count),
        }
    )


async def _start(folder: Path, name: str, count: int) -> tuple[float, float]:
    """Return how long the start took and the memory of the hub."""
    async with HubProcess(folder / name, folder / f"{name}.log") as hub, hub.api() as api:
        devices = (await api.api.list_devices())["devices"]
        served_s = time.monotonic()
        await hub.ready()
        ready_s = max(served_s, time.monotonic()) - hub.started_s
        if not are_whole(devices, count):
            raise LossError(f"{len(devices)} of {count} devices are there, or not all their values")
        return ready_s, hub.memory_mb()
