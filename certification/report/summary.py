"""The page that a CI shows of a run: Markdown, short, with what is broken and what is open."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from certification.judging.verdicts import Verdict
from certification.report import words
from certification.report.model import Report, RuleReport
from protocol.errors import printable

MOST: Final = 25
"""So many rules are shown; the report has all of them."""

SHOWN: Final = 160
"""Longest text of a cell, in characters."""

_TOLD: Final = (Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE)
"""The verdicts that are shown, the worst first."""


def render(report: Report, files: Sequence[Path]) -> str:
    """Return the summary of a run.

    Args:
        report: What came of it.
        files: Where the reports lie; they are named.
    """
    return "\n".join(_lines(report, files)) + "\n"


def _lines(report: Report, files: Sequence[Path]) -> Iterator[str]:
    subject = report.subject
    name = _text(f"{subject.vendor} {subject.product}, firmware {subject.firmware}")
    yield f"### ECO/1: {name}"
    yield ""
    yield f"**{words.headline(report)}** {words.counted(report)}; scale {report.run.scale:g}."
    yield ""
    shown = [rule for kind in _TOLD for rule in report.rules if rule.verdict is kind]
    if shown:
        yield "| rule | | what was seen |"
        yield "|---|---|---|"
        yield from map(_row, shown[:MOST])
        yield ""
    if len(shown) > MOST:
        yield f"And {len(shown) - MOST} more."
        yield ""
    if files:
        yield f"Reports: {', '.join(f'`{printable(str(each))}`' for each in files)}"
        yield ""


def _row(rule: RuleReport) -> str:
    seen = next((each.what for each in rule.observations if each.ok is False), rule.reason)
    return f"| {rule.id} | {words.VERDICTS[rule.verdict]} | {_text(seen)} |"


def _text(text: str) -> str:
    """Return what may come from a device so that Markdown takes it for nothing but text."""
    return re.sub(r"([^\w\s.,;:/=%'-])", r"\\\1", printable(text, SHOWN))
