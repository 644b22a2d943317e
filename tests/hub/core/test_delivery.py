"""How commands reach a device: once, in order, again when in doubt, and never too late."""

from hub.core.commands import (
    DONE_GRACE_S,
    MAX_IN_FLIGHT,
)
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import ActionCommand, SetCommand
from protocol.receipt import Status
from tests.hub.core.world import LAMP, World, online_world


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
    stray = kept[0]._replace(device=DeviceId("lamp-gone"), id=CommandId("stray"))
    later.hub.restore([world.device().record], [spec], [*kept, stray], {}, later.now_s)
    later.epochs, later.connections = dict(world.epochs), dict(world.connections)
    later.announce()
    assert not [m for m in later.sent_to() if isinstance(m, SetCommand)]
    assert later.ask({"lamp.on": True}, client_id="mine").id == ended.id
    assert later.hub.commands.get(CommandId("stray")) is None
    later.state({"lamp.level": 3}, cause=applied.id)
    assert later.record(applied).status is Status.CONFIRMED


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


def test_action_that_went_out_and_was_never_answered_is_not_called_expired() -> None:
    world = online_world()
    command = world.ask({"times": 1}, action="lamp.blink", ttl_s=5)
    world.wait(5)
    record = world.record(command)
    assert (record.status, record.reason) == (Status.FAILED, "outcome_unknown")


def test_action_that_the_device_put_off_was_not_done() -> None:
    world = online_world()
    command = world.ask({"times": 1}, action="lamp.blink", ttl_s=5)
    world.ack(command, "busy", retry_after_ms=60_000)
    world.wait(5)
    assert world.record(command).status is Status.EXPIRED


def test_slider_does_not_flood_the_device() -> None:
    world = online_world()
    for level in range(100):
        world.ask({"lamp.level": level})
    sent = [m for m in world.sent_to() if isinstance(m, SetCommand)]
    assert len(sent) == MAX_IN_FLIGHT
    for message in sent:
        record = world.hub.commands.get(CommandId(message.id))
        assert record is not None
        world.ack(record, "done")
    last = [m for m in world.sent_to() if isinstance(m, SetCommand)][-1]
    assert last.values == {"lamp.level": 99}
