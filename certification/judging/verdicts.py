"""Verdicts: what is said of a rule, and how what was seen becomes what is said.

* VacuousError      a verdict without the observations that it needs
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from typing import Final

from protocol.rules import Rule


class Verdict(StrEnum):
    """What is said of a rule, the worst first."""

    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - a verdict
    NOT_APPLICABLE = "not_applicable"


_RANK: Final = {verdict: rank for rank, verdict in enumerate(reversed(Verdict))}


def merge(one: Verdict, other: Verdict) -> Verdict:
    """Return the worse of two verdicts; the only place where two become one."""
    return max(one, other, key=_RANK.__getitem__)


def merged(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; of none, that nothing applies."""
    return reduce(merge, verdicts, Verdict.NOT_APPLICABLE)


class VacuousError(ValueError):
    """A verdict was to be given that nothing was observed for: a mistake in the program."""

    def __init__(self, rule_id: str, verdict: Verdict) -> None:
        super().__init__(f"{rule_id}: {verdict} needs an observation that says so")
        self.rule_id, self.verdict = rule_id, verdict


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was seen, or that could not be decided.

    Attributes:
        ok: Whether the rule was kept there; None where it cannot be told, and `what` says why.
        lines: Numbers of the transcript's lines that show it. Of a rule that forbids something:
            where the window begins and ends, and a line that shows the device alive.
        what: What was seen, for people.
        expected: What a device that keeps the rule does; empty where `what` says it all.
        path: Where in a message, such as `values.outlet.on`.
    """

    ok: bool | None
    lines: tuple[int, ...]
    what: str
    expected: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What is said of one rule.

    Attributes:
        rule: The rule's id.
        observations: What it rests on.
        reason: Why it is inconclusive (and what would decide), or does not apply.

    Raises:
        VacuousError: The observations do not bear the verdict.
    """

    rule: str
    verdict: Verdict
    observations: tuple[Observation, ...] = ()
    reason: str = ""
    lines: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        seen = {observation.ok for observation in self.observations}
        bears = {
            Verdict.PASS: True in seen and False not in seen,
            Verdict.FAIL: False in seen,
            Verdict.WARN: False in seen,
            Verdict.INCONCLUSIVE: False not in seen and bool(self.reason),
            Verdict.NOT_APPLICABLE: not seen and bool(self.reason),
        }
        if not bears[self.verdict]:
            raise VacuousError(self.rule, self.verdict)
        told = sorted({line for each in self.observations for line in each.lines})
        object.__setattr__(self, "lines", tuple(told))


def conclude(rule: Rule, observations: Iterable[Observation], would: str) -> RuleVerdict:
    """Say what follows from the observations about a rule.

    Args:
        rule: Whose keyword says whether breaking it fails or warns.
        observations: All there are; what cannot be told changes nothing beside what can.
        would: What has to be seen before anything can be said.
    """
    seen = tuple(observations)
    said = {observation.ok for observation in seen}
    if False in said:
        is_advice = rule.keyword in {"SHOULD", "MAY"}
        return RuleVerdict(rule.id, Verdict.WARN if is_advice else Verdict.FAIL, seen)
    if True in said:
        return RuleVerdict(rule.id, Verdict.PASS, seen)
    why = "; ".join(dict.fromkeys(observation.what for observation in seen))
    reason = f"{why}. To decide: {would}" if why else f"nothing was seen. To decide: {would}"
    return RuleVerdict(rule.id, Verdict.INCONCLUSIVE, seen, reason)
