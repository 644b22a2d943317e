"""Says in lines what came of a run, the worst first; a report says all of it."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from certification.commands.explaining import USUAL
from certification.judging.judgement import Judgement
from certification.judging.verdicts import Verdict
from certification.report import words
from certification.report.model import Report, RuleReport, Seen
from certification.report.reporting import Told

MOST_SEEN: Final = 3
"""Different things that are shown of a rule."""

MOST_LINES: Final = 6
"""Lines of the transcript that are named for one of them."""

MOST_ALIKE: Final = 8
"""Rules that are inconclusive, or pass, of which each is told; of more, their ids."""

_MORE: Final = "  more: "
_IN_SHORT: Final = (Verdict.INCONCLUSIVE, Verdict.PASS)


STALLED_MS: Final = 1_000
"""From here on it is told how long the machine did not let the harness run."""


def lines(told: Told, file: Path, only: frozenset[str] | None, width: int) -> Iterator[str]:
    """Yield what to print about a run.

    Args:
        told: What was made of it.
        file: Its transcript.
        only: The rules that were asked for, of which alone is spoken; None for a whole run.
        width: Columns.
    """
    subject, run = told.report.subject, told.report.run
    head = f"{subject.vendor} {subject.product}, firmware {subject.firmware}"
    yield f"{head}; scale {run.scale:g}, seed {run.seed}"
    if run.stalled_ms >= STALLED_MS:
        yield f"the machine stood still for {run.stalled_ms / 1000:.1f} s: it has too much to do"
    found = _worth_telling(told.report) if only is None else _asked(told.report, only)
    for line in [*_rules(found, told, file), *_mismatches(told.report), *_gave_up(told.report)]:
        yield from _wrapped(line, width)
    for rule, why in (*told.comparison.surprises.items(), *told.comparison.unknown.items()):
        if only is None or rule in only:
            yield from _wrapped(f"not as expected: {rule}: {why}", width)
    if only is not None:
        yield from _wrapped(_others(told.report, only), width)
        return
    yield from _wrapped(words.headline(told.report), width)
    yield from _wrapped(words.counted(told.report), width)


def disagreements(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Return the rules about which runs of the same device do not agree."""
    found = [{v.rule: v.verdict for v in judgement.verdicts} for judgement in judgements]
    first = found[0]
    return tuple(name for name in first if any(one[name] != first[name] for one in found[1:]))


def _asked(report: Report, only: frozenset[str]) -> list[RuleReport]:
    return [rule for rule in report.rules if rule.id in only]


def _worth_telling(report: Report) -> list[RuleReport]:
    """Return what failed, what is advised, and what is open in the way of the wanted level."""
    wanted = report.outcome.wanted
    in_the_way = {name for s in report.outcome.blocked if s.level <= wanted for name in s.rules}
    told = [rule for rule in report.rules if rule.verdict in {Verdict.FAIL, Verdict.WARN}]
    told.sort(key=lambda rule: (rule.verdict is Verdict.WARN, rule.level))
    left = [rule for rule in report.rules if rule.verdict is Verdict.INCONCLUSIVE]
    return told + [rule for rule in left if rule.id in in_the_way]


def _rules(found: Sequence[RuleReport], told: Told, file: Path) -> Iterator[str]:
    alike = {verdict: [rule for rule in found if rule.verdict is verdict] for verdict in _IN_SHORT}
    in_short = {verdict: same for verdict, same in alike.items() if len(same) > MOST_ALIKE}
    for rule in found:
        if rule.verdict not in in_short:
            known = told.comparison.expected.get(rule.id)
            yield from _rule(rule, f", as expected: {known}" if known else "")
            if rule.verdict is Verdict.FAIL:
                yield f"{_MORE}{_explain(rule.id, file)}"
    for verdict, same in in_short.items():
        names = ", ".join(rule.id for rule in same[:MOST_ALIKE])
        left = len(same) - MOST_ALIKE
        yield f"{len(same)} {words.COUNTED[verdict]}: {names} and {left} more"


def _rule(rule: RuleReport, known: str) -> Iterator[str]:
    yield f"{words.VERDICTS[rule.verdict]}: {rule.id}{known}"
    yield f"  {rule.text}"
    if rule.reason:
        yield f"  because: {rule.reason}"
    wrong = [seen for seen in rule.observations if seen.ok is not True]
    for seen in (wrong or rule.observations[:1])[:MOST_SEEN]:
        yield from _seen(seen, rule.text)
    if len(wrong) > MOST_SEEN:
        yield f"  and {len(wrong) - MOST_SEEN} more"
    if rule.verdict is Verdict.FAIL:
        yield f"  fix: {rule.fix}"


def _seen(seen: Seen, sentence: str) -> Iterator[str]:
    often = f", {seen.times} times" if seen.times > 1 else ""
    more = ", ..." if len(seen.lines) > MOST_LINES else ""
    where = f" (lines {', '.join(map(str, seen.lines[:MOST_LINES]))}{more})" if seen.lines else ""
    yield f"  seen{often}: {seen.what}{where}"
    if seen.expected and seen.expected != sentence:
        yield f"  expected: {seen.expected}"


def _mismatches(report: Report) -> Iterator[str]:
    for each in report.outcome.mismatches:
        yield f"the declaration is not the device: {each.path} is declared {each.declared}"
        yield f"  seen: {each.seen}"


def _gave_up(report: Report) -> Iterator[str]:
    """Yield why scenarios did not come to their end, each reason once."""
    reasons: dict[str, list[str]] = {}
    for each in report.run.scenarios:
        if each.outcome != "done":
            reasons.setdefault(each.outcome, []).append(each.name)
    for why, names in reasons.items():
        yield f"{why} ({', '.join(names)})"


def _others(report: Report, only: frozenset[str]) -> str:
    """Return what the parts of the suite that were played show besides what was asked for."""
    failed = [rule.id for rule in report.rules if rule.verdict is Verdict.FAIL]
    others = ", ".join(name for name in failed if name not in only)
    level = "A level takes a whole run." if only else "Nothing was decided."
    return f"{level} Fails, too: {others}." if others else level


def _explain(rule: str, file: Path) -> str:
    where = "" if file == USUAL else f" --transcript {file}"
    return f"ecohub certify explain {rule}{where}"


def _wrapped(line: str, width: int) -> list[str]:
    if line.startswith(_MORE):  # a command stays in one piece
        return [line]
    indent = len(line) - len(line.lstrip())
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]
