"""The changes of a home, one after the other, over as many connections as that takes."""

import asyncio
import random
from types import TracebackType
from typing import Final, Literal, Self, TypeAlias, TypedDict

from ecohub_client.errors import (
    ProblemError,
    StreamClosedError,
    UnreachableError,
    problem_of,
)
from ecohub_client.exchange import Exchange
from ecohub_client.home import Home
from ecohub_client.session import Session
from ecohub_client.shapes import Only, Told
from ecohub_client.stream import TOKEN_REFUSED, Stream

FIRST_WAIT_S: Final = 0.4
LONGEST_WAIT_S: Final = 12.0
GROWTH: Final = 1.8

_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be other ones after a while."""


class Broken(TypedDict):
    """The line has broken; as soon as there is another, what was missed follows."""

    type: Literal["broken"]
    reason: str


Change: TypeAlias = Told | Broken


class Live:
    """Follows a home; an asynchronous iterator that ends only when it is closed.

    The first change is a `snapshot`. After a `broken` comes `resumed`, and what was missed, or a
    `snapshot` if that was too much. While nobody takes changes nothing is read and nothing piles
    up here: the hub tells a slow reader the latest of each kind. Giving up waiting (a timeout
    around `anext`) loses nothing.

    Args:
        only: What of the home is to be told; None for all.

    Attributes:
        home: A copy of the home, every change that was taken already in it.
        is_live: Whether the line is there.
        is_closed: Whether nothing comes any more.
    """

    def __init__(self, exchange: Exchange, session: Session, only: Only | None = None) -> None:
        self._exchange, self._session, self._only = exchange, session, only
        self._stream: Stream | None = None
        self._token: str | None = None
        self._is_refused = False
        self._broken: Broken | None = None
        self._wait_s = self._asked_s = 0.0
        self.is_closed = False
        self.home = Home()
        self.is_live = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        """Return the next change.

        Raises:
            ProblemError: The hub lets us in no more.
        """
        while not self.is_closed:
            try:
                if self._stream is None:
                    await self._open()
                else:
                    return await self._receive(self._stream)
            except UnreachableError as error:
                await self._lose(error)
            if self._broken is not None:
                broken, self._broken = self._broken, None
                return broken
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Hang up; whoever waits for a change is told that there are no more."""
        self.is_closed, self.is_live = True, False
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.close()

    async def _open(self) -> None:
        jitter_s = self._wait_s * random.uniform(-0.5, 0.5)  # noqa: S311 - no secret
        await asyncio.sleep(max(self._wait_s + jitter_s, self._asked_s))
        self._wait_s = min(LONGEST_WAIT_S, max(FIRST_WAIT_S, self._wait_s * GROWTH))
        self._asked_s = 0.0
        try:
            self._token = await self._good_token()
            opened = await Stream.open(self._exchange, self._token, self.home.place, self._only)
        except ProblemError as problem:
            if problem.status not in _LATER:
                raise
            asked_s = problem.retry_after_s or 0.0
            self._asked_s = asked_s * random.uniform(1.0, 1.2)  # noqa: S311 - no secret
            return
        if self.is_closed:
            await opened.close()
            return
        self._stream = opened

    async def _good_token(self) -> str:
        """Return a token; if the last one was refused, another.

        Raises:
            ProblemError: There is none: nobody has paired, or the session has ended.
            UnreachableError: No hub answers.
        """
        is_refused, self._is_refused = self._is_refused, False
        session = self._session
        found = await (session.renewed(self._token) if is_refused else session.token())
        if found is None:
            told = {"detail": "the hub does not know this program", "remedy": "pair again"}
            raise problem_of({**told, "code": "token-wrong"}, 401)
        return found

    async def _receive(self, stream: Stream) -> Told:
        """Return the next frame, taken in already."""
        told = await stream.receive()
        self.home.take(told)
        if told["type"] in {"snapshot", "resumed"}:
            # Not at once, should it break: all others who were on it come back, too.
            self.is_live, self._wait_s = True, FIRST_WAIT_S
        return told

    async def _lose(self, error: UnreachableError) -> None:
        stream, self._stream = self._stream, None
        if self.is_live:  # kept, should whoever waits give up while the line is closed
            self._broken = {"type": "broken", "reason": str(error)}
        self.is_live = False
        self._is_refused = isinstance(error, StreamClosedError) and error.code == TOKEN_REFUSED
        if stream is not None:
            await stream.close()
