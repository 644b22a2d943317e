"""Ties a process to the one that started it, so that nothing is left behind when that is killed."""

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

PARENT: Final = "ECOHUB_PARENT"
"""Tells a child of which process it is one."""

_MAKES: Final = frozenset({"make", "gmake"})

_SET_DEATH_SIGNAL: Final = 1
"""PR_SET_PDEATHSIG of Linux."""


def end_with_parent() -> None:
    """Have the kernel end this process when the one that started it as a child is gone."""
    parent = os.environ.pop(PARENT, None)
    if parent is None:
        return
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGTERM)


def is_make_interrupted() -> bool:
    """Say whether the parent is a make that SIGINT has reached and that now waits for this process.

    At Ctrl-C the terminal tells both. A make that alone is sent SIGINT tells its children nothing
    and waits for their end; the kernel shows that it is in its handler by the signal it blocks.
    """
    parent = Path(f"/proc/{os.getppid()}")
    with suppress(OSError, ValueError):
        if (parent / "comm").read_text().strip() in _MAKES:
            status = (parent / "status").read_text()
            blocked = status.partition("SigBlk:")[2].split()[0]
            return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)
    return False
