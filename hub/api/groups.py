"""Operations on groups: who is in one, how it is, and what all of it is to do."""

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.arrangement_bodies import ChangeGroup, MakeGroup, SetGroup
from hub.api.arrangement_models import GroupList, GroupView
from hub.api.arrangement_views import group_view, visible
from hub.api.models import CommandResults
from hub.api.operations import GROUP, Answer, Body, Call, Routes
from hub.api.replies import empty_reply, encoded_reply, json_reply
from hub.api.rooms import CONFLICTS, changed, new_arranged_id, there
from hub.api.together import command_together, records_of, requests_of, results
from hub.core.arrangement.groups import Asked
from hub.core.arrangement.records import Group, SceneStep
from hub.core.people.rights import Right
from protocol.ids import DeviceId

routes = Routes("Groups")


@routes.operation("GET", "/groups", Answer(200, "All groups.", GroupList), right=Right.SEE)
async def list_groups(call: Call[None]) -> web.Response:
    """List the groups of the home, each as its members make it now."""
    hub = call.context.home.hub
    sight = call.sight
    shown = [group_view(group, hub, sight) for group in visible(hub, Group, sight)]
    return json_reply(GroupList(groups=shown))


@routes.operation(
    "POST",
    "/groups",
    Answer(201, "The new group.", GroupView, leads_to=("show_group", "/id")),
    body=TypeAdapter(MakeGroup),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def make_group(call: Call[MakeGroup]) -> web.Response:
    """Make a group; 128 at most, no two of one name, 64 members in each.

    Its members share at least one property that can be set; one whose product spec is not here yet
    is believed.
    """
    body, home = call.body, call.context.home
    members = tuple(DeviceId(member) for member in dict.fromkeys(body.members))
    group = Group(new_arranged_id("group"), body.name, body.icon, body.room, members)
    await home.arranging.keep(group)
    return json_reply(group_view(group, home.hub, call.sight), 201)


@routes.operation(
    "GET",
    "/groups/{id}",
    Answer(200, "The group.", GroupView),
    parameters=(GROUP,),
    right=Right.SEE,
)
async def show_group(call: Call[None]) -> web.Response:
    """Show how a group is: on, off or mixed, the values its members share, and who lags.

    A member lags that was told something, by the group or alone, and does not show it.
    """
    return json_reply(group_view(_group(call), call.context.home.hub, call.sight))


@routes.operation(
    "PATCH",
    "/groups/{id}",
    Answer(200, "The group as it is now.", GroupView),
    parameters=(GROUP,),
    body=TypeAdapter(ChangeGroup),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def change_group(call: Call[ChangeGroup]) -> web.Response:
    """Change a group's name, icon, room or members."""
    home, group = call.context.home, _group(call)
    given = group.members if call.body.members is None else call.body.members
    members = tuple(DeviceId(member) for member in dict.fromkeys(given))
    group = changed(group, call.body, members=members)
    await home.arranging.keep(group)
    return json_reply(group_view(group, home.hub, call.sight))


@routes.operation(
    "DELETE",
    "/groups/{id}",
    Answer(204, "The group is gone.", media=()),
    parameters=(GROUP,),
    right=Right.ARRANGE,
)
async def drop_group(call: Call[None]) -> web.Response:
    """Remove a group; its members stay."""
    await call.context.home.arranging.drop(_group(call))
    return empty_reply()


@routes.operation(
    "PATCH",
    "/groups/{id}/properties",
    Answer(200, "All commands have ended.", CommandResults),
    Answer(202, "Some commands are still on their way.", CommandResults),
    parameters=(GROUP,),
    body=TypeAdapter(SetGroup),
    problems=CONFLICTS,
    right=Right.CONTROL,
)
async def set_group(call: Call[SetGroup]) -> web.Response:
    """Set properties of all members, with a receipt or a problem for each."""
    home, group, body = call.context.home, _group(call), call.body
    steps = [SceneStep(member, body.properties) for member in group.members]
    by = call.asks.by.via("group", group.id, group.name)
    requests = requests_of(steps, call.scope, by, body.id, body.expires_in_s)
    taken = await command_together(call, requests, is_whole=body.all_or_nothing)
    records = zip(group.members, records_of(taken), strict=True)
    commands = {member: record.id if record else None for member, record in records}
    home.arranging.note_asked(group, Asked(body.properties, commands))
    shown, status = await results(call.context, requests, taken, body.wait_s)
    return encoded_reply(b'{"results":' + shown + b"}", status)


def _group(call: Call[Body]) -> Group:
    return there(call, Group, call.path(GROUP))
