"""One device floods the broker as fast as it goes, and no other one loses a word."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.credentials import Credentials
from tests.end_to_end.device import DOCUMENT, Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until
from tests.mqtt_client import ACCEPTED, RawClient, packet, text

pytestmark = pytest.mark.timeout(120)

FLOODER: Final = "lamp-loud"
OTHERS: Final = 5
DROPPED: Final = {"mosquitto": 50_000, "embedded": 2_000}
"""Messages of the flood that the hub has to drop before the test ends. The embedded broker reads
500 a second of one device, and leaves the rest in its socket."""

AT_ONCE: Final = 500
ROUNDS: Final = 20
SLOW: Final = json.dumps({**json.loads(DOCUMENT), "rate_per_s": 2}).encode()


class Flood:
    """A client with a device's credentials that repeats itself without end."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.sent = 0

    async def run(self) -> None:
        """Say a state, as fast as the broker takes it, until cancelled."""
        own = self._credentials
        client = await RawClient.open(own.port, own.host)
        try:
            assert await client.connect(own.device, own.password) == ACCEPTED
            state = json.dumps({"epoch": 1, "seq": 9, "values": {"lamp.warmth": 3.0}}).encode()
            packets = packet(0x30, text(f"eco/1/{own.device}/state") + state) * AT_ONCE
            while True:
                client.writer.write(packets)
                self.sent += AT_ONCE
                await client.writer.drain()
        finally:
            client.abort()


@asynccontextmanager
async def running(flood: Flood) -> AsyncIterator[None]:
    task = asyncio.create_task(flood.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_nothing_of_the_others_is_lost_while_one_floods(hub: Hub, broker_kind: str) -> None:
    loud, *quiet = await let_in(hub, FLOODER, *(f"lamp-000{n}" for n in range(OTHERS)))
    lamps = [Lamp(credentials) for credentials in quiet]
    first = Lamp(loud, SLOW)
    async with living(first, *lamps):
        await until(lambda: hub.are_online(first, *lamps), "all devices")
    async with living(*lamps):
        await until(lambda: hub.are_online(*lamps), "the others")
        before = {lamp.id: await traffic(hub, lamp.id) for lamp in lamps}
        told, flood, rounds = 0, Flood(loud), 0
        async with running(flood):
            while rounds < ROUNDS or await dropped(hub) < DROPPED[broker_kind]:
                rounds += 1
                told += await talk(lamps)
                for lamp in lamps:
                    answer = await hub.api.set(lamp.id, {"lamp.level": rounds % 100}, wait_s=15)
                    assert answer.body["status"] == "confirmed", answer
                    assert [m["status"] for m in answer.body["history"]][-1] == "confirmed"
        for lamp in lamps:
            lamp.say("state", lamp.state({"lamp.warmth": 4.5}))
        await until(lambda: shows_all(hub, lamps), "the last words")
        for lamp in lamps:
            after = await traffic(hub, lamp.id)
            assert after["missed"] == before[lamp.id]["missed"] == 0
            assert after["throttled"] == 0
            assert lamp.connection == 2
            assert lamp.verdicts == []
        assert told >= OTHERS * ROUNDS * 2
    await until(lambda: is_blamed(hub), "the flood among the broken rules")  # told once a second
    shown = await traffic(hub, FLOODER)
    assert shown["throttled"] <= flood.sent
    assert shown["messages"] < 1_000
    assert (await hub.api.health())["broker"]["status"] == "ok"


async def talk(lamps: list[Lamp]) -> int:
    """Have each lamp tell a state and an event, and return how many messages that makes."""
    for lamp in lamps:
        lamp.say("state", lamp.state({"lamp.warmth": 2.0}))
        lamp.say("event", {"epoch": 1, "seq": lamp.seq("event"), "event": "lamp.pressed"})
    await asyncio.gather(*(lamp.flush() for lamp in lamps))
    return 2 * len(lamps)


async def traffic(hub: Hub, device: str) -> dict[str, Json]:
    found: dict[str, Json] = (await hub.api.get(f"/devices/{device}"))["traffic"]
    return found


async def dropped(hub: Hub) -> int:
    return int((await traffic(hub, FLOODER))["throttled"])


async def is_blamed(hub: Hub) -> bool:
    broken = (await hub.api.get(f"/devices/{FLOODER}/violations"))["violations"]
    return "ECO-RATE-001" in {entry["rule"] for entry in broken}


async def shows_all(hub: Hub, lamps: list[Lamp]) -> bool:
    views = [await hub.api.get(f"/devices/{lamp.id}") for lamp in lamps]
    return all(view["twin"]["lamp.warmth"]["value"] == 4.5 for view in views)
