"""A device that is a command for the shell, and everything that the command has started."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Final, Self

from certification.guard import BEGIN, Guard

STOP_S: Final = 6.0
"""How long a device may take to end in order."""


class Program:
    """A command that runs, in a session of its own.

    It has ended when all of it has: a shell ends at once by the signal that the device, which it
    has started, takes its time for. The end is told by a pipe of which each of them holds one side.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        pipe: asyncio.ReadTransport,
        is_left: asyncio.Event,
        guard: Guard,
    ) -> None:
        self._process, self._pipe, self._is_left = process, pipe, is_left
        self._guard = guard

    @classmethod
    async def start(
        cls, command: str, environment: Mapping[str, str], log: IO[bytes], guard: Guard
    ) -> Self:
        """Start a command.

        Args:
            command: For the shell.
            environment: All of it.
            log: Where what it says goes.
            guard: Ends it when we are gone.

        Raises:
            OSError: It cannot be started.
        """
        ours, theirs = os.pipe()
        with os.fdopen(ours, "rb") as reader, os.fdopen(theirs, "wb"):
            process = await asyncio.create_subprocess_shell(
                BEGIN + command,
                stdin=guard.pipe,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment,
                pass_fds=(theirs,),
            )
            kept = os.fdopen(os.dup(reader.fileno()), "rb")
        end = _End()
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: end, kept)
        return cls(process, pipe, end.is_there, guard)

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self._process.returncode is not None and self._is_left.is_set()

    @property
    def exit_code(self) -> int | None:
        """What the command ended with; None while it runs."""
        return self._process.returncode

    async def ended(self) -> None:
        """Wait until nothing of it runs any more."""
        await self._process.wait()
        await self._is_left.wait()

    async def stop(self) -> bool:
        """Ask it to end, wait, and return whether it did; if not it is killed."""
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self.ended()
                return True
        await self.kill()
        return False

    async def kill(self) -> None:
        """End all of it now; what has left its session may live on."""
        self._signal(signal.SIGKILL)
        await self._process.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._is_left.wait()
        self._pipe.close()
        self._guard.forget(self._process.pid)

    def _signal(self, number: int) -> None:
        if not self.has_ended:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


class _End(asyncio.Protocol):
    """Knows that the other side of a pipe is held by nobody any more."""

    def __init__(self) -> None:
        self.is_there = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_there.set()
