"""Simulated devices in a process of their own: `ecohub simulate`."""

import json
import signal
from pathlib import Path
from typing import Self

from tests.end_to_end.api import Json
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.processes import Launcher, Program


class Fleet:
    """Runs a fleet as long as the block lives; started again in its folder it is the same."""

    def __init__(
        self, launcher: Launcher, folder: Path, hub: Hub, product: str, *words: str
    ) -> None:
        self._program = Program(launcher, folder)
        self._words = ["simulate", product, "--hub", hub.api.url, "--code", CODE, *words]
        self._words += ["--state", str(folder / "state"), "--no-advertise", "--json"]

    async def __aenter__(self) -> Self:
        self._program.start(self._words, {})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._program.kill()

    def events(self, *kinds: str) -> list[Json]:
        """Return what it has told of these kinds."""
        told = [json.loads(line) for line in self._program.lines()]
        return [event for event in told if event["event"] in kinds]

    def freeze(self) -> None:
        """Stop it: its sockets stay open and nothing is said any more."""
        self._program.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was."""
        self._program.signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Let it say goodbye."""
        self._program.signal(signal.SIGTERM)
        assert await self._program.ended() == 0, self.tail()

    def tail(self) -> str:
        """Return the last of what it said is wrong."""
        return self._program.tail()
