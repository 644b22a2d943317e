"""`report.html`: one file without anything from elsewhere, first for a manager, then for engineers.

It works without its script, which filters, opens what a link points at, and does nothing else.
"""

import base64
import hashlib
from importlib.resources import files
from typing import Final

from certification.judging.verdicts import Verdict
from certification.report import page_rules, page_wire, words
from certification.report.markup import facts, prose, safe, said
from certification.report.model import LEVELS, Blocked, Report
from certification.transcript.file import Transcript

LIMITS: Final = (
    "This report says how one device behaved in one run. It does not say which firmware ran in it, "
    "and nothing about what no rule asks for."
)


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
            page_rules.section(report),
            _run(report),
            page_wire.section(transcript, cited),
            "</main>",
            f"<footer><p>{LIMITS}</p><p>Made by {said(report.run.tool)} from transcript "
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
    counts = ", ".join(
        f"{outcome.counts.get(verdict, 0)} {words.COUNTED[verdict]}" for verdict in Verdict
    )
    return (
        f'<header><p class="kicker">ECO/{safe(run.protocol)} conformance report</p>'
        f"<h1>{said(subject.vendor)} {said(subject.product)}</h1>"
        f'<p class="soft">firmware {said(subject.firmware)}, hardware {said(subject.hardware)}</p>'
        f'</header>\n<section class="result {tone}"><p class="level">{outcome.reached}</p>'
        f'<div><p class="name">{name}</p><p>{words.headline(report)}</p>'
        f'<p class="soft">{counts}</p></div></section>\n'
        f"{_next(report)}"
    )


def _next(report: Report) -> str:
    blocked = report.outcome.blocked
    if not blocked:
        return "<p>Nothing stands in the way of any level.</p>"
    steps = "".join(_step(report, each, is_next=place == 0) for place, each in enumerate(blocked))
    return f'<h2>What blocks the next level</h2>{_mismatches(report)}<ul class="steps">{steps}</ul>'


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
        f'<a href="#{rule.id}">{rule.id}</a> {prose(rule.text)}</li>'
        for rule in shown
    )
    links = "".join(f'<a href="#{rule.id}">{rule.id}</a>' for rule in found[len(shown) :])
    what = f"{_rules(len(found))} in the way" if found else "what blocks the levels below"
    return (
        f"<li><strong>Level {step.level}, {LEVELS[step.level]}</strong>: {what}"
        f'<ul class="sentences">{sentences}</ul><div class="ids">{links}</div></li>'
    )


def _rules(count: int) -> str:
    return "1 rule stands" if count == 1 else f"{count} rules stand"


def _run(report: Report) -> str:
    run, hashes, subject = report.run, report.hashes, report.subject
    rows = "".join(
        f"<tr><td>{said(each.name)}</td><td>{said(each.outcome)}</td>"
        f'<td><a href="#line-{each.line}">{each.line}</a></td></tr>'
        for each in run.scenarios
    )
    speed = "real time" if run.scale == 1 else f"long waits times {run.scale:g}"
    return (
        '<section id="run"><h2>The run</h2>'
        + facts(
            ("Device", said(subject.device)),
            ("Recorded by", f"{said(run.tool)}, broker: {said(run.broker)}"),
            ("Lasted", f"{run.duration_ms / 1000:.1f} s, {run.lines} lines, {speed}"),
            ("Machine stood still", f"{run.stalled_ms / 1000:.1f} s"),
            ("Seed", str(run.seed)),
            ("Done to it from outside", safe(", ".join(run.hooks)) or "nothing"),
            ("Firmware image", f"<code>{subject.firmware_sha256 or 'no hash declared'}</code>"),
            ("Transcript", f"<code>{hashes.transcript}</code>"),
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
