"""Hears what goes over a broker that lets everybody hear everything."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from tests.end_to_end.api import Json
from tests.mqtt_client import ACCEPTED, ClosedError, RawClient


@dataclass(frozen=True)
class Heard:
    """A message, and when it came by the loop's clock."""

    device: str
    leaf: str
    message: Json
    at_s: float


class Listener:
    """Keeps what is said on some leaves, as long as the block lives."""

    def __init__(self, port: int, *leaves: str) -> None:
        self._port, self._leaves = port, leaves
        self.heard: list[Heard] = []

    async def __aenter__(self) -> Self:
        self._client = await RawClient.open(self._port)
        assert await self._client.connect("listener", "") == ACCEPTED
        await self._client.subscribe(*(f"eco/1/+/{leaf}" for leaf in self._leaves))
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._client.abort()

    def forget(self) -> None:
        """Begin anew."""
        self.heard.clear()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ClosedError):
            while True:
                with suppress(TimeoutError):
                    message = await self._client.receive()
                    _, _, device, leaf = message.topic.split("/")
                    told = json.loads(message.payload)
                    self.heard.append(Heard(device, leaf, told, loop.time()))
