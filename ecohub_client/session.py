"""Who a program is to a hub: a token, or a session whose tokens are renewed."""

import asyncio
from typing import Final, cast

from ecohub_client.errors import ProblemError, problem_of
from ecohub_client.exchange import Exchange, Request
from ecohub_client.shapes import Pair, TokensGiven
from ecohub_client.tokens import Tokens, TokenStore

_BUSY: Final = 429


class Session:
    """Gives out a good access token; of many who need a new one, one fetches it.

    Args:
        token: Of a program, good until it is revoked; None for a session that is paired.
        store: Where the tokens of a session are kept; None to keep them in memory alone.
    """

    def __init__(self, exchange: Exchange, token: str | None, store: TokenStore | None) -> None:
        self._exchange, self._token, self._store = exchange, token, store
        self._tokens: Tokens | None = None
        self._renewing: asyncio.Task[Tokens] | None = None

    async def open(self) -> None:
        """Read what was kept."""
        if self._store is not None:
            self._tokens = await self._store.load()

    async def close(self) -> None:
        """Wait for new tokens that are on their way: the old ones are worthless by then."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing])

    @property
    def is_known(self) -> bool:
        """Whether there is a token at all."""
        return self._token is not None or self._tokens is not None

    async def token(self) -> str | None:
        """Return a token that is good for a while yet; None where there is none.

        Raises:
            ProblemError: The session has ended.
            UnreachableError: No hub answers.
        """
        if self._tokens is None or self._tokens.is_fresh:
            return self._tokens.access if self._tokens else self._token
        return await self.renewed(self._tokens.access)

    async def renewed(self, refused: str | None) -> str | None:
        """Return a token other than the one that was refused; None where there is no other.

        Raises:
            ProblemError: The session has ended.
            UnreachableError: No hub answers.
        """
        held = self._tokens
        if held is None:
            return None
        if held.access != refused:
            return held.access
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew(held), name="renew tokens")
            self._renewing.add_done_callback(self._renewed)
        # Who asked may give up; what the hub has given must not get lost with them.
        return (await asyncio.shield(self._renewing)).access

    async def pair(self, body: Pair) -> TokensGiven:
        """Become a session, by a code.

        Raises:
            ProblemError: The code is not good.
            UnreachableError: No hub answers.
        """
        return await self._take(Request("POST", "/api/v1/pair", body))

    async def forget(self) -> None:
        """Be nobody from now on."""
        self._tokens = None
        if self._store is not None:
            await self._store.save(None)

    async def _renew(self, held: Tokens) -> Tokens:
        kept = await self._store.load() if self._store is not None else None
        if kept is not None and kept.refresh != held.refresh:
            self._tokens = kept
            return kept
        body = {"refresh": held.refresh, "id": held.refresh_id}
        try:
            await self._take(Request("POST", "/api/v1/sessions/refresh", body))
        except ProblemError as problem:
            if 400 <= problem.status < 500 and problem.status != _BUSY:
                await self.forget()
            raise
        if self._tokens is None:
            raise problem_of({"detail": "the session was left", "code": "no-session"}, 401)
        return self._tokens

    async def _take(self, request: Request) -> TokensGiven:
        given = cast("TokensGiven", await self._exchange.send(request))
        self._tokens = Tokens.of(given)
        if self._store is not None:
            await self._store.save(self._tokens)
        return given

    def _renewed(self, task: "asyncio.Task[Tokens]") -> None:
        self._renewing = None
        if not task.cancelled():
            task.exception()  # who waited for it has it; if nobody does, it is said next time
