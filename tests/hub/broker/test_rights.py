"""Who gets in, and what they may say and hear; the same on mosquitto and on the embedded broker."""

import asyncio

import pytest

from hub.broker import hash_password
from tests.hub.broker.conftest import Scene, device
from tests.mqtt_client import ACCEPTED, REFUSED, RawClient, Will

UP = ("announce", "presence", "state", "event", "ack", "spec")
DOWN = ("command", "verdict", "update")
LIFE = ("eco/1/+/state", "eco/1/+/presence")
CHILD = f"{device(1)}/band-0001"
FOREIGN_TOPICS = (
    f"eco/1/{CHILD}/command",
    f"eco/1/{CHILD}/more/state",
    f"eco/1/{device(2)}/{device(1)}/state",
    f"eco/1/{device(2)}/state",
    f"eco/1/{device(2)}/presence",
    f"eco/1/{device(1)}/command",
    f"eco/1/{device(2)}/command",
    f"eco/1/{device(1)}/verdict",
    f"eco/1/{device(1)}/state/more",
    f"eco/1/{device(1)}/other",
    f"eco/1/{device(1)}",
    f"eco/2/{device(1)}/state",
    "eco/1/hub/birth",
    "other",
)
FOREIGN_FILTERS = (
    f"eco/1/{device(1)}/+/update",
    f"eco/1/{device(1)}/+/state",
    f"eco/1/{device(2)}/+/command",
    "eco/1/+/+/command",
    "#",
    "+/+/+/+",
    "eco/#",
    "eco/1/+/state",
    "eco/1/+/command",
    f"eco/1/{device(2)}/command",
    f"eco/1/{device(2)}/#",
    f"eco/1/{device(1)}/#",
    f"eco/1/{device(2)}/state",
    "$SYS/#",
)


async def test_a_device_gets_in_with_its_password_and_not_with_another(scene: Scene) -> None:
    client = await scene.open()
    assert await client.connect(device(1), scene.passwords[device(1)]) == ACCEPTED
    client = await scene.open()
    assert await client.connect(device(1), "wrong") == REFUSED


async def test_nobody_else_gets_in(scene: Scene) -> None:
    for user in ("", "test-device-9999", "+", "#", "hub", "root"):
        client = await scene.open()
        assert await client.connect(user, "") != ACCEPTED, user


async def test_the_hub_of_this_run_needs_its_own_password(scene: Scene) -> None:
    client = await scene.open()
    assert await client.connect(scene.broker.access.user, "wrong") == REFUSED


async def test_the_hub_hears_each_leaf_of_a_device(scene: Scene) -> None:
    hub, own = await scene.hub(), await scene.join(device(1))
    for leaf in UP:
        await own.publish(f"eco/1/{device(1)}/{leaf}", b"{}", qos=1)
        message = await hub.receive()
        assert (message.topic, message.payload) == (f"eco/1/{device(1)}/{leaf}", b"{}")


async def test_a_device_hears_what_the_hub_says_to_it(scene: Scene) -> None:
    hub, own = await scene.hub(), await scene.join(device(1))
    for leaf in DOWN:
        await own.subscribe(f"eco/1/{device(1)}/{leaf}")
        await hub.publish(f"eco/1/{device(1)}/{leaf}", leaf.encode(), qos=1)
        assert (await own.receive()).payload == leaf.encode()


async def test_all_devices_hear_the_birth_of_the_hub(scene: Scene) -> None:
    hub, one, two = await scene.hub(), await scene.join(device(1)), await scene.join(device(2))
    for client in (one, two):
        await client.subscribe("eco/1/hub/birth")
    await hub.publish("eco/1/hub/birth", b"here", qos=1)
    assert [(await c.receive()).payload for c in (one, two)] == [b"here", b"here"]


async def test_a_publish_on_a_foreign_topic_reaches_nobody(scene: Scene) -> None:
    hub, own, other = await scene.hub(), await scene.join(device(1)), await scene.join(device(2))
    for client in (own, other):
        await client.subscribe("eco/1/hub/birth")
    for topic in FOREIGN_TOPICS:
        await own.publish(topic, b"forged", qos=1)
        assert await hub.hears_nothing_from(own, f"eco/1/{device(1)}/state"), topic
    for client, number in ((own, 1), (other, 2)):
        await hub.publish(f"eco/1/{device(number)}/command", b"mark", qos=1)
        assert (await client.receive()).payload == b"mark"


async def test_a_device_overhears_nobody(scene: Scene) -> None:
    hub, own, other = await scene.hub(), await scene.join(device(1)), await scene.join(device(2))
    for topic_filter in FOREIGN_FILTERS:
        await own.subscribe(topic_filter)
        await other.publish(f"eco/1/{device(2)}/state", b"private", qos=1)
        await hub.publish(f"eco/1/{device(2)}/command", b"private", qos=1)
        await hub.publish(f"eco/1/{device(1)}/command", b"mark", qos=1)
        message = await own.receive()
        assert message.payload == b"mark", topic_filter
        while own.inbox:  # of two filters that fit, both may bring it
            assert own.inbox.popleft().payload == b"mark", topic_filter


async def test_another_devices_client_id_does_no_harm(scene: Scene) -> None:
    hub = await scene.hub(*LIFE)
    will = Will(f"eco/1/{device(1)}/presence", b"gone")
    victim = await scene.join(device(1), will=will)
    attacker = await scene.open()
    password = scene.passwords[device(2)]
    assert await attacker.connect(device(2), password, client_id=device(1)) == ACCEPTED
    await attacker.subscribe(f"eco/1/{device(1)}/command")
    await hub.publish(f"eco/1/{device(1)}/command", b"do", qos=1)
    assert (await victim.receive()).payload == b"do"
    assert await hub.hears_nothing_from(attacker, f"eco/1/{device(2)}/state")


@pytest.mark.parametrize("is_clean", [True, False])
async def test_a_wrong_password_does_not_touch_the_device_of_that_name(
    scene: Scene, is_clean: bool
) -> None:
    hub = await scene.hub(*LIFE)
    victim = await scene.join(device(1), will=Will(f"eco/1/{device(1)}/presence", b"gone"))
    attacker = await scene.open()
    will = Will(f"eco/1/{device(1)}/presence", b"forged")
    assert await attacker.connect(device(1), "wrong", will=will, is_clean=is_clean) == REFUSED
    attacker.abort()
    await hub.publish(f"eco/1/{device(1)}/command", b"do", qos=1)
    assert (await victim.receive()).payload == b"do"
    assert await hub.hears_nothing_from(victim, f"eco/1/{device(1)}/state")


@pytest.mark.parametrize(
    "topic", [f"eco/1/{device(2)}/presence", f"eco/1/{device(1)}/command", "eco/1/hub/birth"]
)
async def test_a_will_on_a_foreign_topic_is_never_published(scene: Scene, topic: str) -> None:
    hub, other = await scene.hub(), await scene.join(device(2))
    attacker = await scene.open()
    await attacker.connect(device(1), scene.passwords[device(1)], will=Will(topic, b"forged"))
    attacker.abort()
    # What the broker does with the end of a connection is done when a new one is served.
    again = await scene.join(device(1))
    await again.ping()
    assert await hub.hears_nothing_from(other, f"eco/1/{device(2)}/state")


@pytest.mark.parametrize("audit", [True])
async def test_denied_publishes_are_counted_by_user(scene: Scene) -> None:
    own = await scene.join(device(1))
    await own.publish(f"eco/1/{device(2)}/state", b"forged", qos=1)
    await own.publish(f"eco/1/{device(1)}/state", b"mine", qos=1)
    await own.publish(f"eco/1/{device(2)}/event", b"forged")
    async with asyncio.timeout(5):
        while scene.broker.denied.get(device(1)) != 2:
            await own.ping()
    assert dict(scene.broker.denied) == {device(1): 2}


async def test_a_device_that_bears_the_hubs_name_does_not_become_the_hub(scene: Scene) -> None:
    access = scene.broker.access
    name = device(1)
    scene.broker.set_credentials({name: hash_password("mine"), access.user: hash_password("mine")})  # type: ignore[dict-item]
    await scene.broker.provision(name, None)
    client = await RawClient.open(scene.port)
    scene.clients.append(client)
    assert await client.connect(access.user, "mine") == REFUSED
    await scene.hub()
