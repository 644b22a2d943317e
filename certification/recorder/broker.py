"""The scripted broker: lets a device in, records every byte, and misbehaves when it is told to."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Final

from certification.recorder.certificates import Certificates
from certification.recorder.connection import Connection
from certification.recorder.link import Link
from certification.recorder.link_log import LinkLog
from certification.recorder.listening import MOST_LINKS, Broker
from certification.transcript.file import Writer

HANDSHAKE_S: Final = 10.0
SHUTDOWN_S: Final = 1.0


class ScriptedBroker(Broker):
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
        super().__init__(writer, place)
        self._tls = tls
        self._credentials: dict[str, str] = {}
        for user, password in credentials.items():
            self.admit(user, password)

    def admit(self, user: str, password: str) -> None:
        """Let `user` in by this password, and write it down nowhere."""
        self._writer.hide(password)
        self._credentials[user] = password

    def dismiss(self, user: str) -> None:
        """Let `user` in no more, from its next CONNECT on."""
        self._credentials.pop(user, None)

    def password_of(self, user: str) -> str | None:
        """Return the password of a user, or None for one that is not let in."""
        return self._credentials.get(user)

    def let_in(self, link: Connection) -> None:
        """Take in that the CONNECT of a link has been accepted; it ends the one before it."""
        for other in self.links:
            if other is not link and other.is_let_in and other.client_id == link.client_id:
                other.take_over()

    async def serve(self, sock: socket.socket, log: LinkLog) -> None:
        """Make a link of a connection that has been accepted."""
        link = Link(self, log)
        self.keep(link)
        loop = asyncio.get_running_loop()
        if self._tls is None:
            await loop.connect_accepted_socket(lambda: link, sock)
        else:
            await self._secure(link, sock, log, self._tls)
        if len(self.links) > MOST_LINKS:
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
