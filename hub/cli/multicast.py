"""Whether multicast passes on an interface, tried without any library."""

import secrets
import socket
import time
from contextlib import suppress
from typing import Final

from hub.discovery.state import PORT

GROUP: Final = "224.0.0.251"
ECHO_WITHIN_S: Final = 1.0


def multicast_returns(address: str) -> bool:
    """Say whether an mDNS question sent on the interface with `address` is heard on it. Blocks.

    Raises:
        OSError: The port cannot be shared, or the interface takes no multicast.
    """
    mark = secrets.token_hex(8)
    question = _question(f"_{mark}._tcp.local")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        probe.bind(("", PORT))
        place = socket.inet_aton(address)
        member = socket.inet_aton(GROUP) + place
        probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, place)
        probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        probe.sendto(question, (GROUP, PORT))
        return _hears(probe, mark.encode())


def _hears(probe: socket.socket, mark: bytes) -> bool:
    end_s = time.monotonic() + ECHO_WITHIN_S
    while (left_s := end_s - time.monotonic()) > 0:
        probe.settimeout(left_s)
        with suppress(TimeoutError):
            if mark in probe.recv(9000):
                return True
    return False


def _question(name: str) -> bytes:
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    return b"\x00\x00\x00\x00\x00\x01" + bytes(6) + labels + b"\x00\x00\x0c\x00\x01"
