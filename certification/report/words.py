"""What verdicts and outcomes are called for people."""

from typing import Final

from certification.judging.verdicts import Verdict
from certification.report.model import LEVELS, Report, RuleReport

VERDICTS: Final = {
    Verdict.FAIL: "fails",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.WARN: "warning",
    Verdict.PASS: "passes",
    Verdict.NOT_APPLICABLE: "not applicable",
}

COUNTED: Final = {
    Verdict.FAIL: "failed",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.WARN: "with a warning",
    Verdict.PASS: "passed",
    Verdict.NOT_APPLICABLE: "not applicable",
}

ARROWS: Final = {"in": "→", "out": "←", None: "·"}
"""`in` is what the device sends."""


def level(number: int) -> str:
    """Return a level with its name."""
    return f"level {number}, {LEVELS[number]}" if number in LEVELS else "no level"


def headline(report: Report) -> str:
    """Return what it comes to, in one sentence."""
    outcome = report.outcome
    if outcome.reached >= outcome.wanted:
        return f"Reaches {level(outcome.wanted)}, as asked for."
    reached = f"; it reaches {level(outcome.reached)}" if outcome.reached else ""
    failing = outcome.counts.get(Verdict.FAIL, 0)
    if outcome.exit_code == 1 and failing:
        return f"Does not conform to {level(outcome.wanted)}{reached}."
    return f"Cannot be told whether it reaches {level(outcome.wanted)}{reached}."


def counted(report: Report) -> str:
    """Return how many rules got which verdict; of what no rule got, nothing."""
    counts = report.outcome.counts
    return ", ".join(f"{counts[v]} {word}" for v, word in COUNTED.items() if counts.get(v))


def repeat(report: Report, rule_id: str) -> str:
    """Return the command that plays what a rule needs, and nothing else."""
    return f"ecohub certify run --only {rule_id} --seed {report.run.seed}"


def likely(rule: RuleReport) -> list[str]:
    """Return what may lie behind a broken rule: what was seen like this, else all that is known."""
    seen = " ".join(each.what for each in rule.observations if each.ok is False).lower()
    fitting = [each for each in rule.common_failures if each.saw.lower() in seen]
    return [f"{each.saw}: {each.cause}. {each.fix}" for each in fitting or rule.common_failures]
