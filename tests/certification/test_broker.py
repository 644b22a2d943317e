"""The scripted broker records every byte and misbehaves as it is told; paho is the device."""

import asyncio
import base64
import gc
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from paho.mqtt import client as paho

from certification.recorder.behaviour import Answer, Behaviour
from certification.recorder.broker import ScriptedBroker
from certification.recorder.budget import Budget
from certification.recorder.connection import matches
from certification.recorder.listening import MOST_LINKS
from certification.recorder.outgoing import Message, publish
from certification.recorder.real_broker import RealBroker
from certification.transcript.file import Line
from certification.transcript.properties import Properties
from protocol.mqtt import DISCONNECT, PING, Connect, encode_connect, encode_subscribe
from tests.certification.conftest import Bench, benched
from tests.certification.devices import DEVICE, PASSWORD, PahoDevice
from tests.mqtt_client import RawClient, Will

CONNECT = encode_connect(Connect(DEVICE, PASSWORD, 30))
COMMAND = f"eco/1/{DEVICE}/command"
VERSIONS = [paho.MQTTv311, paho.MQTTv5]


@pytest.fixture(params=VERSIONS, ids=["3.1.1", "5"])
def device(request: pytest.FixtureRequest, bench: Bench) -> PahoDevice:
    device = PahoDevice(request.param)
    bench.devices.append(device)
    return device


@pytest.fixture
async def caller(bench: Bench) -> AsyncIterator[RawClient]:
    client = await RawClient.open(bench.port)
    yield client
    client.abort()
    await client.close()


async def test_a_session_is_recorded_whole(bench: Bench, device: PahoDevice) -> None:
    device.will(f"eco/1/{DEVICE}/presence", b'{"status":"offline"}')
    assert await device.connect(bench.port) == 0
    link = bench.broker.link
    assert link is not None
    assert link.client_id == DEVICE
    await device.subscribe(COMMAND)
    await device.publish(f"eco/1/{DEVICE}/announce", b'{"epoch":1}')
    line = link.publish(COMMAND, b'{"type":"set"}')
    await bench.seen("packet", way="in", type="PUBACK")
    device.client.disconnect()
    closed = await bench.seen("closed", by="device", how="disconnect")
    assert line is not None
    assert bench.packets("in") == ["CONNECT", "SUBSCRIBE", "PUBLISH", "PUBACK", "DISCONNECT"]
    assert bench.packets("out") == ["CONNACK", "SUBACK", "PUBACK", "PUBLISH"]
    assert device.heard[0].payload == b'{"type":"set"}'
    assert [line.kind for line in bench.writer.lines if line.n > closed.n] == []
    connect = bench.lines("packet")[0].fields
    assert connect["redacted"] is True
    assert connect["decoded"]["will"]["topic"] == f"eco/1/{DEVICE}/presence"
    assert connect["decoded"]["password"] == "*" * 20
    assert base64.b64decode(connect["raw"]).endswith(b"*" * 20)


async def test_a_device_that_goes_without_a_word_leaves_its_will(
    bench: Bench, device: PahoDevice
) -> None:
    device.will("eco/1/x/presence", b"{}")
    await device.connect(bench.port)
    device.vanish()
    await bench.seen("closed", by="device", how="fin")
    assert [line.fields["text"] for line in bench.lines("note")] == [
        "link 1: its will is due: eco/1/x/presence"
    ]


@pytest.mark.parametrize("code", [2, 3, 4, 5])
async def test_a_refusal_comes_in_the_words_of_the_version(
    bench: Bench, device: PahoDevice, code: int
) -> None:
    bench.broker.behave(Behaviour(refuse_connect=code))
    reason = await device.connect(bench.port)
    expected = {2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}[code]
    assert reason == expected  # paho names codes of 3.1.1 in those of 5
    connack = await bench.seen("packet", way="out", type="CONNACK")
    is_5 = device.client.protocol == paho.MQTTv5
    assert connack.fields["decoded"]["code"] == (expected if is_5 else code)
    await bench.seen("closed", by="harness", how="fin")


async def test_a_wrong_password_is_refused_and_not_written_down(
    bench: Bench, device: PahoDevice
) -> None:
    device.client.username_pw_set(DEVICE, "another secret altogether")
    assert await device.connect(bench.port) == 0x87
    connect = await bench.seen("packet", way="in", type="CONNECT")
    assert connect.fields["decoded"]["password"] == "*" * 25
    assert b"another" not in base64.b64decode(connect.fields["raw"])


async def test_who_is_dismissed_is_let_in_no_more(bench: Bench, device: PahoDevice) -> None:
    bench.broker.dismiss(DEVICE)
    assert await device.connect(bench.port) == 0x87


async def test_only_3_1_1_where_only_that_is_spoken(bench: Bench) -> None:
    bench.broker.behave(Behaviour(levels=frozenset({4})))
    device = PahoDevice(paho.MQTTv5)
    bench.devices.append(device)
    assert await device.connect(bench.port) == 0x84
    assert bench.lines("stimulus")[0].fields["args"] == {"levels": [4]}


async def test_what_is_wanted_of_mqtt_5_is_said_in_the_connack(bench: Bench) -> None:
    wanted: Properties = {
        "server_keepalive_s": 7,
        "receive_maximum": 1,
        "user_property": [["a", "b"]],
    }
    bench.broker.behave(Behaviour(connack_properties=wanted))
    device = PahoDevice(paho.MQTTv5)
    bench.devices.append(device)
    assert await device.connect(bench.port) == 0
    connack = await bench.seen("packet", type="CONNACK")
    assert connack.fields["decoded"]["properties"] == wanted


@pytest.mark.parametrize("answer", ["CONNACK", "SUBACK", "PUBACK", "PINGRESP"])
async def test_an_answer_that_is_withheld_does_not_come(
    bench: Bench, caller: RawClient, answer: Answer
) -> None:
    bench.broker.behave(Behaviour(withhold=frozenset({answer})))
    caller.writer.write(CONNECT)
    caller.writer.write(encode_subscribe(1, [(COMMAND, 1)]))
    caller.writer.write(publish(4, Message("eco/1/x/state", b"{}"), 2))
    caller.writer.write(PING)
    await bench.seen("packet", way="in", type="PINGREQ")
    due = ["CONNACK", "SUBACK", "PUBACK", "PINGRESP"]
    assert bench.packets("out") == [each for each in due if each != answer]


async def test_a_connack_that_was_withheld_keeps_the_link_out(
    bench: Bench, caller: RawClient
) -> None:
    bench.broker.behave(Behaviour(withhold=frozenset({"CONNACK"})))
    caller.writer.write(CONNECT)
    await bench.seen("packet", type="CONNECT")
    assert bench.broker.link is None
    assert [link.is_open for link in bench.broker.links] == [False]


async def test_a_late_connack_comes_late(bench: Bench, caller: RawClient) -> None:
    bench.broker.behave(Behaviour(connack_delay_s=0.1))
    assert await caller.connect(DEVICE, PASSWORD) == 0
    connect, connack = bench.lines("packet")
    assert connack.at_ns - connect.at_ns >= 100_000_000


async def test_who_leaves_before_a_late_connack_is_not_let_in(
    bench: Bench, caller: RawClient
) -> None:
    bench.broker.behave(Behaviour(connack_delay_s=0.05))
    caller.writer.write(CONNECT)
    await bench.seen("packet", type="CONNECT")
    caller.abort()
    await bench.seen("closed")
    assert await bench.broker.until(lambda line: line.kind == "packet", 0.1) is None


async def test_a_denied_subscription_gets_nothing(bench: Bench, caller: RawClient) -> None:
    bench.broker.behave(Behaviour(deny_subscribe=0x80))
    await caller.connect(DEVICE, PASSWORD)
    assert await caller.subscribe(COMMAND) == (0x80,)
    link = bench.broker.link
    assert link is not None
    assert not link.is_subscribed(COMMAND)
    assert link.publish(COMMAND, b"{}") is None
    assert bench.packets("out") == ["CONNACK", "SUBACK"]
    assert bench.lines("note")[0].fields["text"].endswith(f"not subscribed: {COMMAND}")


async def test_a_denied_publish_is_told_to_mqtt_5_alone(bench: Bench, device: PahoDevice) -> None:
    bench.broker.behave(Behaviour(deny_publish=0x87))
    await device.connect(bench.port)
    await device.publish("eco/1/x/state", b"{}")
    puback = await bench.seen("packet", way="out", type="PUBACK")
    is_5 = device.client.protocol == paho.MQTTv5
    assert puback.fields["decoded"].get("code") == (0x87 if is_5 else None)


async def test_hanging_up_resets_before_a_word(bench: Bench) -> None:
    bench.broker.behave(Behaviour(hang_up=True))
    client = await RawClient.open(bench.port)
    with pytest.raises(ConnectionResetError):
        await client.reader.read()
    assert [line.kind for line in bench.writer.lines[2:]] == ["opened", "closed"]
    await client.close()


async def test_a_cut_is_a_reset_and_a_close_is_an_end(bench: Bench) -> None:
    for way in ("cut", "close"):
        client = await RawClient.open(bench.port)
        await client.connect(DEVICE, PASSWORD)
        link = bench.broker.link
        assert link is not None
        getattr(link, way)()
        if way == "cut":
            with pytest.raises(ConnectionResetError):
                await client.reader.read()
        else:
            assert await client.reader.read() == b""
        await client.close()
        with pytest.raises(ConnectionError):
            link.send(PING)
        link.cut()
    assert [(line.fields["by"], line.fields["how"]) for line in bench.lines("closed")] == [
        ("harness", "cut"),
        ("harness", "fin"),
    ]


async def test_a_device_that_resets_is_told_from_one_that_ends(bench: Bench) -> None:
    client = await RawClient.open(bench.port)
    await client.connect(DEVICE, PASSWORD)
    sock = client.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.abort()
    await bench.seen("closed", by="device", how="reset")


async def test_a_stalled_link_is_kept_and_answers_nothing_more(
    bench: Bench, caller: RawClient
) -> None:
    await caller.connect(DEVICE, PASSWORD)
    link = bench.broker.link
    assert link is not None
    link.stall()
    caller.writer.write(PING)
    await bench.seen("packet", way="in", type="PINGREQ")
    assert bench.packets("out") == ["CONNACK"]
    assert link.is_open


async def test_a_message_is_delivered_again_with_its_packet_id(
    bench: Bench, caller: RawClient
) -> None:
    await caller.connect(DEVICE, PASSWORD)
    await caller.subscribe("eco/1/+/command")
    link = bench.broker.link
    assert link is not None
    for marks in ({}, {"dup": True}, {"retain": True}):
        link.publish(COMMAND, b"{}", **marks)
    for _ in range(3):
        await caller.receive()
    sent = [p.fields["decoded"] for p in bench.lines("packet") if p.fields["type"] == "PUBLISH"]
    assert [(p["packet_id"], p["dup"], p["retain"]) for p in sent] == [
        (1, False, False),
        (1, True, False),
        (2, False, True),
    ]


async def test_what_is_unsubscribed_comes_no_more(bench: Bench, device: PahoDevice) -> None:
    await device.connect(bench.port)
    await device.subscribe(COMMAND)
    device.client.unsubscribe(COMMAND)
    await bench.seen("packet", way="out", type="UNSUBACK")
    link = bench.broker.link
    assert link is not None
    assert link.publish(COMMAND, b"{}") is None


async def test_the_qos_is_at_most_what_was_subscribed(bench: Bench, caller: RawClient) -> None:
    await caller.connect(DEVICE, PASSWORD)
    await caller.subscribe("eco/1/hub/#", qos=0)
    link = bench.broker.link
    assert link is not None
    link.publish("eco/1/hub/birth", b"{}")
    assert (await caller.receive()).qos == 0


async def test_bytes_that_are_no_packet_go_out_and_are_told(
    bench: Bench, caller: RawClient
) -> None:
    await caller.connect(DEVICE, PASSWORD)
    link = bench.broker.link
    assert link is not None
    line = link.send(b"\xff\xff\xff\xff\xff no packet")
    assert (await caller.reader.readexactly(15)).endswith(b"no packet")
    told = bench.writer.lines[line].fields
    assert (told["type"], told["way"]) == ("BROKEN", "out")
    assert base64.b64decode(told["raw"]).endswith(b"no packet")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\x30\xff\xff\xff\x7f", "at most 1048576"),
        (b"\xff\xff\xff\xff\xff", "more than four bytes"),
        (b"\x00\x00", "kind 0"),
        (b"\x36\x04\x00\x01ax", "QoS 3"),
        (PING, "before CONNECT"),
        (CONNECT + CONNECT, "CONNECT again"),
        (CONNECT + b"\x34\x05\x00\x01a\x00\x01", "QoS 2 is not offered"),
    ],
)
async def test_what_may_not_come_is_told_and_ends_the_link(
    bench: Bench, caller: RawClient, raw: bytes, why: str
) -> None:
    caller.writer.write(raw)
    await caller.closed()
    await bench.seen("closed", by="harness", how="fin")
    assert any(why in line.fields["text"] for line in bench.lines("note"))


async def test_half_a_packet_is_told_when_the_link_ends(bench: Bench, caller: RawClient) -> None:
    await caller.connect(DEVICE, PASSWORD)
    caller.writer.write(b"\x30\x10\x00")
    await caller.close()
    await bench.seen("closed", how="fin")
    last = bench.lines("packet")[-1].fields
    assert (last["type"], last["decoded"]) == (
        "BROKEN",
        {"why": "left over when the connection ended"},
    )


async def test_a_broken_connect_gives_no_password_away(bench: Bench, caller: RawClient) -> None:
    caller.writer.write(encode_connect(Connect(DEVICE, "unknown to us", 30))[:-1])
    await caller.close()
    await bench.seen("closed")
    raw = base64.b64decode(bench.lines("packet")[0].fields["raw"])
    assert raw[:8] == CONNECT[:1] + raw[1:2] + b"\x00\x04MQTT"
    assert b"unknown" not in raw


async def test_a_silent_device_is_ended_after_one_and_a_half_keep_alives(
    bench: Bench, caller: RawClient
) -> None:
    await caller.connect(DEVICE, PASSWORD, keepalive_s=1, will=Will("eco/1/x/presence", b"{}"))
    connack = await bench.seen("packet", type="CONNACK")
    closed = await bench.seen("closed", by="harness", how="keepalive")
    assert 1.4e9 < closed.at_ns - connack.at_ns < 2.5e9
    assert bench.lines("note")[0].fields["text"] == "link 1: its will is due: eco/1/x/presence"


async def test_who_connects_again_ends_the_link_before(bench: Bench, device: PahoDevice) -> None:
    await device.connect(bench.port)
    first = bench.broker.link
    again = PahoDevice(device.client.protocol)
    bench.devices.append(again)
    await again.connect(bench.port)
    await bench.seen("closed", link=1, by="harness", how="takeover")
    assert bench.broker.link not in {None, first}


async def test_time_that_the_broker_took_to_read_is_no_silence_of_the_device(
    bench: Bench, caller: RawClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, lost_s = asyncio.get_running_loop(), 0.0
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + lost_s)

    def stand_still(line: Line) -> None:
        nonlocal lost_s
        lost_s += 60.0 * (line.fields.get("type") == "PINGREQ")

    bench.writer.listeners.append(stand_still)
    caller.writer.write(CONNECT + PING)
    await bench.seen("packet", way="out", type="PINGRESP")
    caller.writer.write(DISCONNECT)
    await bench.seen("closed", by="device", how="disconnect")


@pytest.mark.parametrize("kind", [ScriptedBroker, RealBroker])
@pytest.mark.parametrize("turns", range(6))
async def test_a_link_that_comes_as_the_broker_stops_is_closed(
    kind: type[ScriptedBroker | RealBroker], turns: int
) -> None:
    async with benched(kind) as bench:
        with socket.create_connection(("127.0.0.1", bench.port), 5) as late:
            for _ in range(turns):
                await asyncio.sleep(0)
            await bench.broker.stop()
            late.setblocking(False)
            with suppress(ConnectionResetError):
                assert await asyncio.get_running_loop().sock_recv(late, 1) == b""
        gc.collect()  # a socket that was lost instead is told of as it is collected


async def test_a_flood_of_connections_is_bounded(bench: Bench) -> None:
    clients = [await RawClient.open(bench.port) for _ in range(MOST_LINKS + 3)]
    await bench.seen("closed", link=MOST_LINKS + 3, how="cut")
    assert len(bench.broker.links) == MOST_LINKS
    for client in clients:
        client.abort()


@pytest.mark.parametrize(
    ("budget", "most_packets"),
    [
        (Budget(packets=100), 102),
        (Budget(stream_bytes=200), 2),
        (Budget(connections=1), 502),
        (Budget(room=100), 400),
    ],
)
async def test_a_flood_is_cut_off_and_nothing_more_is_written_down(
    bench: Bench, budget: Budget, most_packets: int
) -> None:
    bench.broker._budget = budget
    client = await RawClient.open(bench.port)
    client.writer.write(CONNECT + PING * 500 + DISCONNECT)
    await bench.seen("closed", link=1)
    await client.close()
    assert len(bench.packets("in")) <= most_packets
    lines = bench.writer.next_n
    for _ in range(2):
        client = await RawClient.open(bench.port)
        assert await client.reader.read() == b""
        await client.close()
    assert bench.writer.next_n == lines


async def test_waiting_sees_old_lines_when_asked_and_gives_up_in_time(bench: Bench) -> None:
    line = bench.writer.write("note", text="first")
    is_note = lambda line: line.kind == "note"  # noqa: E731 - shorter than a function
    assert await bench.broker.until(is_note, 0.01) is None
    found = await bench.broker.until(is_note, 0.01, since=line)
    assert found is bench.writer.lines[line]
    waiting = asyncio.create_task(bench.broker.until(is_note, 5))
    await asyncio.sleep(0)
    line = bench.writer.write("note", text="second")
    assert await waiting is bench.writer.lines[line]
    assert bench.writer.listeners == []


@pytest.mark.parametrize(
    ("topics", "topic", "does"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/b/#", "a", False),
        ("#", "a/b", True),
        ("a", "a/b", False),
    ],
)
def test_a_filter_takes_in_a_topic(topics: str, topic: str, *, does: bool) -> None:
    assert matches(topics, topic) is does
