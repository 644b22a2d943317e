"""The phones' stream: who is on it, what has changed, and when to write."""

import asyncio
import logging
import secrets
from http import HTTPStatus
from typing import Final

from aiohttp import web

from hub.api.connections import Connection
from hub.api.frames import Frames
from hub.api.journal import Journal
from hub.api.memory import Memory
from hub.api.phone import Close, Line, Phone
from hub.api.problems import refused
from hub.api.said import MAX_MESSAGE_BYTES
from hub.core.arrangement.records import Kind
from hub.core.events import ArrangedChanged, ArrangedRemoved, Event, NoticeChanged
from hub.core.records import CommandRecord
from hub.home import Home
from hub.metrics import Metrics

MAX_PHONES: Final = 256
MAX_STRANGERS: Final = MAX_PHONES
"""Streams on which nobody has said yet who is there; one more, and the oldest makes room.

As many as phones: after a power cut all of them come back at once, and none may have to try twice.
"""

CHECK_EVERY_S: Final = 0.5
"""How often is looked whether the phones' tokens are still good."""

HEARTBEAT_S: Final = 30.0
CLOSE_WITHIN_S: Final = 2.0

_PERSONAL: Final[frozenset[Kind]] = frozenset({"favourites", "undo"})

_log = logging.getLogger(__name__)


class Stream:
    """Keeps the journal and writes to all phones that can take it.

    Changes of one turn of the loop go out together at the end of it, each phone in one write.
    """

    def __init__(self, home: Home, metrics: Metrics) -> None:
        self._home, self._metrics = home, metrics
        self.journal = Journal(secrets.token_hex(8), Frames(home.hub, home.clock))
        self._memory = Memory()
        self._phones: dict[Phone, None] = {}
        self._is_due = False

    def take(self, event: Event) -> None:
        """Keep an event and see to it that the phones get it; a listener of the bus."""
        if type(event) is NoticeChanged and event.reader:
            for phone in self._phones:
                phone.take_read(event)
        if not is_personal(event):
            self.journal.add(event)
        if self._phones and not self._is_due:
            self._write_soon()

    def receipt(self, record: CommandRecord) -> bytes:
        """Return a receipt as JSON, put into words once for all who are told of it."""
        return self.journal.renderer.receipt(record)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one phone until it leaves.

        Raises:
            ProblemError: The request is no opening of a WebSocket, or there are too many phones.
        """
        if request.headers.get("Upgrade", "").lower() != "websocket":
            raise refused(
                HTTPStatus.UPGRADE_REQUIRED,
                "websocket-required",
                "this address speaks WebSocket only",
                "open it as a WebSocket; a list is at GET /api/v1/devices",
                {"Upgrade": "websocket", "Connection": "Upgrade"},
            )
        strangers = [phone for phone in self._phones if phone.is_stranger]
        if len(self._phones) - len(strangers) >= MAX_PHONES:
            raise refused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too-many-streams",
                f"{MAX_PHONES} phones are on the stream already",
                "close another one",
                {"Retry-After": "10"},
            )
        if len(strangers) >= MAX_STRANGERS:
            strangers[0].drop()
        connection = request.protocol
        if not isinstance(connection, Connection):
            raise TypeError("the stream is served by hub.api.server alone")
        socket: web.WebSocketResponse[bool] = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S,
            compress=False,
            max_msg_size=MAX_MESSAGE_BYTES,
            timeout=CLOSE_WITHIN_S,
            decode_text=False,
        )
        await socket.prepare(request)
        line = Line(socket, connection)
        phone = Phone(self._home, self._metrics, self.journal, self._memory, line, self._write_soon)
        self._phones[phone] = None
        self._metrics.streams = len(self._phones)
        try:
            await phone.serve()
        except Exception:
            _log.exception("a stream failed")
        finally:
            del self._phones[phone]
            self._metrics.streams = len(self._phones)
        return socket

    async def run(self) -> None:
        """Let phones go whose session has ended, and tell others what they see now otherwise."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            for phone in list(self._phones):
                phone.check_token()
                phone.write()

    def close(self) -> None:
        """Tell all phones that the hub stops."""
        for phone in list(self._phones):
            phone.leave(Close.STOPPING)

    def _write_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._write_next)

    def _write_next(self) -> None:
        """Let what goes to devices in this turn go out before it is put into words for phones."""
        asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        self._is_due = False
        for phone in self._phones:
            phone.write()


def is_personal(event: Event) -> bool:
    """Say whether an event concerns one person alone, and so nobody's picture of the home."""
    match event:
        case ArrangedChanged(arranged):
            return arranged.kind in _PERSONAL
        case ArrangedRemoved(kind):
            return kind in _PERSONAL
        case NoticeChanged(_, reader):
            return bool(reader)
        case _:
            return False
