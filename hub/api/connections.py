"""The connections of the API: how many, and how long each may keep the hub waiting.

aiohttp by itself waits for ever for a request, for its body and for a client to read its answer,
and takes any number of connections.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from hub.api.problems import refused
from hub.api.replies import problem_reply
from hub.clock import Clock

MAX_CONNECTIONS: Final = 1024
"""One more, and the oldest that has shown no token makes room."""

HEADERS_WITHIN_S: Final = 10.0
"""From accepting a connection, or from the last answer, to the end of the next header."""

TAKES_NOTHING_S: Final = 10.0
"""A client that reads nothing for so long while something waits for it is cut off."""

LAST_WORDS_S: Final = 5.0
"""How long what was written last may still wait before a closed connection is dropped."""

SWEEP_S: Final = 0.5

_log = logging.getLogger(__name__)


class Connection(web.RequestHandler):
    """One client's connection.

    Attributes:
        is_trusted: Whether it has shown a token.
        on_writable: Called when the client has read enough to be written to again.
        on_stuck: Called instead of cutting the client off, to do so with a reason.
    """

    def __init__(self, connections: "Connections", server: web.Server, **options: Any) -> None:
        super().__init__(server, **options)
        self.is_trusted = False
        self.on_writable: Callable[[], None] | None = None
        self.on_stuck: Callable[[], None] | None = None
        self._connections = connections
        self._waiting_bytes = 0
        self._stuck_since_s = 0.0
        self._writable: asyncio.Event | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place among the connections."""
        super().connection_made(transport)
        self._connections.add(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leave the place to another."""
        self._connections.discard(self)
        self.on_writable = self.on_stuck = None
        if self._writable is not None:
            self._writable.set()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Note that the client does not keep up."""
        super().pause_writing()
        self._waiting_bytes = self._unread()
        self._stuck_since_s = self._connections.now_s()

    def resume_writing(self) -> None:
        """Note that the client has caught up."""
        super().resume_writing()
        if self._writable is not None:
            self._writable.set()
        if self.on_writable is not None:
            self.on_writable()

    async def writable(self) -> None:
        """Return once the client has read enough to be written to, or is gone."""
        if self.writing_paused:
            self._writable = asyncio.Event()
            await self._writable.wait()

    def stuck_for_s(self, now_s: float) -> float:
        """Return for how long the client has not taken a byte of what waits for it."""
        if not self.writing_paused:
            return 0.0
        unread = self._unread()
        if unread < self._waiting_bytes:
            self._waiting_bytes, self._stuck_since_s = unread, now_s
        return now_s - self._stuck_since_s

    def drop(self) -> None:
        """End the connection now, whatever still waits to be written."""
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP with a problem; aiohttp calls it before there is a request."""
        if status >= 500 and not isinstance(exc, ConnectionError):  # it has left, as phones do
            _log.error("an answer could not be made", exc_info=exc)
        detail = (message or "not a request of HTTP").strip().splitlines()[0][:200]
        error = refused(status, "http-malformed", detail, "send a request as RFC 9112 has it")
        response = problem_reply(error)
        response.force_close()
        return response

    def _unread(self) -> int:
        return 0 if self.transport is None else self.transport.get_write_buffer_size()


class Connections:
    """All connections of one server."""

    def __init__(self, clock: Clock, limit: int = MAX_CONNECTIONS) -> None:
        self._clock, self._limit = clock, limit
        self._all: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def now_s(self) -> float:
        """Return the time by which connections are judged."""
        return self._clock.now_s()

    def add(self, connection: Connection) -> None:
        """Take in a connection; beyond the limit the oldest without a token makes room."""
        if len(self._all) >= self._limit:
            strangers = (one for one in self._all if not one.is_trusted)
            next(strangers, connection).drop()
        self._all[connection] = None

    def discard(self, connection: Connection) -> None:
        """Take out a connection that has ended."""
        self._all.pop(connection, None)

    async def run(self) -> None:
        """Cut off clients that read nothing, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            self.sweep(self.now_s())

    def sweep(self, now_s: float) -> None:
        """Cut off clients that have read nothing for too long."""
        for connection in list(self._all):
            stuck_s = connection.stuck_for_s(now_s)
            if stuck_s >= TAKES_NOTHING_S + LAST_WORDS_S:
                connection.drop()
            elif stuck_s >= TAKES_NOTHING_S and connection.on_stuck is not None:
                on_stuck, connection.on_stuck = connection.on_stuck, None
                on_stuck()
