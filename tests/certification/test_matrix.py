"""The matrix of mutants: who is tried, and that the suite finds what is wrong with them."""

import json
import sys
from pathlib import Path

import pytest

from certification.commands import matrix, terminal
from certification.commands.matrix import Mutant, Row, Wish
from certification.errors import CertifyError, UsageError
from protocol.rules import rules

EVERY = (
    Mutant(id="one", rule="ECO-CMD-007", product="smart-plug"),
    Mutant(id="two", rule="ECO-CMD-008", product="smart-plug"),
)


def row(missed: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> Row:
    return Row("one", "ECO-CMD-007", "smart-plug", ("ECO-CMD-007",), missed, extra, (), 2.0)


def test_mutants_are_chosen_by_name_or_by_rule() -> None:
    assert matrix.chosen(EVERY, ()) == list(EVERY)
    assert [m.id for m in matrix.chosen(EVERY, ("one", "ECO-CMD-008"))] == ["one", "two"]
    with pytest.raises(UsageError, match="three"):
        matrix.chosen(EVERY, ("three",))


def test_row_is_exact_when_nothing_is_missed_and_nothing_is_too_much() -> None:
    assert row().is_exact
    assert not row(missed=("ECO-CMD-007 PASS",)).is_exact
    assert not row(extra=("ECO-ACK-003",)).is_exact
    assert "killed" in matrix.said_of(row(), 1, 2)
    told = matrix.said_of(row(("ECO-CMD-007 PASS",), ("ECO-ACK-003",)), 1, 2)
    assert "ECO-CMD-007 PASS" in told
    assert "ECO-ACK-003" in told


def test_every_must_of_a_device_has_a_mutant_or_is_waived() -> None:
    assert matrix.without_mutant(matrix.listed()) == ()
    musts = matrix.without_mutant(())
    assert "ECO-CMD-007" in musts
    assert all("device" in rules()[rule].party for rule in musts)


def test_report_counts_what_was_killed_exactly() -> None:
    told = matrix.report([row(), row(extra=("ECO-ACK-003",))])
    assert (told["mutants"], told["killed_exactly"]) == (2, 1)
    assert told["musts_without_mutant"] == ()
    json.dumps(told)


@pytest.mark.parametrize(
    "says", ["print('no JSON')", "print('[{}]')", "raise SystemExit(2)", "import no_such_module"]
)
def test_program_that_lists_no_mutants_is_an_error_of_the_harness(
    says: str, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(says)
    with pytest.raises(CertifyError, match="lists no mutants"):
        matrix.listed([sys.executable, str(program)])


@pytest.mark.timeout(120)
def test_suite_finds_exactly_what_is_wrong_with_a_few(tmp_path: Path) -> None:
    wish = Wish(("will-without-retain", "rejects-without-a-word", "spec-too-deep"), out=tmp_path)
    told: list[str] = []
    rows = matrix.matrix(wish, told.append)
    assert [(one.id, one.missed, one.extra) for one in rows] == [(one.id, (), ()) for one in rows]
    assert {one.rule: one.failed for one in rows} == {
        "ECO-PRESENCE-001": ("ECO-PRESENCE-001",),
        "ECO-ACK-005": ("ECO-ACK-005", "ECO-CMD-011"),
        "ECO-SPEC-001": ("ECO-SPEC-001",),
    }
    assert len(told) == len(rows)
    assert all((tmp_path / one.id / "transcript.jsonl").exists() for one in rows)


@pytest.mark.xdist_group("certify")
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_suite_finds_exactly_what_is_wrong_with_every_mutant() -> None:
    """Who is not found exactly is tried again with less beside it: the machine may be busy."""
    rows = matrix.matrix(Wish(jobs=6), terminal.tell)
    assert len(rows) == len(matrix.listed())
    again = tuple(one.id for one in rows if not one.is_exact)
    assert len(again) <= len(rows) // 20, again
    rows = matrix.matrix(Wish(again, jobs=2), terminal.tell) if again else []
    assert [(one.id, one.missed, one.extra) for one in rows if not one.is_exact] == []
