"""A phone for tests: it checks every frame against the document and keeps a copy of the home."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.hub.api.bench import STREAM, Bench, check

Json = Any
MESSAGES = STREAM["channels"]["stream"]["messages"]
TOLD = {
    "anyOf": [
        MESSAGES[one["$ref"].rpartition("/")[2]]["payload"]
        for one in STREAM["operations"]["tellPhone"]["messages"]
    ]
}


class Ear:
    """A phone that checks every frame against the document and keeps a copy of the home."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.is_hasty = False
        self.heard: list[Json] = []
        self.devices: dict[str, Json] = {}
        self.place: Json = {}

    async def hear(self, kind: str, **facts: Json) -> Json:
        """Return the next frame of a kind with these facts."""
        async with asyncio.timeout(10):
            while True:
                told = await self.next()
                if told["type"] == kind and facts.items() <= told.items():
                    return told

    async def next(self) -> Json:
        message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, message
        told = json.loads(message.data)
        if not self.is_hasty:
            check(TOLD, told)
        self.heard.append(told)
        self.take(told)
        return told

    async def say(self, **said: Json) -> None:
        await self.socket.send_json(said)

    async def close_code(self) -> int:
        """Read to the end and return the code with which the hub closed."""
        async with asyncio.timeout(10):
            async for message in self.socket:
                self.heard.append(message.data)
        return self.socket.close_code or 0

    def take(self, told: Json) -> None:
        match told["type"]:
            case "snapshot":
                self.devices = {device["id"]: device for device in told["devices"]}
                self.place = {"stream": told["stream"], "seq": told["seq"]}
            case "device":
                self.devices[told["device"]["id"]] = told["device"]
            case "removed":
                self.devices.pop(told["device"], None)
            case "values":
                self.devices[told["device"]]["twin"].update(told["values"])
            case "presence":
                self.devices[told["device"]]["presence"] = told["presence"]
        if "seq" in told:
            assert told["seq"] >= self.place["seq"]
            self.place["seq"] = told["seq"]


@asynccontextmanager
async def opened(home: Bench, **headers: str) -> AsyncIterator[Ear]:
    async with home.session.ws_connect(
        f"{home.url}/api/v1/stream", headers=headers, max_msg_size=0
    ) as socket:
        yield Ear(socket)


@asynccontextmanager
async def listening(
    home: Bench, resume: Json = None, token: str | None = None, only: Json = None
) -> AsyncIterator[Ear]:
    """Open a stream, authenticate, and take in the snapshot or the promise to resume."""
    async with opened(home) as ear:
        hello = await ear.next()
        assert hello["hub"] == home.home.hub_id
        if resume:
            ear.place = dict(resume)
        await ear.say(type="auth", token=token or home.token, resume=resume, only=only)
        await ear.next()
        yield ear
