"""Gateways and their children, as the API shows and changes them."""

from protocol.codec import decode, encode
from protocol.ids import DeviceId
from protocol.messages import Announce, Sleep, SpecReference, UpMessage
from protocol.messages import Presence as PresenceMessage
from protocol.product import digest
from protocol.topics import Leaf, build
from tests.hub.api.bench import GATEWAY, PLUG, PRODUCTS, Bench

BAND = DeviceId("band-00c0ffee")


def tell(home: Bench, message: UpMessage, child: DeviceId = BAND) -> None:
    """Have the gateway say something for a child."""
    wire = encode(GATEWAY, message, child)
    assert wire.topic == build(GATEWAY, Leaf(wire.topic.rpartition("/")[2]), child)
    home.home.receive(decode(wire.topic, wire.payload))


def announce(home: Bench, child: DeviceId = BAND, sleep: Sleep | None = None) -> Announce:
    document = PRODUCTS[PLUG].document
    return Announce(
        vendor="ecohub",
        product="smart-plug",
        serial=f"S-{child}",
        hardware="1",
        firmware="1.0.0",
        protocol="1.0",
        epoch=1,
        connection=home.home.hub.devices[GATEWAY].record.connection,
        spec=SpecReference(sha256=digest(document), bytes=len(document)),
        sleep=sleep,
    )


async def test_a_gateway_shows_its_children_and_a_child_its_gateway(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(GATEWAY)
    tell(home, announce(home))
    child = await home.ask("GET", f"/api/v1/devices/{BAND}")
    assert (child["gateway"], child["max_children"], child["children"]) == (GATEWAY, None, [])
    gateway = await home.ask("GET", f"/api/v1/devices/{GATEWAY}")
    assert (gateway["children"], gateway["max_children"]) == ([BAND], 64)
    listed = (await home.ask("GET", "/api/v1/devices"))["devices"]
    assert {one["id"]: one["gateway"] for one in listed}[BAND] == GATEWAY


async def test_room_for_children_is_changed_within_bounds(home: Bench) -> None:
    await home.bring(GATEWAY)
    place = f"/api/v1/devices/{GATEWAY}"
    assert (await home.ask("PATCH", place, {"max_children": 2}))["max_children"] == 2
    await home.ask("PATCH", place, {"max_children": 1025}, status=422)
    assert (await home.ask("GET", place))["max_children"] == 2


async def test_a_child_that_was_sent_away_is_barred_until_it_may_return(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(GATEWAY)
    tell(home, announce(home))
    await home.ask("DELETE", f"/api/v1/devices/{BAND}", status=204)
    tell(home, announce(home))
    await home.ask("GET", f"/api/v1/devices/{BAND}", status=404)
    place = f"/api/v1/devices/{GATEWAY}"
    assert (await home.ask("GET", place))["barred"] == [BAND]
    let_in = await home.ask("POST", f"{place}/children", {"child": BAND})
    assert let_in["barred"] == []
    tell(home, announce(home))
    await home.ask("GET", f"/api/v1/devices/{BAND}")


async def test_a_move_that_makes_no_sense_says_why(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(GATEWAY)
    tell(home, announce(home))
    for child, gateway, code in ((PLUG, GATEWAY, "not-a-child"), (BAND, PLUG, "not-a-gateway")):
        place, body = f"/api/v1/devices/{child}/move", {"gateway": gateway}
        assert (await home.ask("POST", place, body, status=409))["code"] == code
    moved = await home.ask("POST", f"/api/v1/devices/{BAND}/move", {"gateway": GATEWAY})
    assert moved["gateway"] == GATEWAY
    place = f"/api/v1/devices/{PLUG}/children"
    assert (await home.ask("POST", place, {"child": BAND}, status=409))["code"] == "not-a-gateway"


async def test_a_command_to_a_child_that_sleeps_says_when_it_wakes(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(GATEWAY)
    tell(home, announce(home, sleep=Sleep(interval_s=600)))
    connection = home.home.hub.devices[GATEWAY].record.connection
    tell(home, PresenceMessage(status="asleep", epoch=1, connection=connection))
    shown = await home.ask("GET", f"/api/v1/devices/{BAND}")
    assert shown["presence"]["next_wake_at"] == shown["sleep"]["next_wake_at"]
    body = {"properties": {"outlet.on": True}, "wait_s": 0}
    place = f"/api/v1/devices/{BAND}/properties"
    receipt = await home.ask("PATCH", place, body, status=202)
    assert (receipt["status"], receipt["reason"]) == ("accepted", "asleep")
    assert receipt["expected_at"] == shown["sleep"]["next_wake_at"]
    assert (await home.ask("GET", f"/api/v1/devices/{BAND}"))["waits"] == 1
