"""A client that is where it must not be: on another's topics, under its name, or far too fast."""

import asyncio
import json

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.credentials import Credentials
from tests.end_to_end.device import DOCUMENT, Lamp
from tests.end_to_end.household import Household, household
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until
from tests.mqtt_client import ACCEPTED, RawClient, Will

pytestmark = pytest.mark.timeout(90)

SLOW_DOCUMENT = json.dumps({**json.loads(DOCUMENT), "rate_per_s": 2}).encode()
FLOOD_WITHIN_S = 40.0
AT_ONCE = 50
"""Messages of a flood between two looks at whether it may end."""

SPY = "lamp-spy"
"""A device of the home in whose name nobody else dials meanwhile."""

FOREIGN = ("announce", "presence", "state", "event", "ack", "spec", "command", "verdict")
REFUSED_FILTER = 0x80


async def connected(credentials: Credentials, **options: Json) -> RawClient:
    client = await RawClient.open(credentials.port, credentials.host)
    user = options.pop("user", credentials.device)
    password = options.pop("password", credentials.password)
    assert await client.connect(user, password, **options) == ACCEPTED
    return client


async def is_refused(credentials: Credentials, user: str, password: str) -> bool:
    client = await RawClient.open(credentials.port, credentials.host)
    try:
        return await client.connect(user, password) != ACCEPTED
    finally:
        client.abort()


async def test_what_is_said_on_anothers_topics_is_counted_and_heard_by_nobody(
    make_hub: MakeHub, broker_kind: str
) -> None:
    hub = make_hub(BROKER__KIND=broker_kind, BROKER__AUDIT="true")
    await hub.start()
    async with household(hub) as home:
        good, rude = home.good, home.rude
        before = await hub.api.get(f"/devices/{good.id}")
        heard = len(good.heard)
        for leaf in FOREIGN:
            for message in lies(good):
                rude.publish(rude.encoded(f"eco/1/{good.id}/{leaf}", message))
        rude.publish(rude.encoded("eco/1/hub/birth", {"id": "b", "spread_s": 0}))
        await home.confirms(rude, 31)
        after = await hub.api.get(f"/devices/{good.id}")
        assert after["twin"].keys() == before["twin"].keys()
        assert {a: v["value"] for a, v in after["twin"].items()} == good.values
        assert len(good.heard) == heard
        said = len(FOREIGN) * len(lies(good)) + 1
        await until(lambda: has_denied(home, said), "all of it to be counted")


async def test_nobody_can_listen_to_anothers_topics(hub: Hub) -> None:
    async with household(hub) as home:
        (credentials,) = await let_in(hub, SPY)
        async with asyncio.timeout(10):
            spy = await connected(credentials)
            for wanted in (f"eco/1/{home.good.id}/command", "eco/1/+/state", "eco/1/#", "#"):
                # mosquitto grants a filter and judges each message that it would bring.
                assert await spy.subscribe(wanted) in {(REFUSED_FILTER,), (1,)}, wanted
            await home.confirms(home.good, 32)
            await spy.ping()
        assert [m.topic for m in spy.inbox if not m.topic.startswith(f"eco/1/{SPY}/")] == []
        spy.abort()


async def test_anothers_client_id_takes_nothing_from_it(hub: Hub) -> None:
    async with household(hub) as home:
        (credentials,) = await let_in(hub, SPY)
        imposter = await connected(credentials, client_id=home.good.id)
        await imposter.ping()
        await home.confirms(home.good, 33)
        imposter.abort()


async def test_a_wrong_password_lets_nobody_in_and_throws_nobody_out(hub: Hub) -> None:
    async with household(hub) as home:
        good, rude = home.good.credentials, home.rude.credentials
        assert await is_refused(good, good.device, rude.password)
        assert await is_refused(good, good.device, "")
        assert await is_refused(good, "", "")
        assert await is_refused(good, "lamp-9999", rude.password)
        assert await is_refused(good, "hub_00000000", rude.password)
        await home.confirms(home.good, 34)


async def test_a_will_on_anothers_topic_never_goes_out(hub: Hub) -> None:
    async with household(hub) as home:
        good = home.good
        lie = {"status": "offline", "epoch": 9, "connection": 9, "reason": "lost"}
        will = Will(good.topic("presence"), json.dumps(lie).encode())
        client = await RawClient.open(hub.mqtt_port)
        await client.connect(home.rude.id, home.rude.credentials.password, will=will)
        client.abort()
        await until(lambda: home.rude.is_up, "the rude device to be back")
        await home.confirms(home.rude, 35)
        assert await hub.api.presence(good.id) == "online announced"


async def test_a_flood_silences_its_sender_and_slows_down_nobody_else(hub: Hub) -> None:
    async with household(hub, document=SLOW_DOCUMENT) as home:
        flood = asyncio.create_task(flooding(home.rude))
        levels = 0
        try:
            async with asyncio.timeout(FLOOD_WITHIN_S):
                while not await is_silenced(home):
                    await home.confirms(home.good, levels % 100)
                    levels += 1
        finally:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
        assert levels >= 10
        entry = await home.breaks("ECO-RATE-001", "topic")
        assert "declared" in entry["detail"]
        await home.is_told("ECO-RATE-001", "topic")
        before = await home.twin(home.rude)
        home.rude.say("state", home.rude.state({"lamp.warmth": 1.0}))
        await home.confirms(home.good, 36)
        assert await home.twin(home.rude) == before


async def flooding(lamp: Lamp) -> None:
    """Say the same without end, as fast as the broker takes it."""
    while True:
        for _ in range(AT_ONCE):
            lamp.say("state", lamp.state({"lamp.warmth": 3.0}))
        await lamp.flush()


async def has_denied(home: Household, times: int) -> bool:
    denied = (await home.broken()).get(("ECO-TOPIC-001", "topic"), {"count": 0})
    assert denied["count"] <= times
    return bool(denied["count"] == times)


async def is_silenced(home: Household) -> bool:
    traffic = (await home.hub.api.get(f"/devices/{home.rude.id}"))["traffic"]
    return traffic["deaf_until"] is not None


def lies(lamp: Lamp) -> list[dict[str, Json]]:
    return [
        lamp.announcement(epoch=99),
        {"status": "offline", "epoch": 99, "connection": 1},
        {"epoch": 1, "seq": 999, "values": {"lamp.level": 66}},
        {"epoch": 1, "seq": 999, "event": "lamp.pressed"},
        {"id": "x", "type": "set", "ttl_ms": 9_000, "values": {"lamp.level": 66}},
    ]
