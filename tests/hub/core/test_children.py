"""The children of gateways: let in, told of, lost with their gateway."""

import pytest

from hub.core.records import SaveDevice
from protocol.ids import DeviceId
from protocol.messages import Rest, SetCommand, SpecGet, StateGet
from protocol.receipt import Status
from tests.hub.core.house import (
    BAND,
    GATEWAY,
    SENSOR,
    SLEEP,
    House,
    house_with,
)
from tests.hub.core.world import FULL


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
