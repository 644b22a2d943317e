"""`ecohub certify explain`: one rule for the one who has to mend it, as text."""

import textwrap
from collections.abc import Iterator

from certification.report import lines, words
from certification.report.model import LEVELS, Evidence, Report, RuleReport, Seen
from protocol.rules import Rule

MOST_LINES = 4
"""So many lines of the transcript are shown with their bytes."""


def rule(entry: Rule, width: int) -> str:
    """Return what the catalogue says of a rule, in so many columns."""
    told = [*_head(entry.id, entry.text, entry.keyword, entry.level, width)]
    told += _part(width, "Why", entry.why) + _part(width, "How to keep it", entry.fix)
    told += _part(
        width, "Holds for", f"devices with {entry.applies_if}" * (entry.applies_if != "always")
    )
    told += _part(width, "Needs the hooks", ", ".join(entry.needs))
    told += _part(width, "See", "; ".join(entry.refs))
    for each in entry.common_failures:
        told += _part(width, "Seen in the field", f"{each.saw}: {each.cause}. {each.fix}")
    return "\n".join(told) + "\n"


def verdict(report: Report, found: RuleReport, width: int) -> str:
    """Return what a report says of a rule, with its evidence, in so many columns of text."""
    told = [*_head(found.id, found.text, found.keyword, found.level, width)]
    told += ["", f"Verdict: {words.VERDICTS[found.verdict]}"]
    told += _part(width, "Because", found.reason)
    told += _part(width, "Why the rule", found.why)
    for seen in found.observations:
        told += _seen(seen, found.text, width)
    if found.more:
        told += ["", f"and {found.more} more like these"]
    told += _evidence(report, found)
    for each in words.likely(found):
        told += _part(width, "Likely cause" if found.observations else "Seen in the field", each)
    told += _part(width, "Fix", found.fix)
    told += ["", f"Again: {words.repeat(report, found.id)}"]
    return "\n".join(told) + "\n"


def _head(name: str, text: str, keyword: str, level: int, width: int) -> Iterator[str]:
    yield f"{name}  ({keyword.replace('_', ' ')}, level {level}, {LEVELS[level]})"
    yield from textwrap.wrap(text, width)


def _seen(seen: Seen, sentence: str, width: int) -> list[str]:
    name = {True: "Seen, as it should be", False: "Seen", None: "Open"}[seen.ok]
    told = _part(width, "Expected", seen.expected if seen.expected != sentence else "")
    where = f" (at {seen.path})" if seen.path else ""
    often = f", {seen.times} times" if seen.times > 1 else ""
    told += _part(width, name, seen.what + where + often)
    if seen.lines:
        told.append(f"  transcript: {', '.join(str(n) for n in seen.lines)}")
    return told


def _evidence(report: Report, found: RuleReport) -> Iterator[str]:
    known = {each.n: each for each in report.evidence}
    ordered = dict.fromkeys(n for seen in found.observations for n in seen.lines)
    shown = [known[n] for n in ordered if n in known][:MOST_LINES]
    for each in shown:
        yield ""
        yield from _line(each)
    if len(ordered) > len(shown):
        yield f"and {len(ordered) - len(shown)} lines more, in report.html"


def _line(each: Evidence) -> Iterator[str]:
    who = {"in": "device", "out": "to the device", None: "harness"}[each.way]
    yield f"line {each.n}, {each.at_ms / 1000:.3f} s, {who}: {each.title}"
    yield from (f"  {row}" for row in each.text.split("\n"))
    yield from (f"  {row}" for row in lines.dump(each.hex))
    if each.size * 2 > len(each.hex):
        yield f"  ... {each.size - len(each.hex) // 2} bytes more"


def _part(width: int, name: str, text: str) -> list[str]:
    if not text:
        return []
    return ["", *textwrap.wrap(f"{name}: {text}", width, subsequent_indent="  ")]
