"""docs/partners.md, typed: what it shows is what happens, and the plug reaches its level."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.processes import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PAGE = (ROOT / "docs" / "partners.md").read_text("utf-8")
BLOCK = re.compile(r"([^\n]*)\n\n```(console|toml|sh|yaml)\n(.*?)```", re.DOTALL)
STEP = re.compile(r"^ +- run: (.*)$", re.MULTILINE)


def commands(session: str) -> Iterator[tuple[str, str]]:
    """Return each command of a session with what is shown of its output."""
    for part in session.split("$ ", 1)[1].split("\n$ "):
        command, _, shown = part.partition("\n")
        yield command, shown.strip()


def is_shown(shown: str, printed: str) -> bool:
    """Say whether an output is the one that the page shows, `...` being anything."""
    pattern = ".*?".join(map(re.escape, shown.split("...")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def typed(command: str, folder: Path, summary: Path) -> str:
    """Type a command and return what it prints; it has to end well."""
    bin_folder = Path(sys.executable).parent
    more = {"ECOHUB": str(ROOT), "GITHUB_STEP_SUMMARY": str(summary)}
    environment = {**os.environ, **more, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    ended = subprocess.run(  # noqa: S603 - what the page says
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def test_from_an_empty_folder_to_a_certificate_as_the_page_says(tmp_path: Path) -> None:
    folder, summary, done = tmp_path / "firm", tmp_path / "summary.md", list[str]()
    folder.mkdir()
    for before, kind, text in BLOCK.findall(PAGE):
        if kind == "console":
            for command, shown in commands(text):
                printed = typed(command, folder, summary)
                assert is_shown(shown, printed), f"{command}\n{printed}"
                done.append(command)
        elif kind == "toml":
            private = folder / "device.eco.private.toml"
            private.write_text(private.read_text().replace("[hooks]\n", f"[hooks]\n{text}"))
        elif kind == "sh":
            (folder / re.findall(r"`([^`]+)`:$", before)[0]).write_text(text)
        else:
            steps = [step for step in STEP.findall(text) if step.startswith("ecohub ")]
            assert len(steps) == 2
            assert set(steps) <= set(done)
    assert "Reaches level 2, Dependable, as asked for." in PAGE
    assert "**Reaches level 2, Dependable, as asked for.**" in summary.read_text()


def test_example_is_as_short_as_the_page_says() -> None:
    lines = {
        file.name: len(file.read_text().splitlines())
        for file in (ROOT / "examples" / "plug").glob("*.py")
    }
    assert lines["plug.py"] < 200
    assert f"`plug.py` (the protocol, {lines['plug.py']} lines)" in " ".join(PAGE.split())
    assert f"{sum(lines.values())} lines." in PAGE
