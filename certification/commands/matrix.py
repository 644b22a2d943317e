"""The matrix of mutants: devices that are wrong on purpose, and what the suite makes of them.

Mutants are processes of another program, which lists them as data; nothing of it is imported. Each
has a run of its own, alone or in a pair that is one device, and exactly its rules may fail, with
those that they imply.
"""

import shlex
import subprocess
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Final

from pydantic import TypeAdapter, ValidationError

from certification.commands import terminal
from certification.commands.trying import SIMULATE, Mutant, Row, Subject, Trial, drafted, try_one
from certification.commands.working import workers
from certification.errors import CertifyError, UsageError
from protocol.rules import Rule, rules

JOBS: Final = 6
"""Runs at the same time: a run waits most of its time."""

LIST_S: Final = 60.0
"""How long the program may take to list its mutants."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for; the options of `ecohub certify mutants`.

    Attributes:
        only: Ids of mutants or rules; empty for all.
        is_whole: Whether each run plays the whole suite, and not only what its rule needs.
        seed: Where chance begins: in the runs, and in the draw of pairs.
        out: Where transcripts are kept; None for nowhere.
        pairs: How many pairs are drawn and tried; 0 for each mutant by itself.
    """

    only: tuple[str, ...] = ()
    is_whole: bool = False
    jobs: int = JOBS
    seed: int = 0
    out: Path | None = None
    pairs: int = 0


def listed(program: Sequence[str] = SIMULATE) -> tuple[Mutant, ...]:
    """Return the mutants that a program lists.

    Raises:
        CertifyError: It lists none.
    """
    try:
        said = subprocess.run(  # noqa: S603 - our own program
            [*program, "--mutants", "--json"], capture_output=True, timeout=LIST_S, check=True
        )
        return TypeAdapter(tuple[Mutant, ...]).validate_json(said.stdout)
    except (OSError, subprocess.SubprocessError, ValidationError) as error:
        raise CertifyError(f"{shlex.join(program)} lists no mutants: {error}") from None


def chosen(mutants: Sequence[Mutant], only: Collection[str]) -> list[Mutant]:
    """Return those that are wished for.

    Raises:
        UsageError: There is none of a name.
    """
    known = {name for mutant in mutants for name in (mutant.id, mutant.rule)}
    if unknown := sorted(set(only) - known):
        raise UsageError(f"no mutant has the id or rule {', '.join(unknown)}", "leave --only away")
    return [m for m in mutants if not only or m.id in only or m.rule in only]


def drawn(mutants: Sequence[Mutant], number: int, seed: int) -> list[Subject]:
    """Return so many pairs of mutants that can be one device, drawn from this seed.

    Raises:
        UsageError: There are not so many.
    """
    able = [
        Subject(pair)
        for pair in combinations(mutants, 2)
        if pair[0].kind == pair[1].kind and pair[1].id not in pair[0].apart
    ]
    if number > len(able):
        raise UsageError(f"of these mutants {len(able)} pairs can be one device", "ask for fewer")
    return Random(seed).sample(able, number)  # noqa: S311 - it has to repeat


def without_mutant(mutants: Collection[Mutant]) -> tuple[str, ...]:
    """Return the MUSTs on devices that no mutant breaks and that nobody has waived."""
    broken = {mutant.rule for mutant in mutants}
    return tuple(
        entry.id for entry in rules().values() if _is_must(entry) and entry.id not in broken
    )


def _is_must(entry: Rule) -> bool:
    is_must = "device" in entry.party and entry.keyword in {"MUST", "MUST_NOT"}
    return is_must and not (entry.waiver and not entry.negative)


def command(wish: Wish, *, as_json: bool) -> int:
    """Try the mutants, say what came of it, and return the exit code."""
    rows = matrix(wish, terminal.tell)
    found = report(rows, wish)
    if as_json:
        terminal.print_json(found)
    elif wish.pairs:
        exact = f"{found['killed_exactly']} of {found['pairs']} pairs killed exactly"
        terminal.say(f"{exact}, drawn from seed {wish.seed}")
    else:
        terminal.say(f"{found['killed_exactly']} of {found['mutants']} mutants killed exactly")
    return 0 if all(row.is_exact for row in rows) else 1


def matrix(wish: Wish, tell: Callable[[str], None]) -> list[Row]:
    """Try the mutants, or pairs of them, several devices at a time.

    Raises:
        CertifyError: They cannot be listed or run.
    """
    wanted = chosen(listed(), wish.only)
    subjects = [Subject((mutant,)) for mutant in wanted]
    if wish.pairs:
        subjects = drawn(wanted, wish.pairs, wish.seed)
        tell(f"{wish.pairs} pairs, drawn from seed {wish.seed}")
    with tempfile.TemporaryDirectory() as name:
        folder = wish.out or Path(name)
        kinds = list(dict.fromkeys(subject.kind for subject in subjects))
        with workers(wish.jobs) as work:
            drafts = dict(zip(kinds, work(drafted, kinds), strict=True))
            trials = [
                Trial(each, drafts[each.kind], folder / each.id, wish.seed, wish.is_whole)
                for each in subjects
            ]
            rows = []
            for row in work(try_one, trials):
                rows.append(row)
                tell(said_of(row, len(rows), len(trials)))
    return rows


def said_of(row: Row, number: int, total: int) -> str:
    """Return a line about a row."""
    if row.is_exact:
        fate = "killed"
    else:
        missed = f"not found: {', '.join(row.missed)}" if row.missed else ""
        extra = f"too much: {', '.join(row.extra)}" if row.extra else ""
        fate = "; ".join(part for part in (missed, extra) if part)
    return f"{number}/{total} {row.id} ({', '.join(row.rules)}) {row.seconds:.0f} s: {fate}"


def report(rows: Sequence[Row], wish: Wish) -> dict[str, object]:
    """Return the matrix as data."""
    told = {
        "killed_exactly": sum(row.is_exact for row in rows),
        "rows": [asdict(row) | {"is_exact": row.is_exact} for row in rows],
    }
    if wish.pairs:
        return {"pairs": len(rows), "seed": wish.seed, **told}
    return {"mutants": len(rows), "musts_without_mutant": without_mutant(listed()), **told}
