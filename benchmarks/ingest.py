"""How many reports a second reach a phone, what they cost, and how long one takes."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Final

from pydantic_core import from_json

from benchmarks.home import Home, Living, LossError
from benchmarks.orders import Arrivals, Await, Burst, Trickle
from benchmarks.product import COUNT, IS_LAST
from benchmarks.rows import Reading, Sample, percentile
from benchmarks.sizes import Sizes
from hub.api.models import DeviceSummary
from hub.clock import iso_of_ms

WITHIN_S: Final = 60.0
SETTLE_S: Final = 0.2
"""Between two bursts, so that one does not begin with the other's rest."""

_DEVICE: Final = re.compile(rb'"device":"([^"]+)"')
_COUNT: Final = re.compile(rb'"%s":\{"value":(\d+)' % re.escape(COUNT).encode())
_SNAPSHOT: Final = b'{"type":"snapshot"'
_IS_LAST: Final = f'"{IS_LAST}":{{"value":true'.encode()


async def ingest(home: Home, sizes: Sizes) -> Reading:
    """Measure a burst, bare and then through the hub."""
    count = sizes.burst_each * len(home.devices)
    bare_s, bare_cpu_s = await _bare_burst(home, count, sizes.burst_each)
    before = await home.messages()
    await asyncio.sleep(SETTLE_S)
    hub_s, cpu_s = await burst(home, sizes.burst_each)
    after = await home.messages()
    if any(after[device] - before[device] != sizes.burst_each for device in home.devices):
        raise LossError("the hub has not taken in every report of the burst")
    return Reading(
        {
            "ingest": Sample(count / hub_s, count / bare_s),
            "ingest_cpu": Sample(1000 * cpu_s / count, 1000 * bare_cpu_s / count),
        },
        {"burst_s": [hub_s], "bare_burst_s": [bare_s]},
    )


async def report(home: Home, sizes: Sizes) -> Reading:
    """Measure how long single reports take, bare and then through the hub."""
    order = Trickle(sizes.trickle, sizes.trickle_per_s)
    await home.bare.ask(Await(sizes.trickle))
    sent = await home.bare_load.ask(order)
    came = await home.bare.ask(Arrivals(is_each=True))
    bare_ms = [1000 * (c - s) for s, c in zip(sent, came, strict=True)]
    hub_ms = await reports_ms(home, sizes)
    await home.messages()
    return Reading(
        {
            f"report_p{part}": Sample(
                percentile(hub_ms, part / 100), percentile(bare_ms, part / 100)
            )
            for part in (50, 99)
        },
        {"report_ms": hub_ms, "bare_report_ms": bare_ms},
    )


async def reports_ms(home: Home, sizes: Sizes) -> list[float]:
    """Return how long single reports take from a device to the phone, in milliseconds."""
    seen = Seen(sizes.trickle)
    home.phone.heard = seen.take
    sent = await home.load.ask(Trickle(sizes.trickle, sizes.trickle_per_s))
    async with asyncio.timeout(WITHIN_S):
        await seen.all.wait()
    return [1000 * (seen.at_s[number] - s) for number, s in enumerate(sent)]


async def _bare_burst(home: Home, count: int, each: int) -> tuple[float, float]:
    await home.bare.ask(Await(count))
    cpu_s = _cpu_s(home.bare.pid)
    began_s, _ = await home.bare_load.ask(Burst(each))
    (ended_s,) = await home.bare.ask(Arrivals())
    return ended_s - began_s, _cpu_s(home.bare.pid) - cpu_s


async def burst(home: Living, each: int) -> tuple[float, float]:
    """Let each device send so many reports; return until when the phone had seen the last ones.

    Returns:
        Seconds of wall time, and of the hub's processor time.
    """
    last = Last(len(home.devices), each, time.time())
    home.phone.heard = last.take
    cpu_s = home.hub.cpu_s()
    began_s, _ = await home.load.ask(Burst(each))
    async with asyncio.timeout(WITHIN_S):
        await last.all.wait()
    return last.at_s - began_s, home.hub.cpu_s() - cpu_s


class Last:
    """Waits for the last report of each device.

    Args:
        devices: How many there are.
        each: The count in the last report.
        since_s: When the burst began, Unix seconds: a snapshot may show a last report of before.
    """

    def __init__(self, devices: int, each: int, since_s: float) -> None:
        self.all = asyncio.Event()
        self.at_s = 0.0
        self._count, self._each = devices, each
        self._since = iso_of_ms(int(1000 * since_s))
        self._devices: set[str] = set()

    def take(self, text: bytes, at_s: float) -> None:
        """Look at what the phone was told."""
        if _IS_LAST not in text:
            return
        if text.startswith(_SNAPSHOT):
            self._devices |= self._shown(from_json(text)["devices"])
        elif found := _DEVICE.search(text):
            self._devices.add(found[1].decode())
        if len(self._devices) == self._count and not self.all.is_set():
            self.at_s = at_s
            self.all.set()

    def _shown(self, devices: Sequence[DeviceSummary]) -> set[str]:
        """Return the devices whose last report a snapshot shows: the phone had fallen behind."""
        twins = {device["id"]: device["twin"].get(COUNT) for device in devices}
        return {
            device
            for device, count in twins.items()
            if count and count["value"] == self._each and count["at"] >= self._since
        }


class Seen:
    """Notes when each report came, by its number.

    Attributes:
        all: Set once all have.
        at_s: `time.monotonic` by number.
    """

    def __init__(self, count: int) -> None:
        self.all = asyncio.Event()
        self.at_s: dict[int, float] = {}
        self._count = count

    def take(self, text: bytes, at_s: float) -> None:
        """Look at what the phone was told."""
        found = _COUNT.search(text)
        if found is None:
            return
        self.at_s.setdefault(int(found[1]), at_s)
        if len(self.at_s) == self._count:
            self.all.set()


def _cpu_s(pid: int) -> float:
    return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3)
