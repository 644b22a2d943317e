"""How the link takes bytes apart, wherever they are cut, and what it does about bytes astray."""

import asyncio

import pytest

from drivers.contract import BrokerAccess
from drivers.mqtt import WANTED
from drivers.mqtt_link import MOST_PACKET_BYTES, Link
from tests.drivers.test_mqtt_link import broker, obliging
from tests.mqtt_client import packet

SIZES = (0, 1, 100, 123, 124, 300, 16_380, 16_390, 70_000)
"""Of payloads: packets of one, two and three bytes of length, and those just at the borders."""

Taken = list[tuple[bytes, bytes, bool]]


def link(taken: Taken, port: int = 1) -> Link:
    access = BrokerAccess("127.0.0.1", port, "hub", "secret")
    return Link(access, lambda *one: taken.append(one), 9, 9)


def publishes() -> tuple[bytes, Taken]:
    told: Taken = [(b"eco/1/a/state", b"x" * size, bool(size % 2)) for size in SIZES]
    sent = (packet(0x30 | kept, b"\x00\x0d" + topic + load) for topic, load, kept in told)
    return b"\xd0\x00".join(sent), told


@pytest.mark.parametrize("size", [1, 2, 3, 7, 130, 16_384, 10**6])
async def test_packets_are_taken_wherever_they_are_cut(size: int) -> None:
    taken: Taken = []
    one = link(taken)
    said, told = publishes()
    for start in range(0, len(said), size):
        one.data_received(said[start : start + size])
    assert taken == told


async def test_the_largest_packet_is_waited_for() -> None:
    taken: Taken = []
    one = link(taken)
    said = packet(0x30, b"\x00\x01a" + b"x" * (MOST_PACKET_BYTES - 3))
    one.data_received(said[:-1])
    assert taken == []
    one.data_received(said[-1:])
    assert len(taken) == 1


@pytest.mark.parametrize(
    "size", [b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff\x01", b"\x81\x80\x40"], ids=["4", "5", "over"]
)
async def test_a_size_that_no_packet_has_ends_the_link(
    size: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    astray = packet(0x30, b"\x00\x01ab") + b"\x30" + size + b"x" * 9

    def answer(kind: int, body: bytes) -> bytes | None:
        said = obliging(kind, body) or b""
        return said + astray if kind == 8 else said

    taken: Taken = []
    async with broker(answer) as port, asyncio.timeout(5):
        one = link(taken, port)
        await one.open(WANTED)
        await one.lost()
    assert taken == [(b"a", b"b", False)]
    assert "sends a packet of" in caplog.text
