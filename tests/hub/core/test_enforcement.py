"""What breaks a rule is refused, counted, shown and answered, and never more than that."""

import pytest

from hub.core.enforcement import KEPT, VERDICT_EVERY_S
from hub.core.events import ValuesReported, ViolationFound
from hub.core.records import SaveDevice
from protocol import codec
from protocol.errors import Violation
from protocol.ids import Address, DeviceId
from protocol.messages import MAX_INTEGER, Event, SetCommand, State, StateGet, Update
from protocol.presence import Presence
from protocol.topics import Leaf, Topic
from tests.hub.core.world import FULL, LAMP, World, online_world


def rules(world: World) -> list[str]:
    return [v.rule for v in world.verdicts()]


@pytest.mark.parametrize(
    ("values", "full", "rule", "path"),
    [
        ({"lamp.level": 101}, False, "ECO-VALUE-002", "values.lamp.level"),
        ({"lamp.level": 1.5}, False, "ECO-VALUE-001", "values.lamp.level"),
        ({"lamp.warmth": 2.25}, False, "ECO-VALUE-003", "values.lamp.warmth"),
        ({"lamp.colour": 1}, False, "ECO-STATE-001", "values.lamp.colour"),
        ({"lamp.pin": "x"}, False, "ECO-STATE-002", "values.lamp.pin"),
        ({"lamp.on": True}, True, "ECO-STATE-003", "values.lamp.level"),
    ],
)
def test_state_that_breaks_the_product_spec_changes_nothing(
    values: dict[str, object], full: bool, rule: str, path: str
) -> None:
    world = online_world()
    world.state(values, full=full)  # type: ignore[arg-type]
    verdict = world.verdicts()[0]
    assert (verdict.rule, verdict.path, verdict.leaf) == (rule, path, "state")
    assert verdict.fix
    assert {a: r.value for a, r in world.device().reported.items()} == FULL
    assert not [e for e in world.events if isinstance(e, ValuesReported)]


def test_warn_keeps_what_has_the_right_type() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, mode="warn"))
    world.state({"lamp.level": 101, "lamp.colour": 1, "lamp.on": True})
    reported = world.device().reported
    assert reported[Address("lamp.level")].value == 101
    assert reported[Address("lamp.on")].value is True
    assert Address("lamp.colour") not in reported
    assert set(rules(world)) == {"ECO-VALUE-002", "ECO-STATE-001"}


def test_null_says_that_the_device_does_not_know() -> None:
    world = online_world()
    world.state({"lamp.level": None})
    assert world.device().reported[Address("lamp.level")].value is None
    assert not world.device().violations


def test_one_verdict_in_ten_seconds_about_a_rule_at_a_path_with_a_count() -> None:
    world = online_world()
    for _ in range(5):
        world.state({"lamp.level": 101})
        world.now_s += 1
    assert [v.count for v in world.verdicts()] == [1]
    world.now_s += VERDICT_EVERY_S
    world.state({"lamp.level": 101})
    assert [v.count for v in world.verdicts()] == [1, 5]
    assert world.device().violations[("ECO-VALUE-002", "values.lamp.level")].count == 6


def test_every_break_is_announced_with_its_number() -> None:
    world = online_world()
    for _ in range(3):
        world.state({"lamp.level": 101})
    found = [e.count for e in world.events if isinstance(e, ViolationFound)]
    assert found == [1, 2, 3]


def test_kinds_of_breaks_are_bounded() -> None:
    world = online_world()
    for n in range(3 * KEPT):
        violation = Violation("ECO-CODEC-003", f"char {n}", "", "")
        world.take(world.hub.refuse(Topic(LAMP, Leaf.STATE), violation, world.now_s))
    assert len(world.device().violations) <= 2 * KEPT


def test_unreadable_bytes_count_against_the_device_on_whose_topic_they_came() -> None:
    world = online_world()
    violation = Violation("ECO-CODEC-003", "char 0", "", "Expecting value")
    world.take(world.hub.refuse(Topic(LAMP, Leaf.STATE), violation, world.now_s))
    assert rules(world) == ["ECO-CODEC-003"]


def test_what_nobody_sent_is_only_counted() -> None:
    world = online_world()
    violation = Violation("ECO-TOPIC-001", "topic", "x", "")
    out = world.hub.refuse(None, violation, world.now_s)
    stranger = Topic(DeviceId("stranger-1"), Leaf.STATE)
    assert not out.send
    assert not world.hub.refuse(stranger, violation, world.now_s).send
    assert world.hub.unheard == 2


def test_stranger_is_not_heard() -> None:
    world = online_world()
    assert world.hub.is_heard(LAMP, world.now_s)
    assert not world.hub.is_heard(DeviceId("stranger-1"), world.now_s)
    wire = codec.encode(DeviceId("stranger-1"), State(epoch=1, seq=1, values={}))
    out = world.hub.receive(codec.decode(wire.topic, wire.payload), world.now_s)
    assert not out.events
    assert not out.send


def test_repeated_and_old_states_are_refused() -> None:
    world = online_world()
    world.state({"lamp.level": 50})
    world.state({"lamp.level": 10}, seq=1)
    assert world.device().reported[Address("lamp.level")].value == 50
    assert rules(world) == ["ECO-ORDER-002"]


def test_state_of_an_earlier_boot_gets_the_epoch_to_jump_above() -> None:
    world = online_world()
    world.boot()
    world.connect()
    world.state({"lamp.on": True}, epoch=1, seq=77)
    verdict = world.verdicts()[0]
    assert (verdict.rule, verdict.min_epoch) == ("ECO-ORDER-001", 3)


def test_announce_of_a_lower_epoch_is_told_the_least_that_will_do() -> None:
    world = online_world()
    world.announce(epoch=1)
    world.boot()
    world.boot()
    world.connect()
    world.announce(epoch=2)
    verdict = world.verdicts()[0]
    assert (verdict.rule, verdict.min_epoch) == ("ECO-ORDER-001", 4)
    world.epochs[LAMP] = 4
    world.announce()
    assert world.device().record.epoch == 4


def test_state_of_an_unannounced_boot_is_refused() -> None:
    world = online_world()
    world.state({"lamp.on": True}, epoch=2)
    assert rules(world) == ["ECO-ANNOUNCE-001"]


def test_announce_of_an_older_connection_is_refused() -> None:
    world = online_world()
    world.connect()
    world.announce(connection=1)
    assert rules(world) == ["ECO-ORDER-003"]


def test_gap_is_counted_and_full_state_is_asked_for_at_most_once_in_ten_seconds() -> None:
    world = online_world()
    world.now_s += 20
    world.state({"lamp.on": True}, seq=10)
    world.state({"lamp.on": False}, seq=20)
    assert world.device().missed == 8 + 9
    assert len([m for m in world.sent_to() if isinstance(m, StateGet)]) == 1
    world.now_s += 10
    world.state({"lamp.on": True}, seq=30)
    assert len([m for m in world.sent_to() if isinstance(m, StateGet)]) == 2
    assert not world.device().violations


@pytest.mark.parametrize("change", ["serial", "vendor", "product"])
def test_identity_may_not_change_within_a_join(change: str) -> None:
    world = online_world()
    world.announce(LAMP, **{change: "another"})
    assert rules(world) == ["ECO-ANNOUNCE-002"]


def test_fresh_join_may_bring_other_hardware() -> None:
    world = online_world()
    world.join()
    world.boot()
    world.connect(serial="another")
    assert not world.verdicts()
    assert world.device().record.serial == "another"


def test_other_major_version_is_refused() -> None:
    world = online_world()
    world.announce(protocol="2.0")
    assert rules(world) == ["ECO-VERSION-002"]


def test_unknown_field_is_refused_unless_the_device_is_newer() -> None:
    world = online_world()
    world.tell_raw("state", b'{"epoch":1,"seq":2,"values":{"lamp.on":true},"mood":"blue"}')
    assert rules(world) == ["ECO-MSG-002"]
    assert world.device().reported[Address("lamp.on")].value is False
    world.announce(protocol="1.7")
    world.tell_raw("state", b'{"epoch":1,"seq":3,"values":{"lamp.on":true},"mood":"blue"}')
    assert world.device().reported[Address("lamp.on")].value is True


def test_unknown_field_is_forgiven_in_warn_mode() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, mode="warn"))
    world.tell_raw("state", b'{"epoch":1,"seq":2,"values":{"lamp.on":true},"mood":"blue"}')
    assert world.device().reported[Address("lamp.on")].value is True
    assert rules(world) == ["ECO-MSG-002"]


def test_message_of_the_wrong_direction_is_refused() -> None:
    world = online_world()
    world.tell(Update(version="2"))
    world.tell(SetCommand(id="x", ttl_ms=1, values={}))
    assert {v.rule for v in world.verdicts()} == {"ECO-MSG-004"}


def test_what_is_said_for_a_child_by_no_gateway_is_refused() -> None:
    world = online_world()
    payload = b'{"epoch":1,"seq":9,"values":{"lamp.on":true}}'
    decoded = codec.decode(f"eco/1/{LAMP}/child-0001/state", payload)
    world.take(world.hub.receive(decoded, world.now_s))
    assert {rule for rule, _ in world.device().violations} == {"ECO-CHILD-002"}
    assert [(to, child) for to, child, _ in world.strays] == [(LAMP, "child-0001")]


def test_undeclared_event_is_refused_and_a_declared_one_told() -> None:
    world = online_world()
    world.tell(Event(epoch=1, seq=1, event="lamp.exploded"))
    assert rules(world) == ["ECO-EVENT-001"]
    world.tell(Event(epoch=1, seq=2, event="lamp.pressed"))
    world.tell(Event(epoch=1, seq=2, event="lamp.pressed"))
    assert [type(e).__name__ for e in world.events].count("EventHappened") == 1


def test_busy_but_honest_device_is_heard() -> None:
    world = online_world()
    for _ in range(30):
        for _ in range(20):
            world.state({"lamp.on": True})
        world.now_s += 1.0
    assert not world.verdicts()


def test_strictness_and_name_are_saved() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, name="Desk", mode="warn"))
    saved = world.saves[-1]
    assert isinstance(saved, SaveDevice)
    assert (saved.record.name, saved.record.mode) == ("Desk", "warn")


def test_device_behind_a_retired_one_is_not_heard() -> None:
    world = online_world()
    new = DeviceId("lamp-0002")
    world.join(new, replaces=LAMP)
    assert world.device().presence is Presence.RETIRED
    assert not world.hub.is_heard(LAMP, world.now_s)
    assert world.device(new).record.name == world.device().record.name


def test_places_beyond_all_bounds_share_an_entry() -> None:
    world = online_world()
    for rule in range(3 * KEPT):
        violation = Violation(f"ECO-CODEC-00{rule % 9 + 1}", f"char {rule}", "", "")
        world.take(world.hub.refuse(Topic(LAMP, Leaf.STATE), violation, world.now_s))
    assert len(world.device().violations) == KEPT + 9


def test_device_in_interview_may_talk_but_is_not_believed() -> None:
    world = World()
    world.join()
    world.boot()
    world.connect()
    world.state(FULL, full=True)
    world.tell(Event(epoch=1, seq=1, event="lamp.pressed"))
    assert not world.device().reported
    assert not world.device().violations
    world.answer_spec()
    world.state(FULL, full=True)
    assert world.device().reported


def test_verdict_about_the_last_epoch_there_is_names_none_above_it() -> None:
    world = online_world()
    world.announce(epoch=MAX_INTEGER)
    world.announce(epoch=1)
    verdict = world.verdicts()[-1]
    assert (verdict.rule, verdict.min_epoch) == ("ECO-ORDER-001", None)
