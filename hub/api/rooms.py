"""Operations on floors and rooms."""

import secrets
from dataclasses import replace
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter

from hub.api.arrangement_bodies import ChangeFloor, ChangeRoom, MakeFloor, MakeRoom
from hub.api.arrangement_models import FloorList, FloorShown, RoomList, RoomShown
from hub.api.arrangement_views import exists, floor_shown, room_shown, visible
from hub.api.operations import FLOOR, ROOM, Answer, Body, Call, Routes
from hub.api.replies import empty_reply, json_reply
from hub.core.arrangement.errors import ArrangedUnknownError
from hub.core.arrangement.records import Floor, Group, Kind, Room, Scene
from hub.core.automations.records import Automation
from hub.core.people.rights import Right

routes = Routes("Rooms")

_Named = TypeVar("_Named", Floor, Room, Group, Scene, Automation)

CONFLICTS: Final = {409}
_PLAIN: Final = frozenset({"name", "level", "icon", "floor", "room"})
_NULLABLE: Final = frozenset({"room", "floor"})
"""Null says something of these: none."""


def new_arranged_id(kind: Kind) -> str:
    """Return an id for something that is made."""
    return f"{kind}-{secrets.token_hex(4)}"


def changed(named: _Named, body: BaseModel, **made: object) -> _Named:
    """Return something as a body changes it; null changes nothing where there has to be something.

    Args:
        named: As it is now.
        body: Its fields are those of `named`, save those that stand in `made`.
        made: What was made of the rest of the body.
    """
    given = {name: getattr(body, name) for name in body.model_fields_set}
    changes: dict[str, Any] = {
        name: value
        for name, value in given.items()
        if name in _PLAIN and (value is not None or name in _NULLABLE)
    }
    return replace(named, **{**changes, **made})


def there(call: Call[Body], kind: type[_Named], id_: str) -> _Named:
    """Return what exists for the caller under an id.

    Raises:
        ArrangedUnknownError: Nothing of this kind does.
    """
    hub = call.context.home.hub
    found = hub.arrangement.get(kind, id_)
    if not exists(hub, found, call.sight):
        raise ArrangedUnknownError(kind.kind, id_)
    return found


@routes.operation("GET", "/floors", Answer(200, "All floors.", FloorList), right=Right.SEE)
async def list_floors(call: Call[None]) -> web.Response:
    """List the floors of the home."""
    floors = visible(call.context.home.hub, Floor, call.sight)
    return json_reply(FloorList(floors=[floor_shown(floor) for floor in floors]))


@routes.operation(
    "POST",
    "/floors",
    Answer(201, "The new floor.", FloorShown, leads_to=("show_floor", "/id")),
    body=TypeAdapter(MakeFloor),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def make_floor(call: Call[MakeFloor]) -> web.Response:
    """Make a floor; 16 at most, no two of one name."""
    floor = Floor(new_arranged_id("floor"), call.body.name, call.body.level)
    await call.context.home.arranging.keep(floor)
    return json_reply(floor_shown(floor), 201)


@routes.operation(
    "GET",
    "/floors/{id}",
    Answer(200, "The floor.", FloorShown),
    parameters=(FLOOR,),
    right=Right.SEE,
)
async def show_floor(call: Call[None]) -> web.Response:
    """Show a floor."""
    return json_reply(floor_shown(_floor(call)))


@routes.operation(
    "PATCH",
    "/floors/{id}",
    Answer(200, "The floor as it is now.", FloorShown),
    parameters=(FLOOR,),
    body=TypeAdapter(ChangeFloor),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def change_floor(call: Call[ChangeFloor]) -> web.Response:
    """Change a floor's name or level."""
    floor = changed(_floor(call), call.body)
    await call.context.home.arranging.keep(floor)
    return json_reply(floor_shown(floor))


@routes.operation(
    "DELETE",
    "/floors/{id}",
    Answer(204, "The floor is gone.", media=()),
    parameters=(FLOOR,),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def drop_floor(call: Call[None]) -> web.Response:
    """Remove a floor on which no room is."""
    await call.context.home.arranging.drop(_floor(call))
    return empty_reply()


@routes.operation("GET", "/rooms", Answer(200, "All rooms.", RoomList), right=Right.SEE)
async def list_rooms(call: Call[None]) -> web.Response:
    """List the rooms of the home; each device says in which it is."""
    rooms = visible(call.context.home.hub, Room, call.sight)
    return json_reply(RoomList(rooms=[room_shown(room) for room in rooms]))


@routes.operation(
    "POST",
    "/rooms",
    Answer(201, "The new room.", RoomShown, leads_to=("show_room", "/id")),
    body=TypeAdapter(MakeRoom),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def make_room(call: Call[MakeRoom]) -> web.Response:
    """Make a room; 128 at most, no two of one name. PATCH of a device puts it there."""
    body = call.body
    room = Room(new_arranged_id("room"), body.name, body.icon, body.floor)
    await call.context.home.arranging.keep(room)
    return json_reply(room_shown(room), 201)


@routes.operation(
    "GET", "/rooms/{id}", Answer(200, "The room.", RoomShown), parameters=(ROOM,), right=Right.SEE
)
async def show_room(call: Call[None]) -> web.Response:
    """Show a room."""
    return json_reply(room_shown(_room(call)))


@routes.operation(
    "PATCH",
    "/rooms/{id}",
    Answer(200, "The room as it is now.", RoomShown),
    parameters=(ROOM,),
    body=TypeAdapter(ChangeRoom),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def change_room(call: Call[ChangeRoom]) -> web.Response:
    """Change a room's name, icon or floor."""
    room = changed(_room(call), call.body)
    await call.context.home.arranging.keep(room)
    return json_reply(room_shown(room))


@routes.operation(
    "DELETE",
    "/rooms/{id}",
    Answer(204, "The room is gone.", media=()),
    parameters=(ROOM,),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def drop_room(call: Call[None]) -> web.Response:
    """Remove a room in which no device, group or scene is."""
    await call.context.home.arranging.drop(_room(call))
    return empty_reply()


def _floor(call: Call[Body]) -> Floor:
    return there(call, Floor, call.path(FLOOR))


def _room(call: Call[Body]) -> Room:
    return there(call, Room, call.path(ROOM))
