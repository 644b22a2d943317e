"""What real devices did rightly and a judge took for wrong, or the other way round."""

import pytest

from certification.judging.verdicts import RuleVerdict, Verdict
from tests.certification.judging.lives import HOOKS, ON, begun, gateway, over
from tests.certification.judging.scene import CHILD, Scene


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
