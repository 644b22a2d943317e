"""Who holds a port of this machine, as far as the kernel lets this user see."""

import pwd
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Transport = Literal["tcp", "udp"]

_LISTEN = {"tcp": "0A", "udp": "07"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a port; of another user's process the pid and the name stay hidden.

    Attributes:
        user: Name of the user, or the number of one without a name.
    """

    user: str
    pid: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return f"a process of user {self.user}"
        return f"{self.name} (pid {self.pid}, user {self.user})"


def holders(port: int, transport: Transport) -> tuple[Holder, ...]:
    """Return who holds `port`, nobody first seen twice. Reads /proc: call it outside the loop."""
    found = dict.fromkeys(
        _holder(uid, inode) for uid, inode in _sockets(port, transport, Path("/proc/net"))
    )
    return tuple(found)


def describe(port: int, transport: Transport) -> str:
    """Return who holds `port` as words for a message, such as `mosquitto (pid 7, user root)`."""
    found = holders(port, transport)
    return ", ".join(str(holder) for holder in found) or "a process that cannot be seen from here"


def _sockets(port: int, transport: Transport, tables: Path) -> Iterator[tuple[int, str]]:
    for name in (transport, f"{transport}6"):
        with suppress(OSError):
            for line in (tables / name).read_text().splitlines()[1:]:
                fields = line.split()
                is_at_port = int(fields[1].rpartition(":")[2], 16) == port
                if is_at_port and fields[3] == _LISTEN[transport]:
                    yield int(fields[7]), fields[9]


def _holder(uid: int, inode: str) -> Holder:
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    pid = _owner(inode)
    if pid is None:
        return Holder(user)
    name = "?"
    with suppress(OSError):
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    return Holder(user, pid, name)


def _owner(inode: str) -> int | None:
    wanted = f"socket:[{inode}]"
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            for link in folder.iterdir():
                with suppress(OSError):
                    if str(link.readlink()) == wanted:
                        return int(folder.parent.name)
    return None
