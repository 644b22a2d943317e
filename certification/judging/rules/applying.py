"""Whether a rule holds for a device, by its features."""

from certification.judging.evidence import Evidence
from protocol.rules import Rule


def false_term(e: Evidence, entry: Rule) -> str:
    """Return the term of `applies_if` that is false, or nothing when the rule holds.

    What is not known counts as true, so that nothing is excused for want of evidence.
    """
    for term in entry.applies_if.split(" and "):
        if term == "always":
            continue
        feature = term.removeprefix("not ")
        has = e.holds(feature)
        if has is not None and has == term.startswith("not "):
            return term
    return ""
