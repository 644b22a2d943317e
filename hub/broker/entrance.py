"""Where connections to the embedded broker wait until they have said who they are."""

import asyncio
from typing import Final

from protocol.mqtt import (
    REFUSED_LEVEL,
    REFUSED_LEVEL_5,
    Connect,
    LevelError,
    PacketError,
    parse_connect,
    read_packet,
)

CONNECT_S: Final = 10.0
"""A connection that has not sent its CONNECT by then is closed."""

CONNECT_BYTES: Final = 70_000
"""A CONNECT with the largest will."""

MOST_WAITING: Final = 512
"""Connections without a CONNECT; of more, the oldest is closed."""


class Entrance:
    """Reads the first packet of each connection, and bounds how many may take their time."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.StreamWriter, None] = {}

    async def receive(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Connect | None:
        """Return the CONNECT, or None when another thing came or nothing at all."""
        self._waiting[writer] = None
        if len(self._waiting) > MOST_WAITING:
            next(iter(self._waiting)).transport.abort()
        try:
            async with asyncio.timeout(CONNECT_S):
                return parse_connect(await read_packet(reader, CONNECT_BYTES))
        except LevelError as error:
            writer.write(REFUSED_LEVEL_5 if error.level == 5 else REFUSED_LEVEL)
        except (PacketError, TimeoutError, asyncio.IncompleteReadError):
            return None
        finally:
            del self._waiting[writer]
        return None

    def close(self) -> None:
        """Cut off all who wait."""
        for writer in tuple(self._waiting):
            writer.transport.abort()
