"""A mosquitto that is not the hub's: it keeps everything and lets everybody in."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from hub.broker import find_mosquitto
from hub.broker.port import free_port


class ForeignBroker:
    """Runs as long as the block lives, always on the same port.

    Attributes:
        settings: What a hub is told to use it.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port("127.0.0.1")
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.settings: Mapping[str, str] = {
            "BROKER__KIND": "external",
            "BROKER__URL": f"mqtt://127.0.0.1:{self.port}",
            "BROKER__USER": "hub",
            "BROKER__PASSWORD": "none",
            "BROKER__PROVISION_COMMAND": shutil.which("true") or "true",
        }

    def __enter__(self) -> Self:
        settings = self._folder / "foreign.conf"
        settings.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it; what it kept before is gone."""
        program = find_mosquitto()
        assert program is not None
        self._process = subprocess.Popen(  # noqa: S603 - the broker of the test
            [program, "-c", self._folder / "foreign.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """End it by SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
