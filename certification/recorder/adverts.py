"""mDNS beside a run: writes down what the device advertises, and advertises hubs, real or not.

Without multicast a run goes on; a note says that nothing can be seen.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self

from zeroconf import Error, InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from certification.transcript.file import Writer
from protocol.advert import DEVICE_TYPE, HUB_TYPE, HubAdvert

MOST_ADVERTS: Final = 256
"""Adverts that are written down in a run; a device has one, which changes now and then."""

MOST_WAITING: Final = 32
"""Adverts that wait to be looked at; more are not."""

RESOLVE_S: Final = 3.0

Interfaces = Sequence[str] | InterfaceChoice
"""Addresses of this machine to speak mDNS on; all of them, as a rule."""


def around(host: str) -> Interfaces:
    """Return where a device can be that reaches us at `host`: at loopback, nowhere else."""
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = False
    return [host] if is_here else InterfaceChoice.All


class AdvertWatch:
    """Watches as long as the block lives.

    Args:
        writer: Where adverts are written down.
        device: Id of the device under test; adverts of others are nobody's business. Without it
            all are written down.
        interfaces: Where to listen and speak.

    Attributes:
        is_watching: Whether mDNS can be heard.
    """

    def __init__(
        self,
        writer: Writer,
        device: str | None = None,
        interfaces: Interfaces = InterfaceChoice.All,
    ) -> None:
        self.is_watching = False
        self._writer = writer
        self._device = device
        self._interfaces = interfaces
        self._names: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._last: dict[str, Mapping[str, object]] = {}
        self._written = 0
        self._hubs: dict[str, AsyncServiceInfo] = {}
        self._link: AsyncZeroconf | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            self._link = AsyncZeroconf(interfaces=self._interfaces, ip_version=IPVersion.V4Only)
        except OSError as error:
            why = error.strerror or str(error)
            self._writer.write("note", text=f"mDNS can neither be seen nor spoken: {why}")
            return self
        self._stack.push_async_callback(self._link.async_close)
        browser = AsyncServiceBrowser(self._link.zeroconf, DEVICE_TYPE, handlers=[self._changed])
        self._stack.push_async_callback(browser.async_cancel)
        resolving = asyncio.create_task(self._keep_resolving(self._link))
        self._stack.push_async_callback(_ended, resolving)
        self.is_watching = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_watching = False
        await self._stack.aclose()

    async def advertise(
        self, advert: HubAdvert, port: int, addresses: Sequence[str] = ("127.0.0.1",)
    ) -> None:
        """Advertise a hub whose API is at this port, until it is withdrawn; a decoy likewise."""
        info = AsyncServiceInfo(
            HUB_TYPE,
            f"{advert.id}.{HUB_TYPE}",
            port=port,
            properties=advert.encode(),
            server=f"{advert.id}.local.",
            parsed_addresses=list(addresses),
        )
        self._note_hub({"id": advert.id, "port": port, "is_advertised": True})
        if self._link is None:
            return
        self._hubs[advert.id] = info
        with suppress(OSError, Error):
            await (await self._link.async_register_service(info, cooperating_responders=True))

    async def withdraw(self, hub: str) -> None:
        """Advertise this hub no more."""
        self._note_hub({"id": hub, "is_advertised": False})
        info = self._hubs.pop(hub, None)
        if self._link is not None and info is not None:
            with suppress(OSError, Error):
                await (await self._link.async_unregister_service(info))

    def _note_hub(self, args: Mapping[str, object]) -> None:
        self._writer.write("stimulus", name="hub advert", args=args)

    def _changed(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            if self._last.pop(name, None) is not None:
                self._writer.write("note", text=f"{_instance(name)} advertises itself no more")
            return
        with suppress(asyncio.QueueFull):
            self._names.put_nowait(name)

    async def _keep_resolving(self, link: AsyncZeroconf) -> None:
        while True:
            name = await self._names.get()
            info = AsyncServiceInfo(DEVICE_TYPE, name)
            with suppress(OSError, Error):
                if await info.async_request(link.zeroconf, RESOLVE_S * 1000):
                    self._write(info)

    def _write(self, info: AsyncServiceInfo) -> None:
        txt = {_text(key): None if raw is None else _text(raw) for key, raw in _raw_txt(info)}
        instance = _instance(info.name)
        if self._device not in {None, instance, txt.get("id")}:
            return
        said = {"instance": instance, "txt": txt, "port": info.port, "host": info.server}
        if self._last.get(info.name) != said and self._written < MOST_ADVERTS:
            self._written += 1
            self._last[info.name] = said
            self._writer.write("advert", **said)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _instance(name: str) -> str:
    return name.removesuffix(f".{DEVICE_TYPE}")


def _raw_txt(info: AsyncServiceInfo) -> list[tuple[bytes, bytes | None]]:
    return list(info.properties.items())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
