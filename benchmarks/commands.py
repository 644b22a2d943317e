"""How long a command takes from the phone to its confirmed receipt, and how many go a second."""

import asyncio
import re
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Final

from benchmarks.home import Home, LossError, fresh_id
from benchmarks.orders import Ask
from benchmarks.phone import Phone
from benchmarks.product import LEVEL, LEVELS
from benchmarks.rows import Reading, Sample, percentile
from benchmarks.sizes import Sizes

WITHIN_S: Final = 120.0

_ID: Final = re.compile(rb'"receipt":\{"id":"([^"]+)"')
_RECEIPT: Final = b'{"type":"receipt"'
_PROBLEM: Final = b'{"type":"problem"'
_IS_FINAL: Final = b'"is_final":true'
_IS_CONFIRMED: Final = b'"status":"confirmed","is_final":true'


async def command(home: Home, sizes: Sizes) -> Reading:
    """Measure commands one after the other, bare and then through the hub."""
    *bare_s, _ = await home.bare.ask(Ask(home.devices, sizes.commands))
    sets = Sets(home.phone, home.devices, sizes.commands)
    await sets.run(1)
    bare_ms, hub_ms = [1000 * s for s in bare_s], [1000 * s for s in sets.took_s]
    await home.messages()
    return Reading(
        {
            f"command_p{part}": Sample(
                percentile(hub_ms, part / 100), percentile(bare_ms, part / 100)
            )
            for part in (50, 99)
        },
        {"command_ms": hub_ms, "bare_command_ms": bare_ms},
    )


async def commands(home: Home, sizes: Sizes) -> Reading:
    """Measure many commands at a time: bare, over the WebSocket, and over REST."""
    *_, bare_s = await home.bare.ask(Ask(home.devices, sizes.batch, sizes.at_once))
    stream_s = await Sets(home.phone, home.devices, sizes.batch).run(sizes.at_once)
    rest_s = await _rest(home, sizes)
    await home.messages()
    limit = sizes.batch / bare_s
    return Reading(
        {
            "commands_websocket": Sample(sizes.batch / stream_s, limit),
            "commands_rest": Sample(sizes.batch / rest_s, limit),
        },
        {"websocket_s": [stream_s], "rest_s": [rest_s], "bare_s": [bare_s]},
    )


class Sets:
    """Sets a property of one device after the other over the stream.

    Attributes:
        took_s: How long each took, in the order in which they ended.
    """

    def __init__(self, phone: Phone, devices: Sequence[str], count: int) -> None:
        self.took_s: list[float] = []
        self._phone, self._count = phone, count
        self._sent_s: dict[bytes, float] = {}
        self._left = _texts(devices, count)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, at_once: int) -> float:
        """Send all, so many at a time, and return how long that took.

        Raises:
            LossError: One was not confirmed.
        """
        self._phone.heard = self._heard
        began_s = time.monotonic()
        for _ in range(at_once):
            self._send()
        async with asyncio.timeout(WITHIN_S):
            await self._ended
        return time.monotonic() - began_s

    def _send(self) -> None:
        name, text = next(self._left, (b"", b""))
        if text:
            self._sent_s[name] = time.monotonic()
            self._phone.send(text)

    def _heard(self, text: bytes, at_s: float) -> None:
        if text.startswith(_PROBLEM):
            self._fail(text)
        if not text.startswith(_RECEIPT) or _IS_FINAL not in text:
            return
        found = _ID.search(text)
        sent_s = self._sent_s.pop(found[1], None) if found else None
        if sent_s is None:
            return
        if _IS_CONFIRMED not in text:
            self._fail(text)
        self.took_s.append(at_s - sent_s)
        if len(self.took_s) < self._count:
            self._send()
        elif not self._ended.done():
            self._ended.set_result(None)

    def _fail(self, text: bytes) -> None:
        if not self._ended.done():
            self._ended.set_exception(LossError(f"a command came to nothing: {text[:300]!r}"))


def _texts(devices: Sequence[str], count: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the id and the text of each set."""
    run = fresh_id()
    for number, device in enumerate(islice(cycle(devices), count)):
        name = f"{run}-{number}"
        level = 1 + number // len(devices) % LEVELS
        text = (
            f'{{"type":"set","device":"{device}","id":"{name}","properties":{{"{LEVEL}":{level}}}}}'
        )
        yield name.encode(), text.encode()


async def _rest(home: Home, sizes: Sizes) -> float:
    """Set properties over so many connections at a time and return how long that took."""
    requests = deque(_requests(home, sizes.batch))
    loop = asyncio.get_running_loop()
    clients = [_Client(requests) for _ in range(min(sizes.at_once, len(requests)))]
    async with asyncio.timeout(WITHIN_S):
        for client in clients:
            await loop.create_connection(lambda one=client: one, *home.hub.place)  # type: ignore[misc]
        began_s = time.monotonic()
        for client in clients:
            client.next()
        await asyncio.gather(*(client.ended for client in clients))
    return time.monotonic() - began_s


def _requests(home: Home, count: int) -> Iterator[bytes]:
    host, port = home.hub.place
    for number, device in enumerate(islice(cycle(home.devices), count)):
        level = 1 + (number // len(home.devices) + 1) % LEVELS
        body = f'{{"properties":{{"{LEVEL}":{level}}},"wait_s":10}}'
        yield (
            f"PATCH /api/v1/devices/{device}/properties HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: Bearer {home.hub.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


class _Client(asyncio.Protocol):
    """One connection that sends a request as soon as the one before is answered.

    Attributes:
        ended: Done when there are no requests left.
    """

    def __init__(self, requests: deque[bytes]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._answer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(LossError(f"the hub hangs up: {exc}"))

    def next(self) -> None:
        """Send the next request, or leave."""
        if self._transport is None:
            raise RuntimeError("not connected")
        if self._requests:
            self._transport.write(self._requests.popleft())
            return
        if not self.ended.done():
            self.ended.set_result(None)
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, ends, body = self._answer.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        if not ends or found is None or len(body) < int(found[1]):
            return
        if _IS_CONFIRMED not in body and not self.ended.done():
            self.ended.set_exception(LossError(f"a command came to nothing: {body[:300]!r}"))
        self._answer = b""
        self.next()


_LENGTH: Final = re.compile(rb"(?i)^content-length: *(\d+)", re.MULTILINE)
