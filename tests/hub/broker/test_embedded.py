"""What only the embedded broker does, and what it does in its own way."""

import asyncio
import socket
from contextlib import suppress

import pytest

from hub.broker import entrance
from hub.broker.embedded import EmbeddedBroker
from hub.broker.port import free_port
from protocol.mqtt import Connect, encode_connect
from tests.hub.broker.conftest import END_S, READY_S, Scene, device, until_state
from tests.mqtt_client import CLOSED, REFUSED, RawClient, Will

LOOPBACK = "127.0.0.1"


@pytest.fixture
def kind() -> str:
    return "embedded"


async def stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_it_listens_on_loopback_alone_and_says_so(scene: Scene) -> None:
    assert scene.broker.state.host == LOOPBACK
    assert "this machine alone" in scene.broker.state.detail


async def test_a_client_of_mqtt_5_is_told_to_try_3_1_1(scene: Scene) -> None:
    client = await scene.open()
    client.writer.write(b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00")
    assert await asyncio.wait_for(client.reader.read(), 5) == b"\x20\x03\x00\x84\x00"


async def test_a_client_of_mqtt_3_1_is_told_the_level(scene: Scene) -> None:
    client = await scene.open()
    client.writer.write(b"\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x00")
    assert await asyncio.wait_for(client.reader.read(), 5) == b"\x20\x02\x00\x01"


async def test_a_will_on_a_foreign_topic_is_refused_at_once(scene: Scene) -> None:
    client = await scene.open()
    will = Will(f"eco/1/{device(2)}/presence", b"forged")
    assert await client.connect(device(1), scene.passwords[device(1)], will=will) == REFUSED


@pytest.mark.parametrize(
    "packet",
    [
        b"\x34\x09\x00\x03a/b\x00\x01xx",
        b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
        b"\x20\x00",
    ],
)
async def test_what_may_not_come_after_the_connect_ends_the_client_with_its_will(
    scene: Scene, packet: bytes
) -> None:
    hub = await scene.hub("eco/1/+/presence")
    client = await scene.join(device(1), will=Will(f"eco/1/{device(1)}/presence", b"gone"))
    client.writer.write(packet)
    await client.closed()
    assert (await hub.receive()).payload == b"gone"


async def test_denied_subscriptions_are_answered_as_such(scene: Scene) -> None:
    client = await scene.join(device(1))
    wanted = (f"eco/1/{device(1)}/verdict", f"eco/1/{device(2)}/command", "#", "eco/1/hub/birth")
    assert await client.subscribe(*wanted) == (1, 0x80, 0x80, 1)


async def test_nothing_is_retained(scene: Scene) -> None:
    client = await scene.join(device(1))
    await client.publish(f"eco/1/{device(1)}/presence", b"here", qos=1, is_retained=True)
    hub = await scene.hub("eco/1/+/presence")
    await client.publish(f"eco/1/{device(1)}/presence", b"mark", qos=1)
    message = await hub.receive()
    assert (message.payload, message.is_retained) == (b"mark", False)


async def test_who_does_not_say_who_he_is_is_not_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "CONNECT_S", 0.05)
    silent = await scene.open()
    await silent.closed()


async def test_of_too_many_that_wait_the_oldest_goes(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "MOST_WAITING", 3)
    waiting = [await scene.open() for _ in range(3)]
    for client in waiting:
        client.writer.write(b"\x10")
    await scene.open()
    await waiting[0].closed()
    await scene.join(device(1))


async def test_two_connections_of_a_device_at_the_same_time_leave_one(scene: Scene) -> None:
    clients = [await scene.open() for _ in range(5)]
    password = scene.passwords[device(1)]
    codes = await asyncio.gather(*(c.connect(device(1), password) for c in clients))
    assert set(codes) <= {0, CLOSED}
    ends = {asyncio.create_task(client.closed(END_S)): client for client in clients}
    left = set(ends)
    while len(left) > 1:
        done, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        for end in done:
            end.result()
    (waiting,) = left
    await stopped(waiting)
    await ends[waiting].ping()


async def test_a_taken_port_is_said_and_tried_until_it_is_free() -> None:
    with socket.create_server((LOOPBACK, 0)) as holder:
        broker = EmbeddedBroker(holder.getsockname()[1])
        task = asyncio.create_task(broker.run())
        await until_state(broker, "is taken by")
        assert not broker.state.is_ready
        holder.close()
        assert await broker.wait_ready(READY_S)
        await stopped(task)


async def test_stopping_sees_everybody_off_and_frees_the_port() -> None:
    port, before = free_port(LOOPBACK), asyncio.all_tasks()
    for _ in range(3):
        broker = EmbeddedBroker(port)
        task = asyncio.create_task(broker.run())
        assert await broker.wait_ready(READY_S)
        hub, waiting = await RawClient.open(port), await RawClient.open(port)
        await hub.connect(broker.access.user, broker.access.password)
        await stopped(task)
        for client in (hub, waiting):
            await client.closed()
            await client.close()
    async with asyncio.timeout(5):
        while asyncio.all_tasks() - before:  # noqa: ASYNC110 - what was cancelled needs a turn
            await asyncio.sleep(0)


async def test_stopping_ends_those_too_who_wait_for_the_place_of_another() -> None:
    before = asyncio.all_tasks()
    broker = EmbeddedBroker(free_port(LOOPBACK))
    task = asyncio.create_task(broker.run())
    assert await broker.wait_ready(READY_S)
    access, clients = broker.access, []
    for _ in range(5):
        client = await RawClient.open(access.port)
        client.writer.write(encode_connect(Connect(access.user, access.password)))
        clients.append(client)
    await stopped(task)
    assert asyncio.all_tasks() == before
    for client in clients:
        await client.closed()
        await client.close()
