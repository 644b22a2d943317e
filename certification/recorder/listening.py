"""What every broker of a run is: it listens, keeps its links, and lets one wait for them."""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from certification.recorder.behaviour import WELL, Behaviour
from certification.recorder.budget import Budget
from certification.recorder.connection import Connection
from certification.recorder.link_log import LinkLog
from certification.recorder.watching import until
from certification.transcript.file import Line, Writer

MOST_LINKS: Final = 64
"""TCP connections at a time; more are reset."""


class Broker(ABC):
    """A broker to which nobody but the device under test comes.

    Args:
        writer: Where everything is written down.
        place: Address and port to listen at; port 0 for any.
    """

    def __init__(self, writer: Writer, place: tuple[str, int]) -> None:
        self.behaviour = WELL
        self._writer = writer
        self._place = place
        self._links: dict[int, Connection] = {}
        self._count = 0
        self._budget = Budget()
        self._listener: socket.socket | None = None
        self._arriving: dict[asyncio.Task[None], socket.socket] = {}

    async def start(self) -> int:
        """Listen, and return the port.

        Raises:
            OSError: The place is taken or not of this machine.
        """
        self._listener = socket.create_server(self._place, backlog=64)
        self._listener.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)
        port: int = self._listener.getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close every link and listen no more."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        if arriving := tuple(self._arriving):
            for task in arriving:
                task.cancel()
            await asyncio.wait(arriving)
        for link in tuple(self._links.values()):
            link.close()

    def behave(self, behaviour: Behaviour = WELL) -> int:
        """Behave like this from now on, and return the line that says so."""
        self.behaviour = behaviour
        return self._writer.write("stimulus", name="behave", args=behaviour.deviations())

    @property
    def flood(self) -> str:
        """How the device has flooded; nothing more is taken from it. Empty if it has not."""
        return self._budget.flood

    @property
    def links(self) -> tuple[Connection, ...]:
        """The TCP connections that are open, oldest first."""
        return tuple(self._links.values())

    @property
    def link(self) -> Connection | None:
        """The newest link that was let in and is open."""
        return next((link for link in reversed(self.links) if link.is_open), None)

    async def until(
        self, predicate: Callable[[Line], bool], timeout_s: float, since: int | None = None
    ) -> Line | None:
        """Return the first line for which `predicate` holds, as `watching.until` does."""
        return await until(self._writer, predicate, timeout_s, since)

    def ended(self, link: Connection) -> None:
        """Take in that a link has ended."""
        self._links.pop(link.n, None)

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, (peer, *_) = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # it has gone again
            return
        self._count += 1
        self._budget.connected()
        if self._budget.flood:
            sock.close()
            return
        sock.setblocking(False)
        log = LinkLog(self._writer, self._count, self._budget)
        log.opened(peer)
        task = asyncio.create_task(self.serve(sock, log))
        self._arriving[task] = sock
        task.add_done_callback(self._arrived)

    def _arrived(self, task: asyncio.Task[None]) -> None:
        sock = self._arriving.pop(task)
        if task.cancelled():  # perhaps before it ran at all, and could have closed it
            sock.close()

    @abstractmethod
    def admit(self, user: str, password: str) -> None:
        """Let `user` in by this password, and write it down nowhere."""

    @abstractmethod
    def dismiss(self, user: str) -> None:
        """Let `user` in no more, from its next CONNECT on."""

    @abstractmethod
    async def serve(self, sock: socket.socket, log: LinkLog) -> None:
        """Make a link of a connection that has been accepted, and `keep` it."""

    def keep(self, link: Connection) -> None:
        """Take in a new link; one too many is cut."""
        self._links[link.n] = link
