"""Operations on commands: many at once, and what became of one."""

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.arrangement_bodies import CommandMany
from hub.api.asking import find, new_id
from hub.api.models import CommandResults, Receipt
from hub.api.operations import COMMAND, Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.replies import encoded_reply
from hub.api.seeing import shows
from hub.api.together import as_step, command_together, later, results
from hub.core.commands import CommandRequest
from hub.core.people.errors import RightMissingError
from hub.core.people.rights import Right
from hub.core.records import CommandRecord

routes = Routes("Commands")


@routes.operation(
    "POST",
    "/commands",
    Answer(200, "All commands have ended.", CommandResults),
    Answer(202, "Some commands are still on their way, or wait for their time.", CommandResults),
    body=TypeAdapter(CommandMany),
    problems={409},
    right=Right.CONTROL,
)
async def command_many(call: Call[CommandMany]) -> web.Response:
    """Command up to 64 devices in one turn, now or at a time of day, with a result for each.

    A command that cannot be carried out is answered with its problem and does not hinder the
    others; with `all_or_nothing` all are checked before any is sent, and 409 says what is wrong
    with which. Devices may still refuse what the hub has checked. Guests cannot plan: their grants
    may be over by then.
    """
    home, body = call.context.home, call.body
    if body.execute_at is not None and call.sight.is_guest:
        raise RightMissingError(Right.CONTROL)
    when = later(body.execute_at, home.clock)
    by = call.asks.by if when is None else call.asks.by.via("plan")
    requests = [
        CommandRequest(
            device=step.device,
            scope=call.scope,
            command_id=new_id(),
            values=step.values,
            action=step.action,
            client_id=given.id,
            ttl_s=body.expires_in_s,
            later=when,
            by=by,
        )
        for given, step in ((given, as_step(given)) for given in body.commands)
    ]
    taken = await command_together(call, requests, is_whole=body.all_or_nothing)
    shown, status = await results(call.context, requests, taken, body.wait_s)
    return encoded_reply(b'{"results":' + shown + b"}", status)


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
    await call.context.home.settled()
    return encoded_reply(call.context.stream.receipt(_command(call)))


@routes.operation(
    "DELETE",
    "/commands/{id}",
    Answer(200, "The receipt; it ends failed, with the reason cancelled.", Receipt),
    parameters=(COMMAND,),
    problems={409},
    right=Right.CONTROL,
)
async def cancel_command(call: Call[None]) -> web.Response:
    """Cancel a command whose `execute_at` is still to come."""
    await call.context.home.commanding.cancel(_command(call))
    return encoded_reply(call.context.stream.receipt(_command(call)))


def _command(call: Call[Body]) -> CommandRecord:
    record = find(call.context.home, call.scope, call.path(COMMAND))
    if record is None or not shows(call.sight, record):
        remedy = "ended commands are kept for 24 hours; GET /api/v1/devices/{id}/commands lists all"
        raise refused(404, "command-unknown", "this token has no command of that id", remedy)
    return record
