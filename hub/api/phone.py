"""One client on the stream: who it is, where it reads, what it asks."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final, NamedTuple

from aiohttp import WSMsgType, web
from pydantic_core import to_json

from hub.api import problems
from hub.api.asking import new_id
from hub.api.connections import Connection
from hub.api.evidence import notice_shown
from hub.api.favourites import FavouritesTold
from hub.api.frames import sealed
from hub.api.journal import Journal, Place
from hub.api.memory import Memory
from hub.api.messages import Auth, CallAction, Ping, Ref, Set, Told
from hub.api.outlook import Outlook
from hub.api.problems import ProblemError
from hub.api.said import read_said
from hub.api.seeing import check_control
from hub.core.commands import CommandRequest
from hub.core.errors import RequestError
from hub.core.events import NoticeChanged
from hub.core.people.access import Principal
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord
from hub.home import Home
from hub.metrics import Metrics
from hub.store import StoreError
from protocol.ids import Address, DeviceId
from protocol.version import PROTOCOL

AUTH_WITHIN_S: Final = 10.0
MAX_AT_ONCE: Final = 64
"""Commands of one phone that may wait for the store; it is not read further meanwhile."""

_log = logging.getLogger(__name__)


class Close(Enum):
    """Why the hub closes a stream: code and text of the close frame."""

    STOPPING = 1001, "the hub is stopping"
    NOT_TEXT = 1003, "messages are text"
    TOO_SLOW = 1013, "nothing was read for 10 s; come back and resume"
    NO_AUTH = 4400, "the first message must be auth"
    TOKEN_WRONG = 4401, "the token is not valid"
    TOKEN_REVOKED = 4401, "the session has ended"
    AUTH_LATE = 4408, "no auth within 10 s"

    @property
    def code(self) -> int:
        """The close code."""
        return self.value[0]

    @property
    def text(self) -> str:
        """What it says to people."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one client: an open WebSocket and the connection under it."""

    socket: web.WebSocketResponse[bool]
    connection: Connection


class _Accepted(NamedTuple):
    """An answer that is put into words when the command is on its way to the device already."""

    ref: Ref | None
    record: CommandRecord


class Phone:
    """Talks with one client over an open WebSocket.

    Args:
        memory: What was told to clients of each session.
        write_soon: Has `write` called at the end of this turn of the loop.
    """

    def __init__(
        self,
        home: Home,
        metrics: Metrics,
        journal: Journal,
        memory: Memory,
        line: Line,
        write_soon: Callable[[], None],
    ) -> None:
        self._home, self._metrics = home, metrics
        self._journal, self._memory = journal, memory
        self._outlook: Outlook | None = None
        self._favourites = FavouritesTold(self._chosen)
        self._socket, self._connection = line.socket, line.connection
        self._write_soon = write_soon
        self._answers: list[bytes | _Accepted] = []
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)
        self._tasks = asyncio.TaskGroup()
        self._asks: Principal | None = None
        self._is_live = self._is_leaving = False
        self._revision = -1

    async def serve(self) -> None:
        """Talk until one of the two leaves."""
        self._tell(
            {
                "type": "hello",
                "hub": self._home.hub_id,
                "protocol": str(PROTOCOL),
                "stream": self._journal.stream,
                "now": self._now(),
            }
        )
        self.write()
        async with self._tasks:
            if await self._is_admitted():
                await self._listen()
            self._is_live, self._is_leaving = False, True

    def write(self) -> None:
        """Write all answers, and what has changed unless the client does not keep up reading."""
        self._look_up()
        answers, self._answers = self._answers, []
        due = [self._text(answer) for answer in answers]
        is_ready = self._is_live and not self._connection.writing_paused
        outlook = self._outlook
        if is_ready and outlook is not None and outlook.is_behind:
            dropped = outlook.dropped
            due.append(outlook.take())
            self._metrics.coalesced += outlook.dropped - dropped
        if is_ready and (favourites := self._favourites.take()):
            due.append(favourites)
        transport = self._connection.transport
        if not due or transport is None or transport.is_closing() or self._socket.closed:
            return
        frames = b"".join(due)
        if not frames:
            return
        transport.write(frames)  # never drained here: one slow client would hold up the others
        self._metrics.stream_bytes += len(frames)

    def take_read(self, event: NoticeChanged) -> None:
        """Tell the client that its person has read a notice; it is no change that is numbered."""
        self._look_up()
        asks, outlook = self._asks, self._outlook
        if not self._is_live or asks is None or outlook is None:
            return
        if event.reader == (asks.person or asks.scope) and outlook.tells(event.notice):
            shown = notice_shown(event.notice, self._home.clock, event.reader)
            self._tell({"type": "notification", "seq": outlook.seq, "notification": shown})

    def check_token(self) -> None:
        """Let the client go if its session has ended; else see who it is now."""
        if self._is_live and self._asks is not None:
            self._revision = self._home.people.sights.revision
            still = self._home.still(self._asks)
            if still is None:
                self.leave(Close.TOKEN_REVOKED)
            elif still != self._asks:
                self._asks = still

    @property
    def is_stranger(self) -> bool:
        """Whether nobody has said yet who is there."""
        return self._asks is None and not self._is_leaving

    def drop(self) -> None:
        """Hang up at once, without a word."""
        self._is_leaving, self._is_live = True, False
        self._connection.drop()

    def leave(self, reason: Close) -> None:
        """Close the socket and say why; does nothing the second time."""
        if self._is_leaving:
            return
        self._is_leaving, self._is_live = True, False
        self.write()
        self._tasks.create_task(self._close(reason), name="close stream")

    async def _close(self, reason: Close) -> None:
        await self._socket.close(code=reason.code, message=reason.text.encode(), drain=False)

    async def _is_admitted(self) -> bool:
        try:
            # Around it, since the timeout of `receive` begins anew at each ping.
            async with asyncio.timeout(AUTH_WITHIN_S):
                message = await self._socket.receive()
        except TimeoutError:
            self.leave(Close.AUTH_LATE)
            return False
        if message.type is not WSMsgType.TEXT:
            self.leave(Close.NO_AUTH)
            return False
        try:
            said = read_said(message.data)
        except ProblemError as error:
            self._object(None, error)
            self.leave(Close.NO_AUTH)
            return False
        if not isinstance(said, Auth):
            self.leave(Close.NO_AUTH)
            return False
        return self._admit(said)

    def _admit(self, auth: Auth) -> bool:
        asks = self._home.who(auth.token)
        if asks is None:
            self.leave(Close.TOKEN_WRONG)
            return False
        self._asks = asks
        self._connection.is_trusted = True
        self._connection.on_writable = self.write
        self._connection.on_stuck = lambda: self.leave(Close.TOO_SLOW)
        place = Place(auth.resume.stream, auth.resume.seq) if auth.resume else None
        devices = self._home.hub.devices
        look = partial(self._sight, asks)
        only = auth.only.filter() if auth.only else None
        self._outlook = Outlook(
            self._journal, self._memory, asks.scope, look, lambda: devices, only
        )
        self._answers.append(self._outlook.begin(place) + self._favourites.take())
        self._is_live = True
        self.write()
        return True

    async def _listen(self) -> None:
        while True:
            await self._connection.writable()
            message = await self._socket.receive()
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)
            elif message.type is WSMsgType.BINARY:
                self.leave(Close.NOT_TEXT)
            else:
                return

    async def _take(self, data: bytes) -> None:
        try:
            said = read_said(data)
        except ProblemError as error:
            self._object(None, error)
            return
        match said:
            case Ping(ref=ref):
                self._tell({"type": "pong", "ref": ref, "now": self._now()})
            case Auth():
                detail = "this stream has authenticated already"
                remedy = "open another stream for another token"
                self._object(None, problems.refused(409, "auth-again", detail, remedy))
            case Set() | CallAction():
                await self._obey(said)

    async def _obey(self, said: Set | CallAction) -> None:
        """Take a command; what has to wait for the store does so beside those that follow."""
        self.check_token()
        if self._is_leaving or self._asks is None:
            return
        try:
            begun = self._home.begin(self._request(said, self._asks))
        except Exception as error:
            self._object(said.ref, _as_problem(error))
            return
        if isinstance(begun, CommandRecord):
            self._accept(said.ref, begun)
        else:
            self._tasks.create_task(self._accept_later(said.ref, begun), name="command")
            await self._slots.acquire()

    async def _accept_later(
        self, ref: Ref | None, begun: Coroutine[object, object, CommandRecord]
    ) -> None:
        try:
            self._accept(ref, await begun)
        except Exception as error:
            self._object(ref, _as_problem(error))
        finally:
            self._slots.release()

    def _accept(self, ref: Ref | None, record: CommandRecord) -> None:
        self._answers.append(_Accepted(ref, record))
        self._write_soon()

    def _text(self, answer: "bytes | _Accepted") -> bytes:
        if isinstance(answer, bytes):
            return answer
        shown = self._journal.renderer.receipt(answer.record)
        head = b'{"type":"accepted","ref":' + to_json(answer.ref)
        return sealed(head + b',"receipt":' + shown + b"}")

    def _look_up(self) -> None:
        """See who the client is before anything is told, if rights have changed since."""
        if self._revision != self._home.people.sights.revision:
            self.check_token()

    def _sight(self, first: Principal) -> Sight:
        return self._home.people.sights.of(self._asks or first)

    def _request(self, said: Set | CallAction, asks: Principal) -> CommandRequest:
        match said:
            case Set(properties=values):
                action, touched = None, tuple(values)
            case CallAction(arguments=values):
                action, touched = Address(said.action), (said.action,)
        check_control(self._home.people.sights.of(asks), DeviceId(said.device), touched)
        return CommandRequest(
            device=DeviceId(said.device),
            scope=asks.scope,
            command_id=new_id(),
            values=values,
            action=action,
            client_id=said.id,
            ttl_s=said.expires_in_s,
            by=asks.by,
        )

    def _now(self) -> str:
        return self._home.clock.iso(self._home.clock.now_s())

    def _chosen(self) -> tuple[DeviceId, ...]:
        asks = self._asks
        return self._home.hub.arrangement.favourites(asks.person or asks.scope) if asks else ()

    def _object(self, ref: Ref | None, error: ProblemError) -> None:
        self._tell({"type": "problem", "ref": ref, "problem": error.problem})

    def _tell(self, told: Told) -> None:
        self._answers.append(sealed(to_json(told)))
        self._write_soon()


def _as_problem(error: Exception) -> ProblemError:
    match error:
        case RequestError():
            return problems.of_request(error)
        case StoreError():
            return problems.of_store(error)
        case _:
            _log.error("a command over the stream failed", exc_info=error)
            return problems.internal()
