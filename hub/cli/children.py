"""Processes that a command starts and ends with itself, whatever becomes of it."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from hub.cli.errors import CliError
from hub.cli.parent import PARENT

STOP_WITHIN_S: Final = 4.0
"""All children have ended by then; who has not is killed."""

GENTLE_PART: Final = 0.4
"""The part of that time in which those started last end before the one they depend on."""

DEATH_WITHIN_S: Final = 1.0
"""How long is waited for a child's end when something else has failed: it may be the cause."""

TAIL_LINES: Final = 8
LINE_LIMIT: Final = 65_536

Result = TypeVar("Result")


class ChildError(CliError):
    """A child has ended that should not have."""

    code = "child-ended"


@dataclass(frozen=True, slots=True)
class Child:
    """A running process and the file that its output goes to."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.returncode is None

    def death(self) -> ChildError:
        """Return how it ended, with its last words."""
        status = self.process.returncode
        how = f"was killed by signal {-status}" if status and status < 0 else f"ended with {status}"
        return ChildError(f"{self.name} {how}", f"{self.last_words()}\nits log: {self.log}".strip())

    def last_line(self) -> str:
        """Return the last line of its log."""
        return self.last_words().rpartition("\n")[2]

    def last_words(self) -> str:
        """Return the last lines of its log."""
        with suppress(OSError):
            lines = self.log.read_text("utf-8", "replace").splitlines()
            return "\n".join(line for line in lines[-TAIL_LINES:] if line.strip())
        return ""


class Children:
    """Starts `ecohub` commands as processes; an asynchronous context that leaves none behind.

    Args:
        logs: Folder for what they print.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, Child] = {}

    async def __aenter__(self) -> "Children":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        is_read: bool = False,
    ) -> Child:
        """Start `ecohub <arguments>`; what it says goes to its log.

        Args:
            name: For people, and of its log; a child of that name must have ended.
            arguments: Of the command line.
            environment: All of it.
            is_read: Whether its stdout is for the caller to read instead.
        """
        log = self._logs / f"{name}.log"
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "hub.cli",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if is_read else file,
                stderr=file,
                env={**environment, PARENT: str(os.getpid())},
                limit=LINE_LIMIT,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._running[name] = child
        return child

    @property
    def running(self) -> tuple[Child, ...]:
        """Those started and not ended by us, the first first."""
        return tuple(self._running.values())

    async def end(self, child: Child) -> None:
        """End one child."""
        self._running.pop(child.name, None)
        await _end([child], STOP_WITHIN_S)

    async def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """End all children: the later ones first, then the first; kill who takes too long."""
        first, *others = self._running.values() or [None]
        await _end([child for child in others if child], within_s * GENTLE_PART)
        await _end([first] if first else [], within_s * (1 - GENTLE_PART))
        self._running.clear()


async def while_alive(children: Sequence[Child], life: Coroutine[None, None, Result]) -> Result:
    """Run `life` and return its result; the end of a child ends it.

    Raises:
        ChildError: A child has ended; it says better than `life` what went wrong.
    """
    living = asyncio.ensure_future(life)
    dying = [asyncio.ensure_future(child.process.wait()) for child in children]
    try:
        await asyncio.wait([living, *dying], return_when=asyncio.FIRST_COMPLETED)
        if living.done() and living.exception() is not None:
            await asyncio.wait(dying, timeout=DEATH_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        for child in children:
            if not child.is_running:
                raise child.death()
        return await living
    finally:
        for task in (living, *dying):
            task.cancel()
        await asyncio.gather(living, *dying, return_exceptions=True)


async def _end(children: Sequence[Child], within_s: float) -> None:
    for child in children:
        if child.is_running:
            child.process.terminate()
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            for child in children:
                await child.process.wait()
    for child in children:
        # The group outlives its leader when that was killed: a broker must not stay behind.
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        await child.process.wait()
