"""From the file of a transcript to the report on it."""

from pathlib import Path

from certification import transcript
from certification.errors import UsageError
from certification.judge import judge
from certification.papers.errors import FormError
from certification.report import building
from certification.report.model import Report
from certification.transcript import Transcript, TranscriptError


def read(file: Path) -> Transcript:
    """Return the transcript in a file.

    Raises:
        FormError: It is none, cut, or was tampered with; says at which line.
        UsageError: It cannot be read.
    """
    try:
        return transcript.read(file)
    except TranscriptError as error:
        raise FormError(f"{file.name}, line {error.line}", error.why) from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", "", "file") from None


def report(found: Transcript) -> Report:
    """Judge a transcript; raises UsageError where it does not say what it is of."""
    return building.build(found, judge(found))
