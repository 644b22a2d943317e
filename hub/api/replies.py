"""Answers of the API: JSON, and problems."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aiohttp import web
from pydantic_core import to_json

from hub.api.problems import MEDIA_TYPE, ProblemError

SECURITY_HEADERS: Final = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Server": "ecohub",
    }
)

_JSON: Final = MappingProxyType({**SECURITY_HEADERS, "Content-Type": "application/json"})
_PROBLEM: Final = MappingProxyType({**SECURITY_HEADERS, "Content-Type": MEDIA_TYPE})


def json_reply(content: object, status: int = 200) -> web.Response:
    """Answer with `content` as JSON."""
    return encoded_reply(to_json(content), status)


def encoded_reply(body: bytes, status: int = 200) -> web.Response:
    """Answer with JSON that is encoded already."""
    return web.Response(body=body, status=status, headers=_JSON)


def text_reply(body: bytes, media: str) -> web.Response:
    """Answer with text of another type, whose charset it names itself."""
    return web.Response(body=body, headers={**SECURITY_HEADERS, "Content-Type": media})


def file_reply(body: bytes, media: str, headers: Mapping[str, str]) -> web.Response:
    """Answer with a file of a page, under headers that suit the page."""
    content_type = {"Content-Type": f"{media}; charset=utf-8"}
    return web.Response(body=body, headers={**SECURITY_HEADERS, **headers, **content_type})


def empty_reply() -> web.Response:
    """Answer that it is done, with nothing to show for it."""
    return web.Response(status=204, headers=SECURITY_HEADERS)


def problem_reply(error: ProblemError) -> web.Response:
    """Answer with a problem."""
    headers = {**_PROBLEM, **error.headers}
    return web.Response(body=to_json(error.problem), status=error.status, headers=headers)
