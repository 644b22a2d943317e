"""The scripted broker: lets a device in, records every byte, and misbehaves when it is told to."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Final

from certification.behaviour import WELL, Behaviour
from certification.certificates import Certificates
from certification.link import Link
from certification.link_log import LinkLog
from certification.transcript import Line, Writer
from certification.watching import until

MOST_LINKS: Final = 64
"""TCP connections at a time; more are reset."""

HANDSHAKE_S: Final = 10.0
SHUTDOWN_S: Final = 1.0


class ScriptedBroker:
    """A broker to which nobody but the device under test comes.

    Args:
        writer: Where everything is written down.
        credentials: Password by user.
        place: Address and port to listen at; port 0 for any.
        tls: The certificates that it may show; without them it speaks plain TCP.
    """

    def __init__(
        self,
        writer: Writer,
        credentials: Mapping[str, str],
        place: tuple[str, int] = ("127.0.0.1", 0),
        tls: Certificates | None = None,
    ) -> None:
        self.behaviour = WELL
        self._writer = writer
        self._place = place
        self._tls = tls
        self._credentials: dict[str, str] = {}
        for user, password in credentials.items():
            self.admit(user, password)
        self._links: dict[int, Link] = {}
        self._count = 0
        self._newest: Link | None = None
        self._came = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen, and return the port.

        Raises:
            OSError: The place is taken or not of this machine.
        """
        listener = socket.create_server(self._place, backlog=64)
        listener.setblocking(False)
        self._running = asyncio.create_task(self._accept(listener))
        port: int = listener.getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close every link and listen no more."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        for link in tuple(self._links.values()):
            link.close()

    def admit(self, user: str, password: str) -> None:
        """Let `user` in by this password, and write it down nowhere."""
        self._writer.hide(password)
        self._credentials[user] = password

    def dismiss(self, user: str) -> None:
        """Let `user` in no more, from its next CONNECT on."""
        self._credentials.pop(user, None)

    def behave(self, behaviour: Behaviour = WELL) -> int:
        """Behave like this from now on, and return the line that says so."""
        self.behaviour = behaviour
        return self._writer.write("stimulus", name="behave", args=behaviour.deviations())

    @property
    def links(self) -> tuple[Link, ...]:
        """The TCP connections that are open, oldest first."""
        return tuple(self._links.values())

    @property
    def link(self) -> Link | None:
        """The newest link that was let in and is open."""
        return next((link for link in reversed(self.links) if link.is_open), None)

    async def next_link(self, timeout_s: float) -> Link | None:
        """Return the newest link that was let in since the last call, or None if none is in time.

        It may have ended again meanwhile.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._came.wait()
        except TimeoutError:
            return None
        self._came.clear()
        return self._newest

    async def until(
        self, predicate: Callable[[Line], bool], timeout_s: float, since: int | None = None
    ) -> Line | None:
        """Return the first line for which `predicate` holds, as `watching.until` does."""
        return await until(self._writer, predicate, timeout_s, since)

    def password_of(self, user: str) -> str | None:
        """Return the password of a user, or None for one that is not let in."""
        return self._credentials.get(user)

    def let_in(self, link: Link) -> None:
        """Take in that the CONNECT of a link has been accepted; it ends the one before it."""
        for other in self.links:
            if other is not link and other.is_let_in and other.client_id == link.client_id:
                other.take_over()
        self._newest = link
        self._came.set()

    def ended(self, link: Link) -> None:
        """Take in that a link has ended."""
        self._links.pop(link.n, None)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listener:
            async with asyncio.TaskGroup() as group:
                while True:
                    sock, (peer, *_) = await loop.sock_accept(listener)
                    self._count += 1
                    log = LinkLog(self._writer, self._count)
                    log.opened(peer)
                    group.create_task(self._take(sock, log))

    async def _take(self, sock: socket.socket, log: LinkLog) -> None:
        link = Link(self, log)
        self._links[link.n] = link
        loop = asyncio.get_running_loop()
        if self._tls is None:
            await loop.connect_accepted_socket(lambda: link, sock)
        else:
            await self._secure(link, sock, log, self._tls)
        if len(self._links) > MOST_LINKS:
            link.cut()

    async def _secure(
        self, link: Link, sock: socket.socket, log: LinkLog, tls: Certificates
    ) -> None:
        log.shown = self.behaviour.certificate
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: link,
                sock,
                ssl=tls.contexts[self.behaviour.certificate],
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=SHUTDOWN_S,
            )
        except OSError as error:  # ssl.SSLError and TimeoutError are such
            log.refused(str(error) or type(error).__name__)
            link.connection_lost(error)
