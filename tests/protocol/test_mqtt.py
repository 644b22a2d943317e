"""The strict reading of MQTT packets: whatever comes, a packet or `PacketError`."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import mqtt as packets
from protocol.mqtt import (
    Connect,
    Kind,
    LevelError,
    Packet,
    PacketError,
    Publish,
    Will,
    check,
    encode,
    encode_connect,
    encode_publish,
    parse_connect,
    parse_publish,
    read_packet,
)
from tests.mqtt_client import text

words = st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)


def read(raw: bytes, most_bytes: int = 1000) -> Packet:
    async def run() -> Packet:
        reader = asyncio.StreamReader()
        reader.feed_data(raw)
        reader.feed_eof()
        return await read_packet(reader, most_bytes)

    return asyncio.run(run())


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 100_000])
def test_a_packet_of_any_size_reads_as_it_was_written(size: int) -> None:
    body = b"x" * size
    assert read(encode(Kind.PUBLISH, 3, body), most_bytes=100_000) == (Kind.PUBLISH, 3, body)


@pytest.mark.parametrize(
    "raw", [b"\x30\x80\x80\x80\x80\x01", b"\x30\xff\xff\xff\x7f", b"\x30\xe9\x07" + b"x" * 1001]
)
def test_a_length_beyond_the_limit_is_refused_before_it_is_read(raw: bytes) -> None:
    with pytest.raises(PacketError):
        read(raw)


@pytest.mark.parametrize("raw", [b"", b"\x30", b"\x30\x80", b"\x30\x02x"])
def test_half_a_packet_is_the_end(raw: bytes) -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read(raw)


wills = st.none() | st.builds(
    Will, topic=words, payload=st.binary(max_size=100), qos=st.integers(0, 1)
)


@given(
    st.builds(Connect, user=words, password=words, keepalive_s=st.integers(0, 65_535), will=wills)
)
def test_a_connect_reads_as_it_was_written(connect: Connect) -> None:
    raw = encode_connect(connect)
    assert parse_connect(read(raw, most_bytes=10_000)) == connect


@given(st.builds(Publish, words, st.none() | st.integers(1, 65_535), st.binary(max_size=100)))
def test_a_publish_reads_as_it_was_written(publish: Publish) -> None:
    packet = read(encode_publish(publish))
    assert parse_publish(packet) == publish
    check(packet)


def head(flags: int, name: str = "MQTT", level: int = 4) -> bytes:
    return text(name) + bytes([level, flags, 0, 60])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        head(0x02) + text("id"),
        head(0x82) + text("id") + text("user"),
        head(0x42) + text("id") + text("password"),
        head(0xC3) + text("id") + text("user") + text("password"),
        head(0xC2) + text("id") + text("user") + text("password") + b"more",
        head(0xC2) + text("id") + text("user") + text(b"\xff\xfe"),
        head(0xC2) + text("id") + text("us\0er") + text("password"),
        head(0xC6) + text("id") + text("user") + text("password"),
        head(0xD6) + text("id") + text("topic") + text("will") + text("user") + text("password"),
        head(0xC2) + text("id") + text("user") + b"\xff\xffpassword",
    ],
)
def test_a_connect_without_all_it_needs_is_refused(body: bytes) -> None:
    with pytest.raises(PacketError):
        parse_connect(Packet(Kind.CONNECT, 0, body))


@pytest.mark.parametrize(("name", "level"), [("MQTT", 5), ("MQTT", 3), ("MQIsdp", 3), ("", 4)])
def test_another_version_of_mqtt_is_told_from_nonsense(name: str, level: int) -> None:
    with pytest.raises(LevelError) as caught:
        parse_connect(Packet(Kind.CONNECT, 0, head(0xC2, name, level)))
    assert caught.value.level == level


@pytest.mark.parametrize(
    "packet",
    [
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01" + text("a/b") + b"\x01"),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01" + text("a") + b"\x00" + text("b") + b"\x02"),
        Packet(Kind.UNSUBSCRIBE, 2, b"\x00\x01" + text("a/b")),
        Packet(Kind.PUBACK, 0, b"\x00\x01"),
        Packet(Kind.PINGREQ, 0, b""),
        Packet(Kind.DISCONNECT, 0, b""),
        Packet(Kind.PUBLISH, 3, text("a") + b"\x00\x01"),
    ],
)
def test_what_a_client_may_say_is_let_through(packet: Packet) -> None:
    check(packet)


@pytest.mark.parametrize(
    "packet",
    [
        Packet(Kind.SUBSCRIBE, 0, b"\x00\x01" + text("a") + b"\x01"),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01"),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x00" + text("a") + b"\x01"),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01" + text("") + b"\x01"),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01" + text("a") + b"\x03"),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01" + text("a")),
        Packet(Kind.SUBSCRIBE, 2, b"\x00\x01\x00\x40a\x00"),
        Packet(Kind.UNSUBSCRIBE, 2, b"\x00\x01" + text(b"\xc3\x28")),
        Packet(Kind.PUBLISH, 4, text("a") + b"\x00\x01"),
        Packet(Kind.PUBLISH, 6, text("a") + b"\x00\x01"),
        Packet(Kind.PUBLISH, 2, text("a") + b"\x00\x00"),
        Packet(Kind.PUBLISH, 2, text("a")),
        Packet(Kind.PUBACK, 0, b"\x00\x01\x00"),
        Packet(Kind.PINGREQ, 0, b"x"),
        Packet(Kind.DISCONNECT, 1, b""),
        Packet(Kind.CONNECT, 0, b""),
        Packet(Kind.CONNACK, 0, b"\x00\x00"),
        Packet(0, 0, b""),
        Packet(15, 0, b""),
    ],
)
def test_what_no_client_may_say_is_refused(packet: Packet) -> None:
    with pytest.raises(PacketError):
        check(packet)


@given(st.integers(0, 15), st.integers(0, 15), st.binary(max_size=60))
def test_any_bytes_are_a_packet_or_refused(kind: int, flags: int, body: bytes) -> None:
    for judge in (packets.check, packets.parse_connect, packets.parse_publish):
        try:
            judge(Packet(kind, flags, body))
        except PacketError:
            continue
