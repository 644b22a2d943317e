"""`report.json`: made from the transcript and nothing else, in a form that is published."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from certification.errors import UsageError
from certification.judging.judge import judge
from certification.judging.verdicts import Observation, RuleVerdict, Verdict
from certification.report import reporting
from certification.report.building import MOST_LINES, MOST_SEEN, build
from certification.report.model import SCHEMA_FILE, Report, RuleReport, schema_content
from certification.transcript import catalogue
from tests.certification import recorded
from tests.certification.reports import report as reached

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / SCHEMA_FILE
BAD = recorded.publish("state", b'{"epoch":1,"epoch":1}')
OPENED = ("opened", {"link": 1, "peer_is_local": True})
RUN = recorded.made([OPENED, BAD])


def test_the_published_schema_is_that_of_the_report() -> None:
    assert SCHEMA.read_bytes() == schema_content(), "write schema_content() into it"


@pytest.mark.parametrize(
    ("report", "exit_code"),
    [
        (reporting.report(RUN), 1),
        (reporting.report(recorded.made()), 2),
        (reached(), 0),
    ],
    ids=["a failure", "an incomplete run", "a pass"],
)
def test_a_report_keeps_its_published_schema(report: Report, exit_code: int) -> None:
    schema = json.loads(SCHEMA.read_bytes())
    Draft202012Validator.check_schema(schema)
    document = json.loads(report.content())
    Draft202012Validator(schema).validate(document)
    assert document["outcome"]["exit_code"] == exit_code
    for part in ("subject", "outcome", "run", "hashes"):
        less = document | {part: dict(list(document[part].items())[1:])}
        with pytest.raises(ValidationError):
            Draft202012Validator(schema).validate(less)


def test_a_report_names_what_it_was_made_from() -> None:
    report = reporting.report(RUN)
    assert report.hashes.transcript == RUN.sha256
    assert report.hashes.catalogue == catalogue.sha256()
    assert (report.subject.product, report.run.seed, report.run.scale) == ("smart-plug", 7, 0.01)
    assert [(each.name, each.outcome) for each in report.run.scenarios] == [("connect", "done")]
    assert sum(report.outcome.counts.values()) == len(report.rules)


def test_every_line_that_a_verdict_rests_on_is_shown_with_its_bytes() -> None:
    report = reporting.report(RUN)
    broken = next(rule for rule in report.rules if rule.id == "ECO-CODEC-008")
    assert broken.verdict is Verdict.FAIL
    evidence = {each.n: each for each in report.evidence}
    cited = {n for rule in report.rules for seen in rule.observations for n in seen.lines}
    assert cited == evidence.keys()
    (n,) = broken.observations[0].lines
    assert bytes.fromhex(evidence[n].hex).endswith(b'{"epoch":1,"epoch":1}')
    assert (evidence[n].way, evidence[n].link) == ("in", 1)


def reported(*seen: Observation) -> RuleReport:
    """Return what is reported of a rule that these observations broke."""
    verdict = RuleVerdict("ECO-MQTT-001", Verdict.FAIL, seen)
    (rule,) = build(RUN, replace(judge(RUN), verdicts=(verdict,))).rules
    return rule


def test_what_went_wrong_comes_first_and_the_rest_is_counted() -> None:
    good = [Observation(True, (1,), f"kept {n}") for n in range(30)]
    bad = [Observation(False, tuple(range(4)) * 9, f"broken {n}") for n in range(30)]
    rule = reported(*good, *bad)
    oks = [seen.ok for seen in rule.observations]
    assert oks == [False] * MOST_SEEN[False] + [True] * MOST_SEEN[True]
    assert rule.more == 60 - len(oks)


def test_what_was_seen_often_is_told_once_with_its_first_lines() -> None:
    rule = reported(*(Observation(False, (n % 4, 1), "broken") for n in range(30)))
    (seen,) = rule.observations
    assert (seen.times, rule.more) == (30, 0)
    assert seen.lines == (0, 1, 2, 3)
    lines = tuple(range(4)) + (0,) * 20
    assert len(reported(Observation(False, lines, "broken")).observations[0].lines) <= MOST_LINES


@pytest.mark.parametrize(
    "wrong",
    [
        {"declaration": {}},
        {"declaration": None},
        {"seed": "seven"},
        {"scale": None},
        {"started_ms": []},
        {"hooks": {"a": 1}, "seed": None},
    ],
)
def test_a_run_that_does_not_say_what_it_is_of_is_no_report(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        build(recorded.made(**wrong), judge(RUN))
