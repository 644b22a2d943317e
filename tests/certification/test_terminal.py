"""A person at the terminal is asked, and need not answer."""

import os
from collections.abc import Iterator

import pytest

from certification.commands import terminal


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What is written here a person types."""
    typing, screen = os.openpty()
    with os.fdopen(screen, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield typing
    os.close(typing)


@pytest.mark.parametrize(
    ("typed", "is_done"), [(b"\n", True), (b"ok\n", True), (b"s\n", False), (b"Skip\n", False)]
)
async def test_enter_is_done_and_s_is_skipped(
    keyboard: int, typed: bytes, is_done: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    os.write(keyboard, typed)
    assert await terminal.ask("press the button", 5.0) is is_done
    assert "please press the button" in capsys.readouterr().err


async def test_who_does_not_answer_in_time_has_skipped(
    keyboard: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await terminal.ask("press the button", 0.05) is False
    assert "no answer: skipped" in capsys.readouterr().err


def test_what_a_device_says_is_printed_so_that_a_terminal_does_not_obey_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal.tell("a\x1b[31mb\nc")
    assert capsys.readouterr().err.count("\n") == 1
