"""Devices that sleep: what waits for them, how long they are believed, and when they may rest."""

import pytest

from hub.core.commands import MOST_TTL_MS, RESEND_AFTER_S
from hub.core.hub import Hub
from hub.core.records import SaveCommand, SaveDevice
from hub.core.sleepers import REST_EVERY_S
from protocol.messages import ActionCommand, Rest, SetCommand, Sleep, SpecGet, StateGet
from protocol.presence import Presence
from protocol.receipt import Status
from tests.hub.core.world import FULL, LAMP, World, online_world

INTERVAL_S = 600
PATIENCE_S = 2 * INTERVAL_S + 10
SLEEP = Sleep(interval_s=INTERVAL_S)


def wake(world: World) -> None:
    world.connect(sleep=SLEEP)
    world.say("online")
    world.state(FULL, full=True)


def asleep_world() -> World:
    world = online_world()
    wake(world)
    world.say("asleep", "sleep")
    for told in (world.events, world.sent, world.saves):
        told.clear()
    return world


def reach(world: World) -> tuple[str, str]:
    return world.device().presence.value, world.device().reason


def rests(world: World) -> int:
    return sum(isinstance(message, Rest) for message in world.sent_to())


def test_a_sleeper_is_believed_for_two_intervals_and_never_asked() -> None:
    world = asleep_world()
    assert reach(world) == ("asleep", "asleep")
    world.wait(PATIENCE_S)
    assert reach(world) == ("asleep", "asleep")
    world.wait(0.25)
    assert reach(world) == ("unreachable", "overslept")
    assert world.sent_to() == []
    wake(world)
    assert reach(world) == ("online", "announced")


def test_a_sleeper_that_dies_awake_without_a_word_is_overslept_and_not_probed() -> None:
    world = online_world()
    wake(world)
    world.sent.clear()
    world.wait(PATIENCE_S + 1)
    assert reach(world) == ("unreachable", "overslept")
    assert not [message for message in world.sent_to() if isinstance(message, StateGet)]


def test_only_a_device_that_announced_it_may_sleep() -> None:
    world = online_world()
    world.say("asleep")
    assert world.verdicts()[-1].rule == "ECO-SLEEP-009"
    assert reach(world) == ("online", "announced")
    wake(world)
    world.connect()
    world.say("asleep")
    assert world.device().record.sleep_s is None
    assert reach(world) == ("online", "announced")


def test_a_command_waits_says_so_and_goes_out_at_the_next_wake() -> None:
    world = asleep_world()
    asleep_s = world.now_s
    first = world.ask({"lamp.level": 5}, ttl_s=None)
    second = world.ask({"lamp.on": True}, ttl_s=None)
    assert (first.status, first.reason, first.waits) == (Status.ACCEPTED, "asleep", True)
    assert first.expected_at_s == asleep_s + INTERVAL_S
    assert first.expires_at_s == world.now_s + PATIENCE_S
    world.wait(INTERVAL_S)
    assert world.sent_to() == []
    wake(world)
    sent = [m.id for m in world.sent_to() if isinstance(m, SetCommand)]
    assert sent == [first.id, second.id]
    world.ack(first, "received")
    assert (world.record(first).reason, world.record(first).expected_at_s) == ("", None)
    world.ack(first, "done")
    world.state({"lamp.level": 5}, cause=first.id)
    assert rests(world) == 0
    world.ack(second, "done")
    world.state({"lamp.on": True}, cause=second.id)
    assert world.record(first).status is world.record(second).status is Status.CONFIRMED
    assert rests(world) == 1


def test_a_newer_set_takes_the_place_of_one_that_waits() -> None:
    world = asleep_world()
    older = world.ask({"lamp.level": 5}, ttl_s=None)
    newer = world.ask({"lamp.level": 6}, ttl_s=None)
    assert world.record(older).status is Status.SUPERSEDED
    wake(world)
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [newer.id]


@pytest.mark.parametrize(("ttl_s", "reason"), [(30.0, "asleep"), (3000.0, "overslept")])
def test_a_command_that_no_wake_saves_ends_with_the_reason(ttl_s: float, reason: str) -> None:
    world = asleep_world()
    command = world.ask({"lamp.level": 5}, ttl_s=ttl_s)
    for _ in range(3):
        world.wait(ttl_s / 2)
    ended = world.record(command)
    assert (ended.status, ended.reason, ended.expected_at_s) == (Status.EXPIRED, reason, None)


def test_a_command_to_a_sleeper_that_overslept_still_waits() -> None:
    world = asleep_world()
    world.wait(PATIENCE_S + 1)
    command = world.ask({"lamp.level": 5}, ttl_s=None)
    assert (command.status, command.reason) == (Status.ACCEPTED, "overslept")
    wake(world)
    assert command.id in [m.id for m in world.sent_to() if isinstance(m, SetCommand)]


def test_a_command_that_came_too_late_waits_for_the_next_wake() -> None:
    world = asleep_world()
    wake(world)
    command = world.ask({"lamp.level": 5}, ttl_s=None)
    assert command.reason == ""
    world.say("asleep")
    late = world.record(command)
    assert (late.status, late.reason) == (Status.ACCEPTED, "asleep")
    assert late.expected_at_s == world.now_s + INTERVAL_S
    assert isinstance(world.saves[-1], SaveCommand)
    world.sent.clear()
    world.wait(RESEND_AFTER_S * 2)
    assert world.sent == []
    wake(world)
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [command.id]


def test_an_action_that_was_sent_in_an_earlier_boot_is_not_sent_again() -> None:
    world = asleep_world()
    waiting = world.ask({"times": 1}, action="lamp.blink", ttl_s=None)
    wake(world)
    sent = world.ask({"times": 2}, action="lamp.blink", ttl_s=None)
    assert [m.id for m in world.sent_to() if isinstance(m, ActionCommand)] == [waiting.id, sent.id]
    world.ack(waiting, "done")
    world.say("asleep")
    world.boot()
    wake(world)
    assert world.record(waiting).status is Status.APPLIED
    assert (world.record(sent).status, world.record(sent).reason) == (
        Status.FAILED,
        "outcome_unknown",
    )


def test_rest_is_said_when_nothing_is_left_and_again_while_it_stays_awake() -> None:
    world = asleep_world()
    world.connect(sleep=SLEEP)
    world.say("online")
    assert rests(world) == 0
    world.state(FULL, full=True)
    assert rests(world) == 1
    world.state({"lamp.on": True})
    world.wait(1)
    assert rests(world) == 1
    world.wait(REST_EVERY_S)
    assert rests(world) == 2
    command = world.ask({"lamp.level": 7})
    world.wait(REST_EVERY_S)
    assert rests(world) == 2
    world.ack(command, "rejected", error={"code": "acme:no"})
    assert rests(world) == 3


def test_a_device_that_is_always_there_is_never_told_to_rest() -> None:
    world = online_world()
    world.connect()
    world.state(FULL, full=True)
    world.wait(60)
    assert rests(world) == 0


def test_a_gap_in_what_a_sleeper_said_is_healed_by_its_next_wake_alone() -> None:
    world = asleep_world()
    world.next_seq(LAMP, "state")
    world.state({"lamp.on": True})
    assert not [m for m in world.sent_to() if isinstance(m, StateGet)]
    assert reach(world) == ("online", "heard")


def test_a_sleeper_may_sleep_while_its_product_spec_is_fetched() -> None:
    world = World()
    world.join()
    world.boot()
    world.connect(sleep=SLEEP)
    world.say("asleep")
    assert reach(world) == ("asleep", "asleep")
    world.sent.clear()
    world.wait(30)
    assert world.sent == []
    world.connect(sleep=SLEEP)
    assert [type(m) for m in world.sent_to()] == [SpecGet]
    world.answer_spec()
    world.state(FULL, full=True)
    assert reach(world) == ("online", "announced")
    assert rests(world) == 1


def test_its_word_counts_from_when_it_was_said_however_often_it_comes() -> None:
    world = asleep_world()
    world.wait(INTERVAL_S)
    world.say("asleep")
    assert world.saves == []
    world.wait(PATIENCE_S - INTERVAL_S + 1)
    assert reach(world) == ("unreachable", "overslept")
    world.say("asleep")
    assert reach(world) == ("unreachable", "overslept")


def test_what_it_had_before_it_slept_is_asked_for_no_more() -> None:
    world = asleep_world()
    wake(world)
    command = world.ask({"lamp.level": 5}, ttl_s=None)
    world.ack(command, "received")
    world.say("asleep")
    assert (world.record(command).status, world.record(command).reason) == (Status.DELIVERED, "")


def test_nobody_knows_when_a_sleeper_wakes_that_died_awake() -> None:
    world = asleep_world()
    wake(world)
    world.leave()
    command = world.ask({"lamp.level": 5}, ttl_s=None)
    assert (command.reason, command.expected_at_s) == ("lost", None)


def test_its_word_of_a_wake_that_the_hub_saw_little_of_counts_anew() -> None:
    world = asleep_world()
    world.wait(INTERVAL_S)
    wake(world)
    world.take(world.hub.link_changed(is_up=False, reason="broker_down", now_s=world.now_s))
    world.say("asleep")
    assert (reach(world), world.device().record.asleep_since_s) == (
        ("asleep", "asleep"),
        world.now_s,
    )


def test_the_word_that_a_broker_kept_shows_a_sleeper_whose_link_was_lost() -> None:
    world = asleep_world()
    world.device().presence = Presence.UNREACHABLE
    world.say("asleep")
    assert reach(world) == ("asleep", "asleep")


def restarted(world: World, after_s: float) -> World:
    record = [save.record for save in world.saves if isinstance(save, SaveDevice)][-1]
    spec = world.device().spec
    assert spec is not None
    again = World(hub=Hub("hub-0a1b2c3d", 2), now_s=world.now_s + after_s)
    again.epochs, again.connections = world.epochs, world.connections
    again.seqs = world.seqs
    commands = world.hub.commands.of(LAMP)
    twins = {LAMP: world.device().reported}
    again.hub.restore([record], [spec], commands, twins, again.now_s)
    return again


def test_after_a_restart_a_sleeper_sleeps_on_and_what_waits_for_it_waits_on() -> None:
    world = online_world()
    wake(world)
    world.say("asleep", "sleep")
    asleep_s = world.now_s
    command = world.ask({"lamp.level": 5}, ttl_s=None)
    again = restarted(world, 100)
    assert (again.device().presence, again.device().since_s) == (Presence.ASLEEP, asleep_s)
    assert again.device().reported == world.device().reported
    again.wait(INTERVAL_S)
    assert again.sent == []
    assert again.record(command).expected_at_s == asleep_s + INTERVAL_S
    wake(again)
    assert [m.id for m in again.sent_to() if isinstance(m, SetCommand)] == [command.id]
    assert reach(again) == ("online", "announced")


def test_after_a_long_restart_a_sleeper_has_overslept() -> None:
    world = online_world()
    wake(world)
    world.say("asleep", "sleep")
    again = restarted(world, PATIENCE_S + 5)
    assert reach(again) == ("unreachable", "overslept")
    again.wait(1)
    assert reach(again) == ("unreachable", "overslept")


def test_a_sleeper_that_was_awake_when_the_hub_ended_is_unreachable_until_heard() -> None:
    world = online_world()
    wake(world)
    again = restarted(world, 1)
    assert reach(again) == ("unreachable", "hub_restarted")
    again.wait(PATIENCE_S + 1)
    assert reach(again) == ("unreachable", "hub_restarted")
    wake(again)
    assert reach(again) == ("online", "announced")


def test_the_longest_sleep_gives_a_ttl_that_a_command_can_carry() -> None:
    world = online_world()
    world.connect(sleep=Sleep(interval_s=604_800))
    world.say("asleep")
    world.sent.clear()
    world.ask({"lamp.level": 5}, ttl_s=None)
    world.connect(sleep=Sleep(interval_s=604_800))
    (message,) = world.sent_to()
    assert isinstance(message, SetCommand)
    assert message.ttl_ms == MOST_TTL_MS


def test_the_will_of_a_device_that_raised_its_epoch_is_still_its_word() -> None:
    world = online_world()
    world.boot()
    world.connect()
    world.boot()
    world.connect()
    world.announce(epoch=1, connection=1)
    least = world.verdicts()[-1].min_epoch
    assert least == 4
    world.announce(epoch=least, connection=1)
    world.announce(epoch=least, connection=1, birth="hub.1.1")
    assert reach(world) == ("online", "announced")
    world.epochs[LAMP], world.connections[LAMP] = 1, 1
    world.leave()
    assert reach(world) == ("unreachable", "lost")


def test_the_will_of_a_refused_boot_is_none_of_a_new_connection() -> None:
    world = online_world()
    world.announce(epoch=1, connection=9)
    world.boot()
    world.boot()
    world.connect()
    world.announce(epoch=1, connection=1)
    world.announce(epoch=4, connection=2)
    world.epochs[LAMP], world.connections[LAMP] = 1, 1
    world.leave()
    assert reach(world) == ("online", "announced")
