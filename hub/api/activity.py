"""The operation that tells what has happened in the home, and who wanted it."""

import re
from collections.abc import Callable
from typing import Final, get_args

from aiohttp import web

from hub.api.activity_models import ActivityPage
from hub.api.activity_views import entry_shown
from hub.api.operations import Answer, Body, Call, Query, Routes
from hub.api.problems import ProblemError, refused
from hub.api.replies import json_reply
from hub.core.activity import Entry, Kind, is_told
from hub.core.automations.records import Automation
from hub.core.people.rights import Right
from protocol.ids import DEVICE_ID

routes = Routes("Activity")

LIMIT: Final = 50
MOST: Final = 200
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_DIGITS: Final = 16

DEVICE: Final = Query(
    "device", {"type": "string", "pattern": rf"^{DEVICE_ID}$"}, "What has to do with this device."
)
PERSON: Final = Query(
    "person",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    "What this person wanted, or that concerns them.",
)
KIND: Final = Query(
    "kind",
    {"type": "array", "items": {"type": "string", "enum": [*KINDS]}, "maxItems": len(KINDS)},
    "Entries of these kinds; all when none is given.",
)
BEFORE: Final = Query(
    "before", {"type": "integer", "minimum": 0}, "Earlier ones than the entry of this id."
)
COUNT: Final = Query(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
    "How many are told at most.",
)


@routes.operation(
    "GET",
    "/activity",
    Answer(200, "What has happened.", ActivityPage),
    queries=(DEVICE, PERSON, KIND, BEFORE, COUNT),
    problems={422},
    right=Right.SEE,
)
async def list_activity(call: Call[None]) -> web.Response:
    """List what has happened, and who wanted it, the latest first.

    Changes that a command has made, commands that changed nothing or failed, warnings of devices,
    devices lost and found, runs of automations: of all that you see. Who let whom or what in is
    told to those who may do so themselves, and guests are told of nothing that was before their
    visit. 10,000 entries of activity are kept for 30 days, 2,000 of audit for a year. An entry of
    a page is told in no other, while new ones come.
    """
    home = call.context.home
    await home.settled()
    limit, before = _number(call, COUNT, LIMIT), _before(call)
    entries, more = home.activity.log.page(before, limit, _wanted(call), home.clock.now_s())
    shown = [entry_shown(entry, home.clock, call.sight) for entry in entries]
    return json_reply(ActivityPage(entries=shown, more=more))


def _wanted(call: Call[Body]) -> Callable[[Entry], bool]:
    """Return what says whether an entry was asked for by a caller who may be told of it."""
    asks, sight, find = call.asks, call.sight, call.context.home.hub.arrangement.find
    device = _name(call, DEVICE, "the id of a device, such as light-0001")
    person = _name(call, PERSON, "the id of a person, such as person-0123456789ab")
    kinds = frozenset(call.queries(KIND))
    for kind in kinds - {*KINDS}:
        raise _invalid(KIND, kind, f"one of {', '.join(KINDS)}")

    def is_wanted(entry: Entry) -> bool:
        if (kinds and entry.kind not in kinds) or (device and entry.device != device):
            return False
        if person and not _concerns(entry, person):
            return False
        automation = find(Automation, entry.automation) if entry.automation else None
        is_known = not person or sight.knows(entry.by)
        return is_known and is_told(entry, asks, sight, automation)

    return is_wanted


def _concerns(entry: Entry, person: str) -> bool:
    return entry.person == person or (entry.by is not None and entry.by.id == person)


def _name(call: Call[Body], query: Query, known: str) -> str | None:
    given = _last(call, query)
    if given is not None and re.fullmatch(str(query.schema["pattern"]), given) is None:
        raise _invalid(query, given, known)
    return given


def _last(call: Call[Body], query: Query) -> str | None:
    given = call.queries(query)
    return given[-1] if given else None


def _before(call: Call[Body]) -> int | None:
    return _number(call, BEFORE, 0) if call.queries(BEFORE) else None


def _number(call: Call[Body], query: Query, default: int) -> int:
    text = _last(call, query)
    if text is None:
        return default
    least, most = query.schema["minimum"], query.schema.get("maximum", 2**53)
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not is_number or not least <= int(text) <= most:  # type: ignore[operator]  # numbers, above
        raise _invalid(query, text, f"a whole number from {least} to {most}")
    return int(text)


def _invalid(query: Query, given: str, known: str) -> ProblemError:
    detail = f"{query.name} is {given[:60]!r}, which is not {known}"
    return refused(422, "query-invalid", detail, f"give {known}")
