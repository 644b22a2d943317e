"""The timeline of the wire in `report.html`: one list per connection, with what was done to it."""

from collections.abc import Iterable, Mapping
from typing import Final

from certification.report import lines, words
from certification.report.markup import safe, said
from certification.report.page_rules import decoded
from certification.transcript.file import Line, Transcript

MOST_LINES: Final = 4_000
"""So many lines of a run are shown; of a longer one each connection loses its middle. Lines that a
verdict rests on are never lost."""

_LEAST_EACH: Final = 60


def section(transcript: Transcript, cited: Mapping[int, str]) -> str:
    """Return the timeline; `cited` has the rule that rests on a line."""
    groups = _by_connection(transcript.lines)
    most = max(_LEAST_EACH, MOST_LINES // max(1, len(groups)))
    shown = "".join(_connection(name, found, cited, most) for name, found in groups.items())
    return (
        '<section id="wire" class="wire-section"><h2>The wire</h2><p class="soft">'
        "→ is sent by the device, ← to it; what the harness did stands on grey. Bold numbers are "
        f"evidence. A line opens to its bytes.</p>{shown}</section>"
    )


def _by_connection(found: Iterable[Line]) -> dict[int, list[Line]]:
    """Return the lines by connection; what has none goes to the newest that is open, else to 0."""
    groups: dict[int, list[Line]] = {0: []}
    opened: list[int] = []
    for line in found:
        link = line.fields.get("link")
        if type(link) is not int:
            link = opened[-1] if opened else 0
        groups.setdefault(link, []).append(line)
        if line.kind == "opened":
            opened.append(link)
        elif line.kind == "closed" and link in opened:
            opened.remove(link)
    return groups


def _connection(n: int, found: list[Line], cited: Mapping[int, str], most: int) -> str:
    if not found:
        return ""
    first, last = found[0].at_ns / 1e9, found[-1].at_ns / 1e9
    what = f"Connection {n}" if n else "Between connections"
    end = next((line for line in reversed(found) if line.kind == "closed"), None)
    how = f", closed by {safe(end.fields.get('by'))}" if end is not None else ""
    rows, left = _bounded(found, cited, most)
    note = f'<p class="soft">{left} lines in the middle are left out here.</p>' if left else ""
    return (
        f'<details class="link"><summary>{what}: {first:.2f} to {last:.2f} s, {len(found)} lines'
        f'{how}</summary>{note}<ol class="wire">'
        f"{''.join(_row(line, cited) for line in rows)}</ol></details>"
    )


def _bounded(found: list[Line], cited: Mapping[int, str], most: int) -> tuple[list[Line], int]:
    if len(found) <= most:
        return found, 0
    middle = [line for line in found[most // 2 : -(most // 2)] if line.n in cited]
    rows = found[: most // 2] + middle + found[-(most // 2) :]
    return rows, len(found) - len(rows)


def _row(line: Line, cited: Mapping[int, str]) -> str:
    each = lines.evidence(line)
    rule = cited.get(line.n)
    names = [each.way or "harness", *(["cited"] if rule else [])]
    number = f'<a href="#{rule}">{line.n}</a>' if rule else str(line.n)
    head = (
        f'<span class="n">{number}</span><span class="at">{each.at_ms / 1000:.3f} s</span>'
        f'<span class="dir">{words.ARROWS[each.way]}</span><span>{said(each.title)}</span>'
    )
    inner = (
        f'<div class="flat">{head}</div>'
        if each.kind in {"opened", "closed", "note", "end"}
        else f"<details><summary>{head}</summary>{decoded(each)}</details>"
    )
    return f'<li id="line-{line.n}" class="{" ".join(names)}">{inner}</li>'
