"""What the hub takes as a command, and what it refuses and why."""

import pytest

from hub.core.commands import (
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
from hub.core.records import SaveCommand
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import SetCommand
from protocol.receipt import Status
from tests.hub.core.world import LAMP, World, online_world


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


def test_command_that_is_not_durable_yet_is_not_sent_whatever_happens() -> None:
    world = online_world()
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": True})
    record, promised = world.hub.request(request, world.now_s)
    assert promised.saves == [SaveCommand(record)]
    assert not promised.send
    world.leave()
    world.connect()
    world.wait(3)
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]
    world.take(world.hub.proceed(record, world.now_s))
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [record.id]


def test_withdrawn_command_leaves_nothing_behind() -> None:
    world = online_world()
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": True}, client_id="mine")
    record, _ = world.hub.request(request, world.now_s)
    world.hub.withdraw(record)
    assert world.hub.commands.get(record.id) is None
    assert not world.device().desired
    world.wait(5)
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]
    assert world.ask({"lamp.on": False}, client_id="mine")


def test_command_that_cannot_be_kept_supersedes_nothing() -> None:
    world = online_world()
    world.leave()
    older = world.ask({"lamp.on": True}, ttl_s=3600)
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": False})
    newer, _ = world.hub.request(request, world.now_s)
    world.hub.withdraw(newer)
    assert world.record(older).status is Status.ACCEPTED
    assert world.device().desired[Address("lamp.on")].command == older.id


def test_command_of_a_device_that_leaves_before_it_is_durable_is_dropped() -> None:
    world = online_world()
    request = CommandRequest(LAMP, "phone", CommandId("c-9"), {"lamp.on": True})
    record, _ = world.hub.request(request, world.now_s)
    world.take(world.hub.unjoin(LAMP))
    out = world.hub.proceed(record, world.now_s)
    assert not out.send
    assert not out.saves


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


def test_id_that_is_used_again_outlives_the_day_of_its_first_command() -> None:
    world = online_world()
    world.ack(world.ask({"lamp.on": True}, client_id="night"), "rejected")
    world.take(world.hub.unjoin(LAMP))
    world.now_s += 80_000
    world.join()
    world.boot()
    world.connect()
    again = world.ask({"lamp.on": True}, client_id="night", ttl_s=80_000)
    world.wait(10_000)
    assert world.record(again).status is Status.ACCEPTED


def test_ended_commands_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.core.commands.MAX_ENDED", 3)
    world = online_world()
    commands = [world.ask({"times": 1}, action="lamp.blink") for _ in range(5)]
    for command in commands:
        world.ack(command, "done")
    world.wait(1)
    assert [c.id for c in world.hub.commands.of(LAMP)] == [c.id for c in commands[2:]]


def test_command_that_no_payload_can_hold_is_refused() -> None:
    world = online_world()
    with pytest.raises(RefusedError) as error:
        world.ask({"lamp.pin": "\N{GRINNING FACE}" * 4096})
    assert error.value.code == "ECO-CODEC-001"
    assert world.ask({"lamp.pin": "x" * 4096})


def test_command_that_waits_for_a_device_that_left_is_dropped_from_its_lane() -> None:
    world = online_world()
    world.leave()
    world.ask({"lamp.on": True}, ttl_s=60)
    world.take(world.hub.unjoin(LAMP))
    world.join()
    world.boot()
    world.connect()
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]
