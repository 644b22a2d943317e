"""docs/transcript.md names the kinds that are written, and no others."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def kinds_written() -> set[str]:
    """Return the first arguments of all calls to `write` that are texts with fields behind."""
    found: set[str] = set()
    for path in (ROOT / "certification").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="write") | ast.Name(id="write"),
                    args=[ast.Constant(value=str(kind))],
                    keywords=[_, *_],
                ):
                    found.add(kind)
    return found


def test_the_page_names_every_kind() -> None:
    page = (ROOT / "docs" / "transcript.md").read_text()
    table = page.partition("## Kinds")[2].partition("## Secrets")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == kinds_written()
