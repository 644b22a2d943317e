"""Says in lines what a judge has come to, the worst first; a report says all of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from certification.judging.judge import LEVELS
from certification.judging.judgement import Judgement
from certification.judging.verdicts import RuleVerdict, Verdict
from protocol.rules import rule

WORDS: Final = {
    Verdict.FAIL: "broken",
    Verdict.INCONCLUSIVE: "open",
    Verdict.WARN: "advice not followed",
    Verdict.PASS: "kept",
    Verdict.NOT_APPLICABLE: "do not apply",
}
"""What a verdict says of rules, in the order in which they are counted."""

MOST_SEEN: Final = 3
"""Observations that are shown of a broken rule."""

MOST_LINES: Final = 6
"""Lines of the transcript that are named for one observation."""


STALLED_S: Final = 1.0
"""From here on it is told how long the machine did not let the harness run."""


def lines(judgement: Judgement) -> Iterator[str]:
    """Return what to print about a run."""
    yield (
        f"{judgement.vendor} {judgement.product}, firmware {judgement.firmware}, "
        f"scale {judgement.scale:g}, seed {judgement.seed}"
    )
    yield f"  {counted(judgement)}"
    if judgement.stalled_s >= STALLED_S:
        yield f"  the machine stood still for {judgement.stalled_s:.1f} s: it has too much to do"
    for verdict in judgement.verdicts:
        if verdict.verdict in {Verdict.FAIL, Verdict.WARN}:
            yield from _broken(verdict)
    in_the_way = set(judgement.blocked_by.get(judgement.level_wanted, ()))
    for verdict in judgement.verdicts:
        if verdict.verdict is Verdict.INCONCLUSIVE and verdict.rule in in_the_way:
            yield f"  open     {verdict.rule}: {verdict.reason}"
    for mismatch in judgement.mismatches:
        declared = f"{mismatch.path} = {mismatch.declared}"
        yield f"  declared {declared}, but the device shows {mismatch.seen}"
    yield (
        f"  level wanted: {LEVELS[judgement.level_wanted]}; "
        f"reached: {LEVELS.get(judgement.level_reached, 'none')}"
    )


def counted(judgement: Judgement) -> str:
    """Return how many rules got which verdict, in words."""
    found = Counter(verdict.verdict for verdict in judgement.verdicts)
    return ", ".join(f"{found[verdict]} {word}" for verdict, word in WORDS.items())


def disagreements(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Return the rules about which runs of the same device do not agree."""
    found = [{v.rule: v.verdict for v in judgement.verdicts} for judgement in judgements]
    first = found[0]
    return tuple(name for name in first if any(one[name] != first[name] for one in found[1:]))


def _broken(verdict: RuleVerdict) -> Iterator[str]:
    word = "BROKEN  " if verdict.verdict is Verdict.FAIL else "advice  "
    yield f"  {word} {verdict.rule}  {rule(verdict.rule).text}"
    seen = [each for each in verdict.observations if each.ok is False]
    for each in seen[:MOST_SEEN]:
        where = ", ".join(map(str, each.lines[:MOST_LINES]))
        expected = f"; expected: {each.expected}" if each.expected else ""
        yield f"           seen: {each.what}{expected} (line {where})"
    if len(seen) > MOST_SEEN:
        yield f"           and {len(seen) - MOST_SEEN} times more"
