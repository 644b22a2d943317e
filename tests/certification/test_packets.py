"""MQTT packets by vectors, and whatever else comes: every byte is kept, and nothing raises."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties

from certification.recorder import outgoing
from certification.recorder.outgoing import Message
from certification.transcript.packets import BROKEN, Splitter, decode
from certification.transcript.properties import (
    Properties,
    encode_properties,
    encode_variable,
    read_properties,
)
from protocol.mqtt import Fields, PacketError, encode

VECTORS: list[tuple[str, int, str, str, dict[str, Any]]] = [
    (
        "a CONNECT of 3.1.1 with all it may hold",
        4,
        "10 25 0004 4d515454 04 ee 003c 0002 6964 0005 612f622f63 0002 7b7d 0004 75736572"
        " 0004 70617373",
        "CONNECT",
        {
            "protocol": "MQTT",
            "level": 4,
            "clean": True,
            "keepalive_s": 60,
            "client_id": "id",
            "user": "user",
            "password": "****",
            "will": {"topic": "a/b/c", "qos": 1, "retain": True, "payload": "{}", "bytes": 2},
        },
    ),
    (
        "a bare CONNECT of 3.1.1 that keeps its session",
        4,
        "10 0c 0004 4d515454 04 00 0000 0000",
        "CONNECT",
        {
            "protocol": "MQTT",
            "level": 4,
            "clean": False,
            "keepalive_s": 0,
            "client_id": "",
            "user": None,
        },
    ),
    (
        "a CONNECT of 5 with properties, and a will with its own",
        4,
        "10 1f 0004 4d515454 05 06 000a 05 11 00000e10 0001 61 05 18 00000005 0001 74 0001 ff",
        "CONNECT",
        {
            "protocol": "MQTT",
            "level": 5,
            "clean": True,
            "keepalive_s": 10,
            "properties": {"session_expiry_s": 3600},
            "client_id": "a",
            "user": None,
            "will": {
                "topic": "t",
                "qos": 0,
                "retain": False,
                "payload": None,
                "bytes": 1,
                "properties": {"will_delay_s": 5},
            },
        },
    ),
    (
        "a CONNECT of 3.1",
        4,
        "10 0e 0006 4d5149736470 03 02 0000 0000",
        "CONNECT",
        {
            "protocol": "MQIsdp",
            "level": 3,
            "clean": True,
            "keepalive_s": 0,
            "client_id": "",
            "user": None,
        },
    ),
    (
        "a CONNECT of a version to come",
        4,
        "10 08 0004 4d515454 06 ff",
        "CONNECT",
        {"protocol": "MQTT", "level": 6},
    ),
    ("a CONNACK of 3.1.1", 4, "20 02 01 00", "CONNACK", {"session_present": True, "code": 0}),
    (
        "a CONNACK of 5",
        5,
        "20 06 00 87 03 21 0014",
        "CONNACK",
        {"session_present": False, "code": 0x87, "properties": {"receive_maximum": 20}},
    ),
    (
        "a PUBLISH at QoS 0",
        4,
        "30 05 0001 61 7b7d",
        "PUBLISH",
        {"topic": "a", "qos": 0, "retain": False, "dup": False, "payload": "{}", "bytes": 2},
    ),
    (
        "a PUBLISH with all its flags",
        4,
        "3b 07 0001 61 0007 fffe",
        "PUBLISH",
        {
            "topic": "a",
            "qos": 1,
            "retain": True,
            "dup": True,
            "packet_id": 7,
            "payload": None,
            "bytes": 2,
        },
    ),
    (
        "a PUBLISH of 5",
        5,
        "30 0d 0001 61 08 26 0001 6b 0002 7676 01",
        "PUBLISH",
        {
            "topic": "a",
            "qos": 0,
            "retain": False,
            "dup": False,
            "payload": "\x01",
            "bytes": 1,
            "properties": {"user_property": [["k", "vv"]]},
        },
    ),
    ("a PUBACK", 4, "40 02 0007", "PUBACK", {"packet_id": 7}),
    ("a PUBACK of 5 with a code", 5, "40 03 0007 10", "PUBACK", {"packet_id": 7, "code": 16}),
    (
        "a PUBACK of 5 with a reason",
        5,
        "40 09 0007 87 05 1f 0002 6e6f",
        "PUBACK",
        {"packet_id": 7, "code": 0x87, "properties": {"reason": "no"}},
    ),
    ("a PUBREC", 4, "50 02 0001", "PUBREC", {"packet_id": 1}),
    ("a PUBREL", 4, "62 02 0001", "PUBREL", {"packet_id": 1}),
    ("a PUBCOMP", 4, "70 02 0001", "PUBCOMP", {"packet_id": 1}),
    (
        "a SUBSCRIBE for two",
        4,
        "82 0b 000a 0002 612f 01 0001 23 00",
        "SUBSCRIBE",
        {
            "packet_id": 10,
            "filters": [
                {"filter": "a/", "qos": 1, "options": 1},
                {"filter": "#", "qos": 0, "options": 0},
            ],
        },
    ),
    (
        "a SUBSCRIBE of 5 with options",
        5,
        "82 09 000a 02 0b 07 0001 61 2d",
        "SUBSCRIBE",
        {
            "packet_id": 10,
            "properties": {"subscription_identifier": [7]},
            "filters": [{"filter": "a", "qos": 1, "options": 45}],
        },
    ),
    ("a SUBACK", 4, "90 04 000a 01 80", "SUBACK", {"packet_id": 10, "codes": [1, 128]}),
    ("a SUBACK of 5", 5, "90 04 000a 00 87", "SUBACK", {"packet_id": 10, "codes": [0x87]}),
    (
        "an UNSUBSCRIBE",
        4,
        "a2 06 0002 0002 612f",
        "UNSUBSCRIBE",
        {"packet_id": 2, "filters": ["a/"]},
    ),
    ("an UNSUBACK", 4, "b0 02 0002", "UNSUBACK", {"packet_id": 2, "codes": []}),
    ("a PINGREQ", 4, "c0 00", "PINGREQ", {}),
    ("a PINGRESP", 5, "d0 00", "PINGRESP", {}),
    ("a DISCONNECT", 4, "e0 00", "DISCONNECT", {}),
    ("a DISCONNECT of 5", 5, "e0 02 04 00", "DISCONNECT", {"code": 4}),
    ("an AUTH", 5, "f0 01 18", "AUTH", {"code": 24}),
]
"""Name, level of the connection, bytes, type, what is said of them."""

BAD: list[tuple[str, int, str, str]] = [
    ("nothing", 4, "", "not the length"),
    ("a first byte", 4, "30", "not the length"),
    ("half a packet", 4, "30 05 0001", "not the length"),
    ("a packet and more", 4, "c0 00 c0", "not the length"),
    ("a length without end", 4, "30 ff ff ff ff 01", "more than four bytes"),
    ("kind 0", 4, "00 00", "kind 0"),
    ("a SUBSCRIBE with wrong flags", 4, "80 06 0001 0001 61 00", "kind 8 with flags 0"),
    ("a PINGREQ with flags", 4, "c1 00", "flags 1"),
    ("a PINGREQ with a body", 4, "c0 01 00", "bytes after the last field"),
    ("QoS 3", 4, "36 05 0001 61 0001", "no QoS 3"),
    ("packet id 0", 4, "32 05 0001 61 0000", "packet id 0"),
    ("a topic beyond the packet", 4, "30 03 0009 61", "beyond its packet"),
    ("a topic that is no UTF-8", 4, "30 04 0002 c328", "not UTF-8"),
    ("a topic with a null", 4, "30 03 0001 00", "null character"),
    ("a SUBSCRIBE for nothing", 4, "82 02 0001", "beyond its packet"),
    ("an UNSUBSCRIBE for nothing", 4, "a2 02 0001", "beyond its packet"),
    ("a CONNECT with its reserved flag", 4, "10 0c 0004 4d515454 04 01 0000 0000", "reserved"),
    ("a CONNECT with more", 4, "10 0d 0004 4d515454 04 02 0000 0000 00", "after the last"),
    ("an unknown property", 5, "30 06 0001 61 02 7f 00", "no property 127"),
    ("a property twice", 5, "20 09 00 00 06 21 0001 21 0002", "receive_maximum stands twice"),
    ("a property beyond its end", 5, "20 04 00 00 01 21", "beyond its packet"),
    ("properties beyond the packet", 5, "20 03 00 00 7f", "beyond its packet"),
    ("a length of properties without end", 5, "30 08 0001 61 ff ff ff ff 01", "more than four"),
]


@pytest.mark.parametrize(
    ("level", "text", "kind", "said"),
    [pytest.param(*row[1:], id=row[0]) for row in VECTORS],
)
def test_a_packet_says_what_it_says(level: int, text: str, kind: str, said: dict[str, Any]) -> None:
    raw = bytes.fromhex(text)
    packet = decode(raw, level)
    assert (packet.type, packet.fields) == (kind, said)
    assert len(packet.raw) == len(raw)


@pytest.mark.parametrize(
    ("level", "text", "why"), [pytest.param(*row[1:], id=row[0]) for row in BAD]
)
def test_what_cannot_be_read_says_why_and_is_kept(level: int, text: str, why: str) -> None:
    raw = bytes.fromhex(text)
    packet = decode(raw, level)
    assert packet.type == BROKEN
    assert why in packet.fields["why"]
    assert len(packet.raw) == len(raw)


@pytest.mark.parametrize("text", [row[2] for row in VECTORS[1:] if row[3] != "CONNECT"])
def test_all_bytes_but_those_of_a_connect_are_kept_as_they_are(text: str) -> None:
    raw = bytes.fromhex(text)
    assert decode(raw, 4).raw == decode(raw, 5).raw == raw


def test_a_password_is_overwritten_at_its_length() -> None:
    raw = bytes.fromhex(VECTORS[0][2])
    packet = decode(raw, 4)
    assert packet.password == b"pass"
    assert packet.raw == raw[:-4] + b"****"
    assert "b'pass'" not in repr(packet)
    later = decode(bytes.fromhex("10 12 0004 4d515454 06 c2 0000") + b"password", 4)
    assert b"password" not in later.raw


@given(st.binary(max_size=60), st.sampled_from([4, 5]))
def test_any_bytes_are_kept_and_told(raw: bytes, level: int) -> None:
    packet = decode(raw, level)
    assert len(packet.raw) == len(raw)
    base64.b64encode(packet.raw)


@given(st.integers(0, 15), st.integers(0, 15), st.binary(max_size=60), st.sampled_from([4, 5]))
def test_any_body_of_any_kind_is_told(kind: int, flags: int, body: bytes, level: int) -> None:
    raw = encode(kind, flags, body)
    packet = decode(raw, level)
    assert packet.type == BROKEN or packet.raw[:1] == raw[:1]


@given(
    st.lists(st.sampled_from([bytes.fromhex(row[2]) for row in VECTORS]), max_size=8),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_a_stream_is_cut_into_packets_wherever_it_breaks(
    packets: list[bytes], sizes: list[int]
) -> None:
    stream, splitter, found, turn = b"".join(packets), Splitter(1000), [], 0
    while stream:
        size = sizes[turn % len(sizes)]
        splitter.feed(stream[:size])
        stream, turn = stream[size:], turn + 1
        while (packet := splitter.next()) is not None:
            found.append(packet)
    assert found == packets
    assert splitter.rest == b""


def test_a_packet_that_is_too_long_is_refused_before_it_is_there() -> None:
    splitter = Splitter(100)
    splitter.feed(b"\x30\x80\x01")
    with pytest.raises(PacketError, match="a packet of 131 bytes; at most 100"):
        splitter.next()
    assert splitter.rest == b"\x30\x80\x01"


@pytest.mark.parametrize("level", [4, 5])
def test_what_goes_out_reads_as_it_was_meant(level: int) -> None:
    properties: Properties = {"message_expiry_s": 9} if level == 5 else {}
    message = Message("a/b", b"{}", retain=True, dup=True, properties=properties)
    packet = decode(outgoing.publish(level, message, 9), level)
    said = {"properties": properties} if properties else {}
    assert packet.payload == b"{}"
    assert packet.fields == {
        "topic": "a/b",
        "qos": 1,
        "retain": True,
        "dup": True,
        "packet_id": 9,
        "payload": "{}",
        "bytes": 2,
        **said,
    }
    assert decode(outgoing.suback(level, 3, [1, 0x80]), level).fields["codes"] == [1, 0x80]
    assert decode(outgoing.unsuback(level, 3, 2), level).fields["codes"] == [0, 0][: 2 * level - 8]
    assert decode(outgoing.puback(level, 3), level).fields == {"packet_id": 3}
    assert decode(outgoing.PINGRESP, level).type == "PINGRESP"
    assert decode(outgoing.disconnect(0x8E), 5).fields == {"code": 0x8E}


@pytest.mark.parametrize(
    ("level", "code", "said"),
    [(4, 5, 5), (5, 5, 0x87), (4, 0x87, 5), (5, 0x97, 0x97), (4, 0x97, 3), (5, 0, 0), (4, 0, 0)],
)
def test_a_refusal_is_said_in_the_words_of_the_version(level: int, code: int, said: int) -> None:
    assert decode(outgoing.connack(level, code), level).fields["code"] == said


EVERY: Properties = {
    "payload_format": 1,
    "message_expiry_s": 70_000,
    "content_type": "json",
    "response_topic": "a",
    "correlation_data": "00ff",
    "subscription_identifier": [1, 300],
    "topic_alias": 3,
    "user_property": [["a", "b"], ["a", ""]],
}


def test_properties_are_those_of_another_implementation() -> None:
    theirs = PahoProperties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    theirs.PayloadFormatIndicator = 1
    theirs.MessageExpiryInterval = 70_000
    theirs.ContentType = "json"
    theirs.ResponseTopic = "a"
    theirs.CorrelationData = b"\x00\xff"
    theirs.SubscriptionIdentifier = [1, 300]
    theirs.TopicAlias = 3
    theirs.UserProperty = [("a", "b"), ("a", "")]
    packed = bytes(theirs.pack())  # type: ignore[no-untyped-call]
    assert read_properties(Fields(packed)) == EVERY
    assert read_properties(Fields(encode_properties(EVERY))) == EVERY
    read, _ = PahoProperties(PacketTypes.PUBLISH).unpack(encode_properties(EVERY))  # type: ignore[no-untyped-call]
    assert read.json() == theirs.json()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("value", [0, 127, 128, 16_383, 16_384, 2_097_151, 268_435_455])
def test_a_variable_number_is_as_short_as_can_be(value: int) -> None:
    raw = encode_variable(value)
    assert len(raw) == 1 + (value > 127) + (value > 16_383) + (value > 2_097_151)
    body = b"\x0b" + raw
    packed = encode_variable(len(body)) + body
    if value:
        assert read_properties(Fields(packed)) == {"subscription_identifier": [value]}
