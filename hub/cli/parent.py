"""Ties a process to the one that started it, so that nothing is left behind when that is killed."""

import ctypes
import os
import signal
from typing import Final

PARENT: Final = "ECOHUB_PARENT"
"""Tells a child of which process it is one."""

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
