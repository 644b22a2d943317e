"""Becomes mosquitto: runs in the child, before it, and prepares what only the child can.

It is started as `python -I -S launch.py <parent> <folder> <uid> <gid> <program> <argv...>`, so it
imports nothing but the standard library, and ends by replacing itself.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Final

MOST_FILES: Final = 65_536
"""Sockets mosquitto may hold. Its default of 1,024 is used up by as many connections that say
nothing, and then a device gets ECONNRESET."""

_SET_PARENT_DEATH_SIGNAL: Final = 1


def main(arguments: list[str]) -> None:
    """Raise the file limit, give up root, tie the life to the parent's, and become the program."""
    parent, folder, uid, gid, program, *argv = arguments
    _raise_file_limit()
    os.chdir(folder)
    if int(uid) >= 0:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    _die_with(int(parent))
    os.execv(program, argv)  # noqa: S606 - no shell is wanted


def _raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _die_with(parent: int) -> None:
    """Let the kernel kill this process when the hub's ends, however it ends (Linux only).

    It comes after the change of user, which would undo it, and outlives the exec.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the hub has ended meanwhile")


if __name__ == "__main__":
    main(sys.argv[1:])
