"""mDNS: finds a hub to join, and tells that devices wait to be let in."""

import asyncio
import fcntl
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import zeroconf
from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from protocol.advert import DEVICE_TYPE, HUB_TYPE, DeviceAdvert, HubAdvert
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from simulators.errors import HubNotFoundError, SeveralHubsError

HUBS: Final = 32
"""Hubs that are looked at; what more adverts there are is not."""

RESOLVE_S: Final = 3.0

SETTLE_S: Final = 1.5
"""How long to listen on after the first hub, so that a second one does not go unseen."""

ADVERTISED: Final = 32
"""Most devices that one process advertises at a time."""

_GET_ADDRESS: Final = 0x8915
"""SIOCGIFADDR of Linux."""

_BY_HAND: Final = "give its address: --hub http://HOST:8321"


@dataclass(frozen=True, slots=True)
class FoundHub:
    """A hub that advertises itself; `urls` are the places where its API may be."""

    id: str
    urls: tuple[str, ...]
    is_open: bool


Interfaces = Sequence[str] | InterfaceChoice
"""Addresses of this machine to speak mDNS on; all of them, as a rule."""


async def find_hub(
    wanted: str | None, timeout_s: float, interfaces: Interfaces = InterfaceChoice.All
) -> FoundHub:
    """Return the hub to join.

    Without `wanted` it is the only one there is, or the only one whose joining window is open.

    Raises:
        HubNotFoundError: None was seen in time, or not the wanted one, or there is no multicast.
        SeveralHubsError: There are several and nothing says which one.
    """
    try:
        seeker = AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
    except OSError as error:
        why = error.strerror or str(error)
        raise HubNotFoundError(f"cannot look for a hub by mDNS: {why}", _BY_HAND) from None
    search = _Search(seeker, wanted)
    try:
        await search.run(timeout_s)
    finally:
        await seeker.async_close()
    return choose(tuple(search.found.values()), wanted, timeout_s)


class _Search:
    """One look around: what has been found, and when it is enough."""

    def __init__(self, seeker: AsyncZeroconf, wanted: str | None) -> None:
        self.found: dict[str, FoundHub] = {}
        self._seeker = seeker
        self._wanted = wanted
        self._names: asyncio.Queue[str] = asyncio.Queue(HUBS)

    async def run(self, timeout_s: float) -> None:
        """Look until the wanted hub is found, or nobody else seems to be there."""
        browser = AsyncServiceBrowser(self._seeker.zeroconf, HUB_TYPE, handlers=[self._changed])
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s) as limit, asyncio.TaskGroup() as group:
                    for _ in range(HUBS):
                        group.create_task(self._resolve(await self._names.get(), limit))
                    await asyncio.get_running_loop().create_future()
        finally:
            await browser.async_cancel()

    def _changed(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Added:
            with suppress(asyncio.QueueFull):
                self._names.put_nowait(name)

    async def _resolve(self, name: str, limit: asyncio.Timeout) -> None:
        info = AsyncServiceInfo(HUB_TYPE, name)
        hub = None
        if await info.async_request(self._seeker.zeroconf, RESOLVE_S * 1000):
            hub = _read(info)
        if hub is None:
            return
        self.found[hub.id] = hub
        if self._wanted in {None, hub.id}:
            settle_s = SETTLE_S if self._wanted is None else 0.0
            soon_s = asyncio.get_running_loop().time() + settle_s
            limit.reschedule(min(soon_s, limit.when() or soon_s))


def _read(info: AsyncServiceInfo) -> FoundHub | None:
    try:
        advert = HubAdvert.decode(info.properties)
    except ViolationError:
        return None
    addresses = info.parsed_addresses(IPVersion.V4Only)
    urls = tuple(f"http://{address}:{info.port}" for address in addresses)
    return FoundHub(advert.id, urls, advert.is_open) if urls and info.port else None


def choose(found: Sequence[FoundHub], wanted: str | None, timeout_s: float) -> FoundHub:
    """Return the hub that is meant, of those that were found within `timeout_s`.

    Raises:
        HubNotFoundError, SeveralHubsError: As `find_hub` does.
    """
    seen = ", ".join(f"{hub.id} ({hub.urls[0]})" for hub in found)
    if wanted is not None:
        for hub in found:
            if hub.id == wanted:
                return hub
        remedy = f"choose one that is here: {seen}" if found else _BY_HAND
        raise HubNotFoundError(f"no hub {wanted!r} seen within {timeout_s:g} s", remedy)
    if not found:
        raise HubNotFoundError(f"no hub seen by mDNS within {timeout_s:g} s", _BY_HAND)
    choices = [hub for hub in found if hub.is_open] or list(found)
    if len(choices) > 1:
        text = f"{len(choices)} hubs could be meant: {seen}"
        raise SeveralHubsError(text, f"choose one: --hub {choices[0].id}")
    return choices[0]


class Advertiser:
    """Tells by mDNS that devices wait to be let in, until each has joined."""

    def __init__(
        self,
        adverts: Sequence[DeviceAdvert],
        interfaces: Interfaces = InterfaceChoice.All,
        txt: Callable[[Mapping[str, str]], Mapping[str, str]] = dict,
    ) -> None:
        self._adverts = tuple(adverts[:ADVERTISED])
        self._interfaces, self._txt = interfaces, txt
        self._joined: asyncio.Queue[DeviceId] = asyncio.Queue(ADVERTISED)

    def joined(self, device: DeviceId) -> None:
        """Take in that a device waits no more."""
        if any(advert.id == device for advert in self._adverts):
            self._joined.put_nowait(device)

    async def run(self) -> None:
        """Advertise until every device has joined, or until cancelled; without multicast, not."""
        if not self._adverts:
            return
        with suppress(OSError, zeroconf.Error):
            responder = AsyncZeroconf(interfaces=self._interfaces, ip_version=IPVersion.V4Only)
            try:
                await self._advertise(responder)
            finally:
                await responder.async_close()

    async def _advertise(self, responder: AsyncZeroconf) -> None:
        addresses = _own_addresses()
        services = {
            advert.id: _service(advert.id, self._txt(advert.encode()), addresses)
            for advert in self._adverts
        }
        told = [
            await responder.async_register_service(service, cooperating_responders=True)
            for service in services.values()
        ]
        await asyncio.gather(*told)
        while services:
            gone = [await self._joined.get()]
            while not self._joined.empty():
                gone.append(self._joined.get_nowait())
            told = [await responder.async_unregister_service(services.pop(d)) for d in gone]
            await asyncio.gather(*told)


def _service(
    device: DeviceId, txt: Mapping[str, str], addresses: Sequence[str]
) -> AsyncServiceInfo:
    return AsyncServiceInfo(
        DEVICE_TYPE,
        f"{device}.{DEVICE_TYPE}",
        port=0,  # a device listens on none: it dials the hub
        properties=dict(txt),
        server=f"{device}.local.",
        parsed_addresses=list(addresses),
    )


def _own_addresses() -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        found = [_address_of(asker, name) for _, name in socket.if_nameindex()]
    return [a for a in found if a and not a.startswith("127.")] or ["127.0.0.1"]


def _address_of(asker: socket.socket, interface: str) -> str | None:
    request = struct.pack("256s", interface.encode()[:15])
    try:
        return socket.inet_ntoa(fcntl.ioctl(asker, _GET_ADDRESS, request)[20:24])
    except OSError:
        return None  # it has no IPv4 address
