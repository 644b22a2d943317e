"""One hub, as a program has it in its hands."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from os import PathLike
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from ecohub_client.commands import WITHIN_S, Scalar, carried_out, new_id
from ecohub_client.errors import ProblemError
from ecohub_client.exchange import TIMEOUT_S, Exchange, Query, Request, part
from ecohub_client.home import Home
from ecohub_client.live import Live
from ecohub_client.operations import Operations
from ecohub_client.session import Session
from ecohub_client.shapes import Only, Pair, PersonShown, Receipt, ResumeFrom
from ecohub_client.stream import Stream
from ecohub_client.tokens import TokenStore

_NOT_KNOWN = 401


class Hub:
    """A hub; an asynchronous context manager.

    Args:
        url: Such as `http://192.168.1.20:8321`.
        token: Of a program. Leave it out to pair.
        store: Where the tokens of a paired session are kept; None to keep them in memory.
        ca_file: The hub's own CA (PEM), for an https url.
        timeout_s: How long an answer is waited for.

    Attributes:
        api: Every operation of the API, typed.
        home: The home as the last call of `live` keeps it.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        store: TokenStore | None = None,
        ca_file: str | PathLike[str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._url, self._given, self._store = url, token, store
        self._ca_file, self._timeout_s = ca_file, timeout_s
        self._open: tuple[Exchange, Session] | None = None
        self._lives: list[Live] = []
        self.api = Operations(self._ask)
        self.home = Home()

    async def __aenter__(self) -> Self:
        tls = None
        if self._ca_file is not None:
            tls = await asyncio.to_thread(ssl.create_default_context, cafile=self._ca_file)
        exchange = Exchange(self._url, tls, self._timeout_s)
        session = Session(exchange, self._given, self._store)
        try:
            await session.open()
        except BaseException:
            await exchange.close()
            raise
        self._open = exchange, session
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        exchange, session = self._opened
        try:
            for live in self._lives:
                await live.aclose()
            await session.close()
        finally:
            await exchange.close()

    @property
    def url(self) -> str:
        """Where the hub is."""
        return self._opened[0].url

    @property
    def is_paired(self) -> bool:
        """Whether this program has a token."""
        return self._opened[1].is_known

    async def pair(self, code: str, *, device: str, person: str | None = None) -> PersonShown:
        """Come to the home with a code that the hub or a person has shown; say who has come.

        Args:
            code: As it was shown; blanks, dashes and case do not matter.
            device: What this program is called in the list of sessions.
            person: Who you are; not needed where the code says so.

        Raises:
            ProblemError: The code is not good.
            UnreachableError: No hub answers.
        """
        body: Pair = {"code": code, "person": person, "device": device}
        return (await self._opened[1].pair(body))["person"]

    async def leave(self) -> None:
        """End this session, at the hub and here.

        Raises:
            UnreachableError: No hub answers; the tokens are still here.
        """
        try:
            me = await self.api.show_me()
            if me["session"]:
                await self.api.end_session(me["session"])
        except ProblemError as problem:
            if problem.status != _NOT_KNOWN:
                raise
        await self._opened[1].forget()

    def live(self, *, only: Only | None = None) -> Live:
        """Return what follows the home from now on; `home` is kept by it.

        Args:
            only: Rooms, devices, addresses of which is told alone; `home` then holds no more. Such
                as `{"rooms": ["room-7f3a91c2"], "addresses": ["light.on"]}`.
        """
        exchange, session = self._opened
        live = Live(exchange, session, only)
        self._lives = [one for one in self._lives if not one.is_closed] + [live]
        self.home = live.home
        return live

    @asynccontextmanager
    async def stream(
        self, resume: ResumeFrom | None = None, *, only: Only | None = None
    ) -> AsyncIterator[Stream]:
        """Open one stream, for whoever wants the frames themselves; `live` is for all others.

        Raises:
            ProblemError: The hub opens no stream.
            UnreachableError: No hub answers.
        """
        exchange, session = self._opened
        token = await session.token() or ""
        async with await Stream.open(exchange, token, resume, only) as stream:
            yield stream

    async def set(
        self,
        device: str,
        properties: Mapping[str, Scalar],
        *,
        id: str | None = None,  # noqa: A002 - the API's word
        expires_in_s: float | None = None,
        within_s: float = WITHIN_S,
    ) -> Receipt:
        """Set properties of a device, and return the receipt that says that it is so.

        A line that breaks meanwhile changes nothing: the same command is asked for again.

        Args:
            device: Its id.
            properties: Values by address, all of them or none.
            id: Your own id of the command; a new one if left out.
            expires_in_s: How long it may wait for the device; if left out, 10 s, and more for a
                device that sleeps.
            within_s: How long its end is waited for.

        Raises:
            CommandError: It ended otherwise than applied or confirmed, or not in time.
            ProblemError: The hub does not take it.
            UnreachableError: No answer came in time; it may have been carried out.
        """
        path = f"/api/v1/devices/{part(device)}/properties"
        body = _command(id, expires_in_s, properties=properties)
        return await carried_out(self._ask, "PATCH", path, body, within_s)

    async def call(
        self,
        device: str,
        action: str,
        arguments: Mapping[str, Scalar] | None = None,
        *,
        id: str | None = None,  # noqa: A002 - the API's word
        expires_in_s: float | None = None,
        within_s: float = WITHIN_S,
    ) -> Receipt:
        """Run an action of a device once, and return the receipt with its results; see `set`."""
        path = f"/api/v1/devices/{part(device)}/actions/{part(action)}"
        body = _command(id, expires_in_s, arguments=arguments or {})
        return await carried_out(self._ask, "POST", path, body, within_s)

    async def history_csv(
        self, device: str, addresses: Sequence[str] = (), *, since: str | None = None
    ) -> AsyncIterator[bytes]:
        """Yield all that a device told since a time, ISO 8601, as CSV."""
        exchange, session = self._opened
        query: Query = {"format": "csv", "from": since, "address": addresses}
        path = f"/api/v1/devices/{part(device)}/history"
        token = await session.token()
        async for chunk in exchange.chunks(Request("GET", path, query=query, token=token)):
            yield chunk

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        is_text: bool = False,
    ) -> object:
        exchange, session = self._opened
        token = await session.token()
        request = Request(method, path, body, query, token, is_text)
        try:
            return await exchange.send(request)
        except ProblemError as problem:
            if problem.status != _NOT_KNOWN:
                raise
            other = await session.renewed(token)
            if other is None:
                raise
        return await exchange.send(replace(request, token=other))

    @property
    def _opened(self) -> tuple[Exchange, Session]:
        if self._open is None:
            raise RuntimeError("a hub is used inside its `async with` block")
        return self._open


class PairingLink(NamedTuple):
    """What the link and the QR of a hub say."""

    url: str
    code: str


def read_link(link: str) -> PairingLink:
    """Return what a link such as `http://192.168.1.20:8321/#pair=1234-5678` says.

    Raises:
        ValueError: It is no link of a hub.
    """
    parts = urlsplit(link.strip())
    codes = parse_qs(parts.fragment).get("pair", [])
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(codes) != 1:
        raise ValueError("a pairing link looks like http://192.168.1.20:8321/#pair=1234-5678")
    return PairingLink(f"{parts.scheme}://{parts.netloc}", codes[0])


def _command(command: str | None, expires_in_s: float | None, **what: object) -> dict[str, object]:
    body: dict[str, object] = {"id": command or new_id(), **what}
    if expires_in_s is not None:
        body["expires_in_s"] = expires_in_s
    return body
