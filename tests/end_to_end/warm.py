"""An interpreter that has loaded ecohub already, and forks a process for each command line.

Loading takes a second and more, most of a start. What a fork then runs is `hub.cli.main`, as
`python -m hub.cli` does. One JSON object a line comes in on stdin; the pid goes out on stdout.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import TypedDict

from hub import cli
from hub.cli.parent import PARENT, end_with_parent

LOADED = (
    "amqtt.broker",
    "drivers.mqtt",
    "hub.app",
    "hub.broker.embedded",
    "hub.cli.commands",
    "hub.cli.run",
    "sqlite_utils",
    "simulators.cli",
    "simulators.process",
    "zeroconf.asyncio",
)

KILLED = 128
CLONE_NEWNET = 0x40000000
NAMESPACES = Path("/var/run/netns")


class Order(TypedDict):
    """A command line, its environment, and the folder for what it leaves behind.

    Attributes:
        namespace: Name of the network namespace in which it runs; empty for the one we are in.
    """

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    namespace: str


def main() -> None:
    """Fork for each line until stdin ends, then leave; the kernel ends the children with us."""
    for name in LOADED:
        importlib.import_module(name)
    folders: dict[int, Path] = {}
    signal.signal(signal.SIGCHLD, lambda *_: _note_ends(folders))
    for line in sys.stdin:
        order: Order = json.loads(line)
        # No child may end before its folder is known.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            _become(order, parent)
        folders[pid] = Path(order["folder"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _note_ends(folders: dict[int, Path]) -> None:
    """Write down the exit code of each child that has ended."""
    while folders:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        folder = folders.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        draft = folder / f"{pid}.draft"
        draft.write_text(str(code))
        draft.rename(folder / f"{pid}.exit")


def _become(order: Order, parent: int) -> None:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        os.setsid()
        _redirect(Path(order["folder"]))
        if order["namespace"]:
            _enter(order["namespace"])
        os.environ.clear()
        os.environ.update(order["environment"], **{PARENT: str(parent)})
        end_with_parent()
        sys.argv = ["ecohub", *order["arguments"]]
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _enter(namespace: str) -> None:
    """Go on in a network namespace, as `ip netns exec` does; `os.setns` comes with Python 3.12."""
    libc = ctypes.CDLL(None, use_errno=True)
    with (NAMESPACES / namespace).open() as place:
        if libc.setns(place.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")


def _redirect(folder: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(folder / name, flags, 0o600)
        os.dup2(file, number)
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


if __name__ == "__main__":
    main()
