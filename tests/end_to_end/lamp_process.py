"""A lamp in a process of its own, that can be stopped as a device that has died silently.

Its keepalive is short, so that a broker misses it after 3 seconds.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from tests.end_to_end import device
from tests.end_to_end.credentials import Credentials
from tests.end_to_end.processes import ROOT

KEEPALIVE_S = 2
PING_EVERY_S = 0.5


def main() -> None:
    """Live with the credentials that come in on stdin."""
    device.KEEPALIVE_S = KEEPALIVE_S
    device.PING_EVERY_S = PING_EVERY_S
    credentials = Credentials(**json.loads(sys.stdin.readline()))
    asyncio.run(device.Lamp(credentials).run())


class LampProcess:
    """The process of one lamp."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def freeze(self) -> None:
        """Stop it: its socket stays open and nothing is said any more."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was."""
        os.kill(self._process.pid, signal.SIGCONT)


@contextmanager
def lamp_process(credentials: Credentials) -> Iterator[LampProcess]:
    """Run a lamp until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.end_to_end.lamp_process"],
        stdin=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(credentials)) + "\n")
        process.stdin.flush()
        try:
            yield LampProcess(process)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
