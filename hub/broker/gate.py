"""What one client of the embedded broker sends, judged before anything else reads it.

amqtt does not judge enough: it never ends a silent client, lets anybody's will go anywhere, keeps
what is retained for everybody, and its queues have no bound. Behind this gate it sees only whole,
well-formed packets that their sender may send, and no faster than it can take them.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from hub.broker.files import MESSAGE_BYTES, PACKET_BYTES
from hub.broker.rights import may_write
from protocol.mqtt import (
    PONG,
    Connect,
    Kind,
    Packet,
    PacketError,
    check,
    encode,
    encode_puback,
    encode_publish,
    parse_publish,
    read_packet,
)

WINDOW: Final = 64
"""Messages of one client that amqtt may hold and not yet have passed on."""

PACKETS_PER_S: Final = 500.0
"""More than that of one device waits in its own socket, so that a flood leaves room for others."""

BURST: Final = 1000.0
DIGEST_S: Final = 5.0
KEEPALIVES: Final = 1.5
"""A client that is silent for so many of its keepalives is gone (MQTT 3.1.1, 3.1.2.10)."""


class Gate:
    """The reading side of one client, in the form that amqtt reads from.

    `over` is set when nothing more will come of the client.

    Args:
        source: Where its bytes come from.
        answer: Writes to the client.
        connect: What it connected with.
        deny: Called when it publishes what it may not.
        is_hub: Whether it is the hub itself, which may say anything at any rate.
    """

    def __init__(
        self,
        source: asyncio.StreamReader,
        answer: Callable[[bytes], None],
        connect: Connect,
        deny: Callable[[], None],
        *,
        is_hub: bool,
    ) -> None:
        self._source = source
        self._answer = answer
        self._user = connect.user
        self._patience_s = connect.keepalive_s * KEEPALIVES or None
        self._deny = deny
        self._is_hub = is_hub
        self._left = b""
        self._held = 0
        self._room = asyncio.Event()
        self._opened = asyncio.Event()
        self.over = asyncio.Event()
        self._allowance = BURST
        self._seen_s = 0.0

    def replay(self, raw: bytes) -> None:
        """Let the next reads return `raw`, before what the client sends."""
        self._left = raw

    def open(self) -> None:
        """Let packets through; before, amqtt would not notice that the client has gone again."""
        self._opened.set()

    def passed_on(self) -> None:
        """Take in that one message of this client has been passed on."""
        self._held = max(0, self._held - 1)
        self._room.set()

    async def read(self, n: int = -1) -> bytes:
        """Return the next `n` bytes, or fewer when the client is gone."""
        if not self._left:
            self._left = await self._next()
        taken, self._left = self._left[:n], self._left[n:]
        return taken

    def feed_eof(self) -> None:
        """Take in that nothing more will be read."""
        self._source.feed_eof()

    async def _next(self) -> bytes:
        if self.over.is_set():
            # amqtt forgets an orderly goodbye when the end of the stream comes in the same turn,
            # and sends the will; it stops reading once it has understood.
            await asyncio.sleep(DIGEST_S)
            return b""
        try:
            async with asyncio.timeout(DIGEST_S):
                await self._opened.wait()
            return await self._receive()
        except (PacketError, TimeoutError, asyncio.IncompleteReadError, OSError):
            self.over.set()
        await self._digest()
        return b""

    async def _receive(self) -> bytes:
        while True:
            async with asyncio.timeout(self._patience_s):
                packet = await read_packet(self._source, PACKET_BYTES)
            if not self._is_hub:
                await self._slow_down()
            if passed := await self._judge(packet):
                return passed

    async def _judge(self, packet: Packet) -> bytes:
        """Return what amqtt shall see of a packet; raise `PacketError` to end the client."""
        if packet.kind == Kind.PUBLISH:
            return await self._judge_publish(packet)
        check(packet)
        if packet.kind == Kind.PINGREQ:
            self._answer(PONG)
            return b""
        if packet.kind == Kind.DISCONNECT:
            self.over.set()
            await self._digest()
        return encode(*packet)

    async def _judge_publish(self, packet: Packet) -> bytes:
        publish = parse_publish(packet)
        if not may_write(self._user, publish.topic, is_hub=self._is_hub):
            self._deny()
        elif len(publish.payload) <= MESSAGE_BYTES:
            await self._wait_for_room(WINDOW)
            self._held += 1
            return encode_publish(publish)
        if publish.packet_id is not None:
            self._answer(encode_puback(publish.packet_id))
        return b""

    async def _digest(self) -> None:
        """Wait until all messages are passed on: at the end amqtt drops those that are not."""
        try:
            await self._wait_for_room(1)
        except TimeoutError:
            return

    async def _wait_for_room(self, window: int) -> None:
        async with asyncio.timeout(DIGEST_S):
            while self._held >= window:
                self._room.clear()
                await self._room.wait()

    async def _slow_down(self) -> None:
        now_s = asyncio.get_running_loop().time()
        grown = self._allowance + (now_s - self._seen_s) * PACKETS_PER_S
        self._allowance, self._seen_s = min(BURST, grown) - 1, now_s
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / PACKETS_PER_S)
