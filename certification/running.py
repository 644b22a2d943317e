"""`ecohub certify run`: records, judges, and says what came of it."""

import asyncio
import difflib
import sys
from dataclasses import dataclass
from pathlib import Path

from certification import declaration, parameters, run, suite, terminal
from certification.errors import UsageError
from protocol.rules import rules


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
    if as_json:
        terminal.print_json({"transcripts": [str(file) for file in files]})
    else:
        for file in files:
            terminal.say(f"recorded: {file}")
    return 0


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
            found |= {*getattr(rule, "tests", ()), *getattr(rule, "negative", ())} & known
        elif name in known:
            found.add(name)
        else:
            near = difflib.get_close_matches(name, [*known, *rules()], n=1)
            remedy = f"did you mean {near[0]}?" if near else "ecohub certify run --help"
            raise UsageError(f"{name} is neither a rule nor a scenario", remedy)
    return frozenset(found)
