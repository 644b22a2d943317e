"""One run of a simulated device that is wrong on purpose: drafted, played, judged."""

import os
import shlex
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from certification import suite
from certification.commands import drafting, terminal
from certification.driving.declaration import Declaration, DeviceTable, Timing
from certification.driving.parameters import Parameters
from certification.judging.judge import judge
from certification.suite import run
from certification.transcript.file import read
from protocol.rules import Implied, rules

SIMULATE: Final = (sys.executable, "-m", "simulators")
"""The program whose mutants are tried."""

SCALE: Final = 0.01
CODE: Final = "1234-5678"

BY_MDNS: Final = ("ECO-DISC", "ECO-JOIN-007")
"""How the rules begin that are tried by mDNS."""

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
        apart: Others of its kind with which it cannot be one device.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    rule: str
    wrong: str = ""
    implies: tuple[Implied, ...] = ()
    product: str
    arguments: tuple[str, ...] = ()
    declares: Mapping[str, bool] = {}
    apart: frozenset[str] = frozenset()

    @property
    def kind(self) -> tuple[str, ...]:
        """The healthy device that it would be."""
        return (self.product, *self.arguments)


@dataclass(frozen=True, slots=True)
class Subject:
    """A device that is tried: a mutant, or several in one."""

    mutants: tuple[Mutant, ...]

    @property
    def id(self) -> str:
        """Its name: that of its mutant, or those of several."""
        return "+".join(mutant.id for mutant in self.mutants)

    @property
    def kind(self) -> tuple[str, ...]:
        """The healthy device that it would be."""
        return self.mutants[0].kind

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that it breaks."""
        return tuple(dict.fromkeys(mutant.rule for mutant in self.mutants))

    @property
    def due(self) -> tuple[str, ...]:
        """The rules that have to fail: its own, and what they imply."""
        implied = (one.rule for mutant in self.mutants for one in mutant.implies)
        return tuple(dict.fromkeys((*self.rules, *implied)))

    @property
    def declares(self) -> dict[str, bool]:
        """Features that its maker declares otherwise."""
        return {name: told for each in self.mutants for name, told in each.declares.items()}

    @property
    def scenarios(self) -> frozenset[str] | None:
        """The scenarios that its rules name; None for all where one of them names none."""
        names: set[str] = set()
        if "--child" in self.kind:
            names.add("child_interview")  # without it the others know nothing to ask of a child
        for mutant in self.mutants:
            its = {name for rule in Subject((mutant,)).due for name in _scenarios(rule)}
            if not its:
                return None
            names |= its
        return frozenset(names)


@dataclass(frozen=True, slots=True)
class Row:
    """What the suite made of one device.

    Attributes:
        id: The name of its mutant, or of several, with a `+` between.
        rules: The rules that it breaks.
        failed: The rules that failed.
        missed: Those that had to fail and did not, each with its verdict.
        extra: Those that failed and had to be kept.
        gave_up: Scenarios that did not come to their end.
        seconds: How long it took.
    """

    id: str
    rules: tuple[str, ...]
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
class Trial:
    """One run to be made.

    Attributes:
        declared: What a healthy device of its kind declares.
        is_whole: Whether the whole suite is played, and not only what its rules need.
    """

    subject: Subject
    declared: Declaration
    folder: Path
    seed: int
    is_whole: bool


def drafted(kind: tuple[str, ...]) -> Declaration:
    """Return what a healthy device of a kind declares of itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = " ".join(_commands(kind, folder, "drafted")["run"].split())
        draft = drafting.Draft(CODE, command, folder, "127.0.0.1", SCALE, 3, 60.0, is_forced=True)
        hooks = {"setup_code": CODE, "hooks": {"run": command}, "network": {"mdns": False}}
        found = terminal.ended(drafting.meet(draft, Parameters.model_validate(hooks)))
        return drafting.declared(draft, found)


def try_one(trial: Trial) -> Row:
    """Run one device and judge it."""
    begun_s = time.monotonic()
    subject, names = trial.subject, None if trial.is_whole else trial.subject.scenarios
    prefix = f"{subject.kind[0]}-{os.getpid()}"
    trial.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        plan = run.Plan(
            declaration=_declaration(trial, f"{prefix}-0001"),
            parameters=_parameters(subject, Path(name), prefix),
            folder=trial.folder,
            scenarios=suite.ORDER if names is None else suite.named(names),
            seed=trial.seed,
        )
        judgement = judge(read(terminal.ended(run.record(plan))))
    return Row(
        id=subject.id,
        rules=subject.rules,
        product=subject.kind[0],
        failed=judgement.failed,
        missed=tuple(
            f"{rule} {judgement.verdict(rule).verdict.name}"
            for rule in subject.due
            if rule not in judgement.failed
        ),
        extra=tuple(rule for rule in judgement.failed if rule not in subject.due),
        gave_up=tuple(f"{scenario}: {why}" for scenario, why in judgement.gave_up),
        seconds=round(time.monotonic() - begun_s, 1),
    )


def _scenarios(rule: str) -> tuple[str, ...]:
    entry = rules()[rule]
    return (*entry.tests, *entry.negative)


def _declaration(trial: Trial, device: str) -> Declaration:
    declared = trial.declared
    table = DeviceTable.model_validate(declared.device.model_dump() | {"id": device})
    features = declared.features.model_copy(update=trial.subject.declares)
    return declared.model_copy(
        update={"device": table, "features": features, "timing": Timing(scale=SCALE)}
    )


def _parameters(subject: Subject, folder: Path, prefix: str) -> Parameters:
    wrong = tuple(word for mutant in subject.mutants for word in ("--mutant", mutant.id))
    is_advertised = any(rule.startswith(BY_MDNS) for rule in subject.rules)
    return Parameters.model_validate(
        {
            "setup_code": CODE,
            "hooks": _commands(
                (*subject.kind, *wrong), folder, prefix, is_advertised=is_advertised
            ),
            "timeouts": {"connect_s": CONNECT_S},
            "network": {"mdns": is_advertised},
        }
    )


def _commands(
    what: tuple[str, ...], folder: Path, prefix: str, *, is_advertised: bool = False
) -> dict[str, str]:
    """Return the hooks of a simulated device."""
    device = [*SIMULATE, *what, "--id", prefix]
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
    advert = [] if is_advertised else ["--no-advertise"]
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
