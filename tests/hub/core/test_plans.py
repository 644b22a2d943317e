"""Commands for a time of day: begun when it comes, once, or ended when it is over."""

import pytest

from hub.core.commands import CommandRequest, Later
from hub.core.errors import BatchRefusedError, NotPlannedError, TooManyCommandsError
from hub.core.hub import Hub
from hub.core.plans import LATE_MS
from hub.core.records import CommandRecord
from protocol.ids import CommandId, DeviceId
from protocol.messages import SetCommand
from protocol.receipt import Status
from tests.hub.core.world import LAMP, OTHER, World, online_world

AT_MS = 1_800_000_000_000


def request(
    name: str, device: DeviceId = LAMP, *, is_on: bool = True, ttl_s: float | None = None
) -> CommandRequest:
    later = Later(AT_MS, 60.0)
    return CommandRequest(
        device, "phone", CommandId(name), {"lamp.on": is_on}, ttl_s=ttl_s, later=later
    )


def plan(world: World, wish: CommandRequest) -> CommandRecord:
    record, out = world.hub.request(wish, world.now_s)
    assert all(save.record.waits for save in out.saves)  # type: ignore[union-attr]
    world.take(out)
    world.take(world.hub.proceed(record, world.now_s))
    return world.record(record)


def begin(world: World, late_ms: int = 0) -> None:
    world.take(world.hub.plans.begin_due(world.now_s, AT_MS + late_ms))


def test_what_may_not_be_done_any_more_when_its_time_comes_is_not_done() -> None:
    world = online_world()
    first, second = plan(world, request("c1")), plan(world, request("c2", is_on=False))
    world.sent.clear()
    why = {first.id: "session_ended", second.id: ""}
    world.take(world.hub.plans.begin_due(world.now_s, AT_MS, lambda record: why[record.id]))
    ended = world.record(first)
    assert (ended.status, ended.reason, ended.is_final) == (Status.FAILED, "session_ended", True)
    assert [message.id for message in world.sent_to() if isinstance(message, SetCommand)] == ["c2"]
    assert world.hub.plans.next_ms() is None


def test_a_planned_command_waits_and_is_sent_at_its_time() -> None:
    world = online_world()
    record = plan(world, request("c1"))
    world.sent.clear()
    world.wait(3_000.0)
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]
    assert world.record(record).status is Status.ACCEPTED
    assert not world.device().desired
    world.connect()
    begin(world, late_ms=-1)
    assert world.hub.commands.planned == 1
    world.sent.clear()
    begin(world)
    assert [m.id for m in world.sent_to() if isinstance(m, SetCommand)] == [record.id]
    assert world.record(record).expires_at_s == world.now_s + 10
    assert world.hub.plans.next_ms() is None
    world.ack(record, "received")
    world.ack(record, "done")
    world.state({"lamp.on": True}, cause=record.id)
    assert world.record(record).status is Status.CONFIRMED


@pytest.mark.parametrize(("late_ms", "is_done"), [(LATE_MS, True), (LATE_MS + 1, False)])
def test_a_hub_that_was_down_does_it_a_minute_late_and_no_later(
    late_ms: int, *, is_done: bool
) -> None:
    world = online_world()
    record = plan(world, request("c1"))
    devices = [device.record for device in world.hub.devices.values()]
    again = World(hub=Hub("hub-0a1b2c3d", 2), now_s=world.now_s)
    again.hub.restore(devices, [], [record], {}, world.now_s)
    assert not again.device().desired
    begin(again, late_ms)
    after = again.record(record)
    assert (after.status, after.reason) == (
        (Status.ACCEPTED, "") if is_done else (Status.EXPIRED, "late")
    )
    assert bool(again.device().desired) is is_done
    assert again.hub.plans.next_ms() is None


def test_what_is_due_is_not_begun_again_after_a_restart() -> None:
    world = online_world()
    plan(world, request("c1", ttl_s=3_600.0))
    world.leave()
    begin(world)
    kept = world.saves[-1].record  # type: ignore[union-attr]
    again = World(hub=Hub("hub-0a1b2c3d", 2), now_s=world.now_s)
    again.hub.restore([world.device().record], [], [kept], {}, world.now_s)  # type: ignore[list-item]
    begin(again, LATE_MS * 10)
    assert again.record(kept).status is Status.ACCEPTED  # type: ignore[arg-type]


def test_all_of_one_moment_go_out_in_one_outcome_in_their_order() -> None:
    world = online_world()
    world.join(OTHER)
    world.boot(OTHER)
    world.connect(OTHER)
    plan(world, request("c1"))
    plan(world, request("c2", OTHER))
    out = world.hub.plans.begin_due(world.now_s, AT_MS)
    sent = [(to, m.id) for to, m in out.send if isinstance(m, SetCommand)]
    assert sent == [(LAMP, "c1"), (OTHER, "c2")]


def test_a_planned_command_can_be_cancelled_until_it_begins() -> None:
    world = online_world()
    record = plan(world, request("c1"))
    world.take(world.hub.plans.cancel(record, world.now_s))
    after = world.record(record)
    assert (after.status, after.reason, after.is_final) == (Status.FAILED, "cancelled", True)
    begin(world)
    assert world.record(record) == after
    begun = plan(world, request("c2"))
    begin(world)
    with pytest.raises(NotPlannedError):
        world.hub.plans.cancel(world.record(begun), world.now_s)


def test_a_device_that_left_takes_its_plans_along() -> None:
    world = online_world()
    plan(world, request("c1"))
    world.take(world.hub.unjoin(LAMP))
    assert world.hub.commands.planned == 0
    begin(world)


def test_many_are_checked_together_before_anything_changes() -> None:
    world = online_world()
    good = CommandRequest(LAMP, "phone", CommandId("c1"), {"lamp.on": True})
    bad = CommandRequest(LAMP, "phone", CommandId("c2"), {"lamp.level": 999})
    gone = CommandRequest(DeviceId("lamp-9999"), "phone", CommandId("c3"), {"lamp.on": True})
    world.hub.check_all([good, good])
    with pytest.raises(BatchRefusedError) as found:
        world.hub.check_all([good, bad, gone])
    assert [(place, error.code) for place, error in found.value.problems] == [
        (1, "ECO-VALUE-002"),
        (2, "device-unknown"),
    ]
    assert str(found.value).startswith("nothing was sent: command 2 cannot be carried out")
    assert not list(world.hub.commands.open_ones())


def test_commands_of_one_request_count_before_they_are_durable() -> None:
    world = online_world()
    world.leave()
    wishes = [
        CommandRequest(LAMP, "phone", CommandId(f"c{n}"), {"lamp.level": n}) for n in range(65)
    ]
    with pytest.raises(BatchRefusedError):
        world.hub.check_all(wishes)
    world.hub.check_all(wishes[:64])
    for wish in wishes[:64]:
        world.hub.request(wish, world.now_s)
    with pytest.raises(TooManyCommandsError):
        world.hub.request(wishes[64], world.now_s)


def test_what_waits_for_its_device_is_given_up_by_who_may_not_do_it_any_more() -> None:
    world = online_world()
    plans, later = world.hub.plans, plan(world, request("p1", is_on=False))
    world.leave()
    short = world.ask({"lamp.on": False})
    long = world.ask({"lamp.level": 5}, ttl_s=3_600.0)
    assert [record.id for record in plans.held()] == [long.id]
    assert not plans.give_up(world.now_s, lambda _: "").saves
    world.take(plans.give_up(world.now_s, lambda _: "not_allowed"))
    ended = world.record(long)
    assert (ended.status, ended.reason, ended.is_final) == (Status.FAILED, "not_allowed", True)
    assert {one.command for one in world.device().desired.values()} == {short.id}
    assert world.record(later).is_planned
    world.sent.clear()
    world.connect()
    assert long.id not in [m.id for m in world.sent_to() if isinstance(m, SetCommand)]


def test_what_is_on_its_way_to_its_device_is_not_called_back() -> None:
    world = online_world()
    record = world.ask({"lamp.on": True}, ttl_s=3_600.0)
    assert not list(world.hub.plans.held())
    world.ack(record, "received")
    assert not world.hub.plans.give_up(world.now_s, lambda _: "not_allowed").saves
