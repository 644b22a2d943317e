"""`report.html`: one file without anything from elsewhere, first for a manager, then for engineers.

It works without its script, which filters, opens what a link points at, and does nothing else.
"""

import base64
import datetime
import hashlib
from importlib.resources import files
from typing import Final

from certification.judging.verdicts import Verdict
from certification.report import page_rules, page_wire, words
from certification.report.markup import facts, prose, safe, said
from certification.report.model import LEVELS, Blocked, Report, RuleReport
from certification.transcript.file import Transcript

LIMITS: Final = (
    "It is how one device behaved in one run. Another unit, or another day, was not tried.",
    "Which firmware ran in it is the word of whoever ran it.",
    "What no rule of ECO/1 asks for was not tried: radio, electrical safety, energy, privacy of a "
    "vendor's cloud.",
    "A transcript is signed by nobody. What others believe is a certificate made of it, and who "
    "has signed that.",
)
"""What a report does not prove; printed on each."""


_SENTENCES: Final = 12
"""So many rules that block the next level are told by their sentence."""


def render(report: Report, transcript: Transcript) -> bytes:
    """Return the page, the same bytes for the same transcript."""
    style, script = _read("page.css"), _read("page.js")
    subject = report.subject
    cited = page_rules.cited(report)
    body = "\n".join(
        (
            "<main>",
            _manager(report),
            _limits(report),
            page_rules.section(report),
            _run(report),
            page_wire.section(transcript, cited),
            "</main>",
            f"<footer><p>Made by {said(report.run.tool)} from transcript "
            f"<code>{report.hashes.transcript}</code>.</p></footer>",
        )
    )
    policy = (
        f"default-src 'none'; style-src '{_fingerprint(style)}'; "
        f"script-src '{_fingerprint(script)}'; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{safe(subject.product, 80)} {safe(subject.firmware, 40)}: ECO/1 report</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n{body}\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    ).encode()


def _manager(report: Report) -> str:
    subject, outcome, run = report.subject, report.outcome, report.run
    tone = {0: "pass", 1: "fail"}.get(outcome.exit_code, "inconclusive")
    name = LEVELS.get(outcome.reached, "No level yet")
    return (
        f'<header><p class="kicker">ECO/{safe(run.protocol)} conformance report</p>'
        f"<h1>{said(subject.vendor)} {said(subject.product)}</h1>"
        f'<p class="soft">firmware {said(subject.firmware)}, hardware {said(subject.hardware)}, '
        f"tried on {_day(run.started_ms)}</p>"
        f'</header>\n<section class="result {tone}"><p class="level">{outcome.reached}</p>'
        f'<div><p class="name">{name}</p><p>{words.headline(report)}</p>'
        f'<p class="soft">{words.counted(report)}</p></div></section>\n'
        f"{_next(report)}"
    )


def _next(report: Report) -> str:
    blocked = report.outcome.blocked
    if not blocked:
        return "<p>Nothing stands in the way of any level.</p>"
    steps = "".join(_step(report, each, is_next=place == 0) for place, each in enumerate(blocked))
    return f'<h2>What blocks the next level</h2>{_mismatches(report)}<ul class="steps">{steps}</ul>'


def _limits(report: Report) -> str:
    scale = report.run.scale
    told = [*LIMITS] if scale == 1 else [*LIMITS, f"Long waits were {_speed(scale)}."]
    found = "".join(f"<li>{safe(each)}</li>" for each in told)
    return f'<section id="limits"><h2>What this does not prove</h2><ul>{found}</ul></section>'


def _speed(scale: float) -> str:
    return "in real time" if scale == 1 else f"shortened to {scale * 100:g} % of their length"


def _day(started_ms: int) -> str:
    """Return the day and the minute (UTC) at which a run began, as its transcript says."""
    try:
        began = datetime.datetime.fromtimestamp(started_ms / 1000, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return "no day that there is"
    return began.strftime("%Y-%m-%d %H:%M UTC")


def _mismatches(report: Report) -> str:
    rows = "".join(
        f"<li><code>{said(each.path)}</code> is declared {said(each.declared)}; the device shows "
        f"{said(each.seen)}</li>"
        for each in report.outcome.mismatches
    )
    return f"<p>The declaration is not the device:</p><ul>{rows}</ul>" if rows else ""


def _step(report: Report, step: Blocked, *, is_next: bool) -> str:
    found = [rule for rule in page_rules.worst_first(report) if rule.id in step.rules]
    shown = found[:_SENTENCES] if is_next else []
    sentences = "".join(
        f'<li><span class="pill {rule.verdict}">{words.VERDICTS[rule.verdict]}</span> '
        f'<a href="#{rule.id}">{rule.id}</a> {prose(rule.text)}{_in_short(rule)}</li>'
        for rule in shown
    )
    links = "".join(f'<a href="#{rule.id}">{rule.id}</a>' for rule in found[len(shown) :])
    what = f"{_rules(len(found))} in the way" if found else "nothing of its own stands in the way"
    asked = "" if step.level <= report.outcome.wanted else " (not asked for)"
    return (
        f"<li><strong>Level {step.level}, {LEVELS[step.level]}</strong>{asked}: {what}"
        f'<ul class="sentences">{sentences}</ul><div class="ids">{links}</div></li>'
    )


def _in_short(rule: RuleReport) -> str:
    """Return what was seen of a rule that is in the way, or what is missing to decide it."""
    if rule.verdict is not Verdict.FAIL:
        return f'<p class="soft">Because: {said(rule.reason, 600)}</p>' if rule.reason else ""
    seen = next((each.what for each in rule.observations if each.ok is False), "")
    return f'<p class="soft">Seen: {said(seen, 600)}. To mend it: {prose(rule.fix)}</p>'


def _rules(count: int) -> str:
    return "1 rule stands" if count == 1 else f"{count} rules stand"


def _run(report: Report) -> str:
    run, hashes, subject = report.run, report.hashes, report.subject
    rows = "".join(
        f"<tr><td>{said(each.name)}</td><td>{said(each.outcome)}</td>"
        f'<td><a href="#line-{each.line}">{each.line}</a></td></tr>'
        for each in run.scenarios
    )
    return (
        '<section id="run"><h2>The run</h2>'
        + facts(
            ("Device", said(subject.device)),
            ("Recorded by", f"{said(run.tool)}, broker: {said(run.broker)}"),
            ("Began", _day(run.started_ms)),
            ("Lasted", f"{run.duration_ms / 1000:.1f} s, {run.lines} lines"),
            ("Machine stood still", f"{run.stalled_ms / 1000:.1f} s"),
            ("Long waits", _speed(run.scale)),
            ("Seed", str(run.seed)),
            ("Could be done to it", safe(", ".join(run.hooks)) or "nothing"),
            ("Firmware image", f"<code>{subject.firmware_sha256 or 'no hash declared'}</code>"),
            ("Transcript", f"<code>{hashes.transcript}</code>"),
            ("Product spec", f"<code>{subject.spec_sha256}</code>"),
            ("Declaration", f"<code>{hashes.declaration}</code>"),
            ("Catalogue of rules", f"<code>{hashes.catalogue}</code>"),
        )
        + '<details><summary>Scenarios</summary><div class="table"><table><thead><tr><th>Scenario'
        f"</th><th>Ended</th><th>From line</th></tr></thead><tbody>{rows}</tbody></table></div>"
        "</details></section>"
    )


def _read(name: str) -> str:
    return files("certification.report").joinpath(name).read_text("utf-8")


def _fingerprint(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
