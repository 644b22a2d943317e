"""The lean MQTT and WebSocket ends: what they write and how they read it in pieces."""

import asyncio

import pytest

from benchmarks.phone import find_frame, frame
from benchmarks.wire import Line, Login, Will, WireError, connect, publish, subscribe
from hub.api.frames import sealed
from protocol.mqtt import Connect, encode_connect
from tests.benchmarks.ends import Pipe

LOGIN = Login("127.0.0.1", 1883, "load-0001", "secret")


def test_connect_is_what_the_hub_writes_too_save_for_the_keep_alive() -> None:
    own = bytearray(connect(LOGIN, None))
    own[10:12] = (60).to_bytes(2)
    assert bytes(own) == encode_connect(Connect("load-0001", "secret", keepalive_s=60))


def test_a_will_is_retained_at_qos_1() -> None:
    packet = connect(LOGIN, Will("eco/1/load-0001/presence", b"gone"))
    assert packet[9] == 0xC2 | 0x04 | 1 << 3 | 1 << 5
    assert b"\x00\x18eco/1/load-0001/presence\x00\x04gone\x00\x09load-0001" in packet


@pytest.mark.parametrize(("size", "head"), [(10, 2), (127, 3), (20_000, 4)])
async def test_messages_arrive_whole_however_they_are_cut(size: int, head: int) -> None:
    taken: list[tuple[bytes, bytes]] = []
    line, pipe = Line(lambda topic, payload: taken.append((topic, payload))), Pipe()
    line.connection_made(pipe)
    payload = bytes(size)
    packet = publish(b"t", payload)
    assert len(packet) == head + 3 + size
    for start in range(0, len(packet), 7):
        line.data_received(packet[start : start + 7])
    line.data_received(packet + packet)
    assert taken == [(b"t", payload)] * 3
    assert pipe.written == b""


async def test_a_message_of_qos_1_is_acknowledged_and_numbered() -> None:
    taken: list[bytes] = []
    line, pipe = Line(lambda _, payload: taken.append(payload)), Pipe()
    line.connection_made(pipe)
    line.data_received(publish(b"t", b"one", 1, 258))
    assert (taken, pipe.written) == ([b"one"], b"\x40\x02\x01\x02")
    assert line.publish(b"t", b"x")[:7] == b"\x32\x06\x00\x01t\x00\x01"
    assert line.publish(b"t", b"x", is_retained=True)[:7] == b"\x33\x06\x00\x01t\x00\x02"


async def test_a_broker_that_refuses_is_an_error() -> None:
    line = Line(lambda *_: None)
    line.connection_made(Pipe())
    opening = asyncio.ensure_future(line._connected)
    line.data_received(b"\x20\x02\x00\x05")
    with pytest.raises(WireError, match="code 5"):
        await opening


def test_a_subscription_asks_for_qos_1() -> None:
    assert subscribe(["a", "bc"]) == b"\x82\x0b\x00\x01\x00\x01a\x01\x00\x02bc\x01"


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_frames_of_the_hub_are_read_once_they_are_whole(size: int) -> None:
    text = b"x" * size
    raw = sealed(text)
    assert all(find_frame(raw[:end], 0, end) is None for end in range(min(len(raw), 12)))
    place = find_frame(raw, 0, len(raw))
    assert place is not None
    assert raw[slice(*place)] == text


def test_what_a_phone_says_is_masked_with_nothing() -> None:
    assert frame(b"hi") == b"\x81\x82\x00\x00\x00\x00hi"
    assert frame(b"x" * 200)[:8] == b"\x81\xfe\x00\xc8\x00\x00\x00\x00"
