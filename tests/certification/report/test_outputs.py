"""junit.xml, known failures, the explanation and the badge."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from certification.commands import cli
from certification.errors import UsageError
from certification.judging.verdicts import Verdict
from certification.report import badge, expected, explanation, junit, reporting
from certification.report.expected import Comparison, Expectations, compare
from certification.report.model import Blocked, Report, Seen
from protocol.rules import rules
from tests.certification import recorded
from tests.certification.reports import report


def failing(level: int = 3, what: str = "it ran the action") -> Report:
    """Return a report whose ECO-CMD-004 fails, with that level wanted."""
    found = report(wanted=3, exit_code=1, blocked=(Blocked(level=3, rules=("ECO-CMD-004",)),))
    seen = Seen(ok=False, what=what, expected="nothing", path="values", times=1, lines=())
    rule = found.rules[3].model_copy(update={"observations": (seen,), "level": level})
    return found.model_copy(update={"rules": (*found.rules[:3], rule)})


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own


def expecting(**entry: Any) -> Expectations:
    whole = {"rule": "ECO-CMD-004", "verdict": "fail", "why": "1.3 mends it"} | entry
    return Expectations.model_validate({"expected": [whole]})


def cases(found: Report, comparison: Comparison) -> dict[str, ET.Element]:
    root = parsed(junit.render(found, comparison))
    return {each.attrib["name"]: each for each in root.iter("testcase")}


def kinds(case: ET.Element) -> set[str]:
    return {child.tag for child in case} - {"system-out"}


def test_a_test_case_is_named_after_its_rule() -> None:
    found = cases(failing(), compare(failing(), Expectations()))
    assert list(found) == [rule.id for rule in failing().rules]
    broken = found["ECO-CMD-004"]
    failure = broken.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "it ran the action"
    assert "expected: nothing" in (failure.text or "")
    assert "ecohub certify run --only ECO-CMD-004 --seed 7" in (failure.text or "")
    assert kinds(found["ECO-MQTT-001"]) == set()
    assert kinds(found["ECO-MQTT-002"]) == {"skipped"}
    assert kinds(found["ECO-STATE-004"]) == set()


def test_a_rule_of_a_level_that_nobody_asked_for_is_skipped() -> None:
    found = report(wanted=2)
    assert kinds(cases(found, compare(found, Expectations()))["ECO-CMD-004"]) == {"skipped"}


def test_an_inconclusive_rule_is_an_error_not_a_pass() -> None:
    found = failing()
    rule = found.rules[3].model_copy(update={"verdict": Verdict.INCONCLUSIVE, "reason": "why"})
    found = found.model_copy(update={"rules": (rule,)})
    assert kinds(cases(found, compare(found, Expectations()))["ECO-CMD-004"]) == {"error"}


def test_advice_that_could_not_be_decided_is_skipped() -> None:
    rule = report().rules[2].model_copy(update={"verdict": Verdict.INCONCLUSIVE, "reason": "why"})
    found = report().model_copy(update={"rules": (rule,)})
    case = cases(found, compare(found, Expectations()))["ECO-STATE-004"]
    assert kinds(case) == {"skipped"}
    assert case[0].attrib["message"] == "inconclusive, and not in the way: why"


def test_the_counts_of_junit_are_those_of_its_cases() -> None:
    root = parsed(junit.render(failing(), compare(failing(), Expectations())))
    suite = next(root.iter("testsuite"))
    told = {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert told == {"tests": "4", "failures": "1", "errors": "0", "skipped": "1"}


FORM: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": (set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
        {"properties", "testcase"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}
"""What CI readers have in common: for each element its attributes, and what may stand in it."""


def test_junit_has_the_form_that_readers_have_in_common() -> None:
    expected = Expectations.model_validate(
        {
            "expected": [
                {"rule": "ECO-MQTT-001", "why": "never passes"},
                {"rule": "ECO-HUB-001", "why": "is no rule for devices"},
            ]
        }
    )
    root = parsed(junit.render(failing(), compare(failing(), expected)))
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, inside = FORM[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= inside
    suite = next(root.iter("testsuite"))
    assert [child.tag for child in suite].count("properties") == 1
    assert (suite.attrib["timestamp"], suite.attrib["time"]) == ("2026-09-21T14:13:20", "41.000")
    kinds = {case.attrib["name"]: case.find("failure") for case in root.iter("testcase")}
    assert {name: each.attrib["type"] for name, each in kinds.items() if each is not None} == {
        "ECO-MQTT-001": "unexpected",
        "ECO-CMD-004": "fail",
        "ECO-HUB-001": "unexpected",
    }


def test_advice_that_was_not_followed_passes_and_is_told() -> None:
    case = cases(report(), compare(report(), Expectations()))["ECO-STATE-004"]
    assert kinds(case) == set()
    assert case.findtext("system-out") == "level 2, warn: A device does it."


def test_the_known_failures_of_the_page_let_a_replay_pass_until_one_passes(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "certificates.md").read_text("utf-8")
    example = page.split("```toml\n[[expected]]", 1)[1].split("```")[0]
    expected.load(_written(tmp_path / "page.toml", f"[[expected]]{example}"))
    lines = [("opened", {"link": 1, "peer_is_local": True}), recorded.publish("state", b"{}")]
    run = _written(tmp_path / "run.jsonl", recorded.content(lines).decode())
    verdicts = {rule.id: rule.verdict for rule in reporting.report(reporting.read(run)).rules}
    worst = [name for name, each in verdicts.items() if each in {"fail", "inconclusive"}]
    listed = [
        f'[[expected]]\nrule = "{name}"\nverdict = "{verdicts[name]}"\nwhy = "not yet"\n'
        for name in worst
    ]
    known = _written(tmp_path / "known.toml", "\n".join(listed))
    words = ["replay", str(run), "--expected", str(known)]
    assert CliRunner().invoke(cli.app, words).exit_code == 0
    passes = next(name for name, each in verdicts.items() if each == "pass")
    _written(known, f'{known.read_text()}\n[[expected]]\nrule = "{passes}"\nwhy = "not yet"\n')
    ended = CliRunner().invoke(cli.app, words)
    assert ended.exit_code == 1
    assert f"not as expected: {passes}: expected: fail; it passes. Mend the list." in " ".join(
        ended.output.split()
    )


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


@given(st.text(max_size=300) | st.sampled_from(["]]>", "\x00", "\u202e", "x" * 10_240, "\ud800"]))
def test_whatever_is_seen_junit_is_xml(what: str) -> None:
    found = failing(what=what)
    assert kinds(cases(found, compare(found, Expectations()))["ECO-CMD-004"]) == {"failure"}


@pytest.mark.parametrize(
    ("entry", "exit_code", "kind"),
    [
        ({}, 0, "skipped"),
        ({"verdict": "warn"}, 1, "failure"),
        ({"verdict": "inconclusive"}, 1, "failure"),
    ],
)
def test_a_known_failure_passes_and_any_other_does_not(
    entry: dict[str, str], exit_code: int, kind: str
) -> None:
    comparison = compare(failing(), expecting(**entry))
    assert comparison.exit_code == exit_code
    assert kinds(cases(failing(), comparison)["ECO-CMD-004"]) == {kind}


def test_a_pass_that_nobody_expected_fails() -> None:
    comparison = compare(report(), expecting(rule="ECO-MQTT-001"))
    assert comparison.exit_code == 1
    assert "ECO-MQTT-001" in comparison.surprises
    assert kinds(cases(report(), comparison)["ECO-MQTT-001"]) == {"failure"}


def test_a_rule_that_is_not_judged_is_not_to_be_expected() -> None:
    comparison = compare(report(), expecting(rule="ECO-HUB-001"))
    assert comparison.exit_code == 1
    assert kinds(cases(report(), comparison)["ECO-HUB-001"]) == {"failure"}


def test_without_expectations_the_exit_code_is_that_of_the_report() -> None:
    assert compare(failing(), Expectations()).exit_code == 1
    assert compare(report(), Expectations()).exit_code == 0
    rule = failing().rules[3].model_copy(update={"verdict": Verdict.INCONCLUSIVE})
    assert compare(failing().model_copy(update={"rules": (rule,)}), Expectations()).exit_code == 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[expected]]\nrule = "ECO-CMD-004"\nwhy = "known"\nuntil = 1', "no such key"),
        ('[[expected]]\nrule = "CMD-4"\nwhy = "known"', "pattern"),
        ('[[expected]]\nrule = "ECO-CMD-004"', "missing"),
        ('[[expected]]\nrule = "ECO-CMD-004"\nwhy = "known"\n' * 2, "twice"),
        ("[[expected", "no TOML"),
    ],
)
def test_a_wrong_file_of_known_failures_is_refused(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "expected.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=what):
        expected.load(file)


def test_an_explanation_tells_reason_evidence_fix_and_the_command() -> None:
    told = explanation.verdict(failing(), failing().rules[3], 80)
    for words in (
        *("ECO-CMD-004", "fails", "Expected: nothing", "Seen: it ran the action (at values)"),
        *("Fix: Do it.", "Again: ecohub certify run --only ECO-CMD-004 --seed 7"),
    ):
        assert words in told


@pytest.mark.parametrize("name", rules())
def test_every_rule_can_be_explained_without_a_run(name: str) -> None:
    told = explanation.rule(rules()[name], 60)
    assert told.startswith(name)
    assert all(len(line) <= 60 for line in told.splitlines())


@given(st.integers(0, 3), st.text(max_size=60) | st.just("<script>"))
def test_a_badge_is_a_picture_of_the_level(level: int, detail: str) -> None:
    root = parsed(badge.render(level, detail))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    told = "".join(root.itertext())
    assert ("no level", "Connects", "Dependable", "Hardened")[level] in told
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
