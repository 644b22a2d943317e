"""What a device does that follows any hub."""

import asyncio
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from protocol.mqtt import Connect, encode_connect
from simulators.errors import SimulatorError
from simulators.finder import find_hub
from simulators.mutants.words import Body
from simulators.wire import Hello

LOOK_S: Final = 4.0
"""How long it looks around."""

_LOOKING: Final[set[asyncio.Task[None]]] = set()


def follow(hello: Hello, body: Body) -> Hello:
    """Say hello as it should, and look around for somebody else to say it to."""
    if not _LOOKING:
        looking = asyncio.get_running_loop().create_task(_call_any(hello))
        _LOOKING.add(looking)
        looking.add_done_callback(_LOOKING.discard)
    return hello


async def _call_any(hello: Hello) -> None:
    with suppress(SimulatorError, OSError):
        place = urlsplit((await find_hub(None, LOOK_S)).urls[0])
        _, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            writer.write(encode_connect(Connect(hello.user, hello.password, hello.keepalive_s)))
            await writer.drain()
        finally:
            writer.close()
