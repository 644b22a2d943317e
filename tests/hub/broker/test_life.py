"""How connections begin, go on and end; the same on mosquitto and on the embedded broker."""

import asyncio
import time
from contextlib import suppress

import pytest

from tests.alongside import alongside
from tests.hub.broker.conftest import Scene, device
from tests.mqtt_client import REFUSED, RawClient, Will

PRESENCE = "eco/1/+/presence"
STATE = "eco/1/+/state"
GARBAGE_FIRST = (
    b"\x00",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\xff" * 4096,
    b"\x10\xff\xff\xff\xff\xff",
    b"\x10\xff\xff\xff\x7f",
    b"\x30\x05\x00\x03a/b",
    b"\x10\x00",
    b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
    b"\x10\x0c\x00\x04MQTT\x09\x02\x00\x3c\x00\x00",
)
GARBAGE_LATER = (
    b"\x00\x00",
    b"\xf0\x00",
    b"\x32\x02\x00\x00",
    b"\x82\x05\x00\x01\x00\x09a",
    b"\x80\x06\x00\x01\x00\x01a\x00",
)


def will(number: int, payload: bytes = b"gone") -> Will:
    return Will(f"eco/1/{device(number)}/presence", payload)


async def state(client: RawClient, number: int, payload: bytes = b"mark") -> None:
    await client.publish(f"eco/1/{device(number)}/state", payload, qos=1)


async def test_the_will_goes_out_when_a_device_breaks_off(scene: Scene) -> None:
    hub, own = await scene.hub(PRESENCE), await scene.join(device(1), will=will(1))
    own.abort()
    message = await hub.receive()
    assert (message.topic, message.payload) == (f"eco/1/{device(1)}/presence", b"gone")


async def test_an_orderly_goodbye_sends_all_messages_before_it_and_no_will(scene: Scene) -> None:
    hub, own = await scene.hub(PRESENCE, STATE), await scene.join(device(1), will=will(1))
    for number in range(20):
        await own.publish(f"eco/1/{device(1)}/state", b"%d" % number)
    await own.publish(f"eco/1/{device(1)}/presence", b"offline")
    await own.disconnect()
    heard = [(await hub.receive()).payload for _ in range(21)]
    assert heard == [*(b"%d" % number for number in range(20)), b"offline"]
    again = await scene.join(device(1))
    await state(again, 1)
    assert (await hub.receive()).payload == b"mark"


async def test_messages_right_before_a_break_still_come_and_then_the_will(scene: Scene) -> None:
    hub, own = await scene.hub(PRESENCE, STATE), await scene.join(device(1), will=will(1))
    for number in range(20):
        await own.publish(f"eco/1/{device(1)}/state", b"%d" % number)
    await own.close()
    heard = [(await hub.receive()).payload for _ in range(21)]
    assert heard == [*(b"%d" % number for number in range(20)), b"gone"]


async def test_a_new_connection_takes_over_and_the_old_will_comes_first(scene: Scene) -> None:
    hub = await scene.hub(PRESENCE)
    old = await scene.join(device(1), will=will(1, b"old gone"))
    new = await scene.join(device(1), will=will(1, b"new gone"))
    await new.publish(f"eco/1/{device(1)}/presence", b"new here", qos=1)
    assert [(await hub.receive()).payload for _ in range(2)] == [b"old gone", b"new here"]
    await old.closed()
    new.abort()
    assert (await hub.receive()).payload == b"new gone"


async def test_a_device_that_comes_back_at_once_keeps_its_new_connection(scene: Scene) -> None:
    hub = await scene.hub(STATE)
    for _ in range(5):
        for number in (1, 2, 3):
            (await scene.join(device(number))).abort()
    stay = [await scene.join(device(number)) for number in (1, 2, 3)]
    await asyncio.sleep(1.5)  # a clean-up of old sessions comes once a second
    for number, client in enumerate(stay, 1):
        await client.ping()
        await state(client, number, b"still here")
        assert (await hub.receive()).payload == b"still here"


async def test_revoking_cuts_that_device_and_nobody_else(scene: Scene) -> None:
    hub = await scene.hub(STATE)
    gone, stays = await scene.join(device(1)), await scene.join(device(2))
    await scene.admit(device(2), device(3))
    await gone.closed()
    again = await scene.open()
    assert await again.connect(device(1), f"secret of {device(1)}") == REFUSED
    await state(stays, 2)
    assert (await hub.receive()).payload == b"mark"


async def test_a_new_password_cuts_the_old_connection_and_lets_the_new_one_in(scene: Scene) -> None:
    old, stays = await scene.join(device(1)), await scene.join(device(2))
    scene.passwords[device(1)] = "another"
    await scene.apply()
    await old.closed()
    again = await scene.open()
    assert await again.connect(device(1), f"secret of {device(1)}") == REFUSED
    await scene.join(device(1))
    await stays.ping()


async def test_a_new_device_gets_in_without_a_restart(scene: Scene) -> None:
    hub, stays = await scene.hub(STATE), await scene.join(device(1))
    await scene.admit(device(1), device(2), device(3), device(4))
    new = await scene.join(device(4))
    await state(new, 4)
    assert (await hub.receive()).topic == f"eco/1/{device(4)}/state"
    await stays.ping()


async def test_many_changes_of_the_users_at_once_all_take_effect(scene: Scene) -> None:
    for number in range(10, 60):
        scene.passwords[device(number)] = f"secret of {device(number)}"
        scene.broker.set_credentials({})  # a change that the next one overtakes
    await scene.apply()
    for number in (1, 10, 59):
        await scene.join(device(number))


async def test_a_silent_device_is_given_up_after_one_and_a_half_keepalives(scene: Scene) -> None:
    hub = await scene.hub(PRESENCE)
    await scene.join(device(1), will=will(1), keepalive_s=2)
    started_s = time.monotonic()
    assert (await hub.receive(timeout_s=10)).payload == b"gone"
    assert time.monotonic() - started_s >= 2


async def test_pings_keep_a_device_alive(scene: Scene) -> None:
    hub = await scene.hub(PRESENCE, STATE)
    own = await scene.join(device(1), will=will(1), keepalive_s=2)
    for _ in range(6):
        await asyncio.sleep(0.6)
        await own.ping()
    await state(own, 1)
    assert (await hub.receive()).payload == b"mark"


@pytest.mark.parametrize("qos", [0, 1])
async def test_messages_of_a_device_arrive_in_order_and_all_of_them(scene: Scene, qos: int) -> None:
    hub, own = await scene.hub(STATE), await scene.join(device(1))
    for number in range(300):
        await own.publish(f"eco/1/{device(1)}/state", b"%d" % number, qos)
    assert [int((await hub.receive()).payload) for _ in range(300)] == list(range(300))


async def test_one_device_that_floods_leaves_room_for_the_others(scene: Scene) -> None:
    hub = await scene.hub("eco/1/+/event")
    flood, calm = await scene.join(device(1)), await scene.join(device(2))

    async def pour() -> None:
        while True:
            await flood.publish(f"eco/1/{device(1)}/state", b"x" * 1000)
            await asyncio.sleep(0)  # a broker that reads fast lets drain() return at once

    async with alongside(pour()):
        for number in range(20):
            await calm.publish(f"eco/1/{device(2)}/event", b"%d" % number, qos=1)
            assert (await hub.receive()).payload == b"%d" % number


async def test_garbage_before_the_connect_ends_that_connection_alone(scene: Scene) -> None:
    stays = await scene.join(device(1))
    for garbage in GARBAGE_FIRST:
        attacker = await scene.open()
        attacker.writer.write(garbage)
        with suppress(OSError):
            attacker.writer.write_eof()
        await attacker.closed()
        await stays.ping()
    await scene.join(device(2))


async def test_garbage_after_the_connect_ends_that_connection_with_its_will(scene: Scene) -> None:
    hub, stays = await scene.hub(PRESENCE), await scene.join(device(2))
    for garbage in GARBAGE_LATER:
        attacker = await scene.join(device(1), will=will(1))
        attacker.writer.write(garbage)
        await attacker.closed()
        assert (await hub.receive()).payload == b"gone", garbage
        await stays.ping()


async def test_a_packet_hidden_in_another_is_not_taken_for_one(scene: Scene) -> None:
    hub, own, victim = await scene.hub(), await scene.join(device(1)), await scene.join(device(2))
    hidden = b"\x30" + bytes([8 + 22]) + b"\x00\x1c" + f"eco/1/{device(2)}/state".encode()
    await own.publish(f"eco/1/{device(1)}/state", hidden * 3)
    own.writer.write(b"\x82\x08\x00\x01\x00\x40ab\x00\x00")
    await own.closed()
    await victim.ping()
    again = await scene.join(device(1))
    await state(again, 1)
    heard = [await hub.receive(), await hub.receive()]
    assert {message.topic for message in heard} == {f"eco/1/{device(1)}/state"}
    assert [message.payload for message in heard] == [hidden * 3, b"mark"]


async def test_300_connections_that_say_nothing_keep_nobody_out(scene: Scene) -> None:
    hub, own = await scene.hub(STATE), await scene.join(device(1))
    for _ in range(300):
        await scene.open()
    await state(own, 1)
    assert (await hub.receive()).payload == b"mark"
    await scene.join(device(2))


async def test_a_client_of_mqtt_5_gets_in_or_is_told_that_it_cannot(scene: Scene) -> None:
    client = await scene.open()
    client.writer.write(b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00")
    first = await asyncio.wait_for(client.reader.readexactly(4), 5)
    assert first[0] == 0x20
    assert first[3] >= 0x80


async def test_messages_beyond_all_limits_are_dropped_and_the_next_one_comes(scene: Scene) -> None:
    hub, own = await scene.hub(STATE), await scene.join(device(1))
    await own.publish(f"eco/1/{device(1)}/state", b"x" * 100_000, qos=1)
    await own.publish(f"eco/1/{device(1)}/state", b"y" * 20_000, qos=1)
    assert (await hub.receive()).payload == b"y" * 20_000


async def test_a_packet_beyond_all_limits_ends_the_connection(scene: Scene) -> None:
    own = await scene.join(device(1))
    own.writer.write(b"\x30\x80\x80\x80\x01" + b"x" * 200_000)
    await own.closed()


async def test_a_client_that_does_not_read_holds_up_nobody(scene: Scene) -> None:
    hub = await scene.hub(STATE)
    deaf, own = await scene.join(device(1)), await scene.join(device(2))
    deaf.reader._transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(300):
        await hub.publish(f"eco/1/{device(1)}/command", b"x" * 16_000)
    await state(own, 2)
    assert (await hub.receive()).payload == b"mark"


async def test_a_session_is_not_kept_for_a_device_that_is_away(scene: Scene) -> None:
    hub = await scene.hub(PRESENCE)
    own = await scene.join(device(1), will=will(1))
    own.abort()
    await hub.receive()
    await hub.publish(f"eco/1/{device(1)}/command", b"stale", qos=1)
    again = await scene.join(device(1))
    await hub.publish(f"eco/1/{device(1)}/command", b"fresh", qos=1)
    assert (await again.receive()).payload == b"fresh"
