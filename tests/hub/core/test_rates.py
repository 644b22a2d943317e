"""One device that says too much is dropped unread, counted, and told of in bulk."""

from hypothesis import given
from hypothesis import strategies as st

from hub.core.events import NoticeChanged, ViolationFound
from hub.core.rates import ANSWERS, DEAF_S, FLOOD_FACTOR, FLOOD_S, LEAST_BURST, Rate
from protocol.errors import Violation
from protocol.presence import Presence
from protocol.topics import Leaf, Topic
from tests.hub.core.world import LAMP, OTHER, World, online_world

DECLARED = 5.0
PER_S = FLOOD_FACTOR * DECLARED
BURST = 250


def heard(world: World, count: int) -> int:
    return sum(world.hub.is_heard(LAMP, world.now_s) for _ in range(count))


def flood(world: World, seconds: float, per_s: int = 1000) -> None:
    """Have a lamp say far too much, four times a second, and let time pass as a hub does."""
    for _ in range(int(4 * seconds)):
        heard(world, per_s // 4)
        world.wait(0.25)


def rate_breaks(world: World) -> int:
    found = [v.count for (rule, _), v in world.device().violations.items() if "RATE" in rule]
    return sum(found)


def test_flood_is_dropped_at_once_and_not_read_for_a_minute() -> None:
    world = online_world()
    flood(world, FLOOD_S + 2)
    assert not world.hub.is_heard(LAMP, world.now_s)
    assert world.device().rate.deaf_until_s > world.now_s
    assert "not read for 60 s" in world.verdicts()[-1].text or len(world.verdicts()) == 1
    world.wait(DEAF_S)
    assert world.hub.is_heard(LAMP, world.now_s)


def test_flood_in_bursts_is_a_flood() -> None:
    world = online_world()
    for _ in range(6):
        heard(world, 1000)
        world.wait(2.1)
    assert world.device().rate.deaf_until_s > 0
    assert "far above" in next(iter(world.device().violations.values())).violation.detail


def test_a_device_that_is_just_above_ten_times_its_rate_is_not_read_after_five_seconds() -> None:
    world = online_world()
    for _ in range(7):
        heard(world, int(PER_S) + 5)
        world.now_s += 1.0
    assert world.hub.tick(world.now_s).events
    assert not world.hub.is_heard(LAMP, world.now_s)


def test_garbage_counts_as_well() -> None:
    world = online_world()
    violation = Violation("ECO-CODEC-003", "char 0", "", "Expecting value")
    topic = Topic(LAMP, Leaf.STATE)
    for _ in range(40):
        for _ in range(250):
            if world.hub.is_heard(LAMP, world.now_s):
                world.take(world.hub.refuse(topic, violation, world.now_s, b"nonsense"))
        world.wait(0.25)
    assert not world.hub.is_heard(LAMP, world.now_s)


def test_what_is_dropped_is_told_in_bulk_and_counted_to_the_last() -> None:
    world = online_world()
    world.wait(10.0)
    read = heard(world, 10_000)
    assert read == BURST
    assert not world.events
    for _ in range(8):
        world.wait(0.25)
    (found,) = [e for e in world.events if isinstance(e, ViolationFound)]
    assert (found.violation.rule, found.count) == ("ECO-RATE-001", 10_000 - read)
    assert world.device().rate.dropped == 10_000 - read == rate_breaks(world)
    assert len(world.verdicts()) == 1
    assert world.hub.unheard == 10_000 - read


def test_a_minute_of_silence_is_counted_when_it_ends() -> None:
    world = online_world()
    flood(world, FLOOD_S + 70)
    world.wait(DEAF_S)
    dropped, breaks = world.device().rate.dropped, rate_breaks(world)
    assert dropped <= breaks <= dropped + 3  # each flood is one more


def test_first_flood_makes_a_notice() -> None:
    world = online_world()
    flood(world, FLOOD_S + 2)
    (notice,) = [e.notice for e in world.events if isinstance(e, NoticeChanged)]
    assert (notice.kind, notice.device) == ("flooded", LAMP)
    assert world.device().presence is Presence.ONLINE


def test_one_flood_is_not_felt_by_another_device() -> None:
    world = online_world()
    world.join(OTHER)
    world.boot(OTHER)
    world.connect(OTHER)
    for _ in range(40):
        heard(world, 2_500)
        for _ in range(5):
            assert world.hub.is_heard(OTHER, world.now_s)
        world.wait(0.25)
    assert world.device(OTHER).rate.dropped == 0
    assert world.device(OTHER).presence is Presence.ONLINE


def test_answers_to_commands_do_not_count_as_flood() -> None:
    world = online_world()
    for _ in range(80):
        for _ in range(10):
            command = world.ask({"lamp.on": True})
            world.ack(command, "received")
            world.ack(command, "done")
            world.state({"lamp.on": True}, cause=command.id)
        world.wait(0.25)
    assert world.device().rate.dropped == 0
    assert not world.verdicts()


def test_one_crowd_after_a_long_absence_is_no_flood() -> None:
    world = online_world()
    for _ in range(10):
        assert heard(world, LEAST_BURST) == LEAST_BURST
        world.wait(10.0)
    assert not world.device().violations


def test_retired_device_is_never_read_and_one_that_joins_anew_is() -> None:
    world = online_world()
    world.join(OTHER, replaces=LAMP)
    assert heard(world, 3) == 0
    world.wait(3_600.0)
    assert heard(world, 3) == 0
    world.join(LAMP)
    assert heard(world, 3) == 3


@given(
    declared=st.floats(0.01, 100.0),
    moves=st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(0, 3), st.floats(0.0, 30.0)), max_size=40
    ),
)
def test_every_message_is_either_read_or_counted_and_the_bound_holds(
    declared: float, moves: list[tuple[int, int, float]]
) -> None:
    rate, now_s, read, said, granted = Rate(), 1000.0, 0, 0, 0
    per_s = FLOOD_FACTOR * max(1.0, declared)
    burst = max(LEAST_BURST, FLOOD_S * per_s)
    for count, commands, pause_s in moves:
        for _ in range(count):
            if now_s >= rate.ends_s:
                rate.turn(now_s, declared)
            rate.count += 1
            read += rate.count <= rate.limit
        for _ in range(commands):
            rate.grant()
        said += count
        granted += commands * ANSWERS
        now_s += pause_s
        assert read + rate.dropped == said
        assert read <= burst + LEAST_BURST + granted + per_s * (now_s - 1000.0 + 1.0)


def test_answers_to_a_command_are_read_even_after_a_flood_in_the_same_second() -> None:
    world = online_world()
    heard(world, 1000)
    dropped = world.device().rate.dropped
    world.ask({"lamp.on": True})
    assert heard(world, ANSWERS + 1) == ANSWERS
    assert world.device().rate.dropped == dropped + 1
