"""A hub in a process of its own, on ports that stay the same when it starts again."""

import json
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are needed for this much

from tests.end_to_end.api import Api
from tests.end_to_end.device import Lamp
from tests.end_to_end.processes import Launcher, Program
from tests.end_to_end.waiting import until

CODE = "12345678"
"""Setup code of all devices here."""

START_WITHIN_S = 25.0
CANNOT_START = 5
"""Exit code, as `ecohub --help` has it."""

READY = frozenset({"store", "broker", "link"})
"""Parts that have to be in order before a test begins; the network around need not be."""


@dataclass
class Hub:
    """A hub, its data folder, and a client of its API.

    Attributes:
        settings: Environment variables over the defaults of the tests.
    """

    launcher: Launcher
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    api_port: int = 0
    mqtt_port: int = 0
    id: str = ""
    api: Api = field(default_factory=lambda: Api("", ""))

    def __post_init__(self) -> None:
        self.data = self.folder / "data"
        self.program = Program(self.launcher, self.folder / "hub")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ECOHUB_DATA": str(self.data),
            "ECOHUB_API__HOST": "127.0.0.1",
            "ECOHUB_API__PORT": str(self.api_port),
            "ECOHUB_BROKER__HOST": "127.0.0.1",
            "ECOHUB_BROKER__PORT": str(self.mqtt_port),
            "ECOHUB_DISCOVERY__ENABLED": "false",
            **self.settings,
        }

    def launch(self) -> None:
        """Start it and wait for nothing."""
        self.program.start(["run", "--json"], self.environment)

    async def serving(self) -> None:
        """Wait until it serves its API."""
        told = json.loads(await self.program.first_line(START_WITHIN_S))
        await self.api.close()
        self.id, self.api = told["hub"], Api(told["url"], _text(self.inside(told["token_path"])))
        self.api_port = int(told["url"].rpartition(":")[2])
        self.mqtt_port = told["mqtt_port"]

    async def start(self) -> None:
        """Start it and wait until devices can reach it."""
        self.launch()
        await self.serving()
        await until(self.is_ready, "broker and link of the hub", START_WITHIN_S)

    async def complaint(self) -> dict[str, str]:
        """Start it where it cannot start, and return what it says about that."""
        self.launch()
        assert await self.program.ended() == CANNOT_START, self.program.tail()
        assert list(self.program.lines()) == []
        told: dict[str, str] = json.loads(self.program.tail().splitlines()[-1])["error"]
        return told

    async def is_ready(self) -> bool:
        """Say whether all of it works, the network around left aside."""
        health = await self.api.health()
        return all(bool(health[name]["status"] == "ok") for name in READY)

    def inside(self, path: str | Path) -> Path:
        """Return where a file of the hub is found, which may see other disks than we do."""
        return Path(f"/proc/{self.program.pid}/root/{path}")

    async def stop(self) -> int:
        """End it by SIGTERM, in order, and return its exit code."""
        self.program.signal(signal.SIGTERM)
        return await self.program.ended()

    async def kill(self) -> None:
        """End it by SIGKILL."""
        await self.program.kill()

    async def close(self) -> None:
        """Leave nothing behind."""
        await self.api.close()
        await self.program.kill()

    async def are_online(self, *lamps: Lamp) -> bool:
        """Say whether all of these devices are online."""
        return {lamp.id for lamp in lamps} <= await self.api.online()

    async def presence(self, lamp: Lamp, beginning: str) -> bool:
        """Say whether presence and reason of a device begin like this."""
        return (await self.api.presence(lamp.id)).startswith(beginning)

    def broker(self) -> psutil.Process:
        """Return the broker's process, a child of the hub."""
        children = psutil.Process(self.program.pid).children(recursive=True)
        (broker,) = [child for child in children if child.name() == "mosquitto"]
        return broker

    @contextmanager
    def without_broker(self) -> Iterator[None]:
        """Kill the broker and hold its port, so that there is none until the block ends."""
        broker = self.broker()
        broker.kill()
        broker.wait(10)
        with socket.socket() as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", self.mqtt_port))
            holder.listen()
            yield

    def log(self) -> list[dict[str, str]]:
        """Return what it has logged, in all its runs."""
        text = (self.program.folder / "stderr").read_text("utf-8", "replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _text(path: Path) -> str:
    return path.read_text().strip()
