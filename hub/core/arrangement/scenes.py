"""The steps of scenes: made from what devices show, checked, and turned back."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pydantic_core import to_json

from hub.core.arrangement.errors import ArrangedLimitError, MentionUnknownError, NothingShownError
from hub.core.arrangement.records import Scene, SceneStep
from hub.core.asked import check_asked
from hub.core.device import Device
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar

MOST_STEPS: Final = 128
MOST_BYTES: Final = 65_536
"""Of all values of a scene."""


class Lost(NamedTuple):
    """A part of a scene from which there is no way back, and why."""

    device: DeviceId
    address: str
    reason: str


def check(
    steps: Sequence[SceneStep], devices: Mapping[DeviceId, Device], before: Scene | None
) -> None:
    """Refuse steps that could not be carried out; a device that is not ready is believed.

    Args:
        steps: Of a scene.
        devices: All that are here.
        before: The scene that these steps change; what it said before may stay, though its device
            has left.

    Raises:
        RequestError: Too many steps, an unknown device, or values that break its product spec.
    """
    if len(steps) > MOST_STEPS:
        raise ArrangedLimitError("steps of a scene", MOST_STEPS)
    if sum(len(to_json(step.values)) for step in steps) > MOST_BYTES:
        raise ArrangedLimitError("bytes of values in a scene", MOST_BYTES)
    known = before.steps if before else ()
    for step in steps:
        if step in known:
            continue
        device = devices.get(step.device)
        if device is None or device.record.is_retired:
            raise MentionUnknownError("device", step.device)
        if device.product is not None:
            check_asked(device.product, step.values, step.action)


def capture(devices: Sequence[Device]) -> tuple[SceneStep, ...]:
    """Return the steps that bring devices back to what they show now.

    Raises:
        NothingShownError: None of them shows anything that can be set.
    """
    steps = tuple(SceneStep(d.id, values) for d in devices if (values := _settable(d)))
    if not steps:
        raise NothingShownError([device.id for device in devices])
    return steps


def way_back(
    steps: Sequence[SceneStep], devices: Mapping[DeviceId, Device]
) -> tuple[tuple[SceneStep, ...], tuple[Lost, ...]]:
    """Return the steps to the state before a scene, and what of it cannot be undone."""
    back: dict[DeviceId, dict[str, Scalar]] = {}
    lost: list[Lost] = []
    for step in steps:
        device = devices.get(step.device)
        if device is None:
            continue  # nothing is done, so there is nothing to undo
        if step.action is not None:
            lost.append(Lost(step.device, step.action, "an action cannot be undone"))
            continue
        for address in step.values:
            value = _before(device, Address(address))
            if value is None:
                lost.append(Lost(step.device, address, "its value before is not known"))
            else:
                back.setdefault(step.device, {}).setdefault(address, value)
    return tuple(SceneStep(device, values) for device, values in back.items()), tuple(lost)


def _before(device: Device, address: Address) -> Scalar:
    """Return what a property shows, or is about to show."""
    if device.product is None or address not in device.product.readable:
        return None
    desired = device.desired.get(address)
    if desired is not None:
        return desired.value
    reported = device.reported.get(address)
    return reported.value if reported else None


def _settable(device: Device) -> Mapping[str, Scalar]:
    product = device.product
    if product is None:
        return {}
    shown = {a: _before(device, a) for a in product.properties if a in product.writable}
    return {
        address: value
        for address, value in shown.items()
        if value is not None and not product.check_set({address: value})
    }
