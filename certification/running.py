"""`ecohub certify run` and `replay`: record, judge, and say what came of it."""

import asyncio
import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certification import declaration, parameters, run, suite, telling, terminal, transcript
from certification.errors import UsageError
from certification.judge import judge
from certification.judgement import Judgement
from certification.transcript import Transcript, TranscriptError
from protocol.rules import rules

FLAKY: Final = 2
"""Exit code where runs of one device do not agree."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for; the options of `ecohub certify run`."""

    declaration: Path
    private: Path | None
    out: Path
    only: tuple[str, ...]
    repeat: int
    seed: int
    ci: bool


def command(wish: Wish, *, as_json: bool) -> int:
    """Run as often as wished and return the exit code."""
    plans = [_plan(wish, number) for number in range(wish.repeat)]
    files = [asyncio.run(run.record(plan)) for plan in plans]
    return judged(files, as_json=as_json)


def judged(files: Sequence[Path], *, as_json: bool) -> int:
    """Judge transcripts, say what came of it, and return the exit code.

    Raises:
        UsageError: One cannot be read, or is not whole and as it was written.
    """
    judgements = [judge(_read(file)) for file in files]
    flaky = telling.disagreements(judgements)
    code = FLAKY if flaky else max(one.exit_code for one in judgements)
    if as_json:
        runs = [_facts(file, one) for file, one in zip(files, judgements, strict=True)]
        terminal.print_json({"exit_code": code, "flaky": flaky, "runs": runs})
        return code
    for file, one in zip(files, judgements, strict=True):
        for line in telling.lines(one):
            terminal.say(line)
        terminal.say(f"  transcript: {file}")
    if flaky:
        terminal.say(f"the runs do not agree about {', '.join(flaky)}")
    return code


def _read(file: Path) -> Transcript:
    try:
        return transcript.read(file)
    except OSError as error:
        text = f"{file} cannot be read: {error.strerror}"
        raise UsageError(text, "give a transcript that a run has left", "file") from None
    except TranscriptError as error:
        remedy = "it was cut or changed: run again, or take the file as the run has left it"
        raise UsageError(f"{file}, {error}", remedy, "transcript") from None


def _facts(file: Path, judgement: Judgement) -> dict[str, object]:
    return {
        "transcript": str(file),
        "sha256": judgement.transcript_sha,
        "level_wanted": judgement.level_wanted,
        "level_reached": judgement.level_reached,
        "exit_code": judgement.exit_code,
        "verdicts": {one.rule: one.verdict.value for one in judgement.verdicts},
        "mismatches": [one.path for one in judgement.mismatches],
    }


def _plan(wish: Wish, number: int) -> run.Plan:
    declared = declaration.load(wish.declaration)
    private = wish.private or wish.declaration.with_name(parameters.FILE)
    names = scenarios(wish.only)
    is_asked = not wish.ci and sys.stdin.isatty()
    return run.Plan(
        declaration=declared,
        parameters=parameters.load(private),
        folder=wish.out if wish.repeat == 1 else wish.out / str(number + 1),
        scenarios=suite.named(names) if wish.only else suite.ORDER,
        seed=wish.seed + number,
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
        if rule is not None:
            found |= {*rule.tests, *rule.negative} & known
        elif name in known:
            found.add(name)
        else:
            near = difflib.get_close_matches(name, [*known, *rules()], n=1)
            remedy = f"did you mean {near[0]}?" if near else "ecohub certify run --help"
            raise UsageError(f"{name} is neither a rule nor a scenario", remedy)
    return frozenset(found)
