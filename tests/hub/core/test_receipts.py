"""What a receipt says, step by step, and only when it is true."""

import pytest

from hub.core.commands import (
    ANSWERS_KEPT,
    CONFIRM_WITHIN_S,
    DONE_GRACE_S,
)
from hub.core.events import ReceiptChanged, ValuesReported
from hub.core.receipts import is_same
from hub.core.records import Mode, SaveCommand
from protocol.ids import Address, CommandId
from protocol.messages import Ack, SetCommand
from protocol.receipt import Status
from tests.hub.core.world import FULL, LAMP, World, online_world


def statuses(world: World, command: CommandId) -> list[str]:
    record = world.hub.commands.get(command)
    assert record is not None
    return [moment.status.value for moment in record.history]


def test_set_goes_from_accepted_to_confirmed() -> None:
    world = online_world()
    command = world.ask({"lamp.level": 40})
    assert world.saves[0] == SaveCommand(command)
    sent = world.sent_to()[-1]
    assert isinstance(sent, SetCommand)
    assert (sent.id, sent.values, sent.ttl_ms) == (command.id, {"lamp.level": 40}, 10_000)
    assert world.device().desired[Address("lamp.level")].value == 40

    world.ack(command, "received")
    world.ack(command, "done")
    world.state({"lamp.level": 40}, cause=command.id)

    record = world.record(command)
    assert record.status is Status.CONFIRMED
    assert record.is_final
    assert statuses(world, command.id) == ["accepted", "delivered", "applied", "confirmed"]
    assert [item.status for item in record.items] == [Status.CONFIRMED]
    assert not world.device().desired


def test_state_before_the_final_ack_confirms_and_the_late_ack_is_fine() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.ack(command, "received")
    world.state({"lamp.on": True}, cause=command.id)
    world.ack(command, "done")
    assert statuses(world, command.id) == ["accepted", "delivered", "confirmed"]
    assert not world.device().violations


def test_state_without_the_cause_confirms_nothing() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.ack(command, "done")
    world.state({"lamp.on": True})
    assert world.record(command).status is Status.APPLIED


def test_state_with_the_cause_but_another_value_confirms_nothing() -> None:
    world = online_world()
    command = world.ask({"lamp.level": 40})
    world.ack(command, "done")
    world.state({"lamp.level": 39}, cause=command.id)
    world.wait(CONFIRM_WITHIN_S)
    record = world.record(command)
    assert (record.status, record.reason) == (Status.FAILED, "unconfirmed")


def test_cause_that_names_another_devices_command_is_not_shown() -> None:
    world = online_world()
    world.state({"lamp.on": True}, cause="somebody.else")
    told = world.events[-1]
    assert isinstance(told, ValuesReported)
    assert told.cause is None


def test_each_address_of_a_set_has_its_own_item() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True, "lamp.level": 40, "lamp.pin": "1234"})
    world.ack(command, "received")
    world.state({"lamp.on": True}, cause=command.id)
    items = {item.address: item.status for item in world.record(command).items}
    assert items == {
        "lamp.on": Status.CONFIRMED,
        "lamp.level": Status.DELIVERED,
        "lamp.pin": Status.DELIVERED,
    }
    world.ack(command, "done")
    world.state({"lamp.level": 40}, cause=command.id)
    record = world.record(command)
    assert record.status is Status.CONFIRMED
    pin = next(item for item in record.items if item.address == "lamp.pin")
    assert pin.status in {Status.APPLIED, Status.CONFIRMED}


@pytest.mark.parametrize(
    ("values", "action"), [({"lamp.pin": "1234"}, None), ({"times": 2}, "lamp.blink")]
)
def test_what_no_state_can_show_ends_at_applied(
    values: dict[str, object], action: str | None
) -> None:
    world = online_world()
    command = world.ask(values, action=action)  # type: ignore[arg-type]
    world.ack(command, "received")
    world.ack(command, "done")
    record = world.record(command)
    assert (record.status, record.is_final) == (Status.APPLIED, True)
    world.wait(60)
    assert world.record(command).status is Status.APPLIED


def test_results_of_an_action_are_passed_on() -> None:
    world = online_world()
    command = world.ask({}, action="lamp.measure")
    world.ack(command, "done", results={"lux": 12})
    assert world.record(command).results == {"lux": 12}
    assert not world.device().violations


@pytest.mark.parametrize(("mode", "kept"), [("strict", {}), ("warn", {"lux": 1, "mood": 1})])
def test_undeclared_results_break_a_rule_and_not_the_receipt(
    mode: Mode, kept: dict[str, int]
) -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, mode=mode))
    command = world.ask({}, action="lamp.measure")
    world.ack(command, "done", results={"lux": 1, "mood": 1})
    assert world.record(command).status is Status.APPLIED
    assert world.record(command).results == kept
    assert [v.rule for v in world.verdicts()] == ["ECO-ACK-006"]


def test_refused_set_says_why_for_each_address() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True, "lamp.level": 40})
    fault = {"code": "too-hot", "message": "cooling down"}
    world.ack(
        command,
        "rejected",
        items=({"address": "lamp.on"}, {"address": "lamp.level", "error": fault}),
        error={"code": "too-hot"},
    )
    record = world.record(command)
    assert (record.status, record.reason) == (Status.REJECTED, "too-hot")
    assert {i.address: i.error for i in record.items} == {"lamp.on": None, "lamp.level": "too-hot"}
    assert not world.device().desired


def test_command_that_nobody_answers_expires() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True}, ttl_s=5)
    world.wait(4.9)
    assert world.record(command).status is Status.ACCEPTED
    world.wait(0.1)
    record = world.record(command)
    assert (record.status, record.reason) == (Status.EXPIRED, "no_answer")
    assert not world.device().desired


def test_delivered_command_without_an_end_fails_with_outcome_unknown() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True}, ttl_s=5)
    world.ack(command, "received")
    world.wait(5 + DONE_GRACE_S)
    record = world.record(command)
    assert (record.status, record.reason) == (Status.FAILED, "outcome_unknown")


def test_device_may_say_that_the_ttl_had_passed() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.ack(command, "received")
    world.ack(command, "expired")
    assert world.record(command).status is Status.EXPIRED


def test_ack_of_a_command_nobody_sent_is_a_violation() -> None:
    world = online_world()
    stray = world.ask({"lamp.on": True}, device=LAMP)
    world.hub.commands.drop(stray)
    world.ack(stray, "done")
    assert ("ECO-ACK-001", "id") in world.device().violations


def test_second_and_different_final_answer_is_a_violation_and_changes_nothing() -> None:
    world = online_world()
    command = world.ask({"times": 1}, action="lamp.blink")
    world.ack(command, "done")
    world.ack(command, "rejected")
    assert world.record(command).status is Status.APPLIED
    assert ("ECO-ACK-002", "status") in world.device().violations


def test_repeat_of_the_final_answer_is_fine() -> None:
    world = online_world()
    command = world.ask({"times": 1}, action="lamp.blink")
    world.ack(command, "done")
    world.ack(command, "done")
    assert not world.device().violations


def test_ack_that_the_broker_delivers_twice_counts_once() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.ack(command, "received")
    world.seqs[(LAMP, "ack")] -= 1
    world.ack(command, "received")
    assert not world.device().violations
    assert statuses(world, command.id) == ["accepted", "delivered"]


def test_every_change_of_a_receipt_is_announced_and_saved() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.ack(command, "received")
    world.ack(command, "done")
    world.state({"lamp.on": True}, cause=command.id)
    told = [e.record.status.value for e in world.events if isinstance(e, ReceiptChanged)]
    assert told == ["accepted", "delivered", "applied", "confirmed"]
    kept = [s.record.status.value for s in world.saves if isinstance(s, SaveCommand)]
    assert kept == ["accepted", "delivered", "applied", "confirmed"]


def test_full_state_counts_as_told() -> None:
    world = online_world()
    assert {a: r.value for a, r in world.device().reported.items()} == FULL


def test_text_is_confirmed_by_the_same_text() -> None:
    assert is_same("a", "a")
    assert not is_same("a", "b")
    assert is_same(2, 2.0)
    assert not is_same(True, 1)
    assert not is_same(None, False)


def test_answers_are_remembered_within_bounds() -> None:
    world = online_world()
    for _ in range(ANSWERS_KEPT + 1):
        world.ack(world.ask({"times": 1}, action="lamp.blink"), "done")
    assert len(world.hub.commands.lane(LAMP).answers) == ANSWERS_KEPT
    assert not world.device().violations


def test_answer_to_the_hubs_own_request_is_no_violation() -> None:
    world = online_world()
    message = Ack(epoch=1, seq=1, id="hub.1.99", status="rejected")
    world.tell(message)
    assert not world.device().violations


def test_late_received_of_an_answered_command_changes_nothing() -> None:
    world = online_world()
    command = world.ask({"times": 1}, action="lamp.blink")
    world.ack(command, "done")
    world.ack(command, "received")
    assert world.record(command).status is Status.APPLIED
