"""The process of a mosquitto: started, told to read its files anew, listened to, stopped."""

import asyncio
import logging
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import Counter, deque
from contextlib import suppress
from pathlib import Path
from typing import Final

from hub.broker import launch
from hub.broker.files import CONFIGURATION
from hub.broker.orphan import title

STOP_S: Final = 2.0
"""What it gets to end by itself; it takes some milliseconds."""

MOST_USERS: Final = 10_000
"""Users whose denied publishes are counted."""

_CHUNK: Final = 262_144
_KEPT_LINES: Final = 5
_SIGNS: Final = (b"Denied PUBLISH", b"Reloading", b"Error", b"Warning")
"""One of them stands in each notable line; looking for them first takes a sixth of the time."""

_NOTABLE: Final = re.compile(
    rb"^(?:Denied PUBLISH from (?P<denied>\S+) \(|(?P<reload>Reloading config)|"
    rb"(?P<trouble>(?:Error|Warning|\w+Error)\b.*))",
    re.MULTILINE,
)

_log = logging.getLogger(__name__)


class Child:
    """One run of mosquitto inside `folder`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._reloaded = asyncio.Event()
        self.denied: Counter[str] = Counter()
        self.complaints: deque[str] = deque(maxlen=_KEPT_LINES)
        """What it said last about what is wrong."""

    @classmethod
    async def start(cls, program: Path, folder: Path, owner: tuple[int, int] | None) -> "Child":
        """Start `program` as `owner` (None: as the hub's own user); raises OSError."""
        uid, gid = owner or (-1, -1)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", launch.__file__),
            *(str(os.getpid()), str(folder), str(uid), str(gid), str(program)),
            *(title(folder), "-c", CONFIGURATION),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,  # Ctrl-C in a terminal is for the hub alone
            limit=_CHUNK,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait until it has ended, and return its exit code."""
        return await self._process.wait()

    async def reload(self, timeout_s: float) -> bool:
        """Let it read its files anew; True when it said in time that it does.

        Whoever connects after that is judged by the new files: it has one thread.
        """
        self._reloaded.clear()
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGHUP)
        try:
            async with asyncio.timeout(timeout_s):
                await self._reloaded.wait()
        except TimeoutError:
            return False
        return True

    async def listen(self) -> None:
        """Read what it writes until it ends; must run, else it blocks on a full pipe."""
        output, rest = self._process.stdout, b""
        if output is None:
            return
        while chunk := await output.read(_CHUNK):
            lines, newline, rest = (rest + chunk).rpartition(b"\n")
            self._note(lines + newline)
            rest = rest[-_CHUNK:]

    def _note(self, lines: bytes) -> None:
        if not any(sign in lines for sign in _SIGNS):
            return
        for found in _NOTABLE.finditer(lines):
            if found["denied"] is not None:
                self._count(found["denied"].decode("utf-8", "replace"))
            elif found["reload"] is not None:
                self._reloaded.set()
            else:
                self.complaints.append(found["trouble"].decode("utf-8", "replace").strip())

    def _count(self, user: str) -> None:
        if user in self.denied or len(self.denied) < MOST_USERS:
            self.denied[user] += 1

    async def stop(self) -> None:
        """End it, by force when it does not end within `STOP_S`."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.communicate()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
