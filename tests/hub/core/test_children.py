"""Gateways and their children: who is let in, who is lost with whom, who moves, leaves, returns."""

import pytest

from hub.core import children
from hub.core.children import MOST_HELD, MOST_REMOVED
from hub.core.errors import (
    DeviceUnknownError,
    GatewayFullError,
    NotAChildError,
    NotAGatewayError,
)
from hub.core.events import DeviceAdded, DeviceRemoved, PresenceChanged
from hub.core.households import MOST_BARRED
from hub.core.hub import Hub
from hub.core.records import DeviceRecord, DropDevice, SaveDevice
from protocol.errors import Violation
from protocol.ids import DeviceId
from protocol.messages import Leave, Rest, SetCommand, SpecGet, State, StateGet, Verdict
from protocol.product import digest
from protocol.receipt import Status
from protocol.topics import Leaf, Topic
from tests.hub.core.house import (
    ATTIC,
    BAND,
    GATEWAY,
    GATEWAY_DOCUMENT,
    SENSOR,
    SLEEP,
    House,
    house_with,
)
from tests.hub.core.world import DOCUMENT, FULL, LAMP


def test_a_child_is_let_in_by_its_first_announce_interviewed_and_commanded() -> None:
    house = House()
    house.start()
    house.child(status=None)
    assert house.reach(BAND) == ("interviewing", "joined")
    assert house.device(BAND).record.gateway == GATEWAY
    assert [type(m) for m in house.sent_to(BAND)] == [SpecGet]
    house.answer_spec(BAND)
    house.say("online", device=BAND)
    house.state(FULL, full=True, device=BAND)
    assert house.reach(BAND) == ("online", "announced")
    command = house.ask({"lamp.level": 3}, device=BAND)
    assert isinstance(house.sent_to(BAND)[-1], SetCommand)
    house.ack(command, "done", BAND)
    house.state({"lamp.level": 3}, device=BAND, cause=command.id)
    assert house.record(command).status is Status.CONFIRMED
    kept = [save.record for save in house.saves if isinstance(save, SaveDevice)]
    assert {record.gateway for record in kept if record.id == BAND} == {GATEWAY}


@pytest.mark.parametrize(
    ("reason", "told"),
    [("lost", "gateway_lost"), ("shutdown", "gateway_offline"), ("update", "gateway_offline")],
)
def test_children_are_lost_with_their_gateway_and_come_back_by_their_own_announce(
    reason: str, told: str
) -> None:
    house = house_with(BAND, SENSOR, sleepers=(SENSOR,))
    house.say("asleep", device=SENSOR)
    house.leave(reason, GATEWAY)
    assert house.reach(BAND) == house.reach(SENSOR) == ("unreachable", told)
    house.again()
    assert house.reach(GATEWAY) == ("online", "announced")
    house.state({"lamp.on": True}, device=BAND)
    house.say("online", device=BAND)
    assert house.reach(BAND) == ("unreachable", told)
    house.child(BAND, is_new_boot=False)
    assert house.reach(BAND) == ("online", "announced")
    house.child(SENSOR, sleep=SLEEP, status="asleep", is_new_boot=False)
    assert house.reach(SENSOR) == ("asleep", "asleep")


def test_children_are_lost_when_the_gateway_connects_anew_without_a_word() -> None:
    house = house_with(BAND)
    house.up()
    assert house.reach(BAND) == ("unreachable", "gateway_lost")
    house.child(BAND)
    assert house.reach(BAND) == ("online", "announced")


def test_children_of_a_silent_gateway_come_back_when_it_is_heard() -> None:
    house = house_with(BAND)
    house.wait(700)
    house.wait(30)
    assert house.reach(GATEWAY) == ("unreachable", "silent")
    assert house.reach(BAND) == ("unreachable", "gateway_lost")
    house.state({"lamp.on": True}, device=BAND)
    assert house.reach(GATEWAY) == house.reach(BAND) == ("online", "heard")


def test_a_lost_link_of_the_hub_is_the_reason_for_all_and_sleepers_sleep_on() -> None:
    house = house_with(BAND, SENSOR, sleepers=(SENSOR,))
    house.say("asleep", device=SENSOR)
    house.take(house.hub.link_changed(is_up=False, reason="broker_down", now_s=house.now_s))
    assert house.reach(BAND) == house.reach(GATEWAY) == ("unreachable", "broker_down")
    assert house.reach(SENSOR) == ("asleep", "asleep")


def test_a_child_that_its_gateway_cannot_reach_is_lost_alone() -> None:
    house = house_with(BAND, SENSOR)
    house.leave("lost", BAND)
    assert house.reach(BAND) == ("unreachable", "lost")
    assert house.reach(SENSOR) == ("online", "announced")
    house.say("online", device=BAND)
    assert house.reach(BAND) == ("online", "online")
    for _ in range(10):
        house.leave("lost", BAND)
        house.say("online", device=BAND)
    assert house.reach(BAND) == ("unstable", "flapping")
    house.leave("shutdown", SENSOR)
    assert house.reach(SENSOR) == ("unreachable", "shutdown")


def test_a_child_that_sleeps_is_awake_from_online_to_asleep_whatever_else_is_said() -> None:
    house = house_with(SENSOR, sleepers=(SENSOR,))
    assert isinstance(house.sent_to(SENSOR)[-1] if house.sent_to(SENSOR) else None, Rest | None)
    house.say("asleep", device=SENSOR)
    house.forget_told()
    command = house.ask({"lamp.level": 4}, device=SENSOR, ttl_s=None)
    assert (command.reason, command.waits) == ("asleep", True)
    house.again()
    house.child(SENSOR, sleep=SLEEP, status=None, is_new_boot=False)
    house.state(FULL, full=True, device=SENSOR)
    house.wait(5)
    assert house.sent_to(SENSOR) == []
    assert house.reach(SENSOR) == ("asleep", "asleep")
    house.say("online", device=SENSOR)
    assert [type(m) for m in house.sent_to(SENSOR)] == [SetCommand]
    house.ack(command, "done", SENSOR)
    house.state({"lamp.level": 4}, device=SENSOR, cause=command.id)
    assert isinstance(house.sent_to(SENSOR)[-1], Rest)


def test_a_sleeping_child_of_an_unknown_product_is_interviewed_without_being_commanded() -> None:
    house = House()
    house.start()
    house.child(SENSOR, sleep=SLEEP, status=None)
    house.answer_spec(SENSOR)
    assert house.reach(SENSOR) == ("interviewing", "joined")
    assert [type(m) for m in house.sent_to(SENSOR)][-1] is SpecGet
    house.say("online", device=SENSOR)
    assert house.reach(SENSOR) == ("online", "online")
    other = DeviceId("sensor-0002")
    house.child(other, sleep=SLEEP, status="asleep")
    assert house.reach(other) == ("asleep", "asleep")


def test_an_unknown_product_of_a_child_that_sleeps_may_come_while_it_is_online() -> None:
    house = House()
    house.start()
    house.child(SENSOR, sleep=SLEEP)
    house.answer_spec(SENSOR)
    assert house.reach(SENSOR) == ("online", "announced")
    assert isinstance(house.sent_to(SENSOR)[-1], StateGet)


# Who is refused


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


# Who moves, leaves, returns


def two_gateways() -> House:
    house = house_with(BAND)
    house.start(ATTIC)
    house.forget_told()
    return house


def test_a_child_changes_its_gateway_only_with_the_owners_consent_and_keeps_everything() -> None:
    house = two_gateways()
    house.child(BAND, ATTIC)
    assert house.rules(ATTIC) == ["ECO-CHILD-011"]
    assert house.device(BAND).wants == ATTIC
    assert house.device(BAND).record.gateway == GATEWAY
    before = dict(house.device(BAND).reported)
    house.take(house.hub.describe(BAND, name="Anna's"))
    house.take(house.hub.move(BAND, ATTIC, house.now_s))
    record = house.device(BAND).record
    assert (record.gateway, record.moves_to, record.name) == (ATTIC, None, "Anna's")
    assert house.device(BAND).wants is None
    assert house.device(BAND).reported == before
    assert house.reach(BAND) == ("online", "announced")
    assert [(to, child) for to, child, m in house.strays if isinstance(m, Leave)] == [
        (GATEWAY, BAND)
    ]
    assert isinstance(house.sent_to(BAND)[-1], StateGet)
    house.child(BAND, GATEWAY)
    assert house.rules(GATEWAY) == ["ECO-CHILD-011"]


def test_a_wish_to_move_is_told_once_and_so_many_announces_are_kept_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(children, "MOST_HELD", 0)
    house = two_gateways()
    house.child(BAND, ATTIC)
    told = len([e for e in house.events if isinstance(e, DeviceAdded)])
    house.child(BAND, ATTIC)
    assert len([e for e in house.events if isinstance(e, DeviceAdded)]) == told
    house.take(house.hub.move(BAND, ATTIC, house.now_s))
    assert house.device(BAND).record.gateway == GATEWAY
    house.child(BAND, ATTIC)
    assert house.device(BAND).record.gateway == ATTIC


def test_consent_before_the_move_holds_until_it_is_announced_there() -> None:
    house = two_gateways()
    house.take(house.hub.move(BAND, ATTIC, house.now_s))
    assert house.reach(BAND) == ("online", "announced")
    house.gateways[BAND] = ATTIC
    house.tell(house.as_child(BAND, ATTIC, serial="another"), BAND)
    house.tell(State(epoch=1, seq=99, values={"lamp.on": True}), BAND)
    assert house.rules(ATTIC) == ["ECO-ANNOUNCE-002", "ECO-CHILD-011"]
    house.epochs[BAND] = 0
    house.child(BAND, ATTIC)
    assert house.device(BAND).record.gateway == ATTIC
    house.take(house.hub.move(BAND, ATTIC, house.now_s))
    assert house.device(BAND).record.moves_to is None


def test_a_move_that_makes_no_sense_is_refused() -> None:
    house = two_gateways()
    house.join(LAMP)
    with pytest.raises(DeviceUnknownError):
        house.hub.move(DeviceId("nobody-here"), ATTIC, house.now_s)
    with pytest.raises(NotAChildError):
        house.hub.move(LAMP, ATTIC, house.now_s)
    with pytest.raises(NotAGatewayError):
        house.hub.move(BAND, LAMP, house.now_s)
    house.take(house.hub.describe(ATTIC, max_children=1))
    house.child(SENSOR, ATTIC)
    with pytest.raises(GatewayFullError):
        house.hub.move(BAND, ATTIC, house.now_s)
    with pytest.raises(NotAGatewayError):
        house.hub.households.let_in(BAND, LAMP)


def test_a_child_whose_gateway_is_away_moves_at_its_next_announce() -> None:
    house = two_gateways()
    house.child(BAND, ATTIC)
    house.leave("lost", ATTIC)
    house.take(house.hub.move(BAND, ATTIC, house.now_s))
    assert house.device(BAND).record.gateway == GATEWAY
    house.again(ATTIC)
    house.child(BAND, ATTIC)
    assert house.device(BAND).record.gateway == ATTIC


def test_a_child_whose_gateway_has_left_meanwhile_moves_all_the_same() -> None:
    house = two_gateways()
    house.take(house.hub.move(BAND, ATTIC, house.now_s))
    record = house.device(BAND).record
    spec = house.device(BAND).spec
    gate = house.device(ATTIC)
    assert spec is not None
    assert gate.spec is not None
    again = House(hub=Hub("hub-0a1b2c3d", 2), now_s=house.now_s)
    again.hub.restore([record, gate.record], [spec, gate.spec], [], {}, again.now_s)
    again.connections, again.epochs = house.connections, house.epochs
    again.child(BAND, ATTIC)
    assert again.device(BAND).record.gateway == ATTIC


def test_a_child_that_was_unpaired_is_retired_with_its_history_and_may_return() -> None:
    house = house_with(BAND)
    command = house.ask({"lamp.level": 3}, device=BAND)
    house.leave("removed", BAND)
    assert house.reach(BAND) == ("retired", "removed")
    assert (house.record(command).status, house.record(command).reason) == (
        Status.FAILED,
        "removed",
    )
    assert house.device(BAND).reported
    house.say("online", device=BAND)
    assert house.reach(BAND) == ("retired", "removed")
    house.child(BAND)
    assert house.reach(BAND) == ("online", "announced")
    assert not house.device(BAND).record.is_retired


def test_the_word_removed_is_for_children_alone() -> None:
    house = house_with()
    house.leave("removed", GATEWAY)
    assert house.reach(GATEWAY) == ("unreachable", "removed")


def test_pairing_and_unpairing_does_not_fill_the_hub() -> None:
    house = house_with()
    for number in range(MOST_REMOVED + 3):
        house.now_s += 1
        name = DeviceId(f"lamp-{number:04}")
        house.child(name)
        house.leave("removed", name)
    assert len(house.hub.devices) == MOST_REMOVED + 1
    assert DeviceId("lamp-0002") not in house.hub.devices
    assert len([e for e in house.events if isinstance(e, DeviceRemoved)]) == 3


def test_a_child_that_the_owner_removes_does_not_come_back_by_itself() -> None:
    house = house_with(BAND)
    saves = house.hub.households.farewell(BAND)
    assert [type(save) for save in saves] == [DropDevice, SaveDevice]
    house.take(house.hub.unjoin(BAND))
    assert [(to, child, type(m)) for to, child, m in house.strays] == [(GATEWAY, BAND, Leave)]
    house.forget_told()
    house.child(BAND)
    house.child(BAND)
    assert BAND not in house.hub.devices
    assert house.rules(GATEWAY) == ["ECO-CHILD-012"]
    assert [type(m) for _, _, m in house.strays] == [Verdict, Leave]
    house.now_s += 11
    house.child(BAND)
    assert [type(m) for _, _, m in house.strays] == [Verdict, Leave] * 2
    house.take(house.hub.households.let_in(GATEWAY, BAND))
    house.child(BAND)
    assert BAND in house.hub.devices


def test_so_many_children_are_barred_and_no_more() -> None:
    house = house_with()
    for number in range(MOST_BARRED + 2):
        house.now_s += 0.1
        name = DeviceId(f"lamp-{number:04}")
        house.child(name)
        house.take(house.hub.unjoin(name))
    assert house.rules(GATEWAY) == []
    barred = house.device(GATEWAY).record.barred
    assert (len(barred), barred[0]) == (MOST_BARRED, "lamp-0002")


def test_a_gateway_that_leaves_the_home_takes_its_children_along() -> None:
    house = house_with(BAND, SENSOR)
    house.leave("removed", SENSOR)
    assert house.hub.households.farewell(GATEWAY) == [
        DropDevice(GATEWAY),
        DropDevice(BAND),
        DropDevice(SENSOR),
    ]
    house.take(house.hub.unjoin(GATEWAY))
    assert dict(house.hub.devices) == {}
    assert house.strays == []
    with pytest.raises(DeviceUnknownError):
        house.hub.households.farewell(GATEWAY)


def test_a_gateway_that_joins_again_counts_anew_for_its_children_too() -> None:
    house = house_with(BAND)
    house.boot(BAND)
    house.join(GATEWAY)
    assert house.device(BAND).record.epoch == 0
    assert house.device(BAND).record.gateway == GATEWAY
    house.up()
    assert house.reach(BAND)[0] == "unreachable"
    house.epochs[BAND] = 0
    house.child(BAND)
    assert house.reach(BAND) == ("online", "announced")


def test_the_children_of_a_gateway_that_was_replaced_may_come_to_its_heir() -> None:
    house = house_with(BAND)
    house.join(ATTIC, replaces=GATEWAY)
    assert house.reach(BAND) == ("unreachable", "gateway_offline")
    assert house.device(BAND).record.moves_to == ATTIC
    house.up(ATTIC)
    house.child(BAND, ATTIC)
    assert house.device(BAND).record.gateway == ATTIC
    assert house.reach(BAND) == ("online", "announced")


def test_a_child_may_join_by_itself_and_is_none_from_then_on() -> None:
    house = house_with(BAND)
    house.join(BAND)
    assert house.device(BAND).record.gateway is None
    house.child(BAND)
    assert house.rules(GATEWAY) == ["ECO-CHILD-009"]
    family = house.device(GATEWAY).family
    assert family is not None
    assert family.children == {}


def test_a_child_whose_place_another_device_has_taken_does_not_come_back() -> None:
    house = house_with(BAND)
    house.join(LAMP, replaces=BAND)
    house.child(BAND)
    assert house.rules(GATEWAY) == ["ECO-CHILD-012"]
    assert house.reach(BAND) == ("retired", "replaced")


def test_an_epoch_that_a_gateway_lost_is_told_on_the_childs_topic() -> None:
    house = house_with(BAND)
    house.boot(BAND)
    house.boot(BAND)
    house.child(BAND, is_new_boot=False)
    house.epochs[BAND] = 1
    house.child(BAND, is_new_boot=False)
    verdict = house.verdicts(BAND)[0]
    assert (verdict.rule, verdict.min_epoch) == ("ECO-ORDER-001", 4)


# After a restart


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
