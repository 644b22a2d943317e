"""Requests to one hub and their answers; who asks is somebody else's matter."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from urllib.parse import quote, urlsplit

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from ecohub_client.errors import UnreachableError, problem_of

TIMEOUT_S: Final = 10.0
"""How long an answer is waited for, beyond the time that a request itself asks the hub to wait."""

MOST_BYTES: Final = 64 * 1024 * 1024
"""Largest frame that is taken from the stream; a snapshot of 1,000 devices has some 3 MB."""

Query: TypeAlias = Mapping[str, str | float | Sequence[str] | None]


class Ask(Protocol):
    """Sends a request as whoever this program is, and returns the content of the answer."""

    async def __call__(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        is_text: bool = False,
    ) -> object:
        """Return the decoded JSON, or the text where that is wanted; None for an empty answer."""


def part(text: str) -> str:
    """Return a text as one segment of a path."""
    return quote(text, safe="")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        is_text: Whether the answer is meant to be something else than JSON.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
    query: Query | None = None
    token: str | None = None
    is_text: bool = False

    @property
    def wait_s(self) -> float:
        """How long the hub may take because the body says so."""
        asked = (self.body or {}).get("wait_s", 2.0)
        return float(asked) if isinstance(asked, int | float) else 0.0

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks; no header where there is no token."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query as it is written; what is None is left out."""
        found: list[tuple[str, str]] = []
        for name, value in (self.query or {}).items():
            if isinstance(value, str | int | float):
                found.append((name, str(value)))
            elif value is not None:
                found.extend((name, one) for one in value)
        return found


class Exchange:
    """One hub over HTTP; an open connection is used again.

    Args:
        url: Such as `http://192.168.1.20:8321`.
        tls: Whom to believe that they are the hub, for an https url; None for the system's CAs.
        timeout_s: See `TIMEOUT_S`.
    """

    def __init__(self, url: str, tls: ssl.SSLContext | None, timeout_s: float) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is no url of a hub, such as http://192.168.1.20:8321")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.timeout_s = timeout_s
        self.http = ClientSession(
            connector=TCPConnector(ssl=tls or True),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self.http.close()

    async def send(self, request: Request) -> object:
        """Send a request and return the content of its answer.

        Raises:
            ProblemError: The hub says no.
            UnreachableError: No answer came in time.
        """
        async with self._sent(request, self.timeout_s + request.wait_s, None) as response:
            return await self._content(response, is_text=request.is_text)

    async def chunks(self, request: Request) -> AsyncIterator[bytes]:
        """Yield the content of an answer as it comes, however long it is."""
        async with self._sent(request, None, self.timeout_s) as response:
            async for chunk in response.content.iter_any():
                yield chunk

    @asynccontextmanager
    async def _sent(
        self, request: Request, total_s: float | None, read_s: float | None
    ) -> AsyncIterator[ClientResponse]:
        try:
            async with self.http.request(
                request.method,
                self.url + request.path,
                json=request.body,
                params=request.pairs,
                headers=request.headers,
                timeout=ClientTimeout(total=total_s, sock_read=read_s, sock_connect=self.timeout_s),
            ) as response:
                if response.status >= 400:
                    content = await self._content(response)
                    raise problem_of(content, response.status, response.headers.get("Retry-After"))
                yield response
        except (ClientError, TimeoutError, OSError) as error:
            raise self.unreachable(error) from error

    async def _content(self, response: ClientResponse, *, is_text: bool = False) -> object:
        text = await response.text()
        if is_text or not text:
            return text or None
        try:
            found: object = json.loads(text)
        except ValueError as error:
            told = f"{self.url} is no hub: it answers {response.status} with no JSON"
            raise UnreachableError(told) from error
        return found

    def unreachable(self, error: Exception) -> UnreachableError:
        """Return the error for a line that is not there."""
        reason = str(error) or type(error).__name__
        return UnreachableError(f"no hub answers at {self.url}: {reason}")
