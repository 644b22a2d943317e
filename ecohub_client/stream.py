"""One connection to the live stream."""

import asyncio
import json
from types import TracebackType
from typing import Final, Self, cast

from aiohttp import (
    ClientError,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
    WSServerHandshakeError,
)

from ecohub_client.errors import (
    CUT,
    ProblemError,
    StreamClosedError,
    UnreachableError,
    problem_of,
)
from ecohub_client.exchange import MOST_BYTES, Exchange
from ecohub_client.shapes import Auth, Hello, Only, ResumeFrom, Said, Told

HEARTBEAT_S: Final = 20.0
"""A hub of which nothing is heard for half as long after a ping is given up."""

CLOSE_WITHIN_S: Final = 2.0

TOKEN_REFUSED: Final = 4401
"""Code with which the hub closes a stream whose token it does not take."""


class Stream:
    """An open stream, who is there already said.

    Attributes:
        hello: Which hub this is, and which run of it.
    """

    def __init__(self, socket: ClientWebSocketResponse, hello: Hello) -> None:
        self._socket = socket
        self.hello = hello

    @classmethod
    async def open(
        cls, exchange: Exchange, token: str, resume: ResumeFrom | None, only: Only | None = None
    ) -> Self:
        """Connect and say who is there; what comes next is a snapshot, or says that it goes on.

        Args:
            exchange: The way to the hub.
            token: Of whoever is there.
            resume: From where to go on; a place that was reached with the same `only`.
            only: What of the home is to be told; None for all.

        Raises:
            ProblemError: The hub opens no stream.
            UnreachableError: No hub answers in time.
        """
        socket: ClientWebSocketResponse | None = None
        try:
            async with asyncio.timeout(exchange.timeout_s):
                socket = await exchange.http.ws_connect(
                    f"{exchange.url}/api/v1/stream",
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=MOST_BYTES,
                    timeout=ClientWSTimeout(ws_close=CLOSE_WITHIN_S),
                )
                stream = cls(socket, cast("Hello", await _next(socket)))
                auth: Auth = {"type": "auth", "token": token}
                if resume:
                    auth["resume"] = resume
                if only:
                    auth["only"] = only
                await stream.send(auth)
                socket = None
                return stream
        except WSServerHandshakeError as error:
            wait = error.headers.get("Retry-After") if error.headers else None
            raise problem_of(
                {"detail": "the hub opens no stream", "code": "stream-refused"}, error.status, wait
            ) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise exchange.unreachable(error) from error
        finally:
            if socket is not None:
                await socket.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Told:
        return await self.receive()

    async def receive(self) -> Told:
        """Return the next frame; giving up waiting loses none.

        Raises:
            ProblemError: The hub has not understood what was said last.
            StreamClosedError: The stream has ended.
        """
        told = await _next(self._socket)
        if told["type"] == "problem" and told["ref"] is None:
            raise ProblemError(told["problem"])
        return told

    async def send(self, said: Said) -> None:
        """Say something.

        Raises:
            UnreachableError: The line is broken.
        """
        try:
            await self._socket.send_str(json.dumps(said))
        except (ClientError, OSError) as error:
            raise UnreachableError(f"the stream is broken: {error}") from error

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()


async def _next(socket: ClientWebSocketResponse) -> Told:
    while True:
        message = await socket.receive()
        match message.type:
            case WSMsgType.TEXT:
                return cast("Told", json.loads(message.data))
            case WSMsgType.CLOSE | WSMsgType.CLOSING | WSMsgType.CLOSED:
                text = message.extra if isinstance(message.extra, str) else ""
                raise StreamClosedError(socket.close_code or CUT, text)
            case WSMsgType.ERROR:
                raise StreamClosedError(CUT, str(message.data))
            case _:
                continue
