"""Makes a report of a transcript and what was judged of it; the same for the same transcript."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from certification.driving.declaration import Declaration
from certification.errors import UsageError
from certification.judging import judgement as judged
from certification.judging.judgement import Judgement
from certification.judging.verdicts import Observation, RuleVerdict, Verdict
from certification.report import lines
from certification.report.model import (
    CommonFailure,
    Hashes,
    Mismatch,
    Outcome,
    Report,
    RuleReport,
    Run,
    Scenario,
    Seen,
    Subject,
)
from certification.transcript import catalogue
from certification.transcript.file import Line, Transcript
from protocol.errors import printable
from protocol.rules import rule, rules

MOST_SEEN: Final = {False: 20, None: 5, True: 5}
"""How many observations of a rule are reported: those that broke it, those that could not be
decided, and those that kept it."""

MOST_LINES: Final = 10
"""How many lines of the transcript one observation names in a report."""

MOST_TEXT: Final = 2_000
"""Longest text of an observation, in characters."""

_NAME: Final = 200


def build(transcript: Transcript, judgement: Judgement) -> Report:
    """Return the report.

    Raises:
        UsageError: The transcript does not say which device and run it is of.
    """
    told = tuple(_rule(each) for each in judgement.verdicts)
    outcome = _outcome(judgement)
    cited = {n for each in told for seen in each.observations for n in seen.lines}
    cited |= {n for each in outcome.mismatches for n in each.lines}
    return Report(
        format=1,
        subject=_subject(transcript),
        outcome=outcome,
        run=_run(transcript, judgement),
        hashes=Hashes(
            transcript=judgement.transcript_sha,
            declaration=judgement.declaration_sha,
            catalogue=catalogue.sha256(),
        ),
        rules=told,
        evidence=tuple(
            lines.evidence(transcript.lines[n]) for n in sorted(cited) if n < len(transcript.lines)
        ),
    )


def _subject(transcript: Transcript) -> Subject:
    try:
        declared = Declaration.model_validate(transcript.lines[0].fields.get("declaration"))
    except ValidationError:
        raise UsageError("the transcript's declaration is none", "record a run anew") from None
    device = declared.device
    return Subject(
        vendor=device.vendor,
        product=device.product,
        hardware=device.hardware,
        firmware=device.firmware,
        firmware_sha256=device.firmware_sha256,
        spec_sha256=declared.spec.sha256,
        device=device.id,
    )


def _outcome(judgement: Judgement) -> Outcome:
    counts = dict.fromkeys(Verdict, 0)
    for each in judgement.verdicts:
        counts[each.verdict] += 1
    entries = rules()
    blocked = [
        {
            "level": level,
            "rules": tuple(n for n in names if n in entries and entries[n].level == level),
        }
        for level, names in sorted(judgement.blocked_by.items())
        if names
    ]
    return Outcome.model_validate(
        {
            "wanted": judgement.level_wanted,
            "reached": judgement.level_reached,
            "blocked": blocked,
            "mismatches": [_mismatch(each) for each in judgement.mismatches],
            "counts": counts,
            "exit_code": judgement.exit_code,
        }
    )


def _mismatch(found: judged.Mismatch) -> Mismatch:
    return Mismatch(
        path=printable(found.path, _NAME),
        declared=printable(found.declared, _NAME),
        seen=printable(found.seen, _NAME),
        lines=found.lines[:MOST_LINES],
    )


def _run(transcript: Transcript, judgement: Judgement) -> Run:
    first = transcript.lines[0].fields
    try:
        return Run.model_validate(
            {
                **{name: _short(first.get(name)) for name in ("tool", "protocol", "broker")},
                **{name: first.get(name) for name in ("seed", "scale", "started_ms")},
                "duration_ms": transcript.lines[-1].at_ns // 1_000_000,
                "stalled_ms": round(judgement.stalled_s * 1000),
                "lines": len(transcript.lines),
                "hooks": tuple(_short(each) for each in _list(first.get("hooks"))),
                "scenarios": tuple(_scenarios(transcript.lines)),
            }
        )
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        what = f"the transcript's first line has no right {printable(place[0] if place else '')}"
        raise UsageError(what, "record a run anew") from None


def _scenarios(found: Iterable[Line]) -> Iterable[Scenario]:
    begun: dict[str, int] = {}
    ended: dict[str, tuple[int, str]] = {}
    for line in found:
        if line.kind != "scenario":
            continue
        name = _short(line.fields.get("name"))
        if line.fields.get("phase") == "begin":
            begun[name] = line.n
        else:
            ended[name] = (begun.get(name, line.n), _short(line.fields.get("outcome")))
    for name, (n, outcome) in sorted(ended.items(), key=lambda item: item[1][0]):
        yield Scenario(name=name, outcome=outcome, line=n)


def _rule(found: RuleVerdict) -> RuleReport:
    entry = rule(found.rule)
    seen = _worth_telling(tuple(_alike(found.observations)))
    return RuleReport(
        id=entry.id,
        verdict=found.verdict,
        keyword=entry.keyword,
        level=entry.level,
        text=entry.text,
        why=entry.why,
        fix=entry.fix,
        reason=printable(found.reason, MOST_TEXT),
        observations=seen,
        more=len(found.observations) - sum(each.times for each in seen),
        common_failures=tuple(
            CommonFailure(saw=each.saw, cause=each.cause, fix=each.fix)
            for each in entry.common_failures
        ),
        refs=entry.refs,
    )


def _worth_telling(found: tuple[Seen, ...]) -> tuple[Seen, ...]:
    return tuple(
        each
        for ok, most in MOST_SEEN.items()
        for each in [seen for seen in found if seen.ok is ok][:most]
    )


def _alike(found: Iterable[Observation]) -> Iterator[Seen]:
    """Yield each that is not the same as one before, with how often it was seen."""
    alike: dict[tuple[bool | None, str, str, str], list[Observation]] = {}
    for each in found:
        alike.setdefault((each.ok, each.what, each.expected, each.path), []).append(each)
    for (ok, what, expected, path), same in alike.items():
        lines = [n for each in same for n in each.lines]
        yield Seen(
            ok=ok,
            what=printable(what, MOST_TEXT),
            expected=printable(expected, MOST_TEXT),
            path=printable(path, _NAME),
            times=len(same),
            lines=tuple(dict.fromkeys(lines))[:MOST_LINES],
        )


def _short(found: object) -> str:
    return printable(found if isinstance(found, str) else "", _NAME)


def _list(found: object) -> list[Any]:
    return list(found) if isinstance(found, list | tuple) else []
