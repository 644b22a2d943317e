"""A small MQTT 3.1.1 client for tests: says exactly what it is told, whether that is right or not.

It shares no code with the hub, so that a mistake there is not repeated here.
"""

import asyncio
import struct
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

DEADLINE_S = 5.0
ACCEPTED, REFUSED = 0, 5
CLOSED = -1
"""Instead of a CONNACK: the broker closed the connection."""


class Will(NamedTuple):
    topic: str
    payload: bytes
    qos: int = 1
    is_retained: bool = True


class Message(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    is_retained: bool


class ClosedError(Exception):
    """The broker has closed the connection."""


@dataclass
class RawClient:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    inbox: deque[Message] = field(default_factory=deque)
    next_id: int = 0

    @classmethod
    async def open(cls, port: int, host: str = "127.0.0.1") -> "RawClient":
        async with asyncio.timeout(DEADLINE_S):
            return cls(*await asyncio.open_connection(host, port))

    async def connect(
        self,
        user: str,
        password: str,
        *,
        client_id: str | None = None,
        keepalive_s: int = 60,
        will: Will | None = None,
        is_clean: bool = True,
    ) -> int:
        """Send CONNECT and return the code of the CONNACK, or `CLOSED`."""
        flags = 0xC0 | (0x02 if is_clean else 0)
        middle = b""
        if will is not None:
            flags |= 0x04 | will.qos << 3 | (0x20 if will.is_retained else 0)
            middle = text(will.topic) + text(will.payload)
        head = text("MQTT") + struct.pack("!BBH", 4, flags, keepalive_s)
        body = head + text(user if client_id is None else client_id) + middle
        self.writer.write(packet(0x10, body + text(user) + text(password)))
        try:
            return (await self.expect(2))[1]
        except ClosedError:
            return CLOSED

    async def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, is_retained: bool = False
    ) -> None:
        """Publish, and wait for the PUBACK at QoS 1."""
        self.next_id += 1
        identity = struct.pack("!H", self.next_id) if qos else b""
        first = 0x30 | qos << 1 | (1 if is_retained else 0)
        self.writer.write(packet(first, text(topic) + identity + payload))
        if qos:
            await self.expect(4)
        else:
            await self.writer.drain()

    async def subscribe(self, *filters: str, qos: int = 1) -> tuple[int, ...]:
        """Subscribe and return the codes of the SUBACK."""
        self.next_id += 1
        body = b"".join(text(f) + bytes([qos]) for f in filters)
        self.writer.write(packet(0x82, struct.pack("!H", self.next_id) + body))
        return tuple((await self.expect(9))[2:])

    async def receive(self, timeout_s: float = DEADLINE_S) -> Message:
        """Return the next message."""
        async with asyncio.timeout(timeout_s):
            while not self.inbox:
                await self._read()
        return self.inbox.popleft()

    async def ping(self) -> None:
        """Send PINGREQ and wait for the answer: all before it has been dealt with."""
        self.writer.write(b"\xc0\x00")
        await self.expect(13)

    async def hears_nothing_from(self, other: "RawClient", topic: str) -> bool:
        """Say whether nothing is in the inbox before a mark that `other` may send on `topic`."""
        await other.publish(topic, b"mark", qos=1)
        message = await self.receive()
        return message.topic == topic and message.payload == b"mark"

    async def closed(self, timeout_s: float = DEADLINE_S) -> None:
        """Wait until the broker has closed the connection."""
        async with asyncio.timeout(timeout_s):
            with suppress(ClosedError):
                while True:
                    await self._read()

    async def disconnect(self) -> None:
        """Leave in order."""
        self.writer.write(b"\xe0\x00")
        await self.close()

    def abort(self) -> None:
        """Leave without a word."""
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    async def expect(self, kind: int) -> bytes:
        """Return the body of the next packet of `kind`; messages before it are kept."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                found, body = await self._read()
                if found == kind:
                    return body

    async def _read(self) -> tuple[int, bytes]:
        try:
            first = (await self.reader.readexactly(1))[0]
            length = shift = 0
            while True:
                byte = (await self.reader.readexactly(1))[0]
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            body = await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise ClosedError from error
        if first >> 4 == 3:
            self._keep(first, body)
        return first >> 4, body

    def _keep(self, first: int, body: bytes) -> None:
        end = 2 + int.from_bytes(body[:2], "big")
        qos = first >> 1 & 3
        start = end + 2 if qos else end
        if qos:
            self.writer.write(packet(0x40, body[end:start]))
        self.inbox.append(Message(body[2:end].decode(), body[start:], qos, bool(first & 1)))


def text(value: str | bytes) -> bytes:
    """Return a string or bytes with its length before it."""
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(raw)) + raw


def packet(first: int, body: bytes) -> bytes:
    """Return a packet: first byte, length, body."""
    head, length = bytearray([first]), len(body)
    while True:
        length, byte = divmod(length, 128)
        head.append(byte | (0x80 if length else 0))
        if not length:
            return bytes(head) + body
