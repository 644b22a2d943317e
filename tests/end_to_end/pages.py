"""A page of docs/ as somebody follows it: its files are written, its commands are run."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.end_to_end.processes import ROOT, clean_environment

FENCE: Final = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND: Final = ".venv/bin/ecohub"
PYTHON: Final = ".venv/bin/python"
WITHIN_S: Final = 150.0
"""Generous: pages run whole test suites, on cores that other work may keep busy."""


@dataclass(frozen=True)
class Block:
    """One fenced block: `sh` to be run, `text` to be printed, others to be saved under `name`."""

    kind: str
    name: str
    text: str

    @property
    def commands(self) -> tuple[str, ...]:
        """Its lines, comments left out."""
        return tuple(line.partition("  #")[0] for line in self.text.splitlines() if line)


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page of docs/, in order."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return [Block(kind, name, text) for kind, name, text in FENCE.findall(text)]


def save(found: list[Block], folder: Path) -> None:
    """Write the files that a page shows."""
    for block in found:
        if block.name:
            place = folder / block.name
            place.parent.mkdir(exist_ok=True)
            place.write_text(block.text, "utf-8")


def words_of(command: str) -> list[str]:
    """Return the words of a call of ecohub, without its name."""
    name, *words = shlex.split(command)
    assert name == COMMAND, command
    return words


def run(block: Block, folder: Path, environment: Mapping[str, str]) -> str:
    """Run the commands of a block as a shell does; return what they print, on one line."""
    ours = f"{shlex.quote(sys.executable)} -P -m hub.cli"
    done = subprocess.run(  # noqa: S602 - our own page
        block.text.replace(PYTHON, shlex.quote(sys.executable)).replace(COMMAND, ours),
        shell=True,
        cwd=folder,
        env={**clean_environment(), "PYTHONPATH": os.fspath(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=WITHIN_S,
        check=False,
    )
    return flat(done.stdout.decode())


def flat(text: str) -> str:
    """Return a text with every run of blanks and line breaks as one blank."""
    return " ".join(text.split())
