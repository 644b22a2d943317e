"""Operations on the inbox: what people are told of even if they do not look just then."""

from re import fullmatch

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.bodies import ChangeNotification
from hub.api.evidence import notice_shown
from hub.api.judged_models import NoticeList, NoticeShown
from hub.api.operations import NOTIFICATION, Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.replies import empty_reply, json_reply
from hub.api.seeing import tells
from hub.core.people.rights import Right
from hub.core.records import Notice

routes = Routes("Notifications")

_ALL = Answer(200, "What is in the inbox now.", NoticeList)


@routes.operation("GET", "/notifications", _ALL, right=Right.SEE)
async def list_notifications(call: Call[None]) -> web.Response:
    """List what people are to be told of, the latest first.

    A device that comes into quarantine or out of it, a flood, alarms of devices, batteries and
    consumables that run out, devices of which nothing is heard, certificates: 200 at most, kept
    over restarts; an alarm that a device repeats is told once a minute. `is_read` is yours alone.
    """
    return json_reply(_inbox(call))


@routes.operation(
    "PATCH", "/notifications", _ALL, body=TypeAdapter(ChangeNotification), right=Right.SEE
)
async def change_notifications(call: Call[ChangeNotification]) -> web.Response:
    """Mark all notifications as read, or as not read, for yourself."""
    home = call.context.home
    numbers = [notice.id for notice in _told(call)]
    await home.enforcing.mark(numbers, call.person, is_read=call.body.is_read)
    return json_reply(_inbox(call))


@routes.operation(
    "PATCH",
    "/notifications/{id}",
    Answer(200, "The notification as it is now.", NoticeShown),
    parameters=(NOTIFICATION,),
    body=TypeAdapter(ChangeNotification),
    right=Right.SEE,
)
async def change_notification(call: Call[ChangeNotification]) -> web.Response:
    """Mark a notification as read, or as not read, for yourself."""
    home, notice = call.context.home, _notice(call)
    await home.enforcing.mark([notice.id], call.person, is_read=call.body.is_read)
    return json_reply(notice_shown(_notice(call), home.clock, call.person))


@routes.operation(
    "DELETE",
    "/notifications/{id}",
    Answer(204, "The notification is gone.", media=()),
    parameters=(NOTIFICATION,),
    right=Right.ARRANGE,
)
async def drop_notification(call: Call[None]) -> web.Response:
    """Forget a notification, for all."""
    await call.context.home.enforcing.drop([_notice(call).id])
    return empty_reply()


@routes.operation(
    "DELETE", "/notifications", Answer(204, "The inbox is empty.", media=()), right=Right.ARRANGE
)
async def drop_notifications(call: Call[None]) -> web.Response:
    """Forget all notifications that you see, for all."""
    await call.context.home.enforcing.drop([notice.id for notice in _told(call)])
    return empty_reply()


def _inbox(call: Call[Body]) -> NoticeList:
    clock, reader = call.context.home.clock, call.person
    latest_first = reversed(_told(call))
    return {"notifications": [notice_shown(one, clock, reader) for one in latest_first]}


def _told(call: Call[Body]) -> list[Notice]:
    """Return the notices that exist for the caller, oldest first."""
    sight = call.sight
    return [one for one in call.context.home.hub.inbox.notices.values() if tells(sight, one)]


def _notice(call: Call[Body]) -> Notice:
    text = call.path(NOTIFICATION)
    number = int(text) if fullmatch(NOTIFICATION.pattern, text) else 0
    found = call.context.home.hub.inbox.notices.get(number)
    if found is None or not tells(call.sight, found):
        remedy = "GET /api/v1/notifications lists them"
        raise refused(404, "notification-unknown", "no such notification", remedy)
    return found
