"""What a broker has kept from before the hub started: rubbish, old news and commands of nobody."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.conftest import MakeHub, needs_mosquitto
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.foreign_broker import ForeignBroker
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.joining import join
from tests.end_to_end.processes import Warm
from tests.end_to_end.waiting import until
from tests.mqtt_client import ACCEPTED, RawClient

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(60), needs_mosquitto]

PLUG = "smart-plug-0001"
HOUR_MS = 3_600_000
INTRODUCED = 4
"""Messages after which a device has announced itself and told its state, one retained before."""


async def retain(port: int, topic: str, message: Json | bytes) -> None:
    client = await RawClient.open(port)
    assert await client.connect("somebody", "") == ACCEPTED
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    await client.publish(topic, payload, qos=1, is_retained=True)
    await client.disconnect()


async def test_what_was_retained_before_the_hub_started_is_neither_believed_nor_obeyed(
    make_hub: MakeHub, warm: Warm, tmp_path: Path
) -> None:
    with ForeignBroker(tmp_path) as broker:
        hub = make_hub(**broker.settings)
        await hub.start()
        await hub.api.open_window(CODE, devices=2)
        lamp = Lamp(await join(hub.api, "lamp-0001"))
        async with living(lamp), Fleet(warm, tmp_path / "plug", hub, "smart-plug") as fleet:
            await until(lambda: all_known(hub), "lamp and plug")
            await fleet.stop()
        is_on = await value(hub, PLUG, "outlet.on")
        await until(lambda: hub.presence(lamp, "unreachable"), "the lamp to be gone")
        await hub.stop()
        for topic, message in rubbish(lamp, is_on=is_on):
            await retain(broker.port, topic, message)
        await hub.start()
        async with living(lamp), Fleet(warm, tmp_path / "plug", hub, "smart-plug"):
            await until(lambda: all_known(hub), "lamp and plug again")
            assert await value(hub, lamp.id, "lamp.level") == 10
            assert await value(hub, PLUG, "outlet.on") is is_on
            (broken,) = (await hub.api.get(f"/devices/{lamp.id}/violations"))["violations"]
            assert (broken["rule"], broken["leaf"]) == ("ECO-CODEC-003", "presence")
            answer = await hub.api.set(PLUG, {"outlet.on": not is_on}, wait_s=15)
            assert answer.body["status"] == "confirmed"
        assert lamp.done.keys().isdisjoint({"old"})


def rubbish(lamp: Lamp, *, is_on: bool) -> list[tuple[str, Json | bytes]]:
    command = {"id": "old", "ttl_ms": HOUR_MS, "type": "set"}
    old_state = {"epoch": lamp.epoch, "seq": 500, "values": {"lamp.level": 99}}
    return [
        (lamp.topic("presence"), b"online"),
        (lamp.topic("state"), old_state),
        (lamp.topic("announce"), lamp.announcement(epoch=900)),
        (lamp.topic("command"), {**command, "values": {"lamp.level": 99}}),
        (f"eco/1/{PLUG}/command", {**command, "values": {"outlet.on": not is_on}}),
        (f"eco/1/{PLUG}/event", b"\x00\xff"),
        ("eco/1/hub/birth", {"id": "b", "hub": "x", "epoch": 1, "time_ms": 0, "spread_s": 600}),
        ("eco/1/stranger-0001/state", old_state),
        ("eco/1/x/presence", b""),
        ("eco/1/a/b/c/d", b"?"),
    ]


async def all_known(hub: Hub) -> bool:
    """Say whether both are online and have told their state in this run of the hub."""
    for device in ("lamp-0001", PLUG):
        answer = await hub.api.ask("GET", f"/devices/{device}")
        if answer.status != 200 or answer.body["traffic"]["messages"] < INTRODUCED:
            return False
        twin = answer.body["twin"]
        if not twin or any(v["is_stale"] or v["value"] is None for v in twin.values()):
            return False
    return True


async def value(hub: Hub, device: str, address: str) -> Json:
    return (await hub.api.get(f"/devices/{device}"))["twin"][address]["value"]
