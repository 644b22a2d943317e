"""What looks late only because the machine stood still is open, and nothing else is excused."""

from itertools import pairwise

import pytest

from certification.judging.evidence import Evidence
from certification.judging.stalls import awake
from certification.judging.verdicts import RuleVerdict, Verdict
from tests.certification.judging.lives import GOOD, HEAT, ON, begun, bring, over
from tests.certification.judging.scene import Scene

ACK = "ECO-ACK-003"


def late(scene: Scene, name: str, *stalls_s: float, after_s: float = 0.1) -> Scene:
    """Have a command answered after the machine stood still, and a little more."""
    scene.set(name, {ON: True})
    for s in stalls_s:
        scene.stall(s)
    return scene.wait(after_s).ack(name).state({ON: True}, cause=name).wait(3)


def judged(scene: Scene, rule_id: str = ACK) -> RuleVerdict:
    return over(scene).judged().verdict(rule_id)


def test_answer_that_is_late_because_the_machine_stood_still_is_open() -> None:
    found = judged(late(begun(), "c.1", 1.2))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason.startswith(
        "ack 1.300 s after set c.1, but the machine stood still meanwhile. To decide:"
    )


def test_many_short_stalls_are_one_long_one() -> None:
    assert judged(late(begun(), "c.1", *[0.1] * 12)).verdict is Verdict.INCONCLUSIVE


def test_other_answers_decide() -> None:
    scene = late(begun(), "c.1", 1.2).set("c.2", {ON: False}).done("c.2", {ON: False})
    assert judged(scene.wait(3)).verdict is Verdict.PASS


@pytest.mark.parametrize(("stall_s", "after_s"), [(0.0, 1.3), (1.2, 1.3), (5.0, 1.1)])
def test_answer_that_is_late_besides_is_broken(stall_s: float, after_s: float) -> None:
    found = judged(late(begun(), "c.1", stall_s, after_s=after_s))
    assert found.verdict is Verdict.FAIL
    assert "stood still" not in found.observations[0].what


def test_stall_at_another_time_excuses_nothing() -> None:
    scene = late(begun().stall(4).wait(1), "c.1", after_s=1.3).stall(4)
    assert judged(scene).verdict is Verdict.FAIL


def test_one_answer_that_is_late_besides_breaks_the_rule() -> None:
    scene = late(late(begun(), "c.1", 1.2), "c.2", after_s=1.3)
    found = judged(scene)
    assert found.verdict is Verdict.FAIL
    assert [seen.what[:7] for seen in found.observations if seen.ok is False] == [
        "ack 1.3",
        "ack 1.3",
    ]


def test_advice_that_was_late_is_open_as_well() -> None:
    scene = begun().stimulus("x").hook("button", "acme:main.pressed").stall(2.0).event().wait(12)
    assert judged(scene, "ECO-EVENT-003").verdict is Verdict.INCONCLUSIVE


def bunch(scene: Scene) -> Scene:
    """Have what a device said in seven seconds be read at once, and then live on at its rate."""
    for _ in range(35):
        scene.state({HEAT: 20.0})
    for _ in range(30):
        scene.wait(0.25).state({HEAT: 20.0})
    return scene


@pytest.mark.parametrize(("stall_s", "verdict"), [(7.0, Verdict.PASS), (0.0, Verdict.FAIL)])
def test_what_was_read_late_is_no_burst(stall_s: float, verdict: Verdict) -> None:
    assert judged(bunch(begun().stall(stall_s)), "ECO-RATE-001").verdict is verdict


@pytest.mark.parametrize("life", GOOD)
def test_stall_that_is_longer_than_the_window_of_the_rate_is_judged(life: str) -> None:
    scene = GOOD[life]().stall(60)
    if life == "gateway":
        bring(scene, 100)
    found = scene.state().judged()
    assert found.verdict("ECO-RATE-001").verdict is Verdict.PASS


def test_how_long_the_machine_stood_still_is_told() -> None:
    assert over(late(begun(), "c.1", 0.5, 0.25)).judged().stalled_s == pytest.approx(0.75)


def test_stall_that_says_more_than_there_was_takes_no_time_twice() -> None:
    scene = begun().stall(1)
    scene.writer.write("stall", late_ns=10**15)
    whole = scene.wait(1).end()
    stalls = Evidence(whole).stalls
    assert all(one[1] <= two[0] for one, two in pairwise(stalls))
    assert stalls[0][0] >= 0


@pytest.mark.parametrize("life", GOOD)
def test_clock_that_stood_still_keeps_the_order_of_all_lines(life: str) -> None:
    scene = GOOD[life]().stall(3).ping().stall(0.1).ping()
    whole = scene.end()
    stalls = [(0, 5_000_000_000), (7_000_000_000, 7_100_000_000), *Evidence(whole).stalls]
    calm = awake(whole, stalls)
    before = {line.n: line.at_ns for line in whole.lines}
    assert [line.n for line in calm.lines] == [n.n for n in whole.lines if n.kind != "stall"]
    for one, two in pairwise(calm.lines):
        assert (one.at_ns < two.at_ns) == (before[one.n] < before[two.n])
    lost_ns = sum(end - begin for begin, end in stalls)
    assert calm.lines[-1].at_ns == pytest.approx(whole.lines[-1].at_ns - lost_ns, abs=1000)
