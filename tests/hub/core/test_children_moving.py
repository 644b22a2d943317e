"""Children that change their gateway, leave, are sent away, and return."""

import pytest

from hub.core import children
from hub.core.children import MOST_REMOVED
from hub.core.errors import (
    DeviceUnknownError,
    GatewayFullError,
    NotAChildError,
    NotAGatewayError,
)
from hub.core.events import DeviceAdded, DeviceRemoved
from hub.core.households import MOST_BARRED
from hub.core.hub import Hub
from hub.core.records import DropDevice, SaveDevice
from protocol.ids import DeviceId
from protocol.messages import Leave, State, StateGet, Verdict
from protocol.receipt import Status
from tests.hub.core.house import (
    ATTIC,
    BAND,
    GATEWAY,
    SENSOR,
    House,
    house_with,
)
from tests.hub.core.world import LAMP


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
