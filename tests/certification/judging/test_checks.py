"""Every check passes a device that keeps its rule and fails one that breaks it, and it alone."""

from functools import cache

import pytest

from certification.judging.judge import judged_rules
from certification.judging.judgement import Judgement
from certification.judging.rules import CHECKS
from certification.judging.verdicts import Verdict
from protocol.rules import rule
from tests.certification.judging.broken_lives import BAD
from tests.certification.judging.lives import GOOD

UNSEEN = {"ECO-MQTT-006"}
"""What no recording can show."""

UNBREAKABLE = {"ECO-ACK-007", "ECO-SLEEP-015", "ECO-DISC-004", "ECO-JOIN-001"}
"""What is allowed either way, and what a recording can only show to be kept."""

BROKEN = {Verdict.FAIL, Verdict.WARN}


@cache
def judged(life: str) -> Judgement:
    return GOOD[life]().judged()


@pytest.mark.parametrize("life", GOOD)
def test_a_good_device_breaks_no_rule(life: str) -> None:
    found = judged(life)
    assert [v for v in found.verdicts if v.verdict in BROKEN] == []
    assert found.mismatches == ()


@pytest.mark.parametrize("entry", judged_rules(), ids=lambda entry: entry.id)
def test_a_rule_that_is_kept_passes(entry: object) -> None:
    rule_id = str(getattr(entry, "id", ""))
    kept = [life for life in GOOD if judged(life).verdict(rule_id).verdict is Verdict.PASS]
    assert bool(kept) == (rule_id not in UNSEEN)


@pytest.mark.parametrize("rule_id", BAD)
def test_a_rule_that_is_broken_fails_and_no_other(rule_id: str) -> None:
    bad = BAD[rule_id]
    found = bad.scene().judged()
    is_advice = rule(rule_id).keyword in {"SHOULD", "MAY"}
    assert found.verdict(rule_id).verdict is (Verdict.WARN if is_advice else Verdict.FAIL)
    broken = {verdict.rule for verdict in found.verdicts if verdict.verdict in BROKEN}
    assert broken == {rule_id, *bad.also}


def test_every_check_is_shown_both_ways() -> None:
    assert {*BAD, *UNSEEN, *UNBREAKABLE} == set(CHECKS)


@pytest.mark.parametrize("rule_id", BAD)
def test_what_was_broken_is_told_with_its_place(rule_id: str) -> None:
    found = BAD[rule_id].scene().judged().verdict(rule_id)
    for seen in (each for each in found.observations if each.ok is False):
        assert seen.what
        assert seen.expected
        assert seen.lines
