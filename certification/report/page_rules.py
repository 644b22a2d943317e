"""The rules in `report.html`: the worst first, each with what its verdict rests on."""

from collections.abc import Mapping
from typing import Final

from certification.judging.verdicts import Verdict
from certification.report import lines, words
from certification.report.markup import block, prose, safe, said
from certification.report.model import LEVELS, Evidence, Report, RuleReport, Seen

_OPEN: Final = 8
"""So many broken rules are open at once; more would bury the list."""

_LONG: Final = 2_000


def cited(report: Report) -> Mapping[int, str]:
    """Return for each line of the transcript the first rule that rests on it, the worst first."""
    found: dict[int, str] = {}
    for rule in worst_first(report):
        for seen in rule.observations:
            for n in seen.lines:
                found.setdefault(n, rule.id)
    return found


def section(report: Report) -> str:
    """Return the list, with what filters it."""
    evidence = {each.n: each for each in report.evidence}
    buttons = "".join(
        f'<button type="button" class="{verdict}" data-verdict="{verdict}" aria-pressed="false">'
        f"{report.outcome.counts.get(verdict, 0)} {words.COUNTED[verdict]}</button>"
        for verdict in Verdict
        if report.outcome.counts.get(verdict, 0)
    )
    found = "\n".join(
        _rule(report, rule, evidence, is_open=place < _OPEN and rule.verdict is Verdict.FAIL)
        for place, rule in enumerate(worst_first(report))
    )
    return (
        '<section id="rules"><h2>Rules</h2><div class="bar hidden" role="group" '
        f'aria-label="Filter">{buttons}<input id="search" type="search" placeholder="Search" '
        'aria-label="Search in the rules"></div>'
        f'<p id="told" class="soft" role="status">{len(report.rules)} rules</p>\n{found}</section>'
    )


def worst_first(report: Report) -> list[RuleReport]:
    """Return the rules, those that fail first."""
    rank = {verdict: place for place, verdict in enumerate(Verdict)}
    return sorted(report.rules, key=lambda rule: (rank[rule.verdict], rule.level))


def _rule(
    report: Report, rule: RuleReport, evidence: Mapping[int, Evidence], *, is_open: bool
) -> str:
    kept = rule.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}
    parts = [
        f'<p class="soft why">{rule.keyword.replace("_", " ")}, level {rule.level} '
        f"({LEVELS[rule.level]}). {prose(rule.why)}</p>",
        f"<p>{safe(rule.reason, _LONG)}</p>" if rule.reason else "",
        *(_seen(each, rule.text) for each in rule.observations),
        f'<p class="soft">and {rule.more} more like these</p>' if rule.more else "",
        "" if kept else _mending(report, rule),
        _evidence(rule, evidence),
    ]
    opened = " open" if is_open else ""
    return (
        f'<details class="rule {rule.verdict}" id="{rule.id}" data-is="{rule.verdict}"{opened}>'
        f'<summary><span class="id">{rule.id}</span>'
        f'<span class="pill">{words.VERDICTS[rule.verdict]}</span>'
        f'<span class="text">{prose(rule.text)}</span></summary>'
        f'<div class="body">{"".join(parts)}</div></details>'
    )


def _seen(seen: Seen, sentence: str) -> str:
    tone = {True: "pass", False: "fail", None: "inconclusive"}[seen.ok]
    rows = [("Seen" if seen.ok is not None else "Open", said(seen.what, _LONG) + _times(seen))]
    if seen.expected and seen.expected != sentence:
        rows.insert(0, ("Expected", said(seen.expected, _LONG)))
    if seen.path:
        rows.append(("Where", f"<code>{said(seen.path)}</code>"))
    if seen.lines:
        links = " ".join(f'<a href="#line-{n}">line {n}</a>' for n in seen.lines)
        rows.append(("Evidence", f'<span class="refs">{links}</span>'))
    inner = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<div class="seen {tone}"><dl>{inner}</dl></div>'


def _times(seen: Seen) -> str:
    return f' <span class="soft">({seen.times} times)</span>' if seen.times > 1 else ""


def _mending(report: Report, rule: RuleReport) -> str:
    causes = "".join(f"<li>{prose(each, _LONG)}</li>" for each in words.likely(rule))
    return (
        f"<h3>How to mend it</h3><p>{prose(rule.fix)}</p>"
        + (f"<p>Seen in the field:</p><ul>{causes}</ul>" if causes else "")
        + f"<h3>Try it again</h3>{block(words.repeat(report, rule.id))}"
    )


def _evidence(rule: RuleReport, evidence: Mapping[int, Evidence]) -> str:
    ordered = dict.fromkeys(n for seen in rule.observations for n in seen.lines)
    found = [evidence[n] for n in ordered if n in evidence]
    if not found:
        return ""
    return "<h3>Lines of the transcript</h3>" + "".join(
        _line(each, is_open=place == 0 and rule.verdict is Verdict.FAIL)
        for place, each in enumerate(found)
    )


def _line(each: Evidence, *, is_open: bool) -> str:
    who = {"in": "device: ", "out": "hub: "}.get(each.way or "", "")
    opened = " open" if is_open else ""
    return (
        f'<details class="line"{opened}><summary>{each.n} at {each.at_ms / 1000:.3f} s, '
        f"{who}{said(each.title)}</summary>{decoded(each)}</details>"
    )


def decoded(each: Evidence) -> str:
    """Return what a line says, and its bytes."""
    left = each.size - len(each.hex) // 2
    rows = "\n".join(lines.dump(each.hex)) + (f"\n… {left} bytes more" if left > 0 else "")
    return block(each.text) + (block(rows, "hex") if each.hex else "")
