"""A typed client of ecohub: find a hub, pair, ask, command, and follow a home live.

    async with Hub("http://192.168.1.20:8321", store=FileStore("~/.remote.json")) as hub:
        if not hub.is_paired:
            await hub.pair("1234-5678", person="Ada", device="Ada's script")
        await hub.set("light-0001", {"light.on": True})
        async for change in hub.live():
            print(change["type"], len(hub.home.devices))

It needs aiohttp, and zeroconf for `find_hubs`; nothing else of ecohub. All that is sent and comes
back is in `ecohub_client.shapes`; what can go wrong is in `ecohub_client.errors`.
"""

from ecohub_client.commands import Scalar
from ecohub_client.errors import (
    CommandError,
    HubError,
    ProblemError,
    StreamClosedError,
    UnreachableError,
)
from ecohub_client.finding import FoundHub, find_hubs
from ecohub_client.home import Home
from ecohub_client.hub import Hub, PairingLink, read_link
from ecohub_client.live import Broken, Change, Live
from ecohub_client.operations import Operations
from ecohub_client.stream import Stream
from ecohub_client.tokens import FileStore, Tokens, TokenStore

__all__ = [
    "Broken",
    "Change",
    "CommandError",
    "FileStore",
    "FoundHub",
    "Home",
    "Hub",
    "HubError",
    "Live",
    "Operations",
    "PairingLink",
    "ProblemError",
    "Scalar",
    "Stream",
    "StreamClosedError",
    "TokenStore",
    "Tokens",
    "UnreachableError",
    "find_hubs",
    "read_link",
]
