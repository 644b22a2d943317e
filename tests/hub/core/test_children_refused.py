"""What a gateway may not say for others, and whom it may not bring."""

from hub.core.children import MOST_HELD
from protocol.errors import Violation
from protocol.ids import DeviceId
from protocol.messages import State, StateGet, Verdict
from protocol.product import digest
from protocol.topics import Leaf, Topic
from tests.hub.core.house import (
    ATTIC,
    BAND,
    GATEWAY,
    GATEWAY_DOCUMENT,
    SENSOR,
    House,
    house_with,
)
from tests.hub.core.world import FULL, LAMP


def test_no_more_children_are_let_in_than_the_owner_allows() -> None:
    house = house_with()
    for number in range(70):
        house.child(DeviceId(f"lamp-{number:04}"))
    living = house.device(GATEWAY).family
    assert living is not None
    assert len(living.children) == 64
    assert house.rules(GATEWAY) == ["ECO-CHILD-010"]
    assert house.device(GATEWAY).violations[("ECO-CHILD-010", "topic")].count == 18
    verdicts = [(to, child) for to, child, m in house.strays if isinstance(m, Verdict)]
    assert verdicts == [(GATEWAY, "lamp-0064")]
    house.take(house.hub.describe(GATEWAY, max_children=65))
    house.child(DeviceId("lamp-0064"))
    house.child(DeviceId("lamp-0065"))
    assert len(living.children) == 65
    house.take(house.hub.describe(GATEWAY, name="Hall"))
    assert house.device(GATEWAY).record.max_children == 65


def test_a_child_cannot_be_its_gateway_nor_a_device_that_joined_nor_another_gateway() -> None:
    house = house_with()
    house.join(LAMP)
    house.gateways = {GATEWAY: GATEWAY}
    house.tell(house.as_child(GATEWAY, GATEWAY), GATEWAY)
    house.gateways = {LAMP: GATEWAY}
    house.tell(house.as_child(LAMP, GATEWAY), LAMP)
    assert house.rules(GATEWAY) == ["ECO-CHILD-009"]
    assert house.device(LAMP).record.gateway is None
    spec = {"sha256": digest(GATEWAY_DOCUMENT), "bytes": len(GATEWAY_DOCUMENT)}
    house.gateways = {ATTIC: GATEWAY}
    house.tell(house.as_child(ATTIC, GATEWAY, spec=spec), ATTIC)
    house.say("online", device=ATTIC) if ATTIC in house.epochs else None
    house.epochs[ATTIC] = 1
    house.state({"gateway.children": 1}, device=ATTIC)
    assert house.rules(GATEWAY) == ["ECO-CHILD-009", "ECO-CHILD-018"]


def test_a_gateway_speaks_for_nobody_before_it_has_spoken_for_itself() -> None:
    house = House()
    house.join(GATEWAY)
    house.gateways, house.connections[GATEWAY] = {BAND: GATEWAY}, 1
    house.tell(house.as_child(BAND, GATEWAY), BAND)
    assert house.rules(GATEWAY) == ["ECO-CHILD-006"]
    house.up()
    house.answer_spec(GATEWAY, GATEWAY_DOCUMENT)
    house.leave("lost", GATEWAY)
    house.tell(house.as_child(BAND, GATEWAY), BAND)
    assert BAND not in house.hub.devices
    assert house.device(GATEWAY).violations[("ECO-CHILD-006", "topic")].count == 2


def test_children_wait_for_the_product_spec_of_their_gateway_so_many_and_no_more() -> None:
    house = House()
    house.join(GATEWAY)
    house.up()
    names = [DeviceId(f"lamp-{number:04}") for number in range(MOST_HELD + 1)]
    for name in names:
        house.child(name)
    assert set(house.hub.devices) == {GATEWAY}
    assert house.rules(GATEWAY) == ["ECO-CHILD-010"]
    house.wait(1)
    house.answer_spec(GATEWAY, GATEWAY_DOCUMENT)
    house.wait(1)
    assert set(house.hub.devices) == {GATEWAY, *names[:MOST_HELD]}
    assert house.rules(GATEWAY) == ["ECO-CHILD-010"]
    house.answer_spec(names[0])
    assert house.reach(names[1]) == ("online", "announced")


def test_children_that_waited_are_asked_for_their_state_if_their_product_is_known() -> None:
    house = house_with(BAND)
    house.join(ATTIC)
    house.boot(ATTIC)
    house.connections[ATTIC] = 1
    other = {"sha256": "b" * 64, "bytes": len(GATEWAY_DOCUMENT)}
    house.announce(ATTIC, spec=other)
    house.child(SENSOR, ATTIC)
    house.wait(0.25)
    assert SENSOR not in house.hub.devices
    house.announce(ATTIC)
    house.forget_told()
    house.wait(0.25)
    assert house.reach(SENSOR) == ("online", "announced")
    assert [type(m) for m in house.sent_to(SENSOR)] == [StateGet]


def test_children_held_for_a_gateway_that_has_left_or_connected_anew_are_forgotten() -> None:
    house = House()
    house.join(GATEWAY)
    house.up()
    house.child(BAND)
    house.again()
    house.answer_spec(GATEWAY, GATEWAY_DOCUMENT)
    house.wait(1)
    assert BAND not in house.hub.devices
    house = House()
    house.join(GATEWAY)
    house.up()
    house.child(BAND)
    house.take(house.hub.unjoin(GATEWAY))
    house.wait(1)
    assert dict(house.hub.devices) == {}


def test_nothing_is_taken_from_a_child_before_its_announce_nor_with_a_foreign_connection() -> None:
    house = house_with()
    house.gateways[BAND] = GATEWAY
    house.tell(State(epoch=1, seq=1, values=dict(FULL)), BAND)
    house.tell(house.as_child(BAND, GATEWAY, connection=7), BAND)
    assert BAND not in house.hub.devices
    assert house.rules(GATEWAY) == ["ECO-ANNOUNCE-001", "ECO-CHILD-015"]


def test_a_first_announce_that_breaks_a_rule_leaves_no_child() -> None:
    house = house_with(BAND)
    house.gateways[SENSOR] = GATEWAY
    house.tell(house.as_child(SENSOR, GATEWAY, protocol="2.0"), SENSOR)
    house.tell(house.as_child(SENSOR, GATEWAY, serial=f"sn-{BAND}"), SENSOR)
    assert set(house.hub.devices) == {GATEWAY, BAND}
    assert house.rules(GATEWAY) == ["ECO-VERSION-002", "ECO-ANNOUNCE-006"]
    assert {child for _, child, _ in house.strays} == {SENSOR}


def test_what_is_no_message_counts_for_the_child_or_for_who_says_it() -> None:
    house = house_with(BAND)
    broken = Violation("ECO-CODEC-003", "char 0", "x", "no JSON")
    for child in (BAND, SENSOR):
        topic = Topic(GATEWAY, Leaf.STATE, child)
        house.take(house.hub.refuse(topic, broken, house.now_s))
    assert house.rules(BAND) == house.rules(GATEWAY) == ["ECO-CODEC-003"]


def test_a_gateway_is_heard_for_its_children_and_for_those_who_may_become_it() -> None:
    house = house_with(BAND)
    assert house.hub.is_heard(GATEWAY, house.now_s, BAND)
    assert house.hub.is_heard(GATEWAY, house.now_s, SENSOR)
    assert not house.hub.is_heard(ATTIC, house.now_s, SENSOR)
    house.device(BAND).rate.shut()
    assert not house.hub.is_heard(GATEWAY, house.now_s, BAND)
    assert house.hub.is_heard(GATEWAY, house.now_s, SENSOR)
    house.device(GATEWAY).rate.shut()
    assert not house.hub.is_heard(GATEWAY, house.now_s, SENSOR)


def test_a_gateway_in_quarantine_takes_its_children_along_and_brings_them_back() -> None:
    house = house_with(BAND)
    for _ in range(30):
        house.state({"gateway.moon": 1}, device=GATEWAY)
    assert house.reach(GATEWAY)[0] == "quarantined"
    assert house.reach(BAND) == ("unreachable", "gateway_lost")
    before = dict(house.device(BAND).reported)
    house.state({"lamp.on": True}, device=BAND)
    assert house.device(BAND).reported == before
    house.take(house.hub.release(GATEWAY, house.now_s))
    house.state({"lamp.on": True}, device=BAND)
    assert house.reach(BAND) == ("online", "heard")
