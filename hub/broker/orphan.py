"""Finds a mosquitto that an earlier hub left behind, and stops it.

The kernel ends the child with the hub where it can (Linux). This is for where it cannot, and for a
child that was told apart from its hub.
"""

import logging
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from hub.broker.files import PID

_GRACE_S: Final = 2.0
_STEP_S: Final = 0.02

_log = logging.getLogger(__name__)


def title(folder: Path) -> str:
    """Return the name under which the mosquitto of `folder` shows among the processes."""
    return f"ecohub-mosquitto:{folder}"


def note(folder: Path, pid: int) -> None:
    """Write down which process serves `folder`."""
    (folder / PID).write_text(f"{pid}\n")


def stop_orphan(folder: Path) -> None:
    """End the process that was noted for `folder`, if it is still the one. Blocks up to 2 s."""
    pid = _noted(folder)
    if pid is None or not _is_ours(pid, folder):
        return
    _log.warning("a mosquitto of an earlier run is still there; stopping it", extra={"pid": pid})
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until_s = time.monotonic() + _GRACE_S
    while _is_ours(pid, folder):
        if time.monotonic() > until_s:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return
        time.sleep(_STEP_S)


def _noted(folder: Path) -> int | None:
    try:
        return int((folder / PID).read_text())
    except (OSError, ValueError):
        return None


def _is_ours(pid: int, folder: Path) -> bool:
    """Compare the command line, since the id may have gone to another process meanwhile."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return command.split(b"\0")[0] == os.fsencode(title(folder))
