"""A hub that no device has joined: it advertises itself, and writes down who calls it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from certification.recorder.adverts import AdvertWatch
from certification.transcript.file import Writer
from protocol.advert import HubAdvert
from protocol.mqtt import Kind

HUB: Final = "hub-decoy"

READ_S: Final = 2.0
"""How long a caller may take to say what it wants."""

MOST_BYTES: Final = 4_096
"""More of a call is not read."""

MOST_CALLS: Final = 64
"""Calls that are written down; a device that goes on is known well enough."""


@asynccontextmanager
async def decoy(adverts: AdvertWatch, writer: Writer, host: str) -> AsyncIterator[None]:
    """Have a second hub in sight as long as the block lives; it answers nobody.

    Args:
        adverts: Where it shows itself.
        writer: Where calls are written down, without what they say: it may be a password.
        host: Address to listen at.

    Raises:
        OSError: It cannot listen there.
    """
    calls = _Calls(writer)
    server = await asyncio.start_server(calls.take, host, 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        await adverts.advertise(HubAdvert(HUB, port, is_open=True), port, (host,))
        try:
            yield
        finally:
            await adverts.withdraw(HUB)
            server.close()
            await calls.end()


class _Calls:
    """Reads what each caller wants, and says nothing."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._count = 0
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def take(self, reader: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(self._hear(reader))
        self._open[call] = answers
        call.add_done_callback(lambda ended: self._open.pop(ended).close())

    async def end(self) -> None:
        """Cut off who still speaks; what came of it is written down."""
        for answers in self._open.values():
            answers.transport.abort()
        if calls := tuple(self._open):
            await asyncio.wait(calls)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        said = b""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(READ_S):
                said = await reader.read(MOST_BYTES)
        self._count += 1
        if self._count <= MOST_CALLS:
            self._writer.write("decoy", hub=HUB, is_mqtt=_is_connect(said), bytes=len(said))


def _is_connect(said: bytes) -> bool:
    return said[:1] == bytes([Kind.CONNECT << 4])
