"""What real devices did rightly and a judge took for wrong, or the other way round."""

import pytest

from certification.judging.verdicts import RuleVerdict, Verdict
from tests.certification.judging.lives import HOOKS, ON, begun, gateway, over
from tests.certification.judging.scene import CHILD, STARTED_MS, Scene


def judged(scene: Scene, rule_id: str) -> RuleVerdict:
    return over(scene).judged().verdict(rule_id)


def busy_at_first(scene: Scene) -> Scene:
    """Have a command refused twice for want of time, and sent again."""
    for _ in range(2):
        scene.set("c.1", {ON: True}).wait(0.01).ack("c.1", "busy", retry_after_ms=500).wait(0.6)
    return scene.set("c.1", {ON: True})


@pytest.mark.parametrize("rule_id", ["ECO-STATE-009", "ECO-CMD-010"])
def test_command_that_was_busy_and_done_later_may_be_a_cause(rule_id: str) -> None:
    scene = busy_at_first(begun()).done("c.1", {ON: True}).wait(3)
    assert judged(scene, rule_id).verdict in {Verdict.PASS, Verdict.INCONCLUSIVE}


def test_command_that_was_sent_again_and_received_may_be_a_cause() -> None:
    scene = busy_at_first(begun()).wait(0.01).ack("c.1", "received")
    found = judged(scene.state({ON: True}, cause="c.1").wait(3), "ECO-STATE-009")
    assert found.verdict is not Verdict.FAIL


def test_late_state_of_a_command_that_was_done_is_not_that_of_its_busy_repetition() -> None:
    scene = begun().set("c.1", {ON: True}).wait(0.01).ack("c.1").set("c.1", {ON: True})
    scene.wait(0.01).ack("c.1", "busy", retry_after_ms=500).state({ON: True}, cause="c.1").wait(3)
    assert judged(scene, "ECO-CMD-010").verdict is Verdict.PASS


@pytest.mark.parametrize("status", ["busy", "rejected", "expired"])
def test_command_that_was_refused_each_time_is_no_cause(status: str) -> None:
    scene = busy_at_first(begun()).wait(0.01).ack("c.1", status, retry_after_ms=500)
    found = judged(scene.state({ON: True}, cause="c.1").wait(3), "ECO-STATE-009")
    assert [seen.what for seen in found.observations if seen.ok is False] == [
        f"the cause is c.1, which was {status}"
    ]


TWICE = b'{"type":"set","id":"x.1","type":"set","ttl_ms":3000,"values":{"acme:main.on":true}}'


def lenient(payload: bytes, status: str = "done") -> Scene:
    """Have a command that breaks a rule of form carried out all the same."""
    scene = begun().tell("command", payload).wait(0.05).ack("x.1", status)
    return scene.state({ON: True}, cause="x.1").wait(3) if status == "done" else scene.wait(3)


@pytest.mark.parametrize("rule_id", ["ECO-ACK-001", "ECO-STATE-009"])
def test_command_that_nobody_should_read_was_sent_all_the_same(rule_id: str) -> None:
    assert judged(lenient(TWICE), rule_id).verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    "payload", [TWICE, TWICE.decode().encode("utf-16-le"), b"[" + TWICE + b"]"]
)
def test_device_that_takes_what_it_cannot_read_is_told_so(payload: bytes) -> None:
    found = judged(lenient(payload), "ECO-MSG-007")
    (seen,) = (seen for seen in found.observations if seen.ok is False)
    assert seen.what.startswith("a payload that breaks ECO-CODEC-00")
    assert seen.what.endswith("was taken, and acked done")
    assert len(seen.lines) == 2


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("set", Verdict.PASS), ("action", Verdict.PASS), ("toggle", Verdict.FAIL)],
)
def test_set_without_values_may_be_rejected_and_an_unknown_command_may_not(
    kind: str, verdict: Verdict
) -> None:
    scene = lenient(b'{"type":"%s","id":"x.1","ttl_ms":3000}' % kind.encode(), "rejected")
    assert judged(scene, "ECO-MSG-007").verdict is verdict


def goodbye(*, is_said: bool) -> Scene:
    """Have the broker misbehave, and the device leave right after its next connection."""
    scene = begun().behave(withhold=["CONNACK"]).wait(1).close().wait(1.5).behave()
    scene.wait(0.1).hello().wait(0.2).hook("stop")
    return (scene.presence("offline", reason="shutdown") if is_said else scene).leave().wait(1)


@pytest.mark.parametrize(("is_said", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_goodbye_right_after_a_broker_was_mended_is_judged(is_said: bool, verdict: Verdict) -> None:
    found = goodbye(is_said=is_said).judged().verdict("ECO-PRESENCE-003")
    assert found.verdict is verdict


def test_connection_that_garbage_ended_counts_though_the_device_was_stopped_soon_after() -> None:
    scene = begun().tell("command", b"{").wait(0.1).close("device", "reset").wait(0.2)
    scene.hello().wait(0.1).hook("stop").close("device", "disconnect").wait(1).hello()
    assert judged(scene, "ECO-MSG-007").verdict is Verdict.FAIL


def test_sleeper_that_falls_asleep_behind_garbage_has_borne_it() -> None:
    scene = Scene(hooks=HOOKS, features={"sleeper": True})
    scene.sleep = {"interval_s": 60, "awake_s": 2}
    scene.join().hello().interview().wait(1.5).tell("command", b"{").wait(0.4)
    scene.presence("asleep", reason="sleep").wait(0.1).leave().wait(50).hello()
    assert judged(scene, "ECO-MSG-007").verdict is Verdict.PASS


@pytest.mark.parametrize(("is_unpaired", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_child_that_a_hand_has_unpaired_need_not_be_announced(
    is_unpaired: bool, verdict: Verdict
) -> None:
    scene = gateway()
    if is_unpaired:
        scene.hook("child_removed", CHILD).wait(1)
    scene.birth("hub.5.1").wait(0.1).introduce(birth="hub.5.1").wait(8).ping()
    assert judged(scene, "ECO-CHILD-007").verdict is verdict


PRESSED = "acme:main.pressed"


def pressed(scene: Scene, *seqs: int) -> Scene:
    """Have a button pressed once, and the event told under these numbers."""
    scene.hook("button", PRESSED)
    for seq in seqs:
        scene.wait(0.1).event(seq=seq)
    return scene.wait(12)


@pytest.mark.parametrize(
    ("is_alone", "verdict"), [(True, Verdict.FAIL), (False, Verdict.INCONCLUSIVE)]
)
def test_event_that_happens_by_itself_may_have_happened_twice(
    is_alone: bool, verdict: Verdict
) -> None:
    scene = begun() if is_alone else begun().event(seq=1).wait(1)
    assert judged(pressed(scene, 2, 3), "ECO-EVENT-004").verdict is verdict


def test_what_comes_and_goes_and_comes_within_a_millisecond_is_told_twice() -> None:
    scene = begun(features={"time_synced": True})
    for seq, is_long in enumerate((True, False, True), 1):
        scene.event(seq=seq, arguments={"long": is_long}, time_ms=STARTED_MS)
    assert judged(scene.wait(3), "ECO-EVENT-004").verdict is not Verdict.FAIL


def test_what_is_told_again_over_the_next_connection_keeps_its_number() -> None:
    scene = begun(features={"time_synced": True}).event(seq=1, time_ms=STARTED_MS)
    scene.close().wait(2).hello().event(seq=2, time_ms=STARTED_MS).wait(3)
    assert judged(scene, "ECO-EVENT-004").verdict is Verdict.FAIL


def test_connection_that_fell_silent_owes_no_full_state() -> None:
    scene = begun().wait(610).close("harness", "keepalive").wait(1).hello()
    assert judged(scene, "ECO-STATE-006").verdict is not Verdict.FAIL


def test_connection_on_which_the_device_lives_owes_a_full_state() -> None:
    scene = begun().wait(610).ping().close().wait(1).hello()
    assert judged(scene, "ECO-STATE-006").verdict is Verdict.FAIL


@pytest.mark.parametrize(("wait_s", "verdict"), [(1.1, Verdict.PASS), (0.3, Verdict.FAIL)])
def test_wait_begins_with_the_refusal_and_not_when_the_broker_hangs_up(
    wait_s: float, verdict: Verdict
) -> None:
    scene = begun().close().wait(2).dial(code=5).wait(wait_s).close("harness", "fin")
    assert judged(scene.hello().wait(3), "ECO-MQTT-008").verdict is verdict


def waited(scale: float, *waits_s: float) -> Scene:
    """Have a broker not let in a device, which waits so long between its tries."""
    scene = begun(scale=scale).close().behave(withhold=["CONNACK"])
    for wait_s in (2.0, *waits_s[:-1]):
        scene.wait(wait_s).dial(code=None).wait(0.01).close()
    return scene.behave().wait(waits_s[-1]).hello()


@pytest.mark.parametrize(
    ("scale", "waits_s", "verdict"),
    [
        (1.0, (6, 21, 38, 36, 11, 27), Verdict.PASS),
        (1.0, (10, 10, 10, 10, 10, 10), Verdict.WARN),
        (1.0, (10, 9, 12, 8, 11, 10), Verdict.WARN),
        (1.0, (10, 55, 60, 50, 60, 58), Verdict.PASS),
        (1.0, (2, 4, 8, 16, 32, 160), Verdict.WARN),
        (0.01, (0.09, 0.22, 0.49, 0.29, 0.20, 0.08), Verdict.PASS),
        (0.01, (0.1, 0.1, 0.1, 0.1, 0.1, 1.6), Verdict.WARN),
    ],
)
def test_waits_drawn_from_spans_that_double_need_not_rise_each_time(
    scale: float, waits_s: tuple[float, ...], verdict: Verdict
) -> None:
    assert judged(waited(scale, *waits_s), "ECO-MQTT-009").verdict is verdict
