"""A client of the embedded broker, from when it is let in until it is gone."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from hub.broker.contract import LOOPBACK
from hub.broker.gate import Gate
from protocol.mqtt import Connect, encode_connect

UNREAD_BYTES: Final = 4_194_304
"""A client that lets more than this wait for it is cut off."""

PART_S: Final = 6.0
"""amqtt parts from a client that is gone within this time; it takes some milliseconds."""

CLOSE_S: Final = 2.0
LISTENER: Final = "default"
"""amqtt's name for where clients come from."""


_log = logging.getLogger(__name__)


class Router(Protocol):
    """What takes messages from clients to clients: amqtt."""

    async def external_connected(self, reader: Gate, writer: "Writer", listener: str) -> None:
        """Serve a client until it is gone."""

    async def forget(self, user: str) -> None:
        """Drop what is known of a client that is gone."""


async def close(writer: asyncio.StreamWriter) -> None:
    """Close after what is written, but do not wait long for a client that does not read it."""
    writer.close()
    try:
        async with asyncio.timeout(CLOSE_S):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except OSError as error:
        _log.debug("a client of the embedded broker broke off: %s", error)


class Client:
    """A client that has been let in."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connect: Connect,
        deny: Callable[[], None],
        *,
        is_hub: bool,
    ) -> None:
        self.gone = asyncio.Event()
        self.is_hub = is_hub
        self._writer = Writer(writer)
        self.gate = Gate(reader, self._writer.write, connect, deny, is_hub=is_hub)
        # amqtt's own timer for silent clients does nothing but lose bytes; the gate has one.
        self._connect = replace(connect, keepalive_s=0, password="")
        self._user = connect.user

    def cut(self) -> None:
        """End the connection without a word; the will goes out."""
        self._writer.abort()

    async def attend(self, router: Router) -> None:
        """Let amqtt serve it until it is gone and its will is on its way."""
        self.gate.replay(encode_connect(self._connect))
        try:
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(self._serve(router))
                hurrying = tasks.create_task(self._hurry(serving))
                await asyncio.wait([serving])
                hurrying.cancel()
        finally:
            await router.forget(self._user)

    async def _serve(self, router: Router) -> None:
        try:
            await router.external_connected(self.gate, self._writer, LISTENER)
        except Exception:
            _log.exception("the embedded broker failed on its client %s", self._user)

    async def _hurry(self, serving: asyncio.Task[None]) -> None:
        """See to it that amqtt parts from a client that is gone, so that it can come again."""
        await self.gate.over.wait()
        await asyncio.sleep(PART_S)
        serving.cancel()


class Writer:
    """The writing side of a client, in the form that amqtt writes to; it never waits."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Send `data`, or cut off a client that does not read."""
        transport = self._writer.transport
        if transport.get_write_buffer_size() > UNREAD_BYTES:
            transport.abort()
        elif not transport.is_closing():
            self._writer.write(data)

    async def drain(self) -> None:
        """Return at once: `write` bounds what waits."""

    def get_peer_info(self) -> tuple[str, int]:
        """Return a place; amqtt only logs it."""
        return LOOPBACK, 0

    def get_ssl_info(self) -> ssl.SSLObject | None:
        """Return None: there is no TLS on loopback."""
        return None

    async def close(self) -> None:
        """Close after what is written."""
        self._writer.close()

    def abort(self) -> None:
        """Close now."""
        self._writer.transport.abort()
