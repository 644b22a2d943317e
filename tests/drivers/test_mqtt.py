"""The MQTT driver does what every driver has to do, on each broker that the hub runs."""

import logging
import os
import signal
import socket
from pathlib import Path

import pytest

from drivers import mqtt
from drivers.contract import BrokerAccess, DriverContext
from drivers.mqtt import MqttDriver
from hub.broker import find_mosquitto
from protocol.codec import Decoded, encode
from protocol.messages import Presence
from protocol.topics import Leaf, build
from tests.drivers.driver_suite import (
    CHECKS,
    CHILD,
    ONE,
    ONLINE,
    TWO,
    Check,
    command,
    name_of,
    run_check,
    running,
    state,
)
from tests.drivers.mqtt_world import PASSWORD, MqttWorld
from tests.drivers.recorder import Recorder
from tests.mqtt_client import RawClient, Will


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=pytest.mark.mosquitto)])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "mosquitto" and find_mosquitto() is None:
        pytest.skip("no mosquitto on this machine")
    return name


@pytest.fixture
def world(kind: str, tmp_path: Path) -> MqttWorld:
    return MqttWorld(kind, tmp_path / "broker")


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
async def test_the_mqtt_driver_passes(check: Check, world: MqttWorld) -> None:
    await run_check(check, world)


@pytest.mark.parametrize("kind", ["mosquitto"])
@pytest.mark.mosquitto
async def test_of_what_is_retained_only_presence_is_heard(world: MqttWorld) -> None:
    recorder = Recorder()
    async with world.set_up():
        one = await world.attach(ONE)
        for leaf in (Leaf.STATE, Leaf.EVENT, Leaf.ANNOUNCE, Leaf.ACK):
            await one.client.publish(build(ONE, leaf), b"{}", 1, is_retained=True)
        await one.publish(ONLINE)
        async with running(world, recorder):
            await recorder.until(lambda: ONLINE in recorder.messages)
            await one.publish(state(1))
            await recorder.until(lambda: state(1) in recorder.messages)
    assert recorder.messages == [ONLINE, state(1)]
    assert recorder.refused == []


@pytest.mark.parametrize("kind", ["mosquitto"])
@pytest.mark.mosquitto
async def test_what_is_retained_for_a_child_is_told_once_and_cleared(world: MqttWorld) -> None:
    recorder = Recorder()
    topics = [build(ONE, leaf, CHILD) for leaf in (Leaf.PRESENCE, Leaf.STATE)]
    async with world.set_up():
        one = await world.attach(ONE)
        for topic in topics:
            await one.client.publish(topic, encode(ONE, ONLINE).payload, 1, is_retained=True)
        async with running(world, recorder):
            await recorder.until(lambda: len(recorder.refused) == 2)
            await one.publish(ONLINE, CHILD)
            await recorder.until(lambda: recorder.messages == [ONLINE])
            await world.cut()
            await recorder.until(lambda: not recorder.is_up)
            await world.mend()
            await recorder.until(lambda: recorder.is_up)
            await one.publish(state(1), CHILD)
            await recorder.until(lambda: state(1) in recorder.messages)
    assert recorder.rules == ["ECO-CHILD-003"] * 2
    assert {topic.child for topic, _ in recorder.refused if topic} == {CHILD}
    assert recorder.messages == [ONLINE, state(1)]


async def test_an_empty_presence_is_nobodys_mistake(world: MqttWorld) -> None:
    recorder = Recorder()
    async with world.set_up(), running(world, recorder):
        one = await world.attach(ONE)
        await one.publish_raw(Leaf.PRESENCE, b"")
        await one.publish(ONLINE)
        await recorder.until(lambda: recorder.decoded != [])
    assert recorder.messages == [ONLINE]
    assert recorder.refused == []


async def test_the_will_of_a_device_is_heard(world: MqttWorld) -> None:
    recorder = Recorder()
    gone = Presence(status="offline", epoch=1, connection=1, reason="lost")
    wire = encode(ONE, gone)
    async with world.set_up(), running(world, recorder):
        client = await RawClient.open(world.broker.access.port)
        await client.connect(ONE, PASSWORD, will=Will(wire.topic, wire.payload))
        client.abort()
        await recorder.until(lambda: recorder.messages == [gone])
        await client.close()


async def test_a_hub_that_fails_on_a_message_hears_the_next_one(
    world: MqttWorld, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder()
    take = recorder.receive

    def receive(decoded: Decoded) -> None:
        if decoded.topic.device == TWO:
            raise RuntimeError("a mistake of the hub")
        take(decoded)

    recorder.receive = receive  # type: ignore[method-assign]
    async with world.set_up(), running(world, recorder):
        one, two = await world.attach(ONE), await world.attach(TWO)
        await two.publish(ONLINE)
        await one.publish(ONLINE)
        await recorder.until(lambda: recorder.messages == [ONLINE])
    errors = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert [r.name for r in errors] == ["drivers.mqtt_link"]


async def test_no_more_topics_are_remembered_than_fit(
    world: MqttWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "MOST_TOPICS", 1)
    recorder = Recorder()
    async with world.set_up(), running(world, recorder):
        one, two = await world.attach(ONE), await world.attach(TWO)
        for seq in range(1, 6):
            await one.publish(state(seq))
            await two.publish(state(seq))
        await recorder.until(lambda: len(recorder.decoded) == 10)


async def test_what_is_sent_goes_out_at_once(world: MqttWorld) -> None:
    """Without TCP_NODELAY a command takes 44 ms more (Nagle and the delayed ACK)."""
    async with world.set_up(), running(world, Recorder()):
        link = world.driver._link
        assert link is not None
        transport = link._transport
        assert transport is not None
        found = transport.get_extra_info("socket")
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("kind", ["mosquitto"])
@pytest.mark.mosquitto
async def test_a_killed_broker_is_left_and_found_again(world: MqttWorld, tmp_path: Path) -> None:
    recorder = Recorder()
    async with world.set_up(), running(world, recorder):
        os.kill(int((tmp_path / "broker" / "mosquitto.pid").read_text()), signal.SIGKILL)
        await recorder.until(lambda: not recorder.is_up)
        await recorder.until(lambda: recorder.is_up)
        one = await world.attach(ONE)
        assert world.driver.send(ONE, command(1))
        assert await one.heard() == command(1)


def test_a_setting_that_is_none_is_refused() -> None:
    context = DriverContext(BrokerAccess("h", 1, "u", "p"), {"windw": 5})
    with pytest.raises(ValueError, match="windw"):
        MqttDriver(context)
