"""The process of the devices that load a hub, or a bare broker; `python -m benchmarks.load`."""

import asyncio
import resource
import time
from collections.abc import Sequence
from itertools import cycle, islice

from benchmarks.device import Device
from benchmarks.orders import Burst, Flood, Heard, Open, Order, Trickle, Verdicts
from benchmarks.worker import obey

CONNECTING = 50
"""Devices that connect at a time."""

TURN_S = 0.01
"""How often a flood is written."""

SLICE = 10
"""Reports of one device before the next one's turn in a burst."""


class Load:
    """All devices of this process."""

    def __init__(self) -> None:
        self._devices: list[Device] = []
        self._flooding: asyncio.Task[None] | None = None
        self._flooded = 0

    async def do(self, order: Order) -> Sequence[float]:
        """Obey an order."""
        match order:
            case Open():
                await self._open(order)
            case Burst(each):
                return await self._burst(each)
            case Trickle(count, rate_per_s):
                return await self._trickle(count, rate_per_s)
            case Flood(rate_per_s):
                return await self._flood(rate_per_s)
            case Heard():
                return self._heard()
            case Verdicts():
                return [sum(device.verdicts for device in self._devices)]
            case _:
                raise ValueError("no order for devices")
        return ()

    def _heard(self) -> Sequence[float]:
        heard_s = [at_s for device in self._devices for at_s in device.heard_s]
        for device in self._devices:
            device.heard_s.clear()
        return heard_s

    async def _flood(self, rate_per_s: float) -> Sequence[float]:
        """Begin to flood, or end it."""
        if self._flooding is not None:
            self._flooding.cancel()
            await asyncio.gather(self._flooding, return_exceptions=True)
            self._flooding = None
        told, self._flooded = self._flooded, 0
        if rate_per_s > 0:
            self._flooding = asyncio.get_running_loop().create_task(self._repeat(rate_per_s))
        return (told,)

    async def _repeat(self, rate_per_s: float) -> None:
        """Write what is due, as far as the broker has taken what was written before."""
        (packet,), loop = self._devices[0].reports(1), asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            due = int((loop.time() - began_s) * rate_per_s) - self._flooded
            for device in self._devices:
                device.write(packet * due)
            self._flooded += due
            await asyncio.sleep(TURN_S)

    def close(self) -> None:
        """Let all devices go."""
        for device in self._devices:
            device.close()

    async def _open(self, order: Open) -> None:
        devices = [Device(login, is_bare=order.is_bare) for login in order.logins]
        for start in range(0, len(devices), CONNECTING):
            await asyncio.gather(*(one.open() for one in devices[start : start + CONNECTING]))
        for device in devices:  # a state of QoS 0 may have overtaken its announce in the broker
            device.say_full_state()
        self._devices.extend(devices)

    async def _burst(self, each: int) -> Sequence[float]:
        """Return when the first and the last report were handed to the kernel or its queue."""
        packets = [device.reports(each) for device in self._devices]
        turns = [
            [b"".join(own[start : start + SLICE]) for own in packets]
            for start in range(0, each, SLICE)
        ]
        started_s = time.monotonic()
        for turn in turns:
            for device, some in zip(self._devices, turn, strict=True):
                device.write(some)
            await asyncio.sleep(0)
        return started_s, time.monotonic()

    async def _trickle(self, count: int, rate_per_s: float) -> Sequence[float]:
        sent: list[float] = []
        loop, began_s = asyncio.get_running_loop(), time.monotonic()
        for number, device in enumerate(islice(cycle(self._devices), count)):
            due_s = began_s + number / rate_per_s
            await asyncio.sleep(due_s - loop.time())
            sent.append(time.monotonic())
            device.report(number)
        return sent


async def main() -> None:
    """Obey until stdin ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    load = Load()
    await obey(load.do)
    load.close()
    await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main())
