"""Who may do what: asked once at the door of every operation, and by operations of what they name.

What somebody may not see does not exist for them: it is not found, and in no list.
"""

from collections.abc import Iterable
from typing import TypeVar

from hub.api.operations import DEVICE, Call, Operation
from hub.api.seeing import check_control
from hub.core.device import Device
from hub.core.errors import DeviceUnknownError
from hub.core.people.access import View, has_right
from hub.core.people.errors import RightMissingError
from hub.core.people.rights import Right
from protocol.ids import DeviceId

Body = TypeVar("Body")


def admit(call: Call[Body], operation: Operation) -> None:
    """Let a call through the door of an operation.

    A device named in the path has to be one that the caller sees, and, where the operation wants
    control, one of which something may be controlled.

    Raises:
        RightMissingError: The caller's role, or grants, do not give the right.
        DeviceUnknownError: The path names a device that does not exist for the caller.
    """
    require(call, operation.right)
    if DEVICE in operation.parameters and not call.sight.is_whole:
        view = seen(call, DeviceId(call.path(DEVICE)))
        if operation.right is Right.CONTROL and not view.controls:
            raise RightMissingError(Right.CONTROL)


def require(call: Call[Body], right: Right) -> None:
    """Go on only if the caller's role gives a right; for what a body asks beyond the operation's.

    Raises:
        RightMissingError: It does not.
    """
    if not has_right(call.asks, right):
        raise RightMissingError(right)


def seen(call: Call[Body], device: DeviceId) -> View:
    """Return what the caller sees of a device.

    Raises:
        DeviceUnknownError: Nothing.
    """
    view = call.sight.of(device)
    if not view:
        raise DeviceUnknownError(device)
    return view


def require_control(call: Call[Body], device: DeviceId, addresses: Iterable[str]) -> None:
    """Go on only if the caller may set or run all of `addresses` of a device; see `seeing`."""
    check_control(call.sight, device, addresses)


def visible(call: Call[Body]) -> list[Device]:
    """Return the devices that exist for the caller."""
    devices, sight = call.context.home.hub.devices.values(), call.sight
    return list(devices) if sight.is_whole else [d for d in devices if sight.of(d.id)]
