"""Violations: a rule, a place, a sample, and the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import (
    SAMPLE_LIMIT,
    ProtocolError,
    TransitionError,
    Violation,
    ViolationError,
    printable,
)
from protocol.rules import UnknownRuleError

FIRST = Violation("ECO-CODEC-001", "payload", "", "17000 bytes, limit 16384")
SECOND = Violation("ECO-TOPIC-002", "topic", "eco/1/a/state", "too short")


def test_a_violation_knows_its_sentence_and_its_fix() -> None:
    assert FIRST.text == "A payload MUST be at most 16,384 bytes long."
    assert FIRST.fix.startswith("Split the message")


def test_a_violation_of_an_unknown_rule_cannot_be_told() -> None:
    with pytest.raises(UnknownRuleError, match="ECO-NONE-001"):
        _ = Violation("ECO-NONE-001", "payload", "", "").text


def test_an_error_carries_all_violations_and_shows_the_first() -> None:
    error = ViolationError(FIRST, SECOND)
    assert error.violations == (FIRST, SECOND)
    assert error.violation is FIRST
    assert "ECO-CODEC-001 at payload" in str(error)
    assert "ECO-TOPIC-002 at topic" in str(error)
    assert isinstance(error, ProtocolError)


def test_a_missing_step_names_machine_state_and_event() -> None:
    error = TransitionError("receipt", "confirmed", "received")
    assert str(error) == "receipt: no step from confirmed on received"
    assert (error.machine, error.state, error.event) == ("receipt", "confirmed", "received")
    assert isinstance(error, ProtocolError)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("fan", "fan"),
        (2, "2"),
        ({"a": 1}, "{'a': 1}"),
        ("a\nb\x1b[0m", "a\\nb\\x1b[0m"),
        ("\ud800", "\\ud800"),
        ("x" * 121, "x" * 119 + "…"),
        ("\x00" * 60, ("\\x00" * 60)[:119] + "…"),
    ],
)
def test_samples_are_one_printable_line(value: object, shown: str) -> None:
    assert printable(value) == shown


@given(st.text(st.characters(codec=None)), st.integers(1, 200))
def test_no_text_makes_a_sample_long_or_unprintable(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    shown.encode()


def test_the_limit_of_samples_is_that_of_the_norm() -> None:
    assert SAMPLE_LIMIT == 120
