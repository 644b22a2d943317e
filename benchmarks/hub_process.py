"""The hub under test: `ecohub run` in a process of its own, as a user starts it."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from benchmarks.waiting import until
from hub.cli.access import Access
from hub.cli.client import HubClient
from hub.cli.errors import UnreachableError
from hub.cli.parent import PARENT

START_WITHIN_S: Final = 60.0
STOP_WITHIN_S: Final = 30.0
POLL_S: Final = 0.005
NEEDED: Final = frozenset({"store", "broker", "link"})
"""Parts that have to work before anything is measured."""

SETTINGS: Final[Mapping[str, str]] = {
    "ECOHUB_API__HOST": "127.0.0.1",
    "ECOHUB_API__PORT": "0",
    "ECOHUB_BROKER__HOST": "127.0.0.1",
    "ECOHUB_BROKER__PORT": "0",
    "ECOHUB_DISCOVERY__ENABLED": "false",
}
"""The defaults, save that nobody on the network notices a benchmark."""


class HubProcessError(Exception):
    """The hub does not start, or ends."""


class HubProcess:
    """One run of a hub; an asynchronous context that begins when it has started.

    Args:
        folder: Its data folder.
        log: File that its log is added to.
        broker: Kind of its broker: `mosquitto`, or `embedded`.

    Attributes:
        started_s: When it was started, `time.monotonic`.
        url, token: Of its API, once it serves.
    """

    def __init__(self, folder: Path, log: Path, broker: str = "mosquitto") -> None:
        self.started_s = 0.0
        self.url = self.token = ""
        self._folder, self._log, self._broker = folder, log, broker
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ECOHUB_")}
        own = {
            "ECOHUB_DATA": str(self._folder),
            "ECOHUB_BROKER__KIND": self._broker,
            PARENT: str(os.getpid()),
        }
        settings = self._log.with_suffix(".toml")  # else one of this machine's could be found
        settings.touch()
        with self._log.open("ab") as log:
            self.started_s = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "hub.cli", "run", "--json"),
                *("--config", str(settings)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**clean, **SETTINGS, **own},
                start_new_session=True,
            )
        try:
            await self._serving()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    @property
    def pid(self) -> int:
        """The process id of the hub; its broker has another."""
        if self._process is None:
            raise RuntimeError("used outside its context")
        return self._process.pid

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of its API."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 80

    def api(self) -> HubClient:
        """Return a client of its API, to be used as a context."""
        return HubClient(Access(self.url, self.token), timeout_s=START_WITHIN_S)

    def cpu_s(self) -> float:
        """Return the processor time that it has used, all its threads together."""
        return time.clock_gettime(~self.pid << 3 | 2)  # clock_getcpuclockid(3)

    def memory_mb(self) -> float:
        """Return what it holds of the machine's memory (RSS), without its broker."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise HubProcessError("the system does not tell its memory")

    async def ready(self) -> None:
        """Wait until devices can reach it."""
        async with self.api() as api:
            await until(lambda: _works(api), START_WITHIN_S, POLL_S)

    async def _serving(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            raise RuntimeError("started without a pipe")
        async with asyncio.timeout(START_WITHIN_S):
            line = await process.stdout.readline()
        if not line:
            raise HubProcessError(f"the hub does not start: {self._last_words()}")
        told = json.loads(line)
        self.url, self.token = told["url"], _read(told["token_path"])

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await process.wait()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else "it says nothing"


def _read(path: str) -> str:
    return Path(path).read_text().strip()


async def _works(api: HubClient) -> bool:
    try:
        health = await api.api.show_health()
    except UnreachableError:
        return False
    return {part["name"] for part in health["parts"] if part["status"] == "ok"} >= NEEDED
