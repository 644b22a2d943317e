"""What happens to a request between the socket and its operation, and to what it raises."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import TypeAdapter, ValidationError

from hub.api import problems as problem
from hub.api.connections import Connection
from hub.api.context import Context
from hub.api.entitled import admit
from hub.api.gate import Gate
from hub.api.operations import JSON, NOBODY, Call, Operation
from hub.api.problems import ProblemError, refused
from hub.api.replies import problem_reply
from hub.broker import BrokerError
from hub.core.errors import RequestError
from hub.core.people.access import Principal
from hub.history import HistoryError
from hub.joining import JoinError
from hub.store import StoreError
from protocol.codec import read_object
from protocol.errors import ViolationError

MAX_BODY_BYTES: Final = 65_536
MAX_BODY_DEPTH: Final = 12
"""Conditions within conditions of an automation reach deepest."""

BODY_WITHIN_S: Final = 10.0

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(gate: Gate, answered: Counter[int]) -> Middleware:
    """Return what stands before all routes, those that do not exist included.

    Args:
        gate: Judges the headers.
        answered: Counts answers by status.
    """

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            gate.check_headers(request)
            response = await handler(request)
        except ConnectionError:
            raise
        except Exception as error:
            response = problem_reply(_as_problem(error))
            if not request.content.is_eof():
                response.force_close()
        answered[response.status] += 1
        return response

    return watch


def serving(operation: Operation, context: Context, gate: Gate) -> Handler:
    """Return what aiohttp calls: it checks token and body, then does the work."""

    async def serve(request: web.Request) -> web.StreamResponse:
        asks = let_in(request)
        if asks is not NOBODY and isinstance(connection := request.protocol, Connection):
            connection.is_trusted = True
        if operation.body is None:
            return await operation.handler(Call(context, request, asks, None))
        is_whole = request.content.is_eof()
        body = await _body(request, operation.body)
        if not is_whole:  # what somebody may do can have ended while the body was on its way
            asks = let_in(request)
        return await operation.handler(Call(context, request, asks, body))

    def let_in(request: web.Request) -> Principal:
        if operation.is_open:
            return gate.principal_if_any(request) or NOBODY
        asks = gate.principal(request)
        admit(Call(context, request, asks, None), operation)
        return asks

    return serve


async def _body(request: web.Request, check: TypeAdapter[Any]) -> object:
    if request.content_type != JSON:
        raise refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            f"the body is {request.content_type[:80]}",
            f"send JSON, with the header Content-Type: {JSON}",
        )
    data = await _read(request)
    try:
        body = read_object(data, MAX_BODY_BYTES, MAX_BODY_DEPTH)
    except ViolationError as error:
        raise problem.of_malformed(error) from error
    try:
        return check.validate_python(body)
    except ValidationError as error:
        raise problem.of_invalid(error, body) from error


async def _read(request: web.Request) -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _too_large()
    if request.content.is_eof():
        return await request.read()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await request.read()
    except TimeoutError as error:
        raise refused(
            HTTPStatus.REQUEST_TIMEOUT,
            "body-late",
            f"the body did not arrive within {BODY_WITHIN_S:g} s",
            "send it whole at once",
        ) from error


def _as_problem(error: Exception) -> ProblemError:
    """Return what a client is told of an error; one that nobody foresaw is logged."""
    match error:
        case ProblemError():
            return error
        case RequestError() | HistoryError():
            return problem.of_request(error)
        case JoinError():
            return problem.of_joining(error)
        case StoreError():
            return problem.of_store(error)
        case BrokerError():
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return refused(status, "broker-failed", str(error), error.remedy)
        case web.RequestPayloadError():
            remedy = "send the body as its headers say"
            return refused(HTTPStatus.BAD_REQUEST, "body-broken", "the body broke off", remedy)
        case web.HTTPException():
            return _of_http(error)
        case _:
            _log.error("a request failed", exc_info=error)
            return problem.internal()


def _of_http(error: web.HTTPException) -> ProblemError:
    """Tell what aiohttp says: no such path, another method, a body that is too large."""
    match error:
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            detail = f"{error.method} is not allowed here, only {allowed}"
            return refused(
                405, "method-not-allowed", detail, "use one of these", {"Allow": allowed}
            )
        case web.HTTPNotFound():
            remedy = "look at the path and the ids in it: /api/v1/docs shows what there is"
            return refused(404, "path-unknown", "nothing is served at this path", remedy)
        case web.HTTPRequestEntityTooLarge():
            return _too_large()
        case _:
            remedy = "send a request as RFC 9110 has it"
            return refused(error.status, "http-malformed", error.text or error.reason, remedy)


def _too_large() -> ProblemError:
    detail = f"the body is larger than {MAX_BODY_BYTES} bytes"
    return refused(413, "body-too-large", detail, "send less at a time")


async def go_on(request: web.Request) -> web.StreamResponse | None:
    """Tell a client that waits before it sends its body to go on; other wishes are ignored."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    return None
