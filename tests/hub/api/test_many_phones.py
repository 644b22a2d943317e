"""Many phones at once: all of them come back after a break, and each has the whole home."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from hub.api.views import device_summary
from tests.hub.api.bench import PLUG, PURIFIER, SENSOR, Bench
from tests.hub.api.ear import Ear

Json = Any
PHONES = 200
WITHIN_S = 60.0

pytestmark = pytest.mark.timeout(180)


def truth(home: Bench) -> dict[str, Json]:
    shown = [device_summary(d, home.home.clock) for d in home.home.hub.devices.values()]
    return {device["id"]: device for device in json.loads(json.dumps(shown))}


class Crowd:
    """Phones that lie in one pocket: all lose the hub, and find it again, in the same moment."""

    def __init__(self, home: Bench, session: aiohttp.ClientSession) -> None:
        self.ears: list[Ear] = []
        self._home, self._session = home, session

    async def come(self) -> list[str]:
        """Connect all at once, each where it had stopped; return what each was answered."""
        places = [ear.place for ear in self.ears] or [None] * PHONES
        known = [ear.devices for ear in self.ears] or [{}] * PHONES
        async with asyncio.timeout(WITHIN_S):
            self.ears = await asyncio.gather(*map(self._one, places, known))
        return [ear.heard[1]["type"] for ear in self.ears]

    def break_off(self) -> None:
        for ear in self.ears:
            connection = ear.socket._response.connection
            assert connection is not None
            assert connection.transport is not None
            connection.transport.abort()

    async def hear_until(self, device: str, address: str, value: Json) -> None:
        """Let every phone hear until it shows a value."""
        async with asyncio.timeout(WITHIN_S):
            await asyncio.gather(*(self._until(ear, device, address, value) for ear in self.ears))

    async def _one(self, place: Json, known: dict[str, Json]) -> Ear:
        ear = Ear(await self._session.ws_connect(f"{self._home.url}/api/v1/stream", max_msg_size=0))
        ear.is_hasty = True
        ear.devices = {one: {**told, "twin": dict(told["twin"])} for one, told in known.items()}
        await ear.next()
        ear.place = dict(place or {})
        await ear.say(type="auth", token=self._home.token, resume=place)
        await ear.next()
        return ear

    async def _until(self, ear: Ear, device: str, address: str, value: Json) -> None:
        while ear.devices[device]["twin"].get(address, {}).get("value") != value:
            await ear.next()


@asynccontextmanager
async def crowd(home: Bench) -> AsyncIterator[Crowd]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Crowd(home, session)


async def test_two_hundred_phones_that_come_back_at_once_are_whole_again(home: Bench) -> None:
    for device in (PURIFIER, PLUG, SENSOR):
        await home.bring(device)
        home.air.devices.pop(device)
    async with crowd(home) as phones:
        assert await phones.come() == ["snapshot"] * PHONES
        for step in range(3):
            phones.break_off()
            home.report(PURIFIER, {"air.pm2_5": 100.0 + step})
            home.report(SENSOR, {"air.temperature": 20.0 + step})
            await home.until(
                lambda now=step: home.value(SENSOR, "air.temperature") == 20.0 + now, "it is told"
            )
            assert await phones.come() == ["resumed"] * PHONES
            await phones.hear_until(PURIFIER, "air.pm2_5", 100.0 + step)
            await phones.hear_until(SENSOR, "air.temperature", 20.0 + step)
        now = truth(home)
        assert [ear.devices for ear in phones.ears if ear.devices != now] == []
    await home.until(lambda: home.api.metrics.streams == 0, "nobody is left behind")
