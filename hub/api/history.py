"""The operation that tells what devices told over time."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Final

from aiohttp import web

from hub.api.entitled import seen
from hub.api.history_csv import HEADER, MEDIA, rows
from hub.api.history_models import HistoryAnswer
from hub.api.history_views import history_answer
from hub.api.operations import DEVICE, JSON, Answer, Body, Call, Query, Routes
from hub.api.problems import ProblemError, refused
from hub.api.replies import SECURITY_HEADERS, json_reply
from hub.core.errors import DeviceUnknownError
from hub.core.people.rights import Right
from hub.history import Question
from hub.history.answer import POINTS_LIMIT
from protocol.ids import ADDRESS, Address, DeviceId

routes = Routes("History")

ADDRESSES_LIMIT: Final = 16
UNNAMED_LIMIT: Final = 64
"""Properties that are told when none is named."""

DAY_MS: Final = 86_400_000
POINTS: Final = 500

_TIME: Final = {"type": "string", "format": "date-time"}
ADDRESSES: Final = Query(
    "address",
    {
        "type": "array",
        "items": {"type": "string", "pattern": rf"^{ADDRESS}$"},
        "maxItems": ADDRESSES_LIMIT,
    },
    "Addresses of properties; all that are recorded when none is given, personal ones left out.",
)
FROM: Final = Query("from", _TIME, "Where the span begins; a day before its end when left out.")
TO: Final = Query("to", _TIME, "Where it ends; now when left out.")
COUNT: Final = Query(
    "points",
    {"type": "integer", "minimum": 2, "maximum": POINTS_LIMIT, "default": POINTS},
    "How many points of a property are told at most; not for CSV, which holds all.",
)
FORMAT: Final = Query(
    "format", {"type": "string", "enum": ["json", "csv"]}, "Overrides the header Accept."
)


@routes.operation(
    "GET",
    "/devices/{id}/history",
    Answer(200, "What is known, with its gaps.", HistoryAnswer, media=(JSON, MEDIA)),
    parameters=(DEVICE,),
    queries=(ADDRESSES, FROM, TO, COUNT, FORMAT),
    problems={409, 422},
    right=Right.SEE,
)
async def show_history(call: Call[None]) -> web.StreamResponse:
    """Show what a device told over time.

    A value holds until the next one or until a gap. Where there would be more points than asked
    for, each stands for a stretch of time, with least, mean and greatest value. As CSV every
    recorded value is told, however many. A guest is told of the visit: an earlier `from` is moved
    to where it began.
    """
    question = await _question(call)
    if _wants_csv(call):
        return await _export(call, question)
    answer = await call.context.home.history.ask(question)
    device = call.context.home.hub.devices.get(question.device)
    return json_reply(history_answer(answer, device.product if device else None))


async def _question(call: Call[Body]) -> Question:
    home, device = call.context.home, DeviceId(call.path(DEVICE))
    if device not in home.hub.devices:
        raise DeviceUnknownError(device)
    now_ms = int(home.clock.wall_s(home.clock.now_s()) * 1000)
    to_ms = _time(call, TO, now_ms)
    from_ms = _time(call, FROM, to_ms - DAY_MS)
    if from_ms > to_ms:
        raise refused(409, "time-order", "from is later than to", "exchange them")
    points = _points(call)
    span = seen(call, device).sees
    addresses = tuple(dict.fromkeys(call.queries(ADDRESSES)))
    if len(addresses) > ADDRESSES_LIMIT:
        detail = f"{len(addresses)} addresses are asked for"
        raise refused(422, "query-invalid", detail, f"ask for {ADDRESSES_LIMIT} at a time")
    if not addresses:
        recorded = await home.history.recorded(device, with_private=False)
        addresses = tuple(address for address in recorded if Address(address) in span)
        addresses = addresses if _wants_csv(call) else addresses[:UNNAMED_LIMIT]
    addresses = tuple(address for address in addresses if Address(address) in span)
    began_ms = _began_ms(call, device, addresses)
    if began_ms is not None and to_ms < began_ms:
        return Question(device, (), to_ms, to_ms, points)
    return Question(device, addresses, max(from_ms, began_ms or from_ms), to_ms, points)


def _began_ms(call: Call[Body], device: DeviceId, addresses: Sequence[str]) -> int | None:
    """Return when a guest's visit began, as far as that goes; None for everybody else."""
    if not call.sight.is_guest or not addresses:
        return None
    began_s = call.sight.told_from_s(device, [Address(address) for address in addresses])
    return ceil(call.context.home.clock.wall_s(began_s) * 1000)


async def _export(call: Call[None], question: Question) -> web.StreamResponse:
    """Stream rows as they are found; an error before the first one is a problem as ever."""
    export = call.context.home.history.export(question)
    first = await anext(export, None)
    response = web.StreamResponse(
        headers={
            **SECURITY_HEADERS,
            "Content-Type": f"{MEDIA}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{question.device}.csv"',
        }
    )
    await response.prepare(call.request)
    await response.write(HEADER)
    if first is not None:
        await response.write(rows(question.device, first))
        async for series in export:
            await response.write(rows(question.device, series))
    await response.write_eof()
    return response


def _wants_csv(call: Call[Body]) -> bool:
    asked: Sequence[str] = call.queries(FORMAT)
    if asked:
        if asked[-1] not in {"csv", "json"}:
            raise _invalid(FORMAT, asked[-1], "csv or json")
        return asked[-1] == "csv"
    accepted = call.request.headers.get("Accept", "")
    return MEDIA in accepted and JSON not in accepted


def _time(call: Call[Body], query: Query, default_ms: int) -> int:
    given = call.queries(query)
    if not given:
        return default_ms
    try:
        moment = datetime.fromisoformat(given[-1].replace(" ", "+"))  # a `+` that nobody escaped
        if moment.tzinfo is None:
            raise _invalid(query, given[-1], "a time with its zone, such as 2026-11-21T20:43:00Z")
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        known = "a time as ISO 8601 has it, such as 2026-11-21T20:43:00Z"
        raise _invalid(query, given[-1], known) from error


def _points(call: Call[Body]) -> int:
    given = call.queries(COUNT)
    if not given:
        return POINTS
    text = given[-1]
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise _invalid(COUNT, text, f"a whole number from 2 to {POINTS_LIMIT}")
    if not 2 <= int(text) <= POINTS_LIMIT:
        raise _invalid(COUNT, text, f"a whole number from 2 to {POINTS_LIMIT}")
    return int(text)


def _invalid(query: Query, given: str, known: str) -> ProblemError:
    detail = f"{query.name} is {given[:60]!r}, which is not {known}"
    return refused(422, "query-invalid", detail, f"give {known}")
