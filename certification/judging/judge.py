"""The judge: from the transcript of a run to what is said of each rule, and nothing else.

Pure: no clock, no file, no network; the same transcript is judged alike everywhere and always.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Final

from certification.judging.evidence import Evidence
from certification.judging.judgement import Judgement, Mismatch
from certification.judging.rules import CHECKS
from certification.judging.rules.applying import false_term
from certification.judging.stalls import awake
from certification.judging.traffic import NS
from certification.judging.verdicts import Observation, RuleVerdict, Verdict, conclude
from certification.transcript.file import Transcript, canonical
from protocol.rules import Rule, rules

LEVELS: Final[Mapping[int, str]] = {1: "Connects", 2: "Dependable", 3: "Hardened"}

MOST_TOLD: Final = 16
"""So many broken and so many other observations of one rule are kept."""

DECLARED: Final = (
    *("sleeper", "gateway", "commands", "actions", "events", "notify"),
    *("mqtt5", "time_synced"),
)
"""Features that a declaration has to name as they are."""

MISMATCH: Final = "declaration"
"""Stands among the ids that block a level where the declaration is not the device."""

_BLOCKS: Final = frozenset({Verdict.FAIL, Verdict.INCONCLUSIVE})


def judged_rules() -> tuple[Rule, ...]:
    """Return the rules that a device has to keep."""
    return tuple(entry for entry in rules().values() if "device" in entry.party)


def judge(transcript: Transcript) -> Judgement:
    """Judge a run."""
    e = Evidence(transcript)
    calm = cache(lambda: Evidence(awake(transcript, e.stalls)))
    verdicts = tuple(_judge_rule(e, entry, calm) for entry in judged_rules())
    mismatches = tuple(_mismatches(e))
    blocked = {level: _in_the_way(verdicts, mismatches, level) for level in LEVELS}
    wanted = int(e.run.get("level", 1))
    reached = max((level for level in LEVELS if not blocked[level]), default=0)
    device = e.declaration.get("device", {})
    return Judgement(
        verdicts=verdicts,
        mismatches=mismatches,
        gave_up=tuple((s.name, s.outcome) for s in e.spans if s.outcome != "done"),
        level_wanted=wanted,
        level_reached=reached,
        blocked_by=blocked,
        exit_code=_exit_code(verdicts, mismatches, wanted),
        declaration_sha=hashlib.sha256(canonical(e.declaration)).hexdigest(),
        transcript_sha=transcript.sha256,
        catalogue_sha=str(e.run.get("catalogue", "")),
        seed=int(e.run.get("seed", 0)),
        scale=e.scale,
        vendor=str(device.get("vendor", "")),
        product=str(device.get("product", "")),
        firmware=str(device.get("firmware", "")),
        stalled_s=sum(end_ns - begin_ns for begin_ns, end_ns in e.stalls) / NS,
    )


def _judge_rule(e: Evidence, entry: Rule, calm: Callable[[], Evidence]) -> RuleVerdict:
    """Judge one rule; `calm` returns the evidence without the times of standing still."""
    if term := false_term(e, entry):
        return RuleVerdict(entry.id, Verdict.NOT_APPLICABLE, reason=f"the device is not: {term}")
    check = CHECKS[entry.id]
    seen = _some(_excused(check.judge(e), e, lambda: check.judge(calm())))
    found = conclude(entry, seen, check.would)
    missing = [hook for hook in entry.needs if not e.has_hook(hook)]
    if missing and found.verdict not in {Verdict.FAIL, Verdict.WARN}:
        reason = f"supply hook {' and '.join(missing)}. To decide: {check.would}"
        return RuleVerdict(entry.id, Verdict.INCONCLUSIVE, found.observations, reason)
    return found


def _excused(
    seen: Iterable[Observation], e: Evidence, calm: Callable[[], Iterable[Observation]]
) -> list[Observation]:
    """Return the observations; unclear is what is broken only while the machine stood still."""
    found = list(seen)
    if not e.stalls or all(each.ok is not False for each in found):
        return found
    if any(each.ok is False for each in calm()):
        return found
    return [each if each.ok is not False else _unclear(each) for each in found]


def _unclear(seen: Observation) -> Observation:
    return replace(seen, ok=None, what=f"{seen.what}, but the machine stood still meanwhile")


def _some(seen: Iterable[Observation]) -> list[Observation]:
    """Return the first observations of each kind, so that a report stays readable."""
    found = list(seen)
    kinds = [[each for each in found if each.ok is ok] for ok in (False, True, None)]
    kept = {id(each) for kind in kinds for each in islice(kind, MOST_TOLD)}
    return [each for each in found if id(each) in kept]


def _in_the_way(
    verdicts: tuple[RuleVerdict, ...], mismatches: tuple[Mismatch, ...], level: int
) -> tuple[str, ...]:
    """Return what blocks a level: MUSTs of it and of those below that are broken or open."""
    entries = rules()
    found = [
        verdict.rule
        for verdict in verdicts
        if verdict.verdict in _BLOCKS
        and entries[verdict.rule].level <= level
        and entries[verdict.rule].keyword in {"MUST", "MUST_NOT"}
    ]
    return (*([MISMATCH] if mismatches else []), *found)


def _exit_code(
    verdicts: tuple[RuleVerdict, ...], mismatches: tuple[Mismatch, ...], wanted: int
) -> int:
    blocking = set(_in_the_way(verdicts, mismatches, wanted))
    if not blocking:
        return 0
    failed = {verdict.rule for verdict in verdicts if verdict.verdict is Verdict.FAIL}
    return 1 if mismatches or blocking & failed else 2


def _mismatches(e: Evidence) -> Iterator[Mismatch]:
    """Yield what is declared and absent, or present and undeclared."""
    announced = e.said_announces[-1] if e.said_announces else None
    for feature in DECLARED:
        said, seen = e.declared(feature), e.seen(feature)
        if said is not None and seen is not None and said != seen:
            lines = (announced.line,) if announced else ()
            yield Mismatch(f"features.{feature}", _word(said), _word(seen), lines)
    if announced is None:
        return
    for name in ("vendor", "product", "hardware", "firmware", "protocol"):
        told = e.declaration.get("device", {}).get(name)
        first = getattr(e.said_announces[0].message, name)
        if told is not None and told != first:
            yield Mismatch(f"device.{name}", str(told), first, (e.said_announces[0].line,))
    sha256 = e.declaration.get("spec", {}).get("sha256")
    shown = e.said_announces[0].message.spec.sha256
    if sha256 is not None and sha256 != shown:
        yield Mismatch("spec.sha256", str(sha256), shown, (e.said_announces[0].line,))


def _word(is_so: bool) -> str:
    return "yes" if is_so else "no"
