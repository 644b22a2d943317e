"""Processes of `ecohub`: started cold or from a warm interpreter, watched, signalled, ended."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hub.cli.parent import PARENT
from tests.end_to_end.waiting import WITHIN_S, until

ROOT = Path(__file__).parents[2]
WARM_WITHIN_S = 60.0
TAIL_LINES = 40


class Handle(Protocol):
    """A started process."""

    pid: int

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""


class Launcher(Protocol):
    """Starts `ecohub` with arguments; what it prints goes to `stdout` and `stderr` in a folder."""

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> Handle: ...


class Cold:
    """Starts a new interpreter, as a shell does; `prefix` may come before it, such as unshare."""

    def __init__(self, *prefix: str) -> None:
        self._prefix = prefix

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> Handle:
        command = [*self._prefix, sys.executable, "-m", "hub.cli", *arguments]
        with (folder / "stdout").open("ab") as out, (folder / "stderr").open("ab") as err:
            return subprocess.Popen(  # noqa: S603 - what the test says
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**environment, PARENT: str(os.getpid())},
                cwd=ROOT,
                start_new_session=True,
            )


@dataclass
class _Fork:
    pid: int
    folder: Path

    def poll(self) -> int | None:
        """Return what the warm interpreter has written down."""
        noted = self.folder / f"{self.pid}.exit"
        return int(noted.read_text()) if noted.exists() else None


class Warm:
    """Forks an interpreter that has loaded everything; see `tests.end_to_end.warm`."""

    def __init__(self, folder: Path) -> None:
        with (folder / "warm.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.warm"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,
            )

    def start(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        namespace: str = "",
    ) -> Handle:
        order = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            "namespace": namespace,
        }
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        requests.write(json.dumps(order).encode() + b"\n")
        requests.flush()
        readable, _, _ = select.select([answers], [], [], WARM_WITHIN_S)
        assert readable, "the warm interpreter does not answer"
        return _Fork(int(answers.readline()), folder)

    def close(self) -> None:
        """End it and all that it has forked."""
        self._process.communicate(timeout=10)


@dataclass(frozen=True)
class WarmWithin:
    """Forks the warm interpreter in a network namespace."""

    warm: Warm
    namespace: str

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> Handle:
        return self.warm.start(arguments, environment, folder, self.namespace)


@dataclass
class Program:
    """One run of `ecohub` after the other, in one folder for what they print."""

    launcher: Launcher
    folder: Path
    handle: Handle | None = None
    _read: int = field(default=0, init=False)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it; an earlier run must have ended."""
        assert self.code is not None or self.handle is None, "it runs already"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._read = self._size()
        self.handle = self.launcher.start(
            arguments, {**clean_environment(), **environment}, self.folder
        )

    @property
    def pid(self) -> int:
        assert self.handle is not None, "it was never started"
        return self.handle.pid

    @property
    def code(self) -> int | None:
        """Exit code; None while it runs."""
        return None if self.handle is None else self.handle.poll()

    @property
    def is_running(self) -> bool:
        return self.handle is not None and self.code is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended(self, within_s: float = WITHIN_S) -> int:
        """Wait for its end and return the exit code."""
        await until(lambda: self.code is not None, f"the end of {self.folder.name}", within_s)
        code = self.code
        assert code is not None
        return code

    async def kill(self) -> None:
        """End it by SIGKILL."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def first_line(self, within_s: float) -> str:
        """Return the first line that this run prints on stdout."""
        await until(lambda: self._first_line() or not self.is_running, "a line of it", within_s)
        line = self._first_line()
        assert line, f"it ended with {self.code}: {self.tail()}"
        return line

    def lines(self) -> Iterator[str]:
        """Yield the whole lines that this run has printed on stdout."""
        with suppress(FileNotFoundError), (self.folder / "stdout").open() as file:
            file.seek(self._read)
            yield from (line.rstrip("\n") for line in file if line.endswith("\n"))

    def tail(self) -> str:
        """Return the last lines of what it printed on stderr, for whoever looks for a fault."""
        with suppress(FileNotFoundError):
            lines = (self.folder / "stderr").read_text("utf-8", "replace").splitlines()
            return "\n".join(lines[-TAIL_LINES:])
        return ""

    def _first_line(self) -> str:
        return next(self.lines(), "")

    def _size(self) -> int:
        try:
            return (self.folder / "stdout").stat().st_size
        except FileNotFoundError:
            return 0


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would set up an ecohub."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ECOHUB_")}
