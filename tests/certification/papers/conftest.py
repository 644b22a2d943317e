"""The commands for papers in a folder of their own, and papers that they have made there."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from certification.commands import cli
from certification.papers import desk
from certification.report import reporting
from certification.transcript.file import Transcript
from tests.certification import recorded
from tests.certification.reports import report

DAY = datetime.date(2026, 11, 22)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run commands in a folder of their own, on a day that the test chooses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(desk, "today", lambda: DAY)

    def judged(found: Transcript) -> object:
        said = report()
        hashes = said.hashes.model_copy(update={"transcript": found.sha256})
        return said.model_copy(update={"hashes": hashes})

    monkeypatch.setattr(reporting, "report", judged)
    Path("firmware.bin").write_bytes(b"firmware")
    Path("transcript.jsonl").write_bytes(recorded.content())

    def called(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(cli.app, list(words), catch_exceptions=False)
        return found.exit_code, found.output

    return called


@pytest.fixture
def certified(run: Run) -> Run:
    """Keys of a vendor and a registry, and a certificate that both have signed and listed."""
    for words in (
        "keys new acme",
        "keys new registry",
        "keys new stranger",
        "sign transcript.jsonl --key acme.key.pem --firmware firmware.bin",
        "countersign certificate.json transcript.jsonl --key registry.key.pem",
        "registry new list.jsonl --name Registry --key registry.key.pem",
        "registry add list.jsonl certificate.json --key registry.key.pem",
    ):
        assert run(*words.split())[0] == 0, words
    return run
