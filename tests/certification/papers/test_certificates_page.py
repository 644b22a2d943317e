"""docs/certificates.md tells of every command for papers, and of no other."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from certification.commands import cli
from certification.papers.registry_lines import Head, Opening
from certification.papers.statement import EXTENSION, PREDICATE

PAGE = (Path(__file__).parents[3] / "docs" / "certificates.md").read_text("utf-8")
COMMANDS = (
    *("replay", "explain", "sign", "countersign", "verify", "badge", "keys new", "keys show"),
    *("registry new", "registry add", "registry revoke", "registry check"),
)
SHOWN = re.findall(r"^ecohub certify ([^#\n]*?)\s*(?:#.*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_told_of(name: str) -> None:
    assert f"ecohub certify {name}" in PAGE


@pytest.mark.parametrize("line", SHOWN)
def test_what_is_shown_can_be_typed(line: str) -> None:
    words = line.split()
    names = words[:2] if words[0] in {"keys", "registry"} else words[:1]
    told = CliRunner().invoke(cli.app, [*names, "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    for option in re.findall(r"--[a-z0-9-]+", line):
        assert f"{option} " in told.output


def test_the_form_of_the_papers_is_told() -> None:
    for kind in ("registry", "certificate", "revoked", "head"):
        assert f"| `{kind}` |" in PAGE
    for field in {**Opening.model_fields, **Head.model_fields}:
        assert f"`{field}`" in PAGE or field in {"format", "name"}
    assert EXTENSION in PAGE
    assert PREDICATE in PAGE
