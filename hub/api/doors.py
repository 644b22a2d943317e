"""The second door, https: opened as soon as it can be, and kept in step with names and files."""

import asyncio
import errno
import logging
from collections.abc import Callable
from typing import Final

from hub.config import ApiSettings
from hub.ports import describe
from hub.sayings import Saying, say
from hub.tls.keeper import Tls

BACKLOG: Final = 512

HANDSHAKE_WITHIN_S: Final = 10.0
"""A client that has not agreed on a cipher by then is cut off."""

LOOK_EVERY_S: Final = 10.0
"""How soon another address or host name, a file that has changed, or a port that is free is seen.
"""

_log = logging.getLogger(__name__)


class SecureDoor:
    """Serves by https what is served by http as well.

    What hinders is told by `Tls.health` and tried again; the hub goes on over http.

    Args:
        connect: Makes the protocol of a connection.
        changed: Called when the port is another, with that port.
    """

    def __init__(
        self,
        tls: Tls,
        settings: ApiSettings,
        connect: Callable[[], asyncio.Protocol],
        changed: Callable[[int], None],
    ) -> None:
        self._tls, self._settings = tls, settings
        self._connect, self._changed = connect, changed
        self._server: asyncio.Server | None = None

    async def look(self) -> None:
        """See to the certificate, and open the port unless it is open."""
        await self._tls.look()
        if self._server is None and self._tls.standing.context is not None:
            await self._open()

    async def run(self) -> None:
        """Look from time to time until cancelled."""
        while self._tls.kind != "off":
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    def close(self) -> None:
        """Let nobody in any more."""
        if self._server is not None:
            self._server.close()

    async def _open(self) -> None:
        host, port = self._settings.host, self._settings.secure_port
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._connect,
                host,
                port,
                ssl=self._tls.front,
                ssl_handshake_timeout=HANDSHAKE_WITHIN_S,
                backlog=BACKLOG,
            )
        except OSError as error:
            trouble = await _trouble(host, port, error)
            if trouble != self._tls.port_trouble:
                _log.warning("https: %s; %s", trouble.detail, trouble.remedy)
            self._tls.port_trouble = trouble
            return
        self._tls.port_trouble = None
        self._tls.port = self._server.sockets[0].getsockname()[1]
        self._changed(self._tls.port)
        _log.info("https is served at port %s", self._tls.port)


async def _trouble(host: str, port: int, error: OSError) -> Saying:
    if error.errno == errno.EADDRINUSE:
        holder = await asyncio.to_thread(describe, port, "tcp")
        return say("https-port-taken", port=port, holder=holder)
    why = error.strerror or str(error)
    return say("https-port-unusable", host=host, port=port, why=why)
