"""`ecohub certify run` and `replay`: record, judge, and say what came of it."""

import difflib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certification import suite
from certification.commands import telling, terminal
from certification.commands.explaining import USUAL
from certification.driving import declaration, parameters
from certification.errors import UsageError
from certification.judging.verdicts import Verdict
from certification.report import reporting, summary
from certification.suite import run
from protocol.rules import rules

FLAKY: Final = 2
"""Exit code where runs of one device do not agree."""


SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""Variable of a CI that names a file for Markdown, which it shows."""

WHOLE: Final = USUAL.parent
ONLY: Final = WHOLE / "only"
"""Where a run of a part of the suite goes: it must not take the place of a whole one."""

_DECIDED: Final = {Verdict.FAIL, Verdict.WARN, Verdict.PASS}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for; the options of `ecohub certify run`."""

    declaration: Path
    private: Path | None
    out: Path | None
    only: tuple[str, ...]
    repeat: int
    seed: int
    ci: bool
    expected: Path | None = None
    broker: run.Kind = "scripted"


def command(wish: Wish, *, as_json: bool) -> int:
    """Run as often as wished and return the exit code."""
    expected = reporting.expectations(wish.expected)
    plans = [_plan(wish, number) for number in range(wish.repeat)]
    files = [terminal.ended(run.record(plan)) for plan in plans]
    told = [reporting.publish(file, file.parent, expected) for file in files]
    _summarise(told)
    return _say(files, told, wish.only, as_json=as_json)


def judged(files: Sequence[Path], out: Path | None, expected: Path | None, *, as_json: bool) -> int:
    """Judge transcripts, write reports, say what came of it, and return the exit code.

    Args:
        files: The transcripts.
        out: Folder for the reports, with one of its own for each of several; of one transcript they
            lie beside it by default.
        expected: File of known failures.
        as_json: Whether to say it for programs.

    Raises:
        FormError: A transcript is not whole and as it was written.
        UsageError: One cannot be read.
    """
    known = reporting.expectations(expected)
    folders: list[Path | None] = [out or files[0].parent]
    if len(files) > 1:
        folders = [out / str(number + 1) if out else None for number in range(len(files))]
    told = [
        reporting.publish(file, folder, known) for file, folder in zip(files, folders, strict=True)
    ]
    return _say(files, told, (), as_json=as_json)


def _summarise(told: Sequence[reporting.Told]) -> None:
    """Add the runs to the page that a CI shows of its job, where it names a file for that."""
    page = os.environ.get(SUMMARY)
    if not page:
        return
    try:
        with Path(page).open("a", encoding="utf-8") as file:
            file.writelines(summary.render(one.report, one.files) for one in told)
    except OSError as error:
        terminal.tell(f"{SUMMARY}: {page} cannot be written: {error.strerror}")


def _say(
    files: Sequence[Path],
    told: Sequence[reporting.Told],
    only: tuple[str, ...],
    *,
    as_json: bool,
) -> int:
    flaky = telling.disagreements([one.judgement for one in told])
    parts = [asked(one, only) for one in told]
    codes = [reporting.exit_code(one, part) for one, part in zip(told, parts, strict=True)]
    code = FLAKY if flaky else max(codes)
    if as_json:
        runs = [_facts(file, one, end) for file, one, end in zip(files, told, codes, strict=True)]
        terminal.print_json({"exit_code": code, "flaky": flaky, "only": only, "runs": runs})
        return code
    for file, one, part in zip(files, told, parts, strict=True):
        for line in telling.lines(one, file, part, terminal.width()):
            terminal.say(line)
        for written in (file, *one.files):
            terminal.say(f"written: {written}")
    if flaky:
        terminal.say(f"the runs do not agree about {', '.join(flaky)}")
    return code


def asked(told: reporting.Told, only: tuple[str, ...]) -> frozenset[str] | None:
    """Return the rules of which to speak: all, or those that `--only` has asked for.

    Args:
        told: What was made of the run.
        only: Rules, and scenarios, which stand for those rules that they could decide; empty for a
            whole run.

    Returns:
        None for all.
    """
    if not only:
        return None
    decided = {rule.id for rule in told.report.rules if rule.verdict in _DECIDED}
    tried = {
        name
        for name, entry in rules().items()
        if not {*entry.tests, *entry.negative}.isdisjoint(only)
    }
    return frozenset({name for name in only if name in rules()} | (tried & decided))


def _facts(file: Path, told: reporting.Told, exit_code: int) -> dict[str, object]:
    judgement = told.judgement
    return {
        "transcript": str(file),
        "reports": [str(each) for each in told.files],
        "sha256": judgement.transcript_sha,
        "level_wanted": judgement.level_wanted,
        "level_reached": judgement.level_reached,
        "exit_code": exit_code,
        "verdicts": {one.rule: one.verdict.value for one in judgement.verdicts},
        "mismatches": [one.path for one in judgement.mismatches],
        "surprises": {**told.comparison.surprises, **told.comparison.unknown},
    }


def _plan(wish: Wish, number: int) -> run.Plan:
    declared = declaration.load(wish.declaration)
    private = wish.private or wish.declaration.with_name(parameters.FILE)
    names = scenarios(wish.only)
    out = wish.out or (ONLY if wish.only else WHOLE)
    is_asked = not wish.ci and sys.stdin.isatty()
    return run.Plan(
        declaration=declared,
        parameters=parameters.load(private),
        folder=out if wish.repeat == 1 else out / str(number + 1),
        scenarios=suite.named(names) if wish.only else suite.ORDER,
        seed=wish.seed + number,
        broker=wish.broker,
        ask=terminal.ask if is_asked else None,
        tell=terminal.tell,
    )


def scenarios(only: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the scenarios that are meant.

    Args:
        only: Names of scenarios, and ids of rules, which stand for those that try them.

    Raises:
        UsageError: One is neither.
    """
    known = {one.name for one in suite.ORDER}
    found: set[str] = set()
    for name in only:
        rule = rules().get(name)
        if rule is not None and "device" not in rule.party:
            raise UsageError(f"{name} is no rule for devices", f"ecohub certify explain {name}")
        if rule is not None:
            found |= {*rule.tests, *rule.negative} & known
        elif name in known:
            found.add(name)
        else:
            near = difflib.get_close_matches(name, [*known, *rules()], n=1)
            remedy = f"did you mean {near[0]}?" if near else "ecohub certify run --help"
            raise UsageError(f"{name} is neither a rule nor a scenario", remedy)
    return frozenset(found)
