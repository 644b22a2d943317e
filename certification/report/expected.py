"""Known failures: a file of rules that are expected not to pass, and a pass that nobody expected.

[[expected]]
rule = "ECO-CMD-004"
verdict = "fail"
why = "firmware 1.3 mends it"
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from certification.driving import toml_file
from certification.errors import UsageError
from certification.judging.verdicts import Verdict
from certification.report import words
from certification.report.model import Report, RuleReport

_BLOCKS = frozenset({Verdict.FAIL, Verdict.INCONCLUSIVE})


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Entry(_Table):
    rule: Annotated[str, StringConstraints(pattern=r"^ECO-[A-Z]+-[0-9]{3}$")]
    verdict: Literal["fail", "inconclusive", "warn"] = "fail"
    why: Annotated[str, StringConstraints(min_length=3, max_length=300)]


class Expectations(_Table):
    """What a file expects."""

    expected: tuple[_Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report against what was expected of it.

    Attributes:
        expected: Rules that did as expected, with the reason that the file gives.
        surprises: Rules that were expected to do something else, and what they did.
        unknown: Rules that the file names and that are not judged.
        exit_code: As of the report, with what was expected let pass and surprises not.
    """

    expected: Mapping[str, str] = field(default_factory=dict)
    surprises: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0


def load(file: Path) -> Expectations:
    """Return what a file expects.

    Raises:
        UsageError: It cannot be read, or a key or rule in it is wrong, or stands twice.
    """
    found = toml_file.read(file, Expectations, "leave out --expected where no failure is known")
    names = [each.rule for each in found.expected]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{file}: {twice} stands twice", "keep one", "expected")
    return found


def compare(report: Report, expectations: Expectations) -> Comparison:
    """Hold a report against what was expected."""
    rules = {rule.id: rule for rule in report.rules}
    expected, surprises, unknown = {}, {}, {}
    for each in expectations.expected:
        rule = rules.get(each.rule)
        if rule is None:
            unknown[each.rule] = f"{each.rule} is expected to {each.verdict} and is not judged"
        elif rule.verdict == each.verdict:
            expected[each.rule] = each.why
        else:
            told = words.VERDICTS[rule.verdict]
            surprises[each.rule] = f"expected: {each.verdict}; it {told}. Mend the list."
    left = [rule for rule in report.rules if rule.id not in expected and blocks(report, rule)]
    is_broken = bool(surprises or unknown or report.outcome.mismatches) or any(
        rule.verdict is Verdict.FAIL for rule in left
    )
    exit_code = 1 if is_broken else 2 if left else 0
    return Comparison(expected, surprises, unknown, exit_code)


def blocks(report: Report, rule: RuleReport) -> bool:
    """Say whether a rule stands in the way of the wanted level."""
    return rule.verdict in _BLOCKS and any(
        rule.id in step.rules
        for step in report.outcome.blocked
        if step.level <= report.outcome.wanted
    )
