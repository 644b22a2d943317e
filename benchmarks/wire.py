"""MQTT 3.1.1 as lean as it gets: what loads the hub must cost less than the hub.

No reconnecting, no keep-alive, no queue: what goes wrong ends the benchmark.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

Taker = Callable[[bytes, bytes], None]
"""Takes topic and payload of a message."""

CONNECT_WITHIN_S: Final = 20.0

_CONNACK: Final = 0x20
_PUBLISH: Final = 0x30
_SUBACK: Final = 0x90
_REFUSED: Final = 0x80


class WireError(Exception):
    """The broker does not do what the benchmark needs."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where a broker is and as whom to log in; user and client id are the same."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says when the connection breaks; QoS 1, retained."""

    topic: str
    payload: bytes


class Line(asyncio.Protocol):
    """One connection to a broker.

    Args:
        take: Called with each message; those of QoS 1 are acknowledged before.
    """

    def __init__(self, take: Taker) -> None:
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._number = 0
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._subscribed: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None

    async def open(self, login: Login, topics: Sequence[str], will: Will | None = None) -> None:
        """Connect and subscribe at QoS 1.

        Raises:
            WireError: The broker refuses.
        """
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await self._loop.create_connection(lambda: self, login.host, login.port)
            self.write(connect(login, will))
            await self._connected
            if topics:
                self.write(subscribe(topics))
                await self._subscribed

    def write(self, packets: bytes) -> None:
        """Send packets as they are."""
        if self._transport is None:
            raise WireError("the line is not open")
        self._transport.write(packets)

    def publish(self, topic: bytes, payload: bytes, *, is_retained: bool = False) -> bytes:
        """Return a PUBLISH of QoS 1 with a number of its own."""
        self._number = self._number % 65_535 + 1
        return publish(topic, payload, 1, self._number, is_retained=is_retained)

    def close(self) -> None:
        """Say goodbye, so that no will goes out."""
        if self._transport is not None:
            self._transport.write(b"\xe0\x00")
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Switch Nagle's algorithm off."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whoever waits."""
        for waiting in (self._connected, self._subscribed):
            if not waiting.done():
                waiting.set_exception(WireError(f"the broker hangs up: {exc}"))
                waiting.exception()

    def data_received(self, data: bytes) -> None:
        """Take the packets that are whole."""
        data = self._rest + data
        start, end = 0, len(data)
        while end - start >= 2:
            size, body = _size(data, start, end)
            if body == 0 or body + size > end:
                break
            self._packet(data[start], data[body : body + size])
            start = body + size
        self._rest = data[start:]

    def _packet(self, first: int, body: bytes) -> None:
        kind = first & 0xF0
        if kind == _PUBLISH:
            self._message(first, body)
        elif kind == _CONNACK:
            _settle(self._connected, body[1], "the broker does not let us in")
        elif kind == _SUBACK:
            _settle(self._subscribed, max(body[2:]) & _REFUSED, "the broker lets us not hear that")

    def _message(self, first: int, body: bytes) -> None:
        end = 2 + (body[0] << 8 | body[1])
        start = end
        if first & 0x06:
            start += 2
            self.write(b"\x40\x02" + body[end:start])
        self._take(body[2:end], body[start:])


def connect(login: Login, will: Will | None) -> bytes:
    """Return a CONNECT: clean session, no keep-alive."""
    flags = 0xC2 | (0x2C if will else 0)
    body = _text(b"MQTT") + bytes((4, flags, 0, 0)) + _text(login.user.encode())
    if will:
        body += _text(will.topic.encode()) + _text(will.payload)
    return _packet(0x10, body + _text(login.user.encode()) + _text(login.password.encode()))


def subscribe(topics: Sequence[str]) -> bytes:
    """Return a SUBSCRIBE at QoS 1."""
    return _packet(0x82, b"\0\1" + b"".join(_text(topic.encode()) + b"\1" for topic in topics))


def publish(
    topic: bytes, payload: bytes, qos: int = 0, number: int = 0, *, is_retained: bool = False
) -> bytes:
    """Return a PUBLISH."""
    first = _PUBLISH | qos << 1 | is_retained
    return _packet(first, _text(topic) + (number.to_bytes(2) if qos else b"") + payload)


def _text(raw: bytes) -> bytes:
    return len(raw).to_bytes(2) + raw


def _packet(first: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((first, size)) + body
    if size < 16_384:
        return bytes((first, size & 127 | 128, size >> 7)) + body
    return bytes((first, size & 127 | 128, size >> 7 & 127 | 128, size >> 14)) + body


def _size(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the size of a packet's body and where it begins; 0 when that is not here yet."""
    size, shift, place = 0, 0, start + 1
    while place < end:
        byte = data[place]
        size |= (byte & 127) << shift
        place += 1
        if byte < 128:
            return size, place
        shift += 7
    return 0, 0


def _settle(waiting: "asyncio.Future[None]", code: int, what: str) -> None:
    if waiting.done():
        return
    if code:
        waiting.set_exception(WireError(f"{what}: code {code}"))
    else:
        waiting.set_result(None)
