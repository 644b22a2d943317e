"""Ends what a run has started when the run is gone itself, even by SIGKILL.

A shell beside the run reads a pipe that the run alone holds open. Whoever is started for the run
says there first that its session has begun; when the pipe ends, what is left of these is killed.
"""

import asyncio
import os
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from typing import Final

SHELL: Final = "/bin/sh"

BEGIN: Final = 'echo "+ $$" >&0; exec </dev/null\n'
"""What a shell does first whose standard input is a `Guard.pipe`, and which leads a session."""

_WATCH: Final = """
while read -r sign session; do
    left=
    for one in $kept; do [ "$one" = "$session" ] || left="$left $one"; done
    kept=$left
    [ "$sign" = + ] && kept="$kept $session"
done
for one in $kept; do kill -s KILL -- "-$one"; done
"""


class Guard:
    """A shell that watches whether this process lives, from `start` to `stop`."""

    def __init__(self) -> None:
        self._pipe: int | None = None
        self._process: Process | None = None

    @property
    def pipe(self) -> int:
        """Standard input for what is started and begins with `BEGIN`.

        Raises:
            RuntimeError: The guard does not watch: a mistake in the program.
        """
        if self._pipe is None:
            raise RuntimeError("the guard does not watch")
        return self._pipe

    async def start(self) -> None:
        """Begin to watch.

        Raises:
            OSError: There is no shell.
        """
        theirs, self._pipe = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(SHELL, "-c", _WATCH),
                stdin=theirs,
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,  # what ends the run must not end the guard before
            )
        finally:
            os.close(theirs)

    async def stop(self) -> None:
        """End what is left of those that began, and watch no more."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None
        if self._process is not None:
            await self._process.wait()

    def forget(self, session: int) -> None:
        """Let a session be that has ended: its number may be another's soon."""
        if self._pipe is not None:
            with suppress(BrokenPipeError):
                os.write(self._pipe, f"- {session}\n".encode())
