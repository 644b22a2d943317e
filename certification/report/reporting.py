"""From the file of a transcript to the reports on it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certification.errors import CertifyError, FormError, UsageError
from certification.judging.judge import judge
from certification.judging.judgement import Judgement
from certification.judging.verdicts import Verdict
from certification.report import building, writing
from certification.report.expected import Comparison, Expectations, compare
from certification.report.expected import load as load_expected
from certification.report.model import Report
from certification.transcript import file as transcript
from certification.transcript import packet_proof
from certification.transcript.file import Transcript, TranscriptError

_EXIT: Final = {Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 2}


@dataclass(frozen=True, slots=True)
class Told:
    """What was made of one run.

    Attributes:
        files: Where the reports lie.
        comparison: What came of it beside what was expected.
    """

    judgement: Judgement
    report: Report
    files: tuple[Path, ...]
    comparison: Comparison


def read(file: Path) -> Transcript:
    """Return the transcript in a file.

    Raises:
        FormError: It is none, cut, was tampered with, or cannot be judged; says at which line.
        UsageError: It cannot be read.
    """
    try:
        found = transcript.read(file)
        packet_proof.check(found)
    except TranscriptError as error:
        raise FormError(f"{file.name}, line {error.line}", error.why) from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", "", "file") from None
    return found


def report(found: Transcript) -> Report:
    """Judge a transcript; raises FormError, and UsageError where it does not say what it is of."""
    return building.build(found, judged(found))


def judged(found: Transcript) -> Judgement:
    """Judge a transcript; raises FormError where it cannot be."""
    try:
        return judge(found)
    except TranscriptError as error:
        raise FormError(f"line {error.line}", error.why) from None


def expectations(file: Path | None) -> Expectations:
    """Return what a file expects; nothing without one. Raises UsageError."""
    return load_expected(file) if file is not None else Expectations()


def publish(file: Path, folder: Path | None, expected: Expectations) -> Told:
    """Judge the transcript in a file and write the reports into a folder, if there is one.

    Raises:
        FormError: The transcript was tampered with.
        CertifyError: It cannot be read, or a report cannot be written.
    """
    found = read(file)
    judgement = judged(found)
    said = building.build(found, judgement)
    comparison = compare(said, expected)
    if folder is None:
        return Told(judgement, said, (), comparison)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = writing.write(said, found, folder, comparison)
    except OSError as error:
        what = error.filename or folder
        raise CertifyError(f"{what} cannot be written: {error.strerror}", "", "file") from None
    return Told(judgement, said, files, comparison)


def exit_code(told: Told, only: frozenset[str] | None) -> int:
    """Return what a run comes to.

    Args:
        told: The reports.
        only: Rules for which alone it was made; None for a whole run.
    """
    known = told.comparison
    if only is None:
        return known.exit_code
    if not only:
        return _EXIT[Verdict.INCONCLUSIVE]
    left = only - known.expected.keys()
    verdicts = {rule.verdict for rule in told.report.rules if rule.id in left}
    codes = [_EXIT[each] for each in verdicts if each in _EXIT]
    return min(codes + [1] * (not left.isdisjoint(known.surprises)), default=0)
