"""The matrix of mutants: devices that break one rule each, and what the suite makes of them.

Mutants are processes of another program, which lists them as data; nothing of it is imported. Each
has a run of its own, and exactly its rule may fail, with those that it implies.
"""

import asyncio
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from certification import suite
from certification.commands import drafting, terminal
from certification.driving.declaration import Declaration, DeviceTable, Timing
from certification.driving.parameters import Parameters
from certification.errors import CertifyError, UsageError
from certification.judging.judge import judge
from certification.suite import run
from certification.transcript.file import read
from protocol.rules import Implied, Rule, rules

SIMULATE: Final = (sys.executable, "-m", "simulators")
"""The program whose mutants are tried."""

SCALE: Final = 0.01
CODE: Final = "1234-5678"
JOBS: Final = 6
"""Runs at the same time: a run waits most of its time."""

LIST_S: Final = 60.0
"""How long the program may take to list its mutants."""

CONNECT_S: Final = 8.0
"""How long a simulated device may take to come, beside its own waits."""

_HAND: Final = (
    "import socket,sys;s=socket.socket(1);s.settimeout(9);s.connect(sys.argv[1]);"
    "s.sendall(' '.join(sys.argv[2:]).encode()+b'\\n');"
    "sys.exit(0 if b'\"ok\": true' in s.makefile('rb').readline() else 1)"
)
"""Says one command at the control socket of a simulated device."""


class Mutant(BaseModel):
    """A mutant as its program lists it.

    Attributes:
        rule: The rule that it breaks.
        wrong: What is wrong with it.
        implies: What cannot be kept by whoever breaks that.
        product, arguments: What `ecohub simulate` has to be told beside its id.
        declares: What its maker declares otherwise than of a healthy device: features.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    rule: str
    wrong: str = ""
    implies: tuple[Implied, ...] = ()
    product: str
    arguments: tuple[str, ...] = ()
    declares: Mapping[str, bool] = {}

    @property
    def kind(self) -> tuple[str, ...]:
        """The healthy device that it would be."""
        return (self.product, *self.arguments)


@dataclass(frozen=True, slots=True)
class Row:
    """What the suite made of one mutant.

    Attributes:
        failed: The rules that failed.
        missed: Those that had to fail and did not, each with its verdict.
        extra: Those that failed and had to be kept.
        gave_up: Scenarios that did not come to their end.
        seconds: How long it took.
    """

    id: str
    rule: str
    product: str
    failed: tuple[str, ...]
    missed: tuple[str, ...]
    extra: tuple[str, ...]
    gave_up: tuple[str, ...]
    seconds: float

    @property
    def is_exact(self) -> bool:
        """Whether the suite found what is wrong, and nothing else."""
        return not self.missed and not self.extra


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for; the options of `ecohub certify mutants`.

    Attributes:
        only: Ids of mutants or rules; empty for all.
        is_whole: Whether each run plays the whole suite, and not only what its rule needs.
        out: Where transcripts are kept; None for nowhere.
    """

    only: tuple[str, ...] = ()
    is_whole: bool = False
    jobs: int = JOBS
    seed: int = 0
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One run to be made."""

    mutant: Mutant
    declared: Declaration
    scenarios: frozenset[str] | None
    folder: Path
    seed: int


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
    found = report(rows)
    if as_json:
        terminal.print_json(found)
    else:
        terminal.say(f"{found['killed_exactly']} of {found['mutants']} mutants killed exactly")
    return 0 if all(row.is_exact for row in rows) else 1


def matrix(wish: Wish, tell: Callable[[str], None]) -> list[Row]:
    """Try the mutants, several at a time.

    Raises:
        CertifyError: They cannot be listed or run.
    """
    every = listed()
    wanted = chosen(every, wish.only)
    with tempfile.TemporaryDirectory() as name:
        folder = wish.out or Path(name)
        kinds = {mutant.kind: mutant for mutant in wanted}
        # The workers are made before there is any thread or loop, so that they can be forks.
        with ProcessPoolExecutor(wish.jobs, mp_context=get_context("fork")) as pool:
            drafts = dict(zip(kinds, pool.map(_draft, kinds.values()), strict=True))
            trials = [_trial(m, drafts[m.kind], folder, wish) for m in wanted]
            rows = []
            for row in pool.map(try_one, trials):
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
    return f"{number}/{total} {row.id} ({row.rule}) {row.seconds:.0f} s: {fate}"


def report(rows: Sequence[Row]) -> dict[str, object]:
    """Return the matrix as data."""
    return {
        "mutants": len(rows),
        "killed_exactly": sum(row.is_exact for row in rows),
        "musts_without_mutant": without_mutant(listed()),
        "rows": [asdict(row) | {"is_exact": row.is_exact} for row in rows],
    }


def _trial(mutant: Mutant, declared: Declaration, folder: Path, wish: Wish) -> Trial:
    names = None if wish.is_whole else _needed(mutant)
    features = declared.features.model_copy(update=dict(mutant.declares))
    timing = Timing(scale=SCALE)
    declared = declared.model_copy(update={"features": features, "timing": timing})
    return Trial(mutant, declared, names, folder / mutant.id, wish.seed)


def _needed(mutant: Mutant) -> frozenset[str] | None:
    """Return the scenarios that a mutant's rules name; None for all where they name none."""
    names: set[str] = set()
    if "--child" in mutant.arguments:
        names.add("child_interview")  # without it the others know nothing to ask of a child
    for rule_id in (mutant.rule, *(one.rule for one in mutant.implies)):
        entry = rules()[rule_id]
        names |= {*entry.tests, *entry.negative}
    return frozenset(names) or None


def _draft(mutant: Mutant) -> Declaration:
    """Return what a healthy device of a mutant's kind declares of itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = " ".join(_commands(mutant, folder, "drafted", is_wrong=False)["run"].split())
        draft = drafting.Draft(CODE, command, folder, "127.0.0.1", SCALE, 3, 60.0, is_forced=True)
        hooks = {"setup_code": CODE, "hooks": {"run": command}, "network": {"mdns": False}}
        found = asyncio.run(drafting.meet(draft, Parameters.model_validate(hooks)))
        return drafting.declared(draft, found)


def try_one(trial: Trial) -> Row:
    """Run one mutant and judge it."""
    begun_s = time.monotonic()
    prefix = f"{trial.mutant.product}-{os.getpid()}"
    device = DeviceTable.model_validate(
        trial.declared.device.model_dump() | {"id": f"{prefix}-0001"}
    )
    trial.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        plan = run.Plan(
            declaration=trial.declared.model_copy(update={"device": device}),
            parameters=_parameters(trial.mutant, Path(name), prefix),
            folder=trial.folder,
            scenarios=suite.ORDER if trial.scenarios is None else suite.named(trial.scenarios),
            seed=trial.seed,
        )
        judgement = judge(read(asyncio.run(run.record(plan))))
    mutant = trial.mutant
    due = (mutant.rule, *(one.rule for one in mutant.implies))
    return Row(
        id=mutant.id,
        rule=mutant.rule,
        product=mutant.product,
        failed=judgement.failed,
        missed=tuple(
            f"{rule} {judgement.verdict(rule).verdict.name}"
            for rule in due
            if rule not in judgement.failed
        ),
        extra=tuple(rule for rule in judgement.failed if rule not in due),
        gave_up=tuple(f"{scenario}: {why}" for scenario, why in judgement.gave_up),
        seconds=round(time.monotonic() - begun_s, 1),
    )


def _parameters(mutant: Mutant, folder: Path, prefix: str) -> Parameters:
    return Parameters.model_validate(
        {
            "setup_code": CODE,
            "hooks": _commands(mutant, folder, prefix, is_wrong=True),
            "timeouts": {"connect_s": CONNECT_S},
            "network": {"mdns": mutant.rule.startswith("ECO-DISC")},
        }
    )


def _commands(mutant: Mutant, folder: Path, prefix: str, *, is_wrong: bool) -> dict[str, str]:
    """Return the hooks of a simulated device."""
    wrong = ["--mutant", mutant.id] if is_wrong else []
    device = [*SIMULATE, mutant.product, *mutant.arguments, *wrong, "--id", prefix]
    kept, socket = folder / "kept", folder / "hands"
    living = [
        "--time-scale",
        str(SCALE),
        "--state",
        str(kept),
        "--control",
        str(socket),
        "--json",
    ]
    advert = [] if mutant.rule.startswith("ECO-DISC") else ["--no-advertise"]
    hand = shlex.join([sys.executable, "-S", "-c", _HAND, str(socket)])
    return {
        "run": shlex.join([*device, *living, *advert]),
        "button": f'{hand} press "$ECO_WANTED"',
        "factory_reset": f"touch {shlex.quote(str(kept / 'factory-reset'))}",
        "new_firmware": f"{hand} firmware 1.1.0",
        "second_unit": f"{shlex.join([*device, '-n', '2', '--label'])} | tail -n 1",
        "sensor_lost": f'{hand} unplug "$ECO_WANTED"',
        "child_lost": f'{hand} lose "$ECO_WANTED"',
        "child_removed": f'{hand} unpair "$ECO_WANTED"',
    }
