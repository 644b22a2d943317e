"""The requirement catalogue: every normative sentence of SPEC.md as one entry."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One numbered sentence."""

    id: str
    text: str
    fix: str


def rule(rule_id: str) -> Rule:
    """Return the entry of a rule id."""
    return RULES.get(rule_id) or Rule(rule_id, "TBD", "TBD")


RULES: Final[dict[str, Rule]] = {}
