"""Reads protocol/SPEC.md: its sections, its tables and its examples."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PATH: Final = Path(__file__).parents[2] / "protocol" / "SPEC.md"
TEXT: Final = PATH.read_text("utf-8")


class Block(NamedTuple):
    """A fenced block: what stands behind the fence, and its lines."""

    kind: str
    lines: list[str]


def section(title: str) -> str:
    """Return the text below a heading up to the next one of its level or above."""
    found = re.search(rf"^(#+) [0-9.]* ?{re.escape(title)}\n", TEXT, re.MULTILINE)
    assert found, f"SPEC.md has no section {title}"
    rest = TEXT[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a text, each as rows of cells, heads included, rules not."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [[row for row in table if set(row[0]) != {"-"}] for table in found if table]


def blocks(text: str = TEXT) -> Iterator[Block]:
    """Yield the fenced blocks of a text."""
    for kind, body in re.findall(r"^```([a-z ]+)\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL):
        yield Block(kind, body.split("\n"))


def block(kind: str) -> list[str]:
    """Return the lines of the first block of a kind."""
    return next(found.lines for found in blocks() if found.kind == kind)
