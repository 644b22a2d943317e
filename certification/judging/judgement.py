"""What a judge comes to: the verdicts on all rules, and the level that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from certification.judging.verdicts import RuleVerdict, Verdict


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where the declaration says something else than the device does.

    Attributes:
        path: The key of the declaration.
        lines: Where the device shows it.
    """

    path: str
    declared: str
    seen: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is said of a device after one run.

    Attributes:
        verdicts: One for each rule that a device has to keep, in the order of the catalogue.
        level_wanted: 1 to 3, as declared.
        level_reached: 0 to 3.
        blocked_by: For each level the rules that stand in its way, those of lower levels too, and
            `declaration` where that is not the device.
        declaration_sha: SHA-256 of the declaration's canonical JSON.
        transcript_sha: SHA-256 of the transcript.
        catalogue_sha: SHA-256 of the rules by which it was judged.
        seed: Where chance began.
        scale: What long waits were multiplied by.
        exit_code: 0 the level is reached, 1 not conformant, 2 inconclusive.
        mismatches: Where the declaration is not the device.
        gave_up: Scenarios that did not come to their end, each with the reason.
        stalled_s: How long the harness did not get to run, in all.
    """

    verdicts: tuple[RuleVerdict, ...]
    level_wanted: int
    level_reached: int
    blocked_by: Mapping[int, tuple[str, ...]]
    declaration_sha: str
    transcript_sha: str
    catalogue_sha: str
    seed: int
    scale: float
    firmware: str
    vendor: str
    product: str
    exit_code: int
    mismatches: tuple[Mismatch, ...] = ()
    gave_up: tuple[tuple[str, str], ...] = ()
    stalled_s: float = 0.0

    def verdict(self, rule_id: str) -> RuleVerdict:
        """Return what is said of a rule; raises KeyError for one that devices do not keep."""
        return {verdict.rule: verdict for verdict in self.verdicts}[rule_id]

    @property
    def failed(self) -> tuple[str, ...]:
        """The ids of the rules that were broken, advice not counted."""
        return tuple(v.rule for v in self.verdicts if v.verdict is Verdict.FAIL)
