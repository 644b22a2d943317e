"""The operation behind which the stream lies."""

from aiohttp import web

from hub.api.operations import Answer, Call, Routes
from hub.core.people.rights import Right

routes = Routes("Stream")


@routes.operation(
    "GET",
    "/stream",
    Answer(101, "The WebSocket is open.", media=()),
    problems={426},
    is_http=False,
    right=Right.OPEN,
)
async def open_stream(call: Call[None]) -> web.StreamResponse:
    """Open the stream of all changes, over which commands can be sent too.

    The hub says hello; the first message must be auth, within 10 s. Then comes a snapshot, or from
    where the changes go on, and after it every change with its number. Who comes back names stream
    and number of the last change it took. What a slow client has not read collapses to the latest
    of each kind; it is told how many were left out. A snapshot replaces all that was known, so who
    waits for a receipt then asks for it. It comes again when the phone's person may see more or
    less than before; rights are asked for every change. The stream lives as long as the session,
    not as the access token that opened it. Auth may name rooms, devices and addresses of which is
    told alone; who comes back with others gets a snapshot.
    """
    return await call.context.stream.serve(call.request)
