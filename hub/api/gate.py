"""Decides which requests come in: for this host, from no foreign page, with a token."""

import ipaddress
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from hub.api.problems import CHALLENGE, ProblemError, problem, refused
from hub.core.people.access import Principal
from hub.home import Home
from hub.people.tokens import ACCESS_PREFIX

HOSTS_KEPT: Final = 256
"""So many `Host` headers are remembered as good; more are judged anew each time."""

TOKEN_LIMIT: Final = 128
"""Longest token that is looked up; ours have 47 characters."""


class Gate:
    """Judges requests by their headers.

    A page of another site can make a browser send requests here, and can rename itself to this
    machine's address (DNS rebinding). It can choose neither the `Host` nor the `Origin` header, so
    the first must be a name that only this hub has, or an address, and the second the same.

    Args:
        names: Returns the names of this hub as it is called now, without port.
        origins: Further origins whose pages may use the API.

    Attributes:
        ports: Where the hub is served by http and by https: a page of one may use the other.
    """

    def __init__(
        self, home: Home, names: Callable[[], Iterable[str]], origins: Iterable[str]
    ) -> None:
        self.ports: frozenset[int] = frozenset()
        self._home, self._names = home, names
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._known: set[str] = set()

    def check_headers(self, request: web.Request) -> None:
        """Let a request pass or say why not.

        Raises:
            ProblemError: It is for another host, from a foreign page, or compressed.
        """
        headers = request.headers
        host = headers.get("Host", "")
        if host not in self._known:
            self._check_host(host)
        origin = headers.get("Origin")
        if origin is not None and not self._is_own(origin, host):
            raise refused(
                HTTPStatus.FORBIDDEN,
                "origin-refused",
                f"pages of {origin[:120]!r} may not use this hub",
                "add it to allowed_origins in [api] of hub.toml if you trust it",
            )
        if "Content-Encoding" in headers:
            raise refused(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "compressed-body",
                "the hub does not unpack request bodies",
                "send the body as it is, without Content-Encoding",
            )

    def principal(self, request: web.Request) -> Principal:
        """Return who sends a request, by the token that it carries.

        Raises:
            ProblemError: It has none, or a wrong one.
        """
        header = request.headers.get("Authorization")
        if header is None:
            raise refused(
                HTTPStatus.UNAUTHORIZED,
                "token-missing",
                "the request carries no token",
                "send the header Authorization: Bearer <token>",
                {"WWW-Authenticate": CHALLENGE},
            )
        scheme, _, plain = header.partition(" ")
        principal = None
        if scheme.lower() == "bearer" and len(plain) <= TOKEN_LIMIT:
            principal = self._home.who(plain.strip())
        if principal is None:
            raise self._wrong_token(is_access=plain.startswith(ACCESS_PREFIX))
        return principal

    def principal_if_any(self, request: web.Request) -> Principal | None:
        """Return who sends a request, None where there is no token or it is wrong."""
        try:
            return self.principal(request)
        except ProblemError:
            return None

    def _wrong_token(self, *, is_access: bool) -> ProblemError:
        """Tell of a wrong token; many phones whose access token has run out are no guessers."""
        wait_s = self._home.security.retry_after_s
        if wait_s > 0 and not is_access:
            return refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many-guesses",
                "too many wrong tokens have come in",
                "wait; a right token is served meanwhile",
                {"Retry-After": str(int(wait_s) + 1)},
            )
        told = problem(
            HTTPStatus.UNAUTHORIZED,
            "token-wrong",
            "the token is not one of this hub's, has run out, or was revoked",
            "refresh it, or pair this phone again",
        )
        return ProblemError(told, {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'})

    def _check_host(self, host: str) -> None:
        if not host:
            raise refused(
                HTTPStatus.BAD_REQUEST,
                "host-missing",
                "the request does not say which host it is for",
                "send a Host header",
            )
        if not self._is_own_name(_name_of(host)):
            raise refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "host-refused",
                f"{host[:120]!r} is no name of this hub",
                "use its address, or add the name to allowed_hosts in [api] of hub.toml",
            )
        if len(self._known) < HOSTS_KEPT:
            self._known.add(host)

    def _is_own_name(self, name: str) -> bool:
        if _is_address(name):
            return True
        return name in {own.lower().rstrip(".") for own in self._names()}

    def _is_own(self, origin: str, host: str) -> bool:
        place = _netloc(origin)
        if place == host.lower() or origin.lower().rstrip("/") in self._origins:
            return True
        port = place.rpartition(":")[2]
        is_neighbour = port.isdigit() and int(port) in self.ports
        return is_neighbour and without_port(place) == without_port(host.lower())


def without_port(host: str) -> str:
    """Return a `Host` header without its port; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _netloc(origin: str) -> str:
    """Return host and port of an http origin, lower case; empty for any other."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    is_plain = not (parts.path or parts.query or parts.fragment)
    return parts.netloc.lower() if is_plain and parts.scheme in {"http", "https"} else ""


def _name_of(host: str) -> str:
    """Return a `Host` header without its port; empty when it is not well formed."""
    if host.startswith("["):
        name, bracket, rest = host[1:].partition("]")
        is_formed = bracket and (not rest or (rest[0] == ":" and rest[1:].isdigit()))
    else:
        name, colon, port = host.partition(":")
        is_formed = not colon or port.isdigit()
    return name.lower().rstrip(".") if is_formed else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
