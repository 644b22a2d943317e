"""What `ecohub bench` says: one JSON document for programs, a table for people and for the docs."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.kinds import KINDS
from benchmarks.machine import Machine
from benchmarks.rows import Kind, Row, judge, rounded
from benchmarks.sizes import Sizes
from benchmarks.suite import Results

DOCUMENT: Final = "performance.json"
PAGE: Final = "performance.md"
BEGIN, END = "<!-- table: ecohub bench --write docs -->", "<!-- end of table -->"
RAW_DIGITS: Final = 6
"""Microseconds, of figures in seconds."""

_NUMBERS: Final = re.compile(r"\[((?:[\s\d.,e+-]|null)+)\]")
"""A list of numbers, which is read best on one line."""


@dataclass(frozen=True, slots=True)
class Document:
    """All that one call of `ecohub bench` found out."""

    rows: tuple[Row, ...]
    machine: Machine
    commit: str
    sizes: Sizes
    results: Results

    @property
    def is_quick(self) -> bool:
        """Whether there was one run alone, so that the median says little."""
        return self.sizes.runs == 1


def make_document(results: Results, sizes: Sizes, machine: Machine, commit: str) -> Document:
    """Judge what was measured."""
    rows = [
        judge(kind, results.samples[kind.name]) for kind in _kinds() if kind.name in results.samples
    ]
    return Document(tuple(rows), machine, commit, sizes, results)


def as_json(document: Document) -> dict[str, object]:
    """Return the document for programs."""
    samples = {
        name: {
            "values": [rounded(one.value) for one in some],
            "limits": [one.limit and rounded(one.limit) for one in some],
            "ratios": [one.ratio and rounded(one.ratio) for one in some],
        }
        for name, some in document.results.samples.items()
    }
    raw = {
        name: [[round(figure, RAW_DIGITS) for figure in run] for run in runs]
        for name, runs in document.results.raw.items()
    }
    return {
        "rows": [asdict(row) for row in document.rows],
        "machine": asdict(document.machine),
        "commit": document.commit,
        "sizes": asdict(document.sizes),
        "samples": {**samples, "raw": raw},
    }


def print_table(document: Document, console: Console) -> None:
    """Print the rows, what they are, and what each leaves out."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("row", "value", "limit", "ratio", "budget", "met"):
        table.add_column(name, justify="right" if name in {"value", "limit", "ratio"} else "left")
    for row in document.rows:
        cells = _cells(row)
        colour = {True: "green", False: "red", None: "dim"}[row.met]
        table.add_row(*cells[:-1], f"[{colour}]{cells[-1]}[/]")
    console.print(table)
    console.print(_circumstances(document), style="dim")
    for kind in _kinds_of(document.rows):
        console.print(f"\n[bold]{kind.name}[/]  {kind.what}")
        for word, text in (("limit", kind.limit), ("leaves out", kind.without)):
            if text:
                console.print(f"  {word}: {text}", style="dim")


def write(document: Document, folder: Path) -> None:
    """Keep the document in a folder, and put its table into the page there, if there is one.

    Raises:
        OSError: The folder cannot be written.
    """
    text = json.dumps(as_json(document), ensure_ascii=False, indent=1)
    (folder / DOCUMENT).write_text(_NUMBERS.sub(_on_one_line, text) + "\n", "utf-8")
    page = folder / PAGE
    if page.exists():
        page.write_text(with_table(page.read_text("utf-8"), markdown(document)), "utf-8")


def with_table(page: str, table: str) -> str:
    """Return a page with another table between its marks; a page without marks stays as it is."""
    before, begins, rest = page.partition(BEGIN)
    _, ends, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}" if begins and ends else page


def markdown(document: Document) -> str:
    """Return the rows as a table of Markdown."""
    lines = ["| row | value | limit | ratio | budget | met |", "|---|--:|--:|--:|---|---|"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in document.rows]
    return "\n".join([*lines, "", _circumstances(document)])


def _cells(row: Row) -> Sequence[str]:
    return (
        row.name,
        f"{_figure(row.value)} {row.unit}",
        "" if row.limit is None else _figure(row.limit),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.budget or "",
        _MET[row.met],
    )


_MET: Final[Mapping[bool | None, str]] = {True: "yes", False: "no", None: ""}


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:g}"


def _circumstances(document: Document) -> str:
    found, runs = document.machine, document.sizes.runs
    judged = "one run alone, of smaller sizes" if document.is_quick else f"median of {runs} runs"
    return (
        f"{judged}; commit {document.commit}; {found.cores} cores of {found.processor}, "
        f"{found.memory_mb:,} MB, load {found.load:g} before; {found.system}; "
        f"Python {found.python}, mosquitto {found.mosquitto}"
    )


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{', '.join(found[1].replace(',', ' ').split())}]"


def _kinds() -> list[Kind]:
    return [kind for kinds in KINDS.values() for kind in kinds]


def _kinds_of(rows: Sequence[Row]) -> list[Kind]:
    names = {row.name for row in rows}
    return [kind for kind in _kinds() if kind.name in names]
