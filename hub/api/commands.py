"""Operations on commands."""

from aiohttp import web

from hub.api.asking import find
from hub.api.models import Receipt
from hub.api.operations import COMMAND, Answer, Call, Routes
from hub.api.problems import refused
from hub.api.replies import encoded_reply
from hub.api.seeing import shows
from hub.core.people.rights import Right

routes = Routes("Commands")


@routes.operation(
    "GET",
    "/commands/{id}",
    Answer(200, "The receipt.", Receipt),
    parameters=(COMMAND,),
    right=Right.SEE,
)
async def show_command(call: Call[None]) -> web.Response:
    """Show how far a command has come.

    Only commands of the same token are found: each has its own ids.
    """
    home = call.context.home
    await home.settled()
    record = find(home, call.scope, call.path(COMMAND))
    if record is None or not shows(call.sight.of(record.device).sees, record):
        remedy = "ended commands are kept for 24 hours; GET /api/v1/devices/{id}/commands lists all"
        raise refused(404, "command-unknown", "this token has no command of that id", remedy)
    return encoded_reply(call.context.stream.receipt(record))
