"""The same bench with a real mosquitto behind the recorder, and what only a script can do."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from paho.mqtt import client as paho

import certification.recorder.mosquitto
from certification.errors import CertifyError
from certification.recorder.behaviour import Behaviour, NotScriptedError
from certification.recorder.mosquitto import find_mosquitto
from certification.recorder.real_broker import RealBroker
from certification.transcript.file import Writer
from protocol.mqtt import PING
from tests.certification.conftest import Bench, benched
from tests.certification.devices import DEVICE, PASSWORD, PahoDevice
from tests.mqtt_client import RawClient, Will

COMMAND = f"eco/1/{DEVICE}/command"
MOSQUITTO_LOOKS_S = 15.0
"""It looks for silent clients every five seconds or so."""

ANNOUNCE = f"eco/1/{DEVICE}/announce"


def is_there() -> bool:
    try:
        return find_mosquitto().exists()
    except CertifyError:
        return False


pytestmark = [
    pytest.mark.mosquitto,
    pytest.mark.skipif(
        not is_there() and os.environ.get("CI") != "true", reason="no mosquitto on this machine"
    ),
]


@pytest.fixture
async def real() -> AsyncIterator[Bench]:
    async with benched(RealBroker) as bench:
        yield bench


@pytest.fixture
async def caller(real: Bench) -> AsyncIterator[RawClient]:
    client = await RawClient.open(real.port)
    yield client
    client.abort()
    await client.close()


async def session(bench: Bench, version: int) -> list[tuple[str, str, object]]:
    """Play a session and return what was said, by either side."""
    device = PahoDevice(version)
    bench.devices.append(device)
    assert await device.connect(bench.port) == 0
    link = bench.broker.link
    assert link is not None
    await device.subscribe(COMMAND, "eco/1/hub/birth")
    await device.publish(ANNOUNCE, b'{"epoch":1}')
    assert link.publish(COMMAND, b'{"type":"set"}') is not None
    await device.wait(device.has_heard)
    await bench.seen("packet", way="in", type="PUBACK")
    device.client.disconnect()
    await bench.seen("closed", by="device", how="disconnect")
    packets = [line.fields for line in bench.lines("packet")]
    return [(p["way"], p["type"], p["decoded"].get("payload")) for p in packets]


@pytest.mark.parametrize("version", [paho.MQTTv311, paho.MQTTv5], ids=["3.1.1", "5"])
async def test_a_session_is_the_same_as_with_the_script(
    bench: Bench, real: Bench, version: int
) -> None:
    assert await session(real, version) == await session(bench, version)


async def test_who_is_admitted_later_is_let_in_at_once(real: Bench, caller: RawClient) -> None:
    assert await caller.connect("acme-socket-2", "some other password") != 0
    real.broker.admit("acme-socket-2", "some other password")
    client = await RawClient.open(real.port)
    assert await client.connect("acme-socket-2", "some other password") == 0
    await client.disconnect()
    real.broker.dismiss("acme-socket-2")
    client = await RawClient.open(real.port)
    assert await client.connect("acme-socket-2", "some other password") != 0
    await client.close()


async def test_many_who_are_admitted_at_once_are_all_let_in(real: Bench) -> None:
    names = [f"acme-socket-{number}" for number in range(20)]
    for name in names:
        real.broker.admit(name, f"password of {name}")
        client = await RawClient.open(real.port)
        assert await client.connect(name, f"password of {name}") == 0
        await client.disconnect()
    for name in names:
        real.broker.admit(name, f"new password of {name}")
    client = await RawClient.open(real.port)
    assert await client.connect(names[-1], f"new password of {names[-1]}") == 0
    await client.disconnect()


async def test_what_a_device_may_not_say_reaches_nobody(real: Bench, caller: RawClient) -> None:
    await caller.connect(DEVICE, PASSWORD)
    await caller.subscribe(COMMAND)
    await caller.publish(COMMAND, b"mine", qos=1)
    link = real.broker.link
    assert link is not None
    link.publish(COMMAND, b"the hub's")
    assert (await caller.receive()).payload == b"the hub's"


async def test_what_is_unsubscribed_comes_no_more(real: Bench) -> None:
    device = PahoDevice(paho.MQTTv5)
    real.devices.append(device)
    await device.connect(real.port)
    await device.subscribe(COMMAND)
    device.client.unsubscribe(COMMAND)
    await real.seen("packet", way="out", type="UNSUBACK")
    link = real.broker.link
    assert link is not None
    assert link.publish(COMMAND, b"{}") is None


async def test_withheld_answers_and_hanging_up_work_before_mosquitto(
    real: Bench, caller: RawClient
) -> None:
    await caller.connect(DEVICE, PASSWORD)
    real.broker.behave(Behaviour(withhold=frozenset({"PINGRESP"})))
    caller.writer.write(PING)
    await caller.publish(ANNOUNCE, b"{}", qos=1)
    assert real.packets("out") == ["CONNACK", "PUBACK"]
    real.broker.behave(Behaviour(hang_up=True))
    client = await RawClient.open(real.port)
    with pytest.raises(ConnectionResetError):
        await client.reader.read()
    await client.close()


async def test_what_only_a_script_can_do_is_refused(real: Bench, caller: RawClient) -> None:
    with pytest.raises(NotScriptedError, match="refuse_connect"):
        real.broker.behave(Behaviour(refuse_connect=5))
    await caller.connect(DEVICE, PASSWORD)
    await caller.subscribe(COMMAND)
    link = real.broker.link
    assert link is not None
    for marks in ({"retain": True}, {"dup": True}):
        with pytest.raises(NotScriptedError):
            link.publish(COMMAND, b"{}", **marks)
    assert link.publish("eco/1/hub/birth", b"{}") is None
    assert real.lines("stimulus") == []


async def test_cut_close_and_stall_are_those_of_the_script(real: Bench) -> None:
    for way, how in (("cut", "cut"), ("close", "fin")):
        client = await RawClient.open(real.port)
        await client.connect(DEVICE, PASSWORD)
        link = real.broker.link
        assert link is not None
        getattr(link, way)()
        await real.seen("closed", link=link.n, by="harness", how=how)
        await client.close()
    client = await RawClient.open(real.port)
    await client.connect(DEVICE, PASSWORD, keepalive_s=1)
    link = real.broker.link
    assert link is not None
    link.stall()
    client.writer.write(PING)
    assert await real.broker.until(lambda line: line.kind == "closed", 2.5) is None
    assert real.packets("out")[-1] == "CONNACK"
    client.abort()
    await real.seen("closed", link=link.n, by="device")


async def test_mosquitto_ends_a_link_of_a_silent_or_broken_device(
    real: Bench, caller: RawClient
) -> None:
    will = Will(f"eco/1/{DEVICE}/presence", b"{}")
    await caller.connect(DEVICE, PASSWORD, keepalive_s=1, will=will)
    await real.seen("closed", MOSQUITTO_LOOKS_S, link=1, by="harness", how="fin")
    client = await RawClient.open(real.port)
    client.writer.write(b"\x00\x00")
    await client.closed()
    await real.seen("closed", link=2, by="harness", how="fin")
    await client.close()


async def test_without_mosquitto_a_run_says_so(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(certification.recorder.mosquitto, "_PLACES", str(tmp_path))
    with pytest.raises(CertifyError, match="no mosquitto here"):
        await RealBroker(writer, {}).start()


async def test_a_mosquitto_that_does_not_start_says_why(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        certification.recorder.mosquitto, "_configuration", lambda _: "no_such_setting true\n"
    )
    with pytest.raises(CertifyError, match="no_such_setting"):
        await RealBroker(writer, {}).start()


async def test_nothing_is_left_behind(real: Bench) -> None:
    broker = real.broker
    assert isinstance(broker, RealBroker)
    assert broker._mosquitto is not None
    socket = broker._mosquitto.socket
    assert socket.is_socket()
    await broker.stop()
    assert not socket.parent.exists()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", real.port)
