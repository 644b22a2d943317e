"""Verdicts rest on what was seen, and are merged on a lattice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.judging.verdicts import (
    Observation,
    RuleVerdict,
    VacuousError,
    Verdict,
    conclude,
    merge,
    merged,
)
from protocol.rules import rule

MUST, SHOULD = rule("ECO-ACK-003"), rule("ECO-MQTT-009")
VERDICTS = st.sampled_from(Verdict)
SEEN = st.lists(
    st.builds(Observation, st.sampled_from([True, False, None]), st.just((1,)), st.just("it")),
    max_size=5,
)


@given(VERDICTS, VERDICTS, VERDICTS)
def test_merging_is_a_lattice(one: Verdict, two: Verdict, three: Verdict) -> None:
    assert merge(one, one) is one
    assert merge(one, two) is merge(two, one)
    assert merge(merge(one, two), three) is merge(one, merge(two, three))


@given(VERDICTS)
def test_a_failure_is_never_overwritten_and_what_does_not_apply_never_overwrites(
    other: Verdict,
) -> None:
    assert merge(Verdict.FAIL, other) is Verdict.FAIL
    assert merge(Verdict.NOT_APPLICABLE, other) is other


def test_the_order_is_fail_inconclusive_warn_pass_not_applicable() -> None:
    order = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.WARN, Verdict.PASS]
    for place, worse in enumerate(order):
        for better in [*order[place + 1 :], Verdict.NOT_APPLICABLE]:
            assert merge(better, worse) is worse


@given(st.lists(VERDICTS))
def test_the_verdict_of_many_is_the_worst_of_them(verdicts: list[Verdict]) -> None:
    found = merged(verdicts)
    assert found is Verdict.NOT_APPLICABLE if not verdicts else found in verdicts
    assert all(merge(found, each) is found for each in verdicts)


@given(SEEN)
def test_a_rule_passes_only_where_it_was_seen_to_be_kept(seen: list[Observation]) -> None:
    said = {each.ok for each in seen}
    verdict = conclude(MUST, seen, "send a set").verdict
    assert (verdict is Verdict.FAIL) == (False in said)
    assert (verdict is Verdict.PASS) == (True in said and False not in said)
    assert (verdict is Verdict.INCONCLUSIVE) == (not said & {True, False})


def test_advice_that_is_not_followed_warns() -> None:
    seen = [Observation(True, (1,), "doubled"), Observation(False, (4, 2), "did not")]
    found = conclude(SHOULD, seen, "refuse it six times")
    assert (found.verdict, found.lines) == (Verdict.WARN, (1, 2, 4))


def test_what_is_inconclusive_says_what_would_decide() -> None:
    assert conclude(MUST, [], "send a set").reason == "nothing was seen. To decide: send a set"
    seen = [Observation(None, (3,), "the link was cut")] * 2
    assert conclude(MUST, seen, "send a set").reason == "the link was cut. To decide: send a set"


@pytest.mark.parametrize("verdict", Verdict)
def test_no_verdict_can_be_made_of_nothing(verdict: Verdict) -> None:
    with pytest.raises(VacuousError, match=f"ECO-ACK-003: {verdict} needs an observation"):
        RuleVerdict("ECO-ACK-003", verdict)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE])
def test_no_other_verdict_hides_a_broken_rule(verdict: Verdict) -> None:
    seen = (Observation(True, (1,), "kept"), Observation(False, (2,), "broken"))
    with pytest.raises(VacuousError):
        RuleVerdict("ECO-ACK-003", verdict, seen, "because")
