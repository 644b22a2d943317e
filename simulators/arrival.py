"""How factory-new devices come into a home: find the hub, wait for its window, join one by one."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Final

from protocol.advert import DeviceAdvert
from protocol.ids import DeviceId
from protocol.product import ProductSpec
from simulators import joiner
from simulators.errors import HubBusyError, HubNotFoundError, UsageError, WindowClosedError
from simulators.finder import Advertiser, find_hub
from simulators.plan import FleetEvent, Plan
from simulators.state import Credentials
from simulators.wire import open_socket

JOINS_AT_ONCE: Final = 4

KNOCK_S: Final = 2.0
"""How long an address of a hub may take to answer before the next one is tried."""

RETRY_S: Final = (1.0, 3.0)
"""Between two tries to join, drawn evenly: devices that wait for a window knock one by one."""


class Arrival:
    """Brings devices into the home.

    Args:
        plan: Where to go.
        spec: The product of the devices.
        rng: When to try again.
        tell: Told what happens.
        let_in: Told the credentials of each device that has joined.
    """

    def __init__(
        self,
        plan: Plan,
        spec: ProductSpec,
        rng: Random,
        tell: Callable[[FleetEvent], None],
        let_in: Callable[[Credentials], None],
    ) -> None:
        self._plan, self._spec, self._rng = plan, spec, rng
        self._tell, self._let_in = tell, let_in
        self._advertiser = Advertiser(())
        self._told = ""
        self._tries = 0

    async def run(self, devices: Sequence[DeviceId]) -> None:
        """Bring the devices in; returns when all have joined.

        Raises:
            SimulatorError: One of them cannot join, alone or in an exception group.
        """
        if not devices:
            return
        code = self._plan.code
        if code is None:
            remedy = "give the code that the hub was told: --code 1234-5678"
            raise UsageError("the devices have not joined yet and have no setup code", remedy)
        if self._plan.is_advertised:
            self._advertiser = Advertiser(
                [self._advert(device) for device in devices], txt=self._plan.seams.txt
            )
        threads = ThreadPoolExecutor(JOINS_AT_ONCE, thread_name_prefix="join")
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._advertiser.run())
                await self._join_all(devices, code, threads)
                telling.cancel()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    async def _join_all(
        self, devices: Sequence[DeviceId], code: str, threads: ThreadPoolExecutor
    ) -> None:
        url = await find_url(self._plan.hub, self._plan.wait_s, self._tell)
        # The first goes alone: a wrong code must not be tried once for each device.
        await self._join_each(iter(devices[:1]), url, code, threads)
        waiting = iter(devices[1:])
        async with asyncio.TaskGroup() as group:
            for _ in range(JOINS_AT_ONCE):
                group.create_task(self._join_each(waiting, url, code, threads))

    async def _join_each(
        self, devices: Iterator[DeviceId], url: str, code: str, threads: ThreadPoolExecutor
    ) -> None:
        loop = asyncio.get_running_loop()
        approach = self._plan.seams.approach.at(self._plan.tempo)
        for device in devices:
            give_up_s = loop.time() + self._plan.wait_s
            credentials = None
            while credentials is None:
                try:
                    credentials = await loop.run_in_executor(
                        threads, joiner.join, url, self._newcomer(device), code, approach
                    )
                except (WindowClosedError, HubBusyError, HubNotFoundError) as error:
                    if loop.time() >= give_up_s:
                        raise
                    self._tell_waiting(error.text, error.remedy)
                    await asyncio.sleep(self._plan.tempo.away_s(self._rng.uniform(*RETRY_S)))
            self._advertiser.joined(device)
            self._let_in(credentials)

    def _tell_waiting(self, text: str, remedy: str) -> None:
        if text != self._told:
            self._tell(FleetEvent("waiting", None, text, remedy))
        self._told = text

    def _newcomer(self, device: DeviceId) -> joiner.Newcomer:
        called = self._plan.seams.approach.called(device, self._tries)
        self._tries += 1
        return joiner.Newcomer(called, self._spec.vendor, self._spec.product)

    def _advert(self, device: DeviceId) -> DeviceAdvert:
        device_class = self._spec.device_class or ""
        return DeviceAdvert(device, self._spec.product, device_class, is_waiting=True)


async def find_url(wanted: str | None, wait_s: float, tell: Callable[[FleetEvent], None]) -> str:
    """Return the url of a hub.

    Args:
        wanted: Its url; or its id, or None, to find it by mDNS.
        wait_s: How long to look.
        tell: Told of the search.

    Raises:
        HubNotFoundError: There is none, or it does not answer.
        UsageError: The url is none.
    """
    if wanted is not None and joiner.is_url(wanted):
        return joiner.check_url(wanted)
    tell(FleetEvent("waiting", detail="looking for a hub by mDNS"))
    hub = await find_hub(wanted, wait_s)
    url = await _reachable(hub.urls)
    tell(FleetEvent("hub", detail=f"{hub.id} at {url}"))
    return url


async def _reachable(urls: Sequence[str]) -> str:
    for url in urls:
        try:
            (await open_socket(*joiner.place_of(url), KNOCK_S)).close()
        except OSError:
            continue
        return url
    remedy = "is a firewall in between? or give its address: --hub http://HOST:8321"
    raise HubNotFoundError(f"the hub does not answer at {', '.join(urls)}", remedy)
