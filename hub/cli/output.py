"""Where output goes: what was asked for to stdout, everything else to stderr."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Final

from rich.console import Console

from hub.cli.errors import CliError
from protocol.errors import printable

FILE_WIDTH: Final = 160
"""Columns where no terminal says how many it has; `COLUMNS` says otherwise."""


def _width(file: int) -> int | None:
    return None if os.isatty(file) or "COLUMNS" in os.environ else FILE_WIDTH


out = Console(highlight=False, width=_width(1))
err = Console(stderr=True, highlight=False, width=_width(2))


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on one line and let it out at once."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def print_error(error: CliError, *, as_json: bool) -> None:
    """Say on stderr what is wrong and what mends it."""
    if as_json:
        report = {"code": error.code, "detail": error.text, "remedy": error.remedy}
        sys.stderr.write(json.dumps({"error": report}, ensure_ascii=False) + "\n")
        return
    err.print("[bold red]error:[/]", shown(error.text, 2000), markup=True)
    for line in error.remedy.splitlines():
        err.print("   [green]→[/]", shown(line, 500), markup=True)


def shown(text: object, limit: int = 120) -> str:
    """Return text that came from elsewhere so that a terminal neither obeys it nor marks it up."""
    return printable(str(text), limit).replace("[", r"\[")
