"""Operations on devices that are judged: what passed between them and the hub, and release."""

from aiohttp import web

from hub.api.devices import view_of
from hub.api.evidence import traced
from hub.api.field_report import field_report
from hub.api.judged_models import FieldReport, TraceList
from hub.api.models import DeviceView
from hub.api.operations import DEVICE, Answer, Call, Routes
from hub.api.replies import json_reply
from hub.core.device import Device
from hub.core.errors import DeviceUnknownError
from hub.core.people.rights import Right
from protocol.ids import DeviceId

routes = Routes("Devices")


@routes.operation(
    "POST",
    "/devices/{id}/release",
    Answer(200, "The device as it is now.", DeviceView),
    parameters=(DEVICE,),
    right=Right.ADMIT,
)
async def release_device(call: Call[None]) -> web.Response:
    """Let a device out of quarantine.

    It is heard and commanded again, and its breaks of rules count from none; one that is not in
    quarantine stays as it is.
    """
    await call.context.home.enforcing.release(_device(call).id)
    return json_reply(view_of(call, _device(call)))


@routes.operation(
    "GET",
    "/devices/{id}/violations/export",
    Answer(200, "What it broke, for its maker.", FieldReport),
    parameters=(DEVICE,),
    right=Right.ADMIT,
)
async def export_violations(call: Call[None]) -> web.Response:
    """Show the rules that a device broke as its maker may know them.

    No name, id or serial number; samples and details only of properties that are declared, can be
    read and are not private.
    """
    home, device = call.context.home, _device(call)
    return json_reply(field_report(device, home.certificates.standing(device), home.clock))


@routes.operation(
    "GET",
    "/devices/{id}/trace",
    Answer(200, "Its last messages.", TraceList),
    parameters=(DEVICE,),
    right=Right.ADMIT,
)
async def show_trace(call: Call[None]) -> web.Response:
    """Show the last 200 messages to and from a device, oldest first, with what became of them.

    Of 655 devices and more each has fewer. Values that cannot be read by anybody, and arguments of
    actions, are not shown; nor are the contents of messages of what somebody else wears.
    """
    device = _device(call)
    messages = traced(device, call.context.home.clock)
    if not call.sight.of(device.id).is_whole:
        messages = [{**one, "payload": None, "text": ""} for one in messages]
    return json_reply(TraceList(messages=messages))


def _device(call: Call[None]) -> Device:
    device_id = DeviceId(call.path(DEVICE))
    device = call.context.home.hub.devices.get(device_id)
    if device is None:
        raise DeviceUnknownError(device_id)
    return device
