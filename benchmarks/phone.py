"""A phone on the hub's stream that costs little: WebSocket frames as they come, with their time."""

import asyncio
import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from pydantic_core import to_json

Heard = Callable[[bytes, float], None]
"""Takes the text of a frame and when it came, `time.monotonic`."""

OPEN_WITHIN_S: Final = 60.0
MOST_BYTES: Final = 67_108_864

_ANSWERS: Final = (b'{"type":"snapshot"', b'{"type":"resumed"')

_TEXT: Final = 0x81
_PING: Final = 0x89
_PONG: Final = 0x8A
_KEY: Final = bytes(4)
"""The mask of what a client sends; all zero, the text stays as it is."""


class PhoneError(Exception):
    """The hub does not let the phone in, or hangs up."""


class Phone(asyncio.Protocol):
    """One WebSocket to `/api/v1/stream`; an asynchronous context.

    Args:
        host, port: Of the hub's API.
        token: By which it is let in.
        place: From where on it wants to be told, `{"stream", "seq"}`; None for all there is.

    Attributes:
        heard: Called with each text frame.
        first: What it was answered: a snapshot, or that it goes on.
        first_s: When that came, `time.monotonic`.
        fault: Why the connection is of no use any more.
    """

    def __init__(self, host: str, port: int, token: str, place: bytes | None = None) -> None:
        self.first, self.first_s = b"", 0.0
        self._place = place
        self.heard: Heard = _nothing
        self.fault = ""
        self._host, self._port, self._token = host, port, token
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._is_upgraded = False
        self._first: asyncio.Future[bytes] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None

    async def __aenter__(self) -> Self:
        self.heard = self._wait_for_answer
        async with asyncio.timeout(OPEN_WITHIN_S):
            await self._loop.create_connection(lambda: self, self._host, self._port)
            self._write(
                f"GET /api/v1/stream HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
            )
            resume = b"" if self._place is None else b',"resume":' + self._place
            token = to_json(self._token)
            self.send(b'{"type":"auth","token":' + token + resume + b"}")
            await self._first
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.heard = _nothing
        if self._transport is not None:
            self._transport.abort()

    def send(self, text: bytes) -> None:
        """Send one text frame."""
        self._write(frame(text))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Switch Nagle's algorithm off."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing more will come."""
        self.fault = self.fault or f"the hub hangs up: {exc}"
        if not self._first.done():
            self._first.set_exception(PhoneError(self.fault))

    def data_received(self, data: bytes) -> None:
        """Hand on all frames that are whole."""
        at_s = time.monotonic()
        data = self._rest + data if self._rest else data
        if not self._is_upgraded:
            head, ends, data = data.partition(b"\r\n\r\n")
            if not ends:
                self._rest = head
                return
            self._is_upgraded = head.startswith(b"HTTP/1.1 101")
            self.fault = "" if self._is_upgraded else head.decode("latin-1").splitlines()[0]
        start, end = 0, len(data)
        while (place := find_frame(data, start, end)) is not None:
            body, after = place
            self._take(data[start], data[body:after], at_s)
            start = after
        self._rest = data[start:]

    def _take(self, first: int, body: bytes, at_s: float) -> None:
        if first == _TEXT:
            self.heard(body, at_s)
        elif first == _PING:
            self._write(frame(body, _PONG))
        else:
            self.fault = f"the hub closes: {body[2:].decode('utf-8', 'replace')}"

    def _wait_for_answer(self, text: bytes, at_s: float) -> None:
        if text.startswith(_ANSWERS) and not self._first.done():
            self.first, self.first_s = text, at_s
            self._first.set_result(text)

    def _write(self, raw: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise PhoneError(self.fault or "the phone is not connected")
        self._transport.write(raw)


def frame(text: bytes, first: int = _TEXT) -> bytes:
    """Return a frame of a client."""
    size = len(text)
    if size < 126:
        return bytes((first, size | 128)) + _KEY + text
    return bytes((first, 254)) + size.to_bytes(2) + _KEY + text


def find_frame(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return where a frame's body begins and ends; None when it is not whole yet."""
    if end - start < 2:
        return None
    size, body = data[start + 1], start + 2
    if size == 126:
        size, body = int.from_bytes(data[body : body + 2]), body + 2
    elif size == 127:
        size, body = int.from_bytes(data[body : body + 8]), body + 8
    return (body, body + size) if body + size <= end else None


def _nothing(_text: bytes, _at_s: float) -> None:
    pass
