"""Operations on devices: what they are, what they tell, what they are to do."""

from typing import Final

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.asking import ended, new_id
from hub.api.bodies import ChangeDevice, LetInChild, MoveChild, RunAction, SetProperties
from hub.api.entitled import require, require_control, seen, visible
from hub.api.judged_models import BrokenRules
from hub.api.models import DeviceList, DeviceView, Receipt, ReceiptList
from hub.api.operations import ACTION, DEVICE, Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.receipts import receipt_json
from hub.api.replies import empty_reply, encoded_reply, json_reply
from hub.api.seeing import shows
from hub.api.spec_models import ProductSpec
from hub.api.spec_views import product_spec
from hub.api.views import Beside, broken_rules, device_summary, device_view
from hub.core.commands import CommandRequest
from hub.core.device import Device
from hub.core.errors import DeviceUnknownError
from hub.core.people.rights import Right
from protocol.ids import Address, DeviceId

routes = Routes("Devices")

_TO_RECEIPT = ("show_command", "/id")
_ENDED = Answer(200, "The command has ended.", Receipt, leads_to=_TO_RECEIPT)
_OPEN = Answer(202, "The command is still on its way.", Receipt, leads_to=_TO_RECEIPT)
_CONFLICTS = {409}
LISTED: Final = 200
"""Commands of a device that are listed, the latest ones."""


@routes.operation("GET", "/devices", Answer(200, "All devices.", DeviceList), right=Right.SEE)
async def list_devices(call: Call[None]) -> web.Response:
    """List the devices of the home with their latest values."""
    clock, sight = call.context.home.clock, call.sight
    shown = [device_summary(device, clock, sight) for device in visible(call)]
    return json_reply(DeviceList(devices=shown))


@routes.operation(
    "GET",
    "/devices/{id}",
    Answer(200, "The device.", DeviceView),
    parameters=(DEVICE,),
    right=Right.SEE,
)
async def show_device(call: Call[None]) -> web.Response:
    """Show all that is known of a device: product spec, twin with ages, presence, broken rules."""
    return json_reply(view_of(call, _device(call)))


@routes.operation(
    "PATCH",
    "/devices/{id}",
    Answer(200, "The device as it is now.", DeviceView),
    parameters=(DEVICE,),
    body=TypeAdapter(ChangeDevice),
    problems=_CONFLICTS,
    right=Right.SEE,
)
async def change_device(call: Call[ChangeDevice]) -> web.Response:
    """Change a device's name, room or icon, or how strictly it is judged.

    Who sees it may make it a favourite of theirs. The rest needs the right to arrange; how it is
    judged and how many children it may have, the right to admit devices.
    """
    home, device, body = call.context.home, _device(call), call.body
    if body.model_fields_set - {"is_favourite"}:
        require(call, Right.ARRANGE)
    if body.mode is not None or body.max_children is not None:
        require(call, Right.ADMIT)
    if "room" in body.model_fields_set or body.icon is not None:
        record = device.record
        room = body.room if "room" in body.model_fields_set else record.room
        await home.arranging.furnish(device, room, record.icon if body.icon is None else body.icon)
    if body.name is not None:
        await home.tending.rename(device.id, body.name)
    if body.mode is not None:
        await home.tending.set_mode(device.id, body.mode, call.asks.by)
    if body.max_children is not None:
        await home.tending.make_room(device.id, body.max_children, call.asks.by)
    if body.is_favourite is not None:
        await home.arranging.favour(call.person, device.id, is_favourite=body.is_favourite)
    return json_reply(view_of(call, _device(call)))


@routes.operation(
    "DELETE",
    "/devices/{id}",
    Answer(204, "The device is gone.", media=()),
    parameters=(DEVICE,),
    right=Right.ADMIT,
)
async def unjoin_device(call: Call[None]) -> web.Response:
    """Unjoin a device.

    It is cut off, its credentials are worthless, and its values and commands are forgotten. With a
    gateway go its children; a child alone does not come back before its gateway may bring it.
    """
    await call.context.home.tending.unjoin(_device(call).id, call.asks.by)
    return empty_reply()


@routes.operation(
    "POST",
    "/devices/{id}/move",
    Answer(200, "The device as it is now.", DeviceView),
    parameters=(DEVICE,),
    body=TypeAdapter(MoveChild),
    problems=_CONFLICTS,
    right=Right.ADMIT,
)
async def move_child(call: Call[MoveChild]) -> web.Response:
    """Let a child go behind another gateway, which takes it at its next announce there.

    It keeps its name, its values and its history. The gateway that it is behind now may have it
    back: that withdraws the consent.
    """
    await call.context.home.tending.move(_device(call).id, DeviceId(call.body.gateway))
    return json_reply(view_of(call, _device(call)))


@routes.operation(
    "POST",
    "/devices/{id}/children",
    Answer(200, "The gateway as it is now.", DeviceView),
    parameters=(DEVICE,),
    body=TypeAdapter(LetInChild),
    problems=_CONFLICTS,
    right=Right.ADMIT,
)
async def let_in_child(call: Call[LetInChild]) -> web.Response:
    """Let a gateway bring a child again that was sent away; its next announce is taken."""
    await call.context.home.tending.let_in(_device(call).id, DeviceId(call.body.child))
    return json_reply(view_of(call, _device(call)))


@routes.operation(
    "PATCH",
    "/devices/{id}/properties",
    _ENDED,
    _OPEN,
    parameters=(DEVICE,),
    body=TypeAdapter(SetProperties),
    problems=_CONFLICTS,
    right=Right.CONTROL,
)
async def set_properties(call: Call[SetProperties]) -> web.Response:
    """Set properties of a device, all of them or none.

    The receipt says how far that has come. It is durable as soon as it is answered; the same id
    with the same body gives the same receipt, with another body 409.
    """
    body = call.body
    require_control(call, DeviceId(call.path(DEVICE)), body.properties)
    request = CommandRequest(
        device=DeviceId(call.path(DEVICE)),
        scope=call.scope,
        command_id=new_id(),
        values=body.properties,
        client_id=body.id,
        ttl_s=body.expires_in_s,
        by=call.asks.by,
    )
    return await _command(call, request, body.wait_s)


@routes.operation(
    "POST",
    "/devices/{id}/actions/{action}",
    _ENDED,
    _OPEN,
    parameters=(DEVICE, ACTION),
    body=TypeAdapter(RunAction),
    problems=_CONFLICTS,
    right=Right.CONTROL,
)
async def run_action(call: Call[RunAction]) -> web.Response:
    """Run an action of a device.

    It runs at most once: when it cannot be known whether it ran, the receipt ends failed, with the
    reason outcome_unknown.
    """
    body = call.body
    require_control(call, DeviceId(call.path(DEVICE)), (call.path(ACTION),))
    request = CommandRequest(
        device=DeviceId(call.path(DEVICE)),
        scope=call.scope,
        command_id=new_id(),
        values=body.arguments,
        action=Address(call.path(ACTION)),
        client_id=body.id,
        ttl_s=body.expires_in_s,
        by=call.asks.by,
    )
    return await _command(call, request, body.wait_s)


@routes.operation(
    "GET",
    "/devices/{id}/commands",
    Answer(200, "Its commands.", ReceiptList),
    parameters=(DEVICE,),
    right=Right.SEE,
)
async def list_commands(call: Call[None]) -> web.Response:
    """List the latest 200 commands of a device, the latest first.

    Commands are kept for 24 hours after they have ended, 20,000 of all devices at most. A
    guest is told of those that were sent during the visit.
    """
    home = call.context.home
    await home.settled()
    device = _device(call)
    sight = call.sight
    records = [one for one in home.hub.commands.of(device.id) if shows(sight, one)][-LISTED:]
    shown = b",".join(
        receipt_json(record, home.clock, is_veiled=not sight.knows(record.by))
        for record in reversed(records)
    )
    return encoded_reply(b'{"commands":[' + shown + b"]}")


@routes.operation(
    "GET",
    "/devices/{id}/spec",
    Answer(200, "The document, byte for byte; less for who sees less of it.", ProductSpec),
    parameters=(DEVICE,),
    right=Right.SEE,
)
async def show_spec(call: Call[None]) -> web.Response:
    """Show the product spec of a device as its vendor wrote it."""
    device = _device(call)
    if device.document is None:
        detail = f"the hub does not have the product spec of {device.id} yet"
        raise refused(404, "spec-unknown", detail, "wait until its presence is online")
    span = seen(call, device.id).sees
    if span.is_whole:
        return encoded_reply(device.document)
    return json_reply(product_spec(device.document, span))


@routes.operation(
    "GET",
    "/devices/{id}/violations",
    Answer(200, "What it broke.", BrokenRules),
    parameters=(DEVICE,),
    right=Right.SEE,
)
async def list_violations(call: Call[None]) -> web.Response:
    """List the rules that a device broke, with the place, the count and the fix."""
    clock, device = call.context.home.clock, _device(call)
    is_whole = seen(call, device.id).is_whole
    return json_reply(BrokenRules(violations=broken_rules(device, clock) if is_whole else []))


async def _command(call: Call[Body], request: CommandRequest, wait_s: float) -> web.Response:
    home = call.context.home
    record = await ended(home, await home.command(request), wait_s)
    return encoded_reply(call.context.stream.receipt(record), 200 if record.is_final else 202)


def view_of(call: Call[Body], device: Device) -> DeviceView:
    """Show a device to the person who asks."""
    home = call.context.home
    waits = len(home.hub.commands.lane(device.id).waiting)
    beside = Beside(waits, device.id in home.hub.arrangement.favourites(call.person))
    standing = home.certificates.standing(device)
    return device_view(device, home.clock, standing, call.sight, beside)


def _device(call: Call[Body]) -> Device:
    device_id = DeviceId(call.path(DEVICE))
    device = call.context.home.hub.devices.get(device_id)
    if device is None:
        raise DeviceUnknownError(device_id)
    return device
