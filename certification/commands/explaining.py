"""`ecohub certify explain`: a rule, and what a run shows of it."""

import difflib
import sys
from pathlib import Path
from typing import Final

from certification.commands import terminal
from certification.errors import UsageError
from certification.report import explanation, reporting
from protocol.rules import rules

USUAL: Final = Path("certify/transcript.jsonl")
"""Where `ecohub certify run` leaves its transcript."""


def command(rule_id: str, transcript: Path | None) -> int:
    """Print the explanation.

    Raises:
        UsageError: There is no such rule, or no such transcript.
        FormError: The transcript was tampered with.
    """
    entry = rules().get(rule_id.upper())
    if entry is None:
        near = difflib.get_close_matches(rule_id.upper(), rules(), n=3)
        raise UsageError(f"{rule_id} is no rule", f"did you mean {', '.join(near) or 'another'}?")
    file = transcript or (USUAL if USUAL.exists() else None)
    found = None
    if file is not None:
        report = reporting.report(reporting.read(file))
        found = next((each for each in report.rules if each.id == entry.id), None)
    columns = terminal.width()
    told = (
        explanation.rule(entry, columns)
        if found is None
        else explanation.verdict(report, found, columns)
    )
    sys.stdout.write(told)
    return 0
