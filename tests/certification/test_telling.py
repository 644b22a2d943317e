"""What a run says on the terminal: of a whole one everything that counts, of a part only that."""

from pathlib import Path

import pytest

from certification.commands import running, telling
from certification.judging.verdicts import Verdict
from certification.report import reporting
from certification.report.expected import Expectations
from certification.report.reporting import Told
from protocol.rules import rules
from tests.certification import recorded

OPENED = ("opened", {"link": 1, "peer_is_local": True})
TWICE = recorded.publish("state", b'{"a":1,"a":2}')
WIDTH = 80


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The transcript of a device that writes a key twice, again and again."""
    made = tmp_path / "transcript.jsonl"
    made.write_bytes(recorded.content([OPENED, TWICE, TWICE, TWICE]))
    return made


@pytest.fixture
def told(file: Path) -> Told:
    return reporting.publish(file, None, Expectations())


def text(told: Told, file: Path, *only: str) -> str:
    lines = list(telling.lines(told, file, frozenset(only) if only else None, WIDTH))
    wide = [line for line in lines if len(line) > WIDTH]
    assert all(line.startswith("  more: ecohub certify explain ") for line in wide), wide
    return "\n".join(lines)


def test_what_fails_is_told_once_with_its_lines_its_fix_and_where_there_is_more(
    told: Told, file: Path
) -> None:
    said = " ".join(text(told, file).split())
    assert said.count("fails: ECO-CODEC-008") == 1
    assert "seen, 3 times: " in said
    assert "fix: " in said
    assert f"ecohub certify explain ECO-CODEC-008 --transcript {file}" in said


def test_what_nobody_could_decide_is_counted_where_it_is_much(told: Told, file: Path) -> None:
    said = text(told, file)
    assert " inconclusive: ECO-" in said
    assert "more\n" in said
    assert len(said.splitlines()) < 40
    assert "Does not conform to level 1, Connects." in said


def test_of_a_part_only_what_was_asked_for_is_told(told: Told, file: Path) -> None:
    said = text(told, file, "ECO-MQTT-001")
    assert "inconclusive: ECO-MQTT-001" in said
    assert "because: " in said
    assert "conform" not in said
    assert said.endswith("A level takes a whole run. Fails, too: ECO-ANNOUNCE-001, ECO-CODEC-008.")


def test_scenarios_that_were_given_up_are_told_with_their_reason(file: Path) -> None:
    gone = ("scenario", {"name": "goodbye", "phase": "end", "outcome": "gave up: it has gone"})
    file.write_bytes(recorded.content([OPENED, gone]))
    found = reporting.publish(file, None, Expectations())
    assert "gave up: it has gone (goodbye)" in text(found, file)


@pytest.mark.parametrize(
    ("verdict", "code"), [("fail", 0), ("inconclusive", 1), (None, 1)], ids=["known", "other", "no"]
)
def test_a_part_goes_by_the_known_failures_too(file: Path, verdict: str | None, code: int) -> None:
    entry = {"rule": "ECO-CODEC-008", "verdict": verdict, "why": "1.3 mends it"}
    known = Expectations.model_validate({"expected": [entry] if verdict else []})
    found = reporting.publish(file, None, known)
    assert reporting.exit_code(found, frozenset({"ECO-CODEC-008"})) == code
    said = text(found, file, "ECO-CODEC-008")
    assert ("as expected: 1.3 mends it" in said) is (code == 0)
    assert ("not as expected: ECO-CODEC-008" in said) is (verdict == "inconclusive")


def test_a_scenario_speaks_of_the_rules_that_it_could_decide(told: Told) -> None:
    broken = rules()["ECO-CODEC-008"]
    asked = running.asked(told, tuple(broken.tests)[:1])
    assert asked is not None
    assert broken.id in asked
    for name in asked:
        assert {*rules()[name].tests, *rules()[name].negative} & set(broken.tests[:1])
    open_ones = {rule.id for rule in told.report.rules if rule.verdict is Verdict.INCONCLUSIVE}
    assert open_ones.isdisjoint(asked)
    assert "ECO-MQTT-001" in open_ones & (running.asked(told, ("ECO-MQTT-001",)) or set())
    assert running.asked(told, ()) is None


def test_where_nothing_was_decided_a_part_is_inconclusive(told: Told, file: Path) -> None:
    assert reporting.exit_code(told, frozenset()) == 2
    assert "Nothing was decided." in list(telling.lines(told, file, frozenset(), WIDTH))[-1]
