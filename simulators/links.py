"""Many devices on their links: one loop, one heap of due times, a few dialers."""

import asyncio
import heapq
import itertools
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Final

from protocol.ids import DeviceId
from simulators.fault_layer import FaultLayer
from simulators.link import Change, Link, Status
from simulators.party import Heard, Party
from simulators.voice import Absence
from simulators.wire import Access, Dialling, straight

DIALERS: Final = 32
"""Devices that connect at the same time; the others wait for their turn."""

TURNS_AT_ONCE: Final = 64
"""Devices that are served before the loop gets round to its sockets."""

IDLE_S: Final = 60.0
"""Longest sleep of the timer."""


class Links:
    """All links of a process.

    `run` serves them until it is cancelled; `leave` ends them in an orderly way before that.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        rng: Random,
        change: Callable[[Change], None],
        before_dial: Callable[[Party], Awaitable[None]],
    ) -> None:
        self._clock, self._rng = clock, rng
        self._change, self._before_dial = change, before_dial
        self._links: dict[DeviceId, Link] = {}
        self._heap: list[tuple[float, int, Link]] = []
        self._count = itertools.count()
        self._earlier = asyncio.Event()
        self._until_s = math.inf
        self._alive: set[DeviceId] = set()
        self._all_gone = asyncio.Event()
        # A link stands in it once at most, so it never holds more than there are links.
        self._to_dial: asyncio.Queue[Link] = asyncio.Queue()
        self._raised: asyncio.Queue[Link] = asyncio.Queue()

    def add(
        self,
        device: Party,
        access: Access,
        faults: FaultLayer[Heard] | None = None,
        dialling: Dialling = straight,
    ) -> Link:
        """Connect a device, as soon as a dialer is free."""
        link = Link(
            device,
            access,
            self._clock,
            self._rng,
            self._change,
            self._schedule,
            faults=faults,
            dialling=dialling,
            raised=self._raised.put_nowait,
        )
        self._links[device.id] = link
        self._alive.add(device.id)
        self._all_gone.clear()
        self._schedule(link)
        return link

    @property
    def links(self) -> tuple[Link, ...]:
        """All links, in the order in which they were added."""
        return tuple(self._links.values())

    async def run(self) -> None:
        """Dial and serve until cancelled; then every socket is closed."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(DIALERS):
                    group.create_task(self._dial())
                group.create_task(self._keep_epochs())
                group.create_task(self._keep_time())
        finally:
            for link in self._links.values():
                link.drop()

    async def leave(self, timeout_s: float, reason: Absence = "shutdown") -> None:
        """Say goodbye for all devices, and wait until the broker has heard it."""
        for link in self._links.values():
            link.leave(reason)
        if not self._alive:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._all_gone.wait()

    async def _dial(self) -> None:
        while True:
            link = await self._to_dial.get()
            if link.status is Status.DIALLING:
                await self._before_dial(link.device)
            if link.status is Status.DIALLING:
                await link.dial()

    async def _keep_epochs(self) -> None:
        """Make a boot counter last that the hub has raised, before the device says anything more.

        A device that loses its power right after its announce would count from below it again.
        """
        while True:
            link = await self._raised.get()
            await self._before_dial(link.device)
            link.kept()

    async def _keep_time(self) -> None:
        while True:
            for _ in range(TURNS_AT_ONCE):
                if not self._heap or self._heap[0][0] > self._clock():
                    break
                self._turn(*heapq.heappop(self._heap))
            self._until_s = self._heap[0][0] if self._heap else math.inf
            await self._pause(min(self._until_s - self._clock(), IDLE_S))

    async def _pause(self, wait_s: float) -> None:
        self._earlier.clear()
        if wait_s <= 0.0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._earlier.wait()

    def _turn(self, due_s: float, count: int, link: Link) -> None:
        if due_s != link.scheduled_s:
            return  # another entry has taken this one's place
        link.scheduled_s = math.inf
        now_s = self._clock()
        if link.status is Status.RESTING and now_s >= link.rest.until_s:
            link.status = Status.DIALLING
            self._to_dial.put_nowait(link)
        else:
            link.turn(now_s)
        self._schedule(link)

    def _schedule(self, link: Link) -> None:
        if link.status is Status.GONE:
            self._alive.discard(link.device.id)
            if not self._alive:
                self._all_gone.set()
        due_s = link.due_s
        if due_s >= link.scheduled_s or due_s == math.inf:
            return
        link.scheduled_s = due_s
        heapq.heappush(self._heap, (due_s, next(self._count), link))
        if due_s < self._until_s:
            self._earlier.set()
