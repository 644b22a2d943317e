"""`junit.xml`: one test case per rule, so that a CI shows which sentence broke."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from certification.judging.verdicts import Verdict
from certification.report import words
from certification.report.expected import Comparison, blocks
from certification.report.model import Report, RuleReport
from protocol.errors import printable

UNEXPECTED: Final = "unexpected"
"""Type of a failure that is one because of the list of known failures."""

_LONG: Final = 2_000


def render(report: Report, comparison: Comparison) -> bytes:
    """Return the file.

    A rule that blocks the level fails, or is an error where it is inconclusive; what was expected,
    does not apply, belongs to a higher level, or is advice that could not be decided is skipped.
    """
    cases = [_case(report, rule, comparison) for rule in report.rules]
    cases += [
        _element(
            "testcase",
            {"name": name, "classname": "expected", "time": "0"},
            _failure("failure", UNEXPECTED, why, why),
        )
        for name, why in comparison.unknown.items()
    ]
    failures = sum("<failure" in case for case in cases)
    errors = sum("<error" in case for case in cases)
    skipped = sum("<skipped" in case for case in cases)
    suite = {
        "name": f"{report.subject.vendor} {report.subject.product} {report.subject.firmware}",
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": str(skipped),
        "time": f"{report.run.duration_ms / 1000:.3f}",
        **_began(report.run.started_ms),
    }
    properties = {
        "level": str(report.outcome.reached),
        "seed": str(report.run.seed),
        "transcript": report.hashes.transcript,
    }
    inner = _properties(properties) + "".join(cases)
    whole = _element("testsuites", {}, _element("testsuite", suite, inner))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'.encode()


def _case(report: Report, rule: RuleReport, comparison: Comparison) -> str:
    name = f"eco.{rule.id.split('-')[1].lower()}"
    attributes = {"name": rule.id, "classname": name, "time": "0"}
    told = f"level {rule.level}, {rule.verdict}" + _advice(rule)
    output = _element("system-out", {}, escape(printable(told, _LONG)))
    return _element("testcase", attributes, _result(report, rule, comparison) + output)


def _advice(rule: RuleReport) -> str:
    """Return what was seen of advice that was not followed: no CI shows a pass as anything else."""
    return f": {_first(rule)}" if rule.verdict is Verdict.WARN else ""


def _began(started_ms: int) -> dict[str, str]:
    """Return when the run began, as readers want it; nothing where there is no such time."""
    try:
        began = datetime.datetime.fromtimestamp(started_ms / 1000, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return {}
    return {"timestamp": began.strftime("%Y-%m-%dT%H:%M:%S")}


def _result(report: Report, rule: RuleReport, comparison: Comparison) -> str:
    if rule.id in comparison.surprises:
        why = comparison.surprises[rule.id]
        return _failure("failure", UNEXPECTED, why, why)
    if rule.id in comparison.expected:
        return _skipped(f"expected: {comparison.expected[rule.id]}")
    if rule.verdict in {Verdict.PASS, Verdict.WARN}:
        return ""
    if rule.verdict is Verdict.NOT_APPLICABLE:
        return _skipped(rule.reason)
    if rule.level > report.outcome.wanted:
        return _skipped(f"{words.VERDICTS[rule.verdict]}, of level {rule.level}: not asked for")
    if not blocks(report, rule):
        return _skipped(f"{words.VERDICTS[rule.verdict]}, and not in the way: {_first(rule)}")
    name = "failure" if rule.verdict is Verdict.FAIL else "error"
    return _failure(name, rule.verdict, _first(rule), "\n".join(_lines(report, rule)))


def _first(rule: RuleReport) -> str:
    return rule.reason or next((each.what for each in rule.observations if not each.ok), rule.text)


def _lines(report: Report, rule: RuleReport) -> Iterable[str]:
    yield rule.text
    for each in rule.observations:
        if each.ok is not True:
            lines = ", ".join(str(n) for n in each.lines)
            yield f"seen: {each.what}" + (f" (transcript: {lines})" if lines else "")
            if each.expected:
                yield f"expected: {each.expected}"
    yield f"fix: {rule.fix}"
    yield f"again: {words.repeat(report, rule.id)}"


def _failure(name: str, kind: str, message: str, text: str) -> str:
    shown = "\n".join(escape(printable(line, _LONG)) for line in text.split("\n"))
    return _element(name, {"type": kind, "message": message}, shown)


def _skipped(message: str) -> str:
    return _element("skipped", {"message": message}, "")


def _properties(found: Mapping[str, str]) -> str:
    inner = "".join(
        _element("property", {"name": name, "value": value}, "") for name, value in found.items()
    )
    return _element("properties", {}, inner)


def _element(name: str, attributes: Mapping[str, str], inner: str) -> str:
    told = "".join(
        f" {key}={quoteattr(printable(value, _LONG))}" for key, value in attributes.items()
    )
    return f"<{name}{told}>{inner}</{name}>"
