"""Operations that describe the API: the document, and the page to browse it offline."""

import asyncio
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from aiohttp import web

from hub.api.operations import Answer, Call, Parameter, Routes
from hub.api.problems import refused
from hub.api.replies import encoded_reply, file_reply
from hub.api.terms import Document
from hub.core.people.rights import Right

routes = Routes("Documents")

_PAGE: Final = ("docs.html", "text/html")

_FILES: Final = MappingProxyType(
    {
        "docs.js": ("docs.js", "text/javascript"),
        "docs.css": ("docs.css", "text/css"),
        "rapidoc-min.js": ("vendor/rapidoc/rapidoc-min.js", "text/javascript"),
        "LICENSE.txt": ("vendor/rapidoc/LICENSE.txt", "text/plain"),
    }
)
"""What the page is made of: name in the address to place and media type."""

FILE: Final = Parameter(
    "file",
    f"^({'|'.join(name.replace('.', '[.]') for name in _FILES)})$",
    "A file that the page loads.",
    "docs.css",
)

_STYLED: Final = MappingProxyType(
    {
        # RapiDoc writes style attributes, and draws its icons from data: addresses.
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
    }
)


@routes.operation("GET", "/openapi.json", Answer(200, "This document.", Document), right=Right.SEE)
async def show_openapi(call: Call[None]) -> web.Response:
    """Show this document: OpenAPI 3.1, made from the models that check the requests."""
    return encoded_reply(await asyncio.to_thread(call.context.document))


@routes.operation("GET", "/asyncapi.json", Answer(200, "The document.", Document), right=Right.SEE)
async def show_asyncapi(call: Call[None]) -> web.Response:
    """Show the AsyncAPI 3 document: the stream of the phones, and the messages of devices."""
    return encoded_reply(await asyncio.to_thread(call.context.stream_document))


@routes.operation("GET", "/docs", Answer(200, "The page.", media=("text/html",)), right=Right.OPEN)
async def show_docs(call: Call[None]) -> web.Response:
    """Show a page to browse and try this API.

    It tells nothing of this home: it asks for a token before it loads the document.
    """
    return await _file(*_PAGE)


@routes.operation(
    "GET",
    "/docs/{file}",
    Answer(200, "The file.", media=("text/javascript", "text/css", "text/plain")),
    parameters=(FILE,),
    right=Right.OPEN,
)
async def show_docs_file(call: Call[None]) -> web.Response:
    """Show a file that the page loads."""
    found = _FILES.get(call.path(FILE))
    if found is None:
        raise refused(404, "file-unknown", "the page has no such file", "open /api/v1/docs")
    return await _file(*found)


async def _file(place: str, media: str) -> web.Response:
    source = files("hub").joinpath("web").joinpath(*place.split("/"))
    body = await asyncio.to_thread(source.read_bytes)
    return file_reply(body, media, _STYLED)
