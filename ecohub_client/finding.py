"""Finds the hubs of this network by mDNS; needs the package zeroconf."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceInfo

HUB_TYPE: Final = "_eco-hub._tcp.local."
MOST_FOUND: Final = 64
"""Adverts that are looked at; a network may be full of forged ones."""


@dataclass(frozen=True, slots=True)
class FoundHub:
    """A hub that says it is there; a hint, believed by nobody before it was asked.

    Attributes:
        id: As `GET /hub` tells it, too.
        urls: Where it says it is, the likeliest first.
        secure_urls: The same by https, for who has the hub's authority; none if it has no https.
    """

    id: str
    name: str
    urls: tuple[str, ...]
    secure_urls: tuple[str, ...] = ()


async def find_hubs(
    within_s: float = 3.0, interfaces: Sequence[str] | None = None
) -> list[FoundHub]:
    """Return the hubs that are heard within a time, by name.

    Args:
        within_s: How long is listened.
        interfaces: Addresses of this machine on whose networks to ask; None for all of them.

    Raises:
        ImportError: zeroconf is not installed.
        OSError: This machine has no network that carries multicast.
    """
    from zeroconf import (  # noqa: PLC0415 - only who looks for hubs needs it
        InterfaceChoice,
        ServiceStateChange,
    )
    from zeroconf.asyncio import (  # noqa: PLC0415
        AsyncServiceBrowser,
        AsyncServiceInfo,
        AsyncZeroconf,
    )

    names: dict[str, None] = {}

    def hear(
        zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange"
    ) -> None:
        if state_change is ServiceStateChange.Removed:
            names.pop(name, None)
        elif len(names) < MOST_FOUND:
            names[name] = None

    where = list(interfaces) if interfaces is not None else InterfaceChoice.All
    async with AsyncZeroconf(interfaces=where) as link:
        browser = AsyncServiceBrowser(link.zeroconf, HUB_TYPE, handlers=[hear])
        await asyncio.sleep(within_s)
        await browser.async_cancel()
        infos = [AsyncServiceInfo(HUB_TYPE, name) for name in names]
        await asyncio.gather(*(info.async_request(link.zeroconf, 1_000) for info in infos))
    return sorted(_found(infos), key=lambda hub: hub.name)


def _found(infos: "list[AsyncServiceInfo]") -> Iterator[FoundHub]:
    for info in infos:
        told = info.decoded_properties.get("id")
        places = [f"[{one}]" if ":" in one else one for one in info.parsed_addresses()]
        # IPv4 first: a link-local IPv6 address leads nowhere without its interface.
        places.sort(key=lambda one: one.startswith("["))
        if told and info.port and places:
            name, port = (
                info.name.removesuffix(f".{HUB_TYPE}"),
                info.decoded_properties.get("https"),
            )
            urls = tuple(f"http://{place}:{info.port}" for place in places)
            is_secure = port is not None and port.isdecimal()
            secure = tuple(f"https://{place}:{port}" for place in places) if is_secure else ()
            yield FoundHub(told, name, urls, secure)
