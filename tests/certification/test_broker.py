"""The scripted broker records every byte and misbehaves as it is told; paho is the device."""

import base64
import json

import pytest
from paho.mqtt import client as paho

from certification.behaviour import Behaviour
from tests.certification.conftest import Bench
from tests.certification.devices import DEVICE, PahoDevice

COMMAND = f"eco/1/{DEVICE}/command"
VERSIONS = [paho.MQTTv311, paho.MQTTv5]


@pytest.fixture(params=VERSIONS, ids=["3.1.1", "5"])
def device(request: pytest.FixtureRequest, bench: Bench) -> PahoDevice:
    device = PahoDevice(request.param)
    bench.devices.append(device)
    return device


async def test_a_session_is_recorded_whole(bench: Bench, device: PahoDevice) -> None:
    device.will(f"eco/1/{DEVICE}/presence", b'{"status":"offline"}')
    assert await device.connect(bench.port) == 0
    link = await bench.broker.next_link(5)
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
    assert b"another" not in bench.file.getvalue()
    assert base64.b64encode(b"another secret")[:12] not in bench.file.getvalue()


async def test_only_3_1_1_where_only_that_is_spoken(bench: Bench) -> None:
    bench.broker.behave(Behaviour(levels=frozenset({4})))
    device = PahoDevice(paho.MQTTv5)
    bench.devices.append(device)
    assert await device.connect(bench.port) == 0x84
    assert json.loads(bench.file.getvalue().splitlines()[1])["args"] == {"levels": [4]}
