"""What the gate lets amqtt see of a client of the embedded broker."""

import asyncio
from collections.abc import Awaitable

import pytest

from hub.broker import gate as gates
from hub.broker.files import MESSAGE_BYTES
from hub.broker.gate import WINDOW, Gate
from protocol.mqtt import Connect, Publish, encode_publish
from tests.hub.broker.conftest import device

OWN, FOREIGN = f"eco/1/{device(1)}/state", f"eco/1/{device(2)}/state"
GOODBYE = b"\xe0\x00"


class Client:
    """A gate with what goes in and what comes out."""

    def __init__(self, *, is_hub: bool = False) -> None:
        self.answers: list[bytes] = []
        self.denied = 0
        self.source = asyncio.StreamReader()
        connect = Connect(device(1), keepalive_s=60)
        self.gate = Gate(self.source, self.answers.append, connect, self._deny, is_hub=is_hub)
        self.gate.open()

    def _deny(self) -> None:
        self.denied += 1

    def say(self, *packets: bytes) -> None:
        self.source.feed_data(b"".join(packets))

    async def passed(self, size: int = 1_000_000) -> bytes:
        async with asyncio.timeout(5):
            return await self.gate.read(size)


def publish(topic: str, payload: bytes = b"x", packet_id: int | None = None) -> bytes:
    return encode_publish(Publish(topic, packet_id, payload))


async def is_waiting(reading: Awaitable[bytes]) -> bool:
    done, _ = await asyncio.wait([asyncio.ensure_future(reading)], timeout=0.02)
    return not done


async def test_what_is_replayed_comes_first_and_in_the_pieces_that_are_asked_for() -> None:
    client = Client()
    client.gate.replay(b"connect")
    client.say(publish(OWN))
    assert [await client.gate.read(3), await client.gate.read(9)] == [b"con", b"nect"]
    assert await client.passed() == publish(OWN)


async def test_nothing_passes_before_the_gate_is_open() -> None:
    client = Client()
    client.gate._opened.clear()
    client.say(publish(OWN))
    reading = asyncio.ensure_future(client.gate.read(100))
    assert await is_waiting(reading)
    client.gate.open()
    assert await reading == publish(OWN)


async def test_a_retained_or_repeated_message_passes_as_a_plain_one() -> None:
    client = Client()
    raw = bytearray(publish(OWN, packet_id=7))
    raw[0] |= 0x09
    client.say(bytes(raw))
    assert await client.passed() == publish(OWN, packet_id=7)


async def test_a_denied_message_is_acknowledged_counted_and_dropped() -> None:
    client = Client()
    client.say(publish(FOREIGN), publish(FOREIGN, packet_id=5), publish(OWN))
    assert await client.passed() == publish(OWN)
    assert client.denied == 2
    assert client.answers == [b"\x40\x02\x00\x05"]


async def test_a_message_beyond_the_limit_is_acknowledged_and_dropped() -> None:
    client = Client()
    client.say(publish(OWN, b"x" * (MESSAGE_BYTES + 1), packet_id=5), publish(OWN))
    assert await client.passed() == publish(OWN)
    assert client.denied == 0
    assert client.answers == [b"\x40\x02\x00\x05"]


async def test_a_ping_is_answered_here() -> None:
    client = Client()
    client.say(b"\xc0\x00", publish(OWN))
    assert await client.passed() == publish(OWN)
    assert client.answers == [b"\xd0\x00"]


async def test_no_more_passes_than_can_be_passed_on() -> None:
    client = Client()
    client.say(publish(OWN) * (WINDOW + 1))
    for _ in range(WINDOW):
        await client.passed()
    reading = asyncio.ensure_future(client.gate.read(100))
    assert await is_waiting(reading)
    client.gate.passed_on()
    assert await reading == publish(OWN)


@pytest.mark.parametrize("end", [GOODBYE, b"", b"\xff\xff"])
async def test_the_end_waits_until_all_before_it_is_passed_on(end: bytes) -> None:
    client = Client()
    client.say(publish(OWN), end)
    client.source.feed_eof()
    await client.passed()
    reading = asyncio.ensure_future(client.gate.read(100))
    assert await is_waiting(reading)
    assert client.gate.over.is_set()
    client.gate.passed_on()
    assert await reading == (GOODBYE if end == GOODBYE else b"")


async def test_the_end_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "DIGEST_S", 0.01)
    client = Client()
    client.say(publish(OWN), GOODBYE)
    client.source.feed_eof()
    assert await client.passed() == publish(OWN)
    assert await client.passed() == GOODBYE
    assert await client.passed() == b""


async def test_a_flood_waits_and_the_hub_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "BURST", 10.0)
    monkeypatch.setattr(gates, "PACKETS_PER_S", 0.01)
    device_client, hub = Client(), Client(is_hub=True)
    for client in (device_client, hub):
        client.say(publish(OWN) * 20)
    for _ in range(20):
        await hub.passed()
        hub.gate.passed_on()
    seen = 0
    reading = asyncio.ensure_future(device_client.gate.read(100))
    while not await is_waiting(reading):
        seen += 1
        reading = asyncio.ensure_future(device_client.gate.read(100))
    reading.cancel()
    assert seen <= 10
