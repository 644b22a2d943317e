"""The network interfaces of this machine that carry IPv4, as the kernel tells them."""

import fcntl
import ipaddress
import socket
import struct
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_GET_ADDRESS: Final = 0x8915
_GET_FLAGS: Final = 0x8913
_GET_NETMASK: Final = 0x891B
_NAME_BYTES: Final = 15
_IS_UP: Final = 0x1
_IS_LOOPBACK: Final = 0x8
_IS_MULTICAST: Final = 0x1000


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that is up and has an IPv4 address.

    Attributes:
        address: Its first IPv4 address.
        network: The network that this address is in.
        is_multicast: Whether it says that it carries multicast; Linux's loopback does not say so,
            and carries it all the same.
    """

    name: str
    address: str
    network: ipaddress.IPv4Network
    is_loopback: bool
    is_multicast: bool


def interfaces() -> tuple[Interface, ...]:
    """Return the interfaces that are up and have an IPv4 address, loopback last."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        found = [_read(asker, name) for _, name in socket.if_nameindex()]
    return tuple(sorted((i for i in found if i is not None), key=lambda i: i.is_loopback))


def holding(address: str, among: tuple[Interface, ...]) -> Interface | None:
    """Return the interface in whose network `address` lies, the narrowest first."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return None
    fits = [i for i in among if place in i.network]
    return max(fits, key=lambda i: i.network.prefixlen, default=None)


def reachable_addresses(bound_to: str, among: tuple[Interface, ...]) -> tuple[str, ...]:
    """Return the addresses at which others reach a server bound to `bound_to`.

    For a server on all interfaces these are the addresses that are not loopback's, or loopback's
    where the machine has no other. For one bound to a name there are none to tell.
    """
    try:
        place = ipaddress.ip_address("127.0.0.1" if bound_to == "localhost" else bound_to)
    except ValueError:
        return ()
    if not place.is_unspecified:
        return (str(place),)
    outside = tuple(i.address for i in among if not i.is_loopback)
    return outside or ("127.0.0.1",)


def outside(url: str, bound_to: str = "0.0.0.0") -> str:  # noqa: S104 - what hub.toml says by default
    """Return where a phone reaches a hub that a program of this machine knows by `url`.

    Args:
        url: Of the hub; one that is not this machine's loopback stays.
        bound_to: The address at which it listens.
    """
    parts = urlsplit(url)
    if parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return url
    found = reachable_addresses(bound_to, interfaces())
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{found[0]}{port}" if found else url


def _read(asker: socket.socket, name: str) -> Interface | None:
    request = struct.pack("256s", name.encode()[:_NAME_BYTES])
    try:
        flags = struct.unpack_from("H", fcntl.ioctl(asker, _GET_FLAGS, request), 16)[0]
        address = socket.inet_ntoa(fcntl.ioctl(asker, _GET_ADDRESS, request)[20:24])
        netmask = socket.inet_ntoa(fcntl.ioctl(asker, _GET_NETMASK, request)[20:24])
    except OSError:
        return None
    if not flags & _IS_UP:
        return None
    network = ipaddress.IPv4Network(f"{address}/{netmask}", strict=False)
    return Interface(
        name, address, network, bool(flags & _IS_LOOPBACK), bool(flags & _IS_MULTICAST)
    )
