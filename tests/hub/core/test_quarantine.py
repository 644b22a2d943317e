"""A device that keeps breaking rules is shut out with evidence, and comes back by release alone."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.commands import CommandRequest
from hub.core.errors import DeviceNotReadyError, DeviceUnknownError
from hub.core.events import EventHappened, NoticeChanged, PresenceChanged, ValuesReported
from hub.core.hub import Hub
from hub.core.quarantine import REFUSALS_KEPT, STRIKES, STRIKES_WITHIN_S
from hub.core.rates import DEAF_S, FLOOD_S
from hub.core.records import DeviceRecord, SaveDevice
from protocol.errors import Violation
from protocol.ids import CommandId, DeviceId
from protocol.messages import Event, SetCommand, SpecReference, StateGet, Verdict
from protocol.presence import Presence
from protocol.product import digest
from protocol.receipt import Status
from protocol.topics import Leaf, Topic
from tests.hub.core.test_rates import flood
from tests.hub.core.test_sleepers import wake
from tests.hub.core.world import DOCUMENT, FULL, LAMP, OTHER, World, online_world


def break_rules(world: World, times: int = STRIKES, every_s: float = 0.1) -> None:
    for _ in range(times):
        world.state({"lamp.level": 101})
        world.now_s += every_s


def shut_out() -> World:
    world = online_world()
    break_rules(world)
    assert presence(world) == ("quarantined", "broke_rules")
    return world


def presence(world: World) -> tuple[str, str]:
    return world.device().presence.value, world.device().reason


def told(world: World) -> list[type]:
    kinds = (ValuesReported, EventHappened)
    return [type(event) for event in world.events if isinstance(event, kinds)]


def test_twenty_refused_messages_in_a_minute_are_too_many() -> None:
    world = online_world()
    break_rules(world, STRIKES - 1)
    assert world.device().presence is Presence.ONLINE
    break_rules(world, 1)
    assert presence(world) == ("quarantined", "broke_rules")


def test_the_evidence_says_what_was_broken_and_how_it_looked() -> None:
    world = shut_out()
    found = world.device().record.quarantine
    assert found is not None
    (broken,) = found.broken
    assert (broken.rule, broken.path, broken.count) == (
        "ECO-VALUE-002",
        "values.lamp.level",
        STRIKES,
    )
    assert broken.last_s > broken.first_s
    assert len(found.refused) == REFUSALS_KEPT
    assert "'lamp.level': 101" in found.refused[-1].text
    assert found.firmware == "1.0.0"


def test_slow_breaks_and_warn_mode_lead_nowhere() -> None:
    world = online_world()
    break_rules(world, 3 * STRIKES, STRIKES_WITHIN_S / STRIKES + 0.5)
    world.take(world.hub.describe(LAMP, mode="warn"))
    break_rules(world, 3 * STRIKES)
    topic = Topic(LAMP, Leaf.STATE)
    for _ in range(3 * STRIKES):
        world.take(world.hub.refuse(topic, Violation("ECO-CODEC-003", "", "", ""), world.now_s))
    assert world.device().presence is Presence.ONLINE


def test_repeats_and_late_messages_are_no_breaks_that_count() -> None:
    world = online_world()
    for _ in range(3 * STRIKES):
        world.state({"lamp.on": True}, seq=1)
        world.state({"lamp.level": 101}, epoch=2, seq=7)
        world.tell_raw("state", b'{"epoch":1,"seq":7,"values":{"lamp.on":true},"mood":"blue"}')
    assert len(world.device().strikes) == 1
    assert world.device().presence is Presence.ONLINE


def test_unreadable_messages_count_each() -> None:
    world = online_world()
    violation = Violation("ECO-CODEC-003", "char 0", "", "Expecting value")
    for _ in range(STRIKES):
        world.take(world.hub.refuse(Topic(LAMP, Leaf.STATE), violation, world.now_s, b"\xff{"))
    found = world.device().record.quarantine
    assert found is not None
    assert [refused.size for refused in found.refused] == [2] * REFUSALS_KEPT
    assert "\xff" not in found.refused[0].text


def test_two_floods_within_ten_minutes_are_too_many_in_any_mode() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, mode="warn"))
    flood(world, FLOOD_S + 1)
    world.wait(DEAF_S)
    flood(world, FLOOD_S + 1)
    assert presence(world) == ("quarantined", "flooded")
    before = world.device().record
    world.wait(DEAF_S)
    flood(world, FLOOD_S + 1)
    assert world.device().record is before


def test_floods_far_apart_are_forgiven() -> None:
    world = online_world()
    for _ in range(3):
        flood(world, FLOOD_S + 1)
        world.wait(700.0)
    assert world.device().presence is not Presence.QUARANTINED


def test_what_it_says_in_quarantine_is_judged_and_counted_and_not_believed() -> None:
    world = shut_out()
    world.events.clear()
    world.sent.clear()
    world.now_s += 20
    messages = world.device().messages
    world.state({"lamp.level": 50})
    world.tell(Event(epoch=1, seq=1, event="lamp.pressed"))
    world.state({"lamp.level": 101})
    world.tell(Event(epoch=1, seq=2, event="lamp.exploded"))
    world.seqs[(LAMP, "state")] += 7
    world.state({"lamp.level": 50})
    world.leave()
    world.connect()
    world.announce(spec=SpecReference(sha256="0" * 64, bytes=10))
    world.state(FULL)
    world.tell(Event(epoch=1, seq=3, event="lamp.pressed"))
    world.wait(30.0)
    assert world.device().messages > messages + 5
    assert {a: r.value for a, r in world.device().reported.items()} == FULL
    assert told(world) == []
    assert {type(message) for message in world.sent_to()} == {Verdict}
    assert presence(world) == ("quarantined", "broke_rules")
    fates = {(leaf.value, fate) for _, leaf, _, _, fate, _ in world.device().trace or ()}
    assert {("state", "judged"), ("state", "refused"), ("announce", "judged")} <= fates


def test_its_commands_end_and_no_more_are_taken() -> None:
    world = online_world()
    waiting = [world.ask({"times": 1}, action="lamp.blink") for _ in range(20)]
    waiting.append(world.ask({"lamp.level": 3}))
    world.ack(waiting[0], "received")
    break_rules(world)
    assert {world.record(one).status for one in waiting} == {Status.FAILED}
    assert {world.record(one).reason for one in waiting} == {"quarantined"}
    assert not world.device().desired
    with pytest.raises(DeviceNotReadyError, match="quarantined") as refused:
        world.ask({"lamp.on": True})
    assert "release it" in refused.value.remedy


def test_a_command_that_becomes_durable_too_late_is_not_sent() -> None:
    world = online_world()
    request = world.ask({"lamp.level": 1})
    late = CommandRequest(LAMP, "phone", CommandId("late"), {"lamp.level": 9})
    record, outcome = world.hub.request(late, world.now_s)
    assert outcome.saves
    break_rules(world)
    world.sent.clear()
    world.take(world.hub.proceed(record, world.now_s))
    assert world.record(record).status is Status.FAILED
    assert not [m for m in world.sent_to() if isinstance(m, SetCommand)]
    assert world.record(request).is_final


def test_release_lets_it_be_heard_and_commanded_again() -> None:
    world = shut_out()
    world.sent.clear()
    world.take(world.hub.release(LAMP, world.now_s))
    assert presence(world) == ("online", "released")
    assert [type(m) for m in world.sent_to()] == [StateGet]
    world.state({"lamp.level": 50})
    assert told(world)
    assert world.ask({"lamp.on": True}).status is Status.ACCEPTED
    kinds = [e.notice.kind for e in world.events if isinstance(e, NoticeChanged)]
    assert kinds == ["quarantined", "released"]
    break_rules(world, STRIKES - 1)
    assert world.device().presence is Presence.ONLINE


def test_release_in_a_flood_tells_of_what_was_dropped_before_it_counts_anew() -> None:
    world = shut_out()
    dropped = sum(not world.hub.is_heard(LAMP, world.now_s) for _ in range(1_000))
    world.take(world.hub.release(LAMP, world.now_s))
    assert dropped > 0
    assert world.device().violations["ECO-RATE-001", "topic"].count == dropped
    assert world.hub.is_heard(LAMP, world.now_s)


def test_release_of_one_that_is_away_makes_it_unreachable_and_of_a_free_one_nothing() -> None:
    world = shut_out()
    world.leave()
    world.take(world.hub.release(LAMP, world.now_s))
    assert presence(world) == ("unreachable", "released")
    assert not world.hub.release(LAMP, world.now_s).saves
    with pytest.raises(DeviceUnknownError):
        world.hub.release(DeviceId("nobody-0001"), world.now_s)


def test_another_firmware_releases_it_and_the_same_one_does_not() -> None:
    world = shut_out()
    world.boot()
    world.connect()
    assert world.device().presence is Presence.QUARANTINED
    world.boot()
    world.connect(firmware="1.0.1")
    assert presence(world) == ("online", "announced")
    world.state(FULL, full=True)
    assert told(world) == [ValuesReported]
    texts = [e.notice.text for e in world.events if isinstance(e, NoticeChanged)]
    assert "another firmware" in texts[-1]


def test_another_firmware_may_bring_another_product_spec() -> None:
    world = shut_out()
    newer = DOCUMENT.replace(b'"version": 1', b'"version": 2')
    spec = SpecReference(sha256=digest(newer), bytes=len(newer))
    world.connect(spec=spec)
    world.wait(10.0)
    assert world.device().presence is Presence.QUARANTINED
    world.take(world.hub.release(LAMP, world.now_s))
    assert world.device().presence is Presence.INTERVIEWING
    world.sent.clear()
    world.wait(1.0)
    world.answer_spec(document=newer)
    assert world.device().presence is Presence.ONLINE


def test_a_device_in_quarantine_keeps_no_other_from_its_product_spec() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    violation = Violation("ECO-CODEC-003", "char 0", "", "Expecting value")
    for _ in range(STRIKES):
        world.take(world.hub.refuse(Topic(LAMP, Leaf.STATE), violation, world.now_s, b"{"))
    world.wait(1.0)
    world.answer_spec(OTHER)
    assert world.device(OTHER).presence is Presence.ONLINE
    assert presence(world) == ("quarantined", "broke_rules")
    world.take(world.hub.release(LAMP, world.now_s))
    assert presence(world) == ("online", "released")


def test_joining_anew_is_a_release() -> None:
    world = shut_out()
    world.join()
    assert world.device().record.quarantine is None
    world.boot()
    world.connect()
    assert world.device().presence is Presence.ONLINE


def test_quarantine_outlives_a_restart() -> None:
    world = shut_out()
    kept = [s.record for s in world.saves if isinstance(s, SaveDevice)][-1]
    hub = Hub("hub-0a1b2c3d", 2)
    hub.restore([kept], [], [], {}, 50.0)
    device = hub.devices[LAMP]
    assert (device.presence, device.reason) == (Presence.QUARANTINED, "broke_rules")
    assert hub.is_heard(LAMP, 51.0)
    retired = DeviceRecord(OTHER, name="Old", joined_at_s=0.0, is_retired=True)
    hub.restore([retired], [], [], {}, 50.0)
    assert not hub.is_heard(OTHER, 51.0)


MOVES = st.lists(
    st.sampled_from(["good", "bad", "garbage", "event", "ask", "boot", "leave", "wait", "release"]),
    max_size=120,
)


@settings(max_examples=60)
@given(MOVES)
def test_nothing_of_a_device_in_quarantine_is_stored_or_told_and_nothing_is_asked_of_it(
    moves: list[str],
) -> None:
    world = online_world()
    for number, move in enumerate(moves):
        was_out = world.device().record.quarantine is not None
        before = dict(world.device().reported)
        world.events.clear()
        world.sent.clear()
        _MOVES[move](world, number)
        is_out = world.device().record.quarantine is not None
        assert is_out == (world.device().presence is Presence.QUARANTINED)
        if was_out and is_out:
            assert world.device().reported == before
            assert told(world) == []
            assert {type(message) for message in world.sent_to()} <= {Verdict}
            assert not [e for e in world.events if isinstance(e, PresenceChanged)]
            lane = world.hub.commands.lane(LAMP)
            assert not lane.waiting
            assert not lane.flights


def _ask(world: World, number: int) -> None:
    if world.device().record.quarantine is None:
        lane = world.hub.commands.lane(LAMP)
        if len(lane.waiting) < 60:
            world.ask({"lamp.level": number % 100}, client_id=f"c{number}")


def _garbage(world: World, number: int) -> None:
    violation = Violation("ECO-CODEC-003", f"char {number}", "", "Expecting value")
    world.take(world.hub.refuse(Topic(LAMP, Leaf.STATE), violation, world.now_s, b"?"))


def _boot(world: World, number: int) -> None:
    world.boot()
    world.connect()


_MOVES: Mapping[str, Callable[[World, int], object]] = {
    "good": lambda world, number: world.state({"lamp.level": number % 100}),
    "bad": lambda world, number: break_rules(world, 8),
    "garbage": _garbage,
    "event": lambda world, number: world.tell(
        Event(
            epoch=world.epochs[LAMP],
            seq=world.next_seq(LAMP, "event"),
            event="lamp.pressed",
        )
    ),
    "ask": _ask,
    "boot": _boot,
    "leave": lambda world, number: world.leave(),
    "wait": lambda world, number: world.wait(15.0),
    "release": lambda world, number: world.take(world.hub.release(LAMP, world.now_s)),
}


def test_a_sleeper_in_quarantine_is_asleep_again_once_it_is_released() -> None:
    world = online_world()
    wake(world)
    break_rules(world)
    world.sent.clear()
    world.say("asleep", "sleep")
    world.wait(30.0)
    assert presence(world) == ("quarantined", "broke_rules")
    hub = Hub("hub-0a1b2c3d", 2)
    hub.restore([world.device().record], [], [], {}, world.now_s)
    assert hub.devices[LAMP].presence is Presence.QUARANTINED
    world.take(world.hub.release(LAMP, world.now_s))
    assert presence(world) == ("asleep", "asleep")
    assert world.sent_to() == []
