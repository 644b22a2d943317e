"""One connection to the broker, lean enough for every report of a home to pass through.

MQTT 3.1.1 as the hub needs it: clean session, QoS 0 and 1, nothing kept for later. What is written
in one turn of the loop goes out in one piece.

* MqttError
  - LinkError     the broker cannot be reached, or does not let the hub do its work; says why
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Final

from drivers.contract import BrokerAccess
from protocol.mqtt import (
    CONNACK_REASONS,
    DISCONNECT,
    PING,
    Connect,
    Kind,
    encode_connect,
    encode_subscribe,
    publish_head,
)

OPEN_S: Final = 10.0
"""To connect and to be subscribed."""

CLOSE_S: Final = 1.0
MOST_UNSENT_BYTES: Final = 4_194_304
"""What may wait for the broker to read it."""

MOST_PACKET_BYTES: Final = 1_048_576
"""A larger packet is no message of ECO/1 by far: the stream of bytes has gone astray."""

ACKNOWLEDGE_S: Final = 0.001
"""How long a PUBACK may wait for others, and for what is more urgent."""

FLUSH_AT: Final = 64
"""Packets that go out together at most."""

TURN_BYTES: Final = 131_072
"""What is read in one turn of the loop before others have it, some 750 reports."""

IDS: Final = 65_535
_FAILED: Final = 0x80
_QOS: Final = 0x06
_RETAIN: Final = 0x01

_log = logging.getLogger(__name__)

Taker = Callable[[bytes, bytes, bool], None]
"""Takes topic, payload and whether the broker had retained it."""


class MqttError(Exception):
    """Anything that goes wrong with the link."""


class LinkError(MqttError):
    """The broker cannot be reached, or does not let the hub do its work."""


class Link(asyncio.Protocol):
    """A connection from its CONNECT until it is lost.

    Args:
        take: Called with each message; one of QoS 1 is acknowledged after it returns.
        window: QoS 1 messages that may be on their way and not acknowledged.
        keepalive_s: A broker that is silent for twice as long is lost.

    Attributes:
        had_session: Whether the broker kept a session although none was asked for.
    """

    def __init__(self, access: BrokerAccess, take: Taker, window: int, keepalive_s: int) -> None:
        self.had_session = False
        self._access, self._take = access, take
        self._window, self._keepalive_s = window, keepalive_s
        self._place = f"{access.host}:{access.port}"
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._turn_bytes = 0
        self._out: list[bytes] = []
        self._is_due = False
        self._unacknowledged: set[int] = set()
        self._last_id = 0
        self._heard_s = 0.0
        # None until `create_connection` has returned: what that shows to `connection_made` before,
        # uvloop closes without a word when it is cancelled.
        self._transport: asyncio.Transport | None = None
        self._connack: asyncio.Future[int] = self._loop.create_future()
        self._suback: asyncio.Future[bytes] = self._loop.create_future()
        self._lost: asyncio.Future[str] = self._loop.create_future()
        self._pulse: asyncio.TimerHandle | None = None

    @property
    def unacknowledged(self) -> int:
        """QoS 1 messages that the broker has not acknowledged."""
        return len(self._unacknowledged)

    async def open(self, wanted: Sequence[tuple[str, int]]) -> None:
        """Connect and subscribe; return when every subscription is in force.

        Args:
            wanted: Topic filters with the QoS each.

        Raises:
            LinkError: The broker cannot be reached, or refuses.
        """
        try:
            async with asyncio.timeout(OPEN_S):
                await self._connect()
                await self._subscribe(wanted)
        except TimeoutError:
            what = f"the broker at {self._place} does not answer within {OPEN_S:g} s"
            raise LinkError(what) from None
        except OSError as error:
            why = error.strerror or str(error)
            raise LinkError(f"the broker at {self._place} cannot be reached: {why}") from error

    async def lost(self) -> str:
        """Wait until the connection is lost and say so."""
        return await asyncio.shield(self._lost)

    def publish(self, topic: str, payload: bytes, qos: int, *, is_retained: bool) -> bool:
        """Send a message; False when the link is lost or its window is full."""
        if self._lost.done() or self._is_full():
            return False
        number = 0
        if qos:
            number = self._next_id()
            self._unacknowledged.add(number)
        self._write(publish_head(topic, len(payload), number, is_retained=is_retained) + payload)
        return True

    async def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        if self._transport is None or self._lost.done():
            return
        try:
            self._write(DISCONNECT)
            self._flush()
        except (OSError, RuntimeError) as error:  # never in place of why the link is closed
            _log.warning("mqtt: no goodbye to the broker at %s: %s", self._place, error)
            self._transport.abort()
        self._transport.close()
        done, _ = await asyncio.wait([self._lost], timeout=CLOSE_S)
        if not done:
            self._transport.abort()

    async def _connect(self) -> None:
        access = self._access
        tls = await asyncio.to_thread(ssl.create_default_context) if access.is_tls else None
        there = self._loop.create_connection(lambda: self, access.host, access.port, ssl=tls)
        self._transport, _ = await there
        self._write(encode_connect(Connect(access.user, access.password, self._keepalive_s)))
        code = await self._connack
        if code:
            why = CONNACK_REASONS.get(code, f"code {code}")
            raise LinkError(f"the broker at {self._place} refuses the hub: {why}")
        self._beat()

    async def _subscribe(self, wanted: Sequence[tuple[str, int]]) -> None:
        self._write(encode_subscribe(self._next_id(), wanted))
        granted = await self._suback
        refused = [
            topic for (topic, _), code in zip(wanted, granted, strict=False) if code >= _FAILED
        ]
        if refused or len(granted) != len(wanted):
            what = refused or "all that was asked for"
            raise LinkError(f"the broker at {self._place} does not let the hub hear {what}")

    def _beat(self) -> None:
        """Ask the broker for a sign of life, or give it up."""
        silent_s = self._loop.time() - self._heard_s
        if silent_s > 2 * self._keepalive_s and self._transport is not None:
            self._transport.abort()
            return
        self._write(PING)
        self._pulse = self._loop.call_later(self._keepalive_s / 2, self._beat)

    def _is_full(self) -> bool:
        if len(self._unacknowledged) >= self._window or self._transport is None:
            return True
        return self._transport.get_write_buffer_size() > MOST_UNSENT_BYTES

    def _next_id(self) -> int:
        self._last_id = self._last_id % IDS + 1
        while self._last_id in self._unacknowledged:
            self._last_id = self._last_id % IDS + 1
        return self._last_id

    def _write(self, packet: bytes) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._flush)
        self._out.append(packet)
        if len(self._out) >= FLUSH_AT:
            self._flush()

    def _acknowledge(self, number: bytes) -> None:
        """Send a PUBACK when people have been told what came: to the broker it is not urgent."""
        if not self._out:
            self._loop.call_later(ACKNOWLEDGE_S, self._flush)
        self._out.append(b"\x40\x02" + number)
        if len(self._out) >= FLUSH_AT:
            self._flush()

    def _flush(self) -> None:
        self._is_due = False
        out, self._out = self._out, []
        if out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    # For the loop

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        if self._pulse is not None:
            self._pulse.cancel()
        for answer in (self._connack, self._suback):
            if not answer.done():
                answer.set_exception(LinkError(f"the broker at {self._place} hangs up"))
                answer.exception()  # nobody may be waiting for it
        if not self._lost.done():
            self._lost.set_result(f"the link to the broker at {self._place} was lost")

    def data_received(self, data: bytes) -> None:
        """Take all packets that are whole."""
        self._heard_s = self._loop.time()
        self._pace(len(data))
        if self._rest:
            data = self._rest + data
        self._rest = data[self._take_packets(data, len(data)) :]

    def _take_packets(self, data: bytes, end: int) -> int:
        """Take the packets that are whole, and return where the rest begins."""
        start = 0
        while end - start >= 2:
            size, body = data[start + 1], start + 2
            if size > 127:
                if body < end and data[body] < 128:  # a report as they are
                    size, body = size - 128 + (data[body] << 7), body + 1
                else:
                    size, body = _long_size(data, start, end)
                    if not body:
                        self._check_size(size)
                        break
            after = body + size
            if after > end:
                break
            first = data[start]
            if first & 0xF0 == 0x30:
                self._on_publish(first, data, body, after)
            else:
                self._on_other(first >> 4, data[body:after])
            start = after
        return start

    def _check_size(self, size: int) -> None:
        if size > MOST_PACKET_BYTES and self._transport is not None:
            _log.error("mqtt: the broker sends a packet of %d bytes", size)
            self._transport.abort()

    def _pace(self, size: int) -> None:
        """Let others have the loop after so many bytes: uvloop would read 32 pieces on end."""
        if not self._turn_bytes:
            self._loop.call_soon(self._end_turn)
        self._turn_bytes += size
        if self._turn_bytes >= TURN_BYTES and self._transport is not None:
            self._transport.pause_reading()

    def _end_turn(self) -> None:
        """Read on when those who wait for the end of this turn, as phones do, had theirs."""
        self._loop.call_soon(self._next_turn)

    def _next_turn(self) -> None:
        if self._turn_bytes >= TURN_BYTES and self._transport is not None:
            self._transport.resume_reading()
        self._turn_bytes = 0

    def _on_publish(self, first: int, data: bytes, body: int, after: int) -> None:
        topic_end = body + 2 + (data[body] << 8 | data[body + 1])
        payload = topic_end + 2 if first & _QOS else topic_end
        topic = data[body + 2 : topic_end]
        try:
            self._take(topic, data[payload:after], first & _RETAIN == _RETAIN)
        except Exception:
            _log.exception("mqtt: the hub failed on a message at %r", topic)
        if first & _QOS:
            self._acknowledge(data[topic_end:payload])

    def _on_other(self, kind: int, body: bytes) -> None:
        if kind == Kind.PUBACK:
            self._unacknowledged.discard(body[0] << 8 | body[1])
        elif kind == Kind.CONNACK and not self._connack.done():
            self.had_session = bool(body[0] & 1)
            self._connack.set_result(body[1])
        elif kind == Kind.SUBACK and not self._suback.done():
            self._suback.set_result(body[2:])


def _long_size(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the size of a packet of 128 bytes or more and where its body begins.

    The second is 0 when the size is not here yet, and when it is too large for any packet, as more
    than four bytes make it.
    """
    size = 0
    for place in range(start + 1, min(end, start + 6)):
        byte = data[place]
        size |= (byte & 127) << 7 * (place - start - 1)
        if byte < 128:
            return size, place + 1 if size <= MOST_PACKET_BYTES else 0
    return (size if end < start + 6 else MOST_PACKET_BYTES + 1), 0
