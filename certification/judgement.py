"""What a judge comes to: the verdicts on all rules, and the level that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from certification.verdicts import RuleVerdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is said of a device after one run.

    Attributes:
        verdicts: One for each rule that a device has to keep, in the order of the catalogue.
        level_wanted: 1 to 3, as declared.
        level_reached: 0 to 3.
        blocked_by: For each level that was not reached, the rules that stand in its way.
        declaration_sha: SHA-256 of the declaration's canonical JSON.
        transcript_sha: SHA-256 of the transcript.
        catalogue_sha: SHA-256 of the rules by which it was judged.
        seed: Where chance began.
        scale: What long waits were multiplied by.
        exit_code: 0 the level is reached, 1 not conformant, 2 inconclusive.
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
