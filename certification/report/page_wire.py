"""The timeline of the wire in `report.html`: one list per connection, with what was done to it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from certification.report import lines, words
from certification.report.markup import safe, said
from certification.report.page_rules import decoded
from certification.transcript.file import Line, Transcript

MOST_LINES: Final = 4_000
"""So many lines of a run are shown; of a longer one each connection loses its middle. Lines that a
verdict rests on are never lost."""

_LEAST_EACH: Final = 60

_NAMES: Final = 6
"""Scenarios that are named at a connection."""

_QUIET_NS: Final = 1_000_000_000
"""A longer time in which nothing was said is shown as such."""

_EXCERPT: Final = 120
"""Characters of a payload that stand beside its line."""


def section(transcript: Transcript, cited: Mapping[int, str]) -> str:
    """Return the timeline; `cited` has the rule that rests on a line."""
    groups = _by_connection(transcript.lines)
    most = _share([len(found) for found in groups.values()])
    shown = "".join(_connection(name, found, cited, most) for name, found in groups.items())
    return (
        '<section id="wire" class="wire-section"><h2>The wire</h2><p class="soft">'
        "→ is sent by the device, ← to it; what the harness did stands on grey. Bold numbers are "
        f"evidence. A line opens to its bytes.</p>{shown}</section>"
    )


def _share(sizes: Iterable[int]) -> int:
    """Return how many lines each connection may show, so that all together stay in bounds."""
    left, ordered = MOST_LINES, sorted(sizes)
    for place, size in enumerate(ordered):
        each = left // (len(ordered) - place)
        if size > each:
            return max(_LEAST_EACH, each)
        left -= size
    return MOST_LINES


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
    rows = "".join(_rows(_bounded(found, cited, most), cited))
    return (
        f'<details class="link"><summary>{what}: {first:.2f} to {last:.2f} s, {len(found)} lines'
        f'{how}<span class="soft">{_scenarios(found)}</span></summary>'
        f'<ol class="wire">{rows}</ol></details>'
    )


def _scenarios(found: Iterable[Line]) -> str:
    begun = [
        safe(line.fields.get("name"), 40)
        for line in found
        if line.kind == "scenario" and line.fields.get("phase") == "begin"
    ]
    more = f" and {len(begun) - _NAMES} more" if len(begun) > _NAMES else ""
    return f"; scenarios: {', '.join(begun[:_NAMES])}{more}" if begun else ""


def _bounded(found: list[Line], cited: Mapping[int, str], most: int) -> list[Line | int]:
    """Return the lines that are shown, and in place of others how many are left out."""
    if len(found) <= most:
        return list(found)
    half = most // 2
    shown: list[Line | int] = list(found[:half])
    left = 0
    for line in found[half:-half]:
        if line.n not in cited:
            left += 1
            continue
        shown += [left, line] if left else [line]
        left = 0
    return [*shown, *([left] if left else []), *found[-half:]]


def _rows(found: Iterable[Line | int], cited: Mapping[int, str]) -> Iterator[str]:
    last_ns: int | None = None
    for each in found:
        if isinstance(each, int):
            lines_are = "1 line is" if each == 1 else f"{each} lines are"
            yield f'<li class="gap">{lines_are} left out here; the transcript has all</li>'
            last_ns = None
            continue
        if last_ns is not None and each.at_ns - last_ns >= _QUIET_NS:
            yield f'<li class="gap">{(each.at_ns - last_ns) / 1e9:.1f} s later</li>'
        last_ns = each.at_ns
        yield _row(each, cited)


def _row(line: Line, cited: Mapping[int, str]) -> str:
    each = lines.evidence(line)
    rule = cited.get(line.n)
    names = [each.way or "harness", *(["cited"] if rule else [])]
    number = f'<a href="#{rule}">{line.n}</a>' if rule else str(line.n)
    head = (
        f'<span class="n">{number}</span><span class="at">{each.at_ms / 1000:.3f} s</span>'
        f'<span class="dir">{words.ARROWS[each.way]}</span><span>{said(each.title)}'
        f"{_payload(line)}</span>"
    )
    inner = (
        f'<div class="flat">{head}</div>'
        if each.kind in {"opened", "closed", "note", "end"}
        else f"<details><summary>{head}</summary>{decoded(each)}</details>"
    )
    return f'<li id="line-{line.n}" class="{" ".join(names)}">{inner}</li>'


def _payload(line: Line) -> str:
    """Return how the payload of a PUBLISH, or the body of a call, begins."""
    decoded = line.fields.get("decoded")
    told = decoded.get("payload") if isinstance(decoded, Mapping) else None
    if line.kind == "http" and "body" in line.fields:
        told = json.dumps(line.fields["body"], ensure_ascii=False, separators=(",", ":"))
    if not isinstance(told, str) or not told:
        return ""
    return f' <span class="soft payload">{said(told, _EXCERPT)}</span>'
