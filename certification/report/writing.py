"""Writes all reports of a run side by side, each whole or not at all."""

from pathlib import Path

from certification import files
from certification.report import junit, page
from certification.report.expected import Comparison
from certification.report.model import Report
from certification.transcript.file import Transcript


def write(
    report: Report, transcript: Transcript, folder: Path, comparison: Comparison
) -> tuple[Path, ...]:
    """Write `report.json`, `report.html` and `junit.xml`, and return where; raises OSError."""
    contents = {
        "report.json": report.content(),
        "report.html": page.render(report, transcript),
        "junit.xml": junit.render(report, comparison),
    }
    for name, content in contents.items():
        files.write_whole(folder / name, content)
    return tuple(folder / name for name in contents)
