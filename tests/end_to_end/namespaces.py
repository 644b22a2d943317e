"""Machines of one test: network namespaces, joined by cables of their own."""

import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.end_to_end.processes import Program, Warm, WarmWithin, clean_environment

RUN_WITHIN_S = 40.0


def are_there() -> bool:
    """Say whether namespaces can be made here."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


@dataclass
class Machine:
    """A namespace that stands for a machine, with a data folder of its own.

    Attributes:
        name: Of the namespace; begins with what it is called in the test.
    """

    name: str
    folder: Path
    warm: Warm
    programs: list[Program] = field(default_factory=list)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"ECOHUB_DATA": str(self.folder / "data"), "HOME": str(self.folder)}

    @property
    def prefix(self) -> Sequence[str]:
        return ("ip", "netns", "exec", self.name)

    def start(self, name: str, *words: str) -> Program:
        """Start `ecohub <words>` on this machine."""
        program = Program(WarmWithin(self.warm, self.name), self.folder / name)
        program.start(words, self.environment)
        self.programs.append(program)
        return program

    async def ecohub(self, *words: str) -> Any:
        """Run `ecohub <words>` to its end; it has to succeed and to print one JSON document."""
        program = self.start(f"{words[0]}-{len(self.programs)}", *words, "--json")
        code = await program.ended(RUN_WITHIN_S)
        assert code == 0, f"{words}: {[*program.lines()]} {program.tail()}"
        return json.loads("\n".join(program.lines()))

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run any command on this machine to its end."""
        return subprocess.run(  # noqa: S603 - our own commands
            [*self.prefix, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_WITHIN_S,
            env={**clean_environment(), **self.environment},
        )

    def address(self, device: str, address: str) -> None:
        """Give an end of a cable an address and switch it on."""
        ip("-n", self.name, "address", "add", address, "dev", device)
        ip("-n", self.name, "link", "set", device, "up")


class Network:
    """Makes machines and lays cables between them."""

    def __init__(self, folder: Path, warm: Warm) -> None:
        self._folder, self._warm, self._mark = folder, warm, secrets.token_hex(3)
        self.machines: list[Machine] = []

    def machine(self, name: str) -> Machine:
        """Return a new machine that nobody can reach yet."""
        folder = self._folder / name
        folder.mkdir()
        made = Machine(f"eco-{self._mark}-{name}", folder, self._warm)
        ip("netns", "add", made.name)
        self.machines.append(made)
        ip("-n", made.name, "link", "set", "lo", "up")
        return made

    def cable(self, one: Machine, one_end: str, other: Machine, other_end: str) -> None:
        """Lay a cable; its ends are network devices of those names."""
        ip(
            "link", "add", "name", one_end, "netns", one.name, "type", "veth",
            "peer", "name", other_end, "netns", other.name,
        )  # fmt: skip

    def close(self) -> None:
        """Take all of it away."""
        for machine in self.machines:
            ip("netns", "delete", machine.name)


@asynccontextmanager
async def network(folder: Path, warm: Warm) -> AsyncIterator[Network]:
    """Give a network that is gone afterwards, with what still runs in it."""
    made = Network(folder, warm)
    try:
        yield made
    finally:
        programs = [program for machine in made.machines for program in machine.programs]
        for program in reversed(programs):
            program.signal(signal.SIGTERM)
        for program in programs:
            try:
                await program.ended()
            except AssertionError:
                await program.kill()
        made.close()


def ip(*words: str) -> None:
    """Run `ip`, which has to succeed."""
    done = subprocess.run(  # noqa: S603 - our own words
        [shutil.which("ip") or "ip", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
