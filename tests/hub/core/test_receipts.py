"""What a receipt says, step by step, and only when it is true."""

from dataclasses import replace

import pytest

from hub.core.commands import (
    ANSWERS_KEPT,
    CONFIRM_WITHIN_S,
    DONE_GRACE_S,
    MAX_IN_FLIGHT,
    MAX_WAITING,
    CommandRequest,
)
from hub.core.errors import (
    CommandIdTakenError,
    DeviceNotReadyError,
    DeviceUnknownError,
    RefusedError,
    TooManyCommandsError,
)
from hub.core.events import ReceiptChanged, ValuesReported
from hub.core.receipts import is_same
from hub.core.records import Mode, SaveCommand
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Ack, ActionCommand, SetCommand
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


def test_unreachable_device_gets_its_command_when_it_is_back() -> None:
    world = online_world()
    world.leave()
    command = world.ask({"lamp.on": True}, ttl_s=60)
    assert not world.sent_to()
    world.wait(10)
    world.connect()
    sent = [m for m in world.sent_to() if isinstance(m, SetCommand)]
    assert [m.id for m in sent] == [command.id]
    assert sent[0].ttl_ms == 50_000


def test_command_that_waits_for_an_absent_device_expires_with_its_presence_as_reason() -> None:
    world = online_world()
    world.leave()
    command = world.ask({"lamp.on": True}, ttl_s=5)
    world.wait(5)
    record = world.record(command)
    assert (record.status, record.reason) == (Status.EXPIRED, "unreachable")


def test_newer_set_of_the_same_property_supersedes_an_undelivered_one() -> None:
    world = online_world()
    world.leave()
    older = world.ask({"lamp.level": 10}, ttl_s=60)
    newer = world.ask({"lamp.level": 20, "lamp.on": True}, ttl_s=60)
    assert world.record(older).status is Status.SUPERSEDED
    world.connect()
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [newer.id]
    assert world.device().desired[Address("lamp.level")].command == newer.id


def test_set_is_not_superseded_by_one_that_leaves_a_property_out() -> None:
    world = online_world()
    world.leave()
    older = world.ask({"lamp.level": 10, "lamp.on": True}, ttl_s=60)
    world.ask({"lamp.level": 20}, ttl_s=60)
    assert world.record(older).status is Status.ACCEPTED


def test_delivered_set_and_action_are_not_superseded() -> None:
    world = online_world()
    delivered = world.ask({"lamp.level": 10})
    world.ack(delivered, "received")
    action = world.ask({"times": 1}, action="lamp.blink")
    world.ask({"lamp.level": 20})
    assert world.record(delivered).status is Status.DELIVERED
    assert world.record(action).status is Status.ACCEPTED


def test_busy_device_is_asked_again_and_order_is_kept() -> None:
    world = online_world()
    first = world.ask({"lamp.level": 10})
    second = world.ask({"lamp.on": True})
    world.ack(second, "busy", retry_after_ms=3000)
    world.ack(first, "busy", retry_after_ms=3000)
    world.sent.clear()
    world.wait(2.9)
    assert not world.sent_to()
    world.wait(0.1)
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [first.id, second.id]


def test_unacknowledged_command_is_sent_again_with_the_same_id() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.sent.clear()
    world.wait(2.0)
    again = world.sent_to()[-1]
    assert isinstance(again, SetCommand)
    assert again.id == command.id
    assert again.ttl_ms == 8_000
    world.ack(command, "received")
    world.sent.clear()
    world.wait(2.0)
    assert not world.sent_to()


def test_action_is_never_sent_again_once_the_device_has_booted_anew() -> None:
    world = online_world()
    command = world.ask({"times": 2}, action="lamp.blink", ttl_s=60)
    world.sent.clear()
    world.leave()
    world.boot()
    world.connect()
    assert not [m for m in world.sent_to() if isinstance(m, ActionCommand)]
    record = world.record(command)
    assert (record.status, record.reason) == (Status.FAILED, "outcome_unknown")


def test_action_is_sent_again_in_the_same_boot() -> None:
    world = online_world()
    command = world.ask({"times": 2}, action="lamp.blink", ttl_s=60)
    world.sent.clear()
    world.leave()
    world.connect()
    assert [m.id for m in world.sent_to() if isinstance(m, ActionCommand)] == [command.id]


def test_action_that_never_went_out_survives_a_boot() -> None:
    world = online_world()
    world.leave()
    command = world.ask({"times": 2}, action="lamp.blink", ttl_s=60)
    world.boot()
    world.connect()
    assert [m.id for m in world.sent_to() if isinstance(m, ActionCommand)] == [command.id]
    assert world.record(command).sent_epoch == world.epochs[LAMP]


def test_set_is_sent_again_after_a_boot() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True}, ttl_s=60)
    world.ack(command, "received")
    world.sent.clear()
    world.boot()
    world.connect()
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [command.id]


def test_action_in_flight_at_a_fresh_join_is_lost_even_if_the_epoch_looks_the_same() -> None:
    world = online_world()
    command = world.ask({"times": 2}, action="lamp.blink", ttl_s=60)
    world.join()
    world.boot()
    world.sent.clear()
    world.connect()
    assert world.record(command).reason == "outcome_unknown"
    assert not [m for m in world.sent_to() if isinstance(m, ActionCommand)]


def test_no_more_than_sixteen_are_in_flight() -> None:
    world = online_world()
    commands = [world.ask({"times": 1}, action="lamp.blink") for _ in range(MAX_IN_FLIGHT + 2)]
    sent = [m.id for m in world.sent_to() if isinstance(m, ActionCommand)]
    assert sent == [c.id for c in commands[:MAX_IN_FLIGHT]]
    world.sent.clear()
    world.ack(commands[0], "done")
    assert [m.id for m in world.sent_to() if isinstance(m, ActionCommand)] == [commands[16].id]


def test_too_many_waiting_commands_are_refused() -> None:
    world = online_world()
    world.leave()
    for _ in range(MAX_WAITING):
        world.ask({"times": 1}, action="lamp.blink", ttl_s=60)
    with pytest.raises(TooManyCommandsError):
        world.ask({"times": 1}, action="lamp.blink", ttl_s=60)


def test_same_id_and_body_give_the_same_receipt() -> None:
    world = online_world()
    first = world.ask({"lamp.on": True}, client_id="my-1")
    world.ack(first, "done")
    sent = len(world.sent)
    again = world.ask({"lamp.on": True}, client_id="my-1")
    assert again.id == first.id
    assert again.status is Status.APPLIED
    assert len(world.sent) == sent


def test_same_id_with_another_body_is_refused() -> None:
    world = online_world()
    world.ask({"lamp.on": True}, client_id="my-1")
    with pytest.raises(CommandIdTakenError) as error:
        world.ask({"lamp.on": False}, client_id="my-1")
    assert error.value.code == "command-id-taken"


def test_true_and_one_are_different_bodies() -> None:
    world = online_world()
    world.ask({"lamp.on": True}, client_id="my-1")
    with pytest.raises(CommandIdTakenError):
        world.ask({"lamp.on": 1}, client_id="my-1")


def test_two_tokens_may_choose_the_same_id() -> None:
    world = online_world()
    mine = world.ask({"lamp.on": True}, client_id="1", scope="a")
    theirs = world.ask({"lamp.level": 2}, client_id="1", scope="b")
    assert mine.id != theirs.id


def test_ended_command_is_forgotten_after_a_day() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True}, client_id="my-1")
    world.ack(command, "rejected")
    world.wait(86_399)
    assert world.hub.commands.get(command.id)
    world.wait(2)
    assert world.hub.commands.get(command.id) is None
    world.connect()
    assert world.ask({"lamp.on": False}, client_id="my-1")


@pytest.mark.parametrize(
    ("values", "action", "rule"),
    [
        ({"lamp.level": 101}, None, "ECO-VALUE-002"),
        ({"lamp.level": "7"}, None, "ECO-VALUE-001"),
        ({"lamp.warmth": 2.5}, None, "ECO-CMD-002"),
        ({"lamp.colour": 1}, None, "ECO-CMD-001"),
        ({}, None, "ECO-CMD-009"),
        ({}, "lamp.explode", "ECO-CMD-003"),
        ({}, "lamp.blink", "ECO-CMD-004"),
        ({"times": 10}, "lamp.blink", "ECO-VALUE-002"),
    ],
)
def test_what_breaks_the_product_spec_is_refused_with_its_rule(
    values: dict[str, object], action: str | None, rule: str
) -> None:
    world = online_world()
    with pytest.raises(RefusedError) as error:
        world.ask(values, action=action)  # type: ignore[arg-type]
    assert error.value.code == rule
    assert error.value.remedy
    assert not world.sent
    assert not world.saves


def test_refusal_says_what_would_be_taken() -> None:
    world = online_world()
    with pytest.raises(RefusedError) as error:
        world.ask({"lamp.level": 101})
    assert error.value.remedy == "send a whole number 0..100"


def test_command_for_nobody_and_for_a_device_in_interview_is_refused() -> None:
    world = World()
    with pytest.raises(DeviceUnknownError):
        world.ask({"lamp.on": True})
    world.join()
    world.boot()
    world.connect()
    with pytest.raises(DeviceNotReadyError):
        world.ask({"lamp.on": True})


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
    assert world.events.count(ReceiptChanged(LAMP, command.id)) == 4
    kept = [s.record.status.value for s in world.saves if isinstance(s, SaveCommand)]
    assert kept == ["accepted", "delivered", "applied", "confirmed"]


def test_withdrawn_command_leaves_nothing_behind() -> None:
    world = online_world()
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": True}, client_id="mine")
    record, promised = world.hub.request(request, world.now_s)
    left = world.hub.withdraw(record, promised)
    assert not left.events
    assert not left.saves
    assert world.hub.commands.get(record.id) is None
    assert not world.device().desired
    world.wait(5)
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]


def test_restored_command_is_sent_again_or_ended() -> None:
    world = online_world()
    live = world.ask({"lamp.on": True}, ttl_s=60)
    acted = world.ask({"times": 1}, action="lamp.blink", ttl_s=60)
    acted = world.record(acted)
    spec = world.device().spec
    assert spec is not None
    later = World(epoch=2, now_s=50.0)
    later.hub.restore([world.device().record], [spec], [live, acted], {}, later.now_s)
    later.epochs, later.connections = dict(world.epochs), dict(world.connections)
    assert later.device().desired[Address("lamp.on")].command == live.id
    later.announce()
    assert {m.id for m in later.sent_to() if isinstance(m, SetCommand | ActionCommand)} == {
        live.id,
        acted.id,
    }


def test_full_state_counts_as_told() -> None:
    world = online_world()
    assert {a: r.value for a, r in world.device().reported.items()} == FULL


def test_command_to_a_device_that_left_is_unknown() -> None:
    world = online_world()
    command = world.ask({"lamp.on": True})
    world.take(world.hub.unjoin(LAMP))
    assert world.hub.commands.get(command.id) is None
    with pytest.raises(DeviceUnknownError):
        world.hub.unjoin(DeviceId("lamp-0001"))
    world.wait(30)


def test_ended_command_of_a_device_that_left_is_forgotten_once() -> None:
    world = online_world()
    world.ack(world.ask({"lamp.on": True}), "rejected")
    world.take(world.hub.unjoin(LAMP))
    world.wait(90_000)
    assert not world.hub.commands.of(LAMP)


def test_ended_and_applied_commands_are_restored_but_not_sent() -> None:
    world = online_world()
    ended = world.ask({"lamp.on": True}, client_id="mine")
    world.ack(ended, "rejected")
    applied = world.ask({"lamp.level": 3})
    world.ack(applied, "done")
    spec = world.device().spec
    assert spec is not None
    later = World(epoch=2, now_s=world.now_s)
    kept = [world.record(ended), world.record(applied)]
    stray = replace(kept[0], device=DeviceId("lamp-gone"), id=CommandId("stray"))
    later.hub.restore([world.device().record], [spec], [*kept, stray], {}, later.now_s)
    later.epochs, later.connections = dict(world.epochs), dict(world.connections)
    later.announce()
    assert not [m for m in later.sent_to() if isinstance(m, SetCommand)]
    assert later.ask({"lamp.on": True}, client_id="mine").id == ended.id
    assert later.hub.commands.get(CommandId("stray")) is None
    later.state({"lamp.level": 3}, cause=applied.id)
    assert later.record(applied).status is Status.CONFIRMED


def test_withdrawn_command_gives_the_wish_of_a_newer_one_no_harm() -> None:
    world = online_world()
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": True})
    record, promised = world.hub.request(request, world.now_s)
    newer = world.ask({"lamp.on": False})
    world.hub.withdraw(record, promised)
    assert world.device().desired[Address("lamp.on")].command == newer.id


def test_withdrawn_command_that_waited_leaves_the_lane() -> None:
    world = online_world()
    world.leave()
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": True})
    record, promised = world.hub.request(request, world.now_s)
    world.hub.withdraw(record, promised)
    world.connect()
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]


def test_text_is_confirmed_by_the_same_text() -> None:
    assert is_same("a", "a")
    assert not is_same("a", "b")
    assert is_same(2, 2.0)
    assert not is_same(True, 1)
    assert not is_same(None, False)


def test_confirmed_set_whose_last_ack_never_comes_frees_its_place() -> None:
    world = online_world()
    for _ in range(MAX_IN_FLIGHT):
        command = world.ask({"lamp.level": 7})
        world.state({"lamp.level": 7}, cause=command.id)
    last = world.ask({"lamp.level": 8})
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand) and m.id == last.id]
    world.now_s += DONE_GRACE_S - 1
    world.wait(0.5)
    assert world.record(last).status is Status.ACCEPTED


def test_replaced_device_ends_what_was_confirmed_as_confirmed() -> None:
    world = online_world()
    command = world.ask({"lamp.level": 7})
    world.state({"lamp.level": 7}, cause=command.id)
    world.join(DeviceId("lamp-0002"), replaces=LAMP)
    assert world.record(command).status is Status.CONFIRMED


def test_busy_answer_to_an_ended_command_changes_nothing() -> None:
    world = online_world()
    command = world.ask({"lamp.level": 7})
    world.state({"lamp.level": 7}, cause=command.id)
    world.ack(command, "busy")
    assert world.record(command).status is Status.CONFIRMED


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
