"""Children after a restart of the hub."""

from hub.core.events import PresenceChanged
from hub.core.hub import Hub
from hub.core.records import DeviceRecord
from protocol.ids import DeviceId
from tests.hub.core.house import (
    BAND,
    GATEWAY,
    GATEWAY_DOCUMENT,
    SENSOR,
    SLEEP,
    House,
    house_with,
)
from tests.hub.core.world import DOCUMENT


def restarted(house: House) -> House:
    hub = house.hub
    again = House(hub=Hub("hub-0a1b2c3d", 2), now_s=house.now_s + 5)
    again.epochs, again.connections, again.gateways = (
        house.epochs,
        house.connections,
        house.gateways,
    )
    again.seqs = house.seqs
    specs = {d.spec.sha256: d.spec for d in hub.devices.values() if d.spec}
    twins = {d.id: d.reported for d in hub.devices.values()}
    records = [d.record for d in hub.devices.values()]
    again.hub.restore(records, specs.values(), [], twins, again.now_s)
    return again


def test_after_a_restart_children_are_behind_their_gateways_as_before() -> None:
    house = house_with(BAND, SENSOR, sleepers=(SENSOR,))
    removed = DeviceId("lamp-0009")
    house.child(removed)
    house.leave("removed", removed)
    house.say("asleep", device=SENSOR)
    again = restarted(house)
    assert again.reach(BAND) == ("unreachable", "hub_restarted")
    assert again.reach(SENSOR) == ("asleep", "asleep")
    assert again.reach(removed)[0] == "retired"
    family = again.device(GATEWAY).family
    assert family is not None
    assert list(family.children) == [BAND, SENSOR]
    again.state({"lamp.on": True}, device=BAND)
    assert again.reach(GATEWAY) == again.reach(BAND) == ("online", "heard")
    again.again()
    again.child(BAND, is_new_boot=False)
    again.child(SENSOR, sleep=SLEEP, status="asleep", is_new_boot=False)
    assert again.reach(BAND) == ("online", "announced")
    assert again.reach(SENSOR) == ("asleep", "asleep")


def test_a_serial_is_known_again_after_a_restart_and_free_when_its_device_has_left() -> None:
    house = restarted(house_with(BAND))
    house.gateways[SENSOR] = GATEWAY
    house.tell(house.as_child(SENSOR, GATEWAY, serial=f"sn-{BAND}"), SENSOR)
    assert SENSOR not in house.hub.devices
    house.take(house.hub.unjoin(BAND))
    house.tell(house.as_child(SENSOR, GATEWAY, serial=f"sn-{BAND}"), SENSOR)
    assert SENSOR in house.hub.devices


def test_serials_of_those_who_left_do_not_pile_up() -> None:
    house = house_with()
    for number in range(80):
        name = DeviceId(f"lamp-{number:04}")
        house.child(name)
        house.take(house.hub.unjoin(name))
    house.child(BAND)
    assert house.rules(GATEWAY) == []


def test_presence_of_children_is_told_once_each() -> None:
    house = house_with(BAND)
    house.leave("lost", GATEWAY)
    told = [(e.device, e.reason) for e in house.events if isinstance(e, PresenceChanged)]
    assert told == [(GATEWAY, "lost"), (BAND, "gateway_lost")]
    assert house.device(GATEWAY).document == GATEWAY_DOCUMENT
    assert house.device(BAND).document == DOCUMENT
    assert isinstance(house.device(BAND).record, DeviceRecord)
