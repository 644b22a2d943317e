"""Shows how people have arranged a home: core objects in, the API's dictionaries out."""

from collections.abc import Mapping
from typing import TypeVar

from typing_extensions import TypedDict

from hub.api.arrangement_models import (
    FloorShown,
    GroupShown,
    GroupView,
    RoomShown,
    SceneShown,
    SceneView,
    StepShown,
)
from hub.api.automation_models import AutomationShown
from hub.api.automation_views import automation_shown
from hub.clock import Clock
from hub.core.arrangement import groups
from hub.core.arrangement.records import Floor, Group, Named, Room, Scene, SceneStep
from hub.core.automations import entitlement
from hub.core.automations.records import Automation
from hub.core.device import Device
from hub.core.hub import Hub
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId

_Named = TypeVar("_Named", Floor, Room, Group, Scene, Automation)

NamedShown = FloorShown | RoomShown | GroupShown | SceneShown


class ArrangementShown(TypedDict):
    """All that people have named and put together, as a snapshot tells it."""

    floors: list[FloorShown]
    rooms: list[RoomShown]
    groups: list[GroupShown]
    scenes: list[SceneShown]
    automations: list[AutomationShown]


def arrangement_shown(hub: Hub, sight: Sight | None, clock: Clock) -> ArrangementShown:
    """Show all that exists for a reader; None stands for one for whom all does."""
    automations = visible(hub, Automation, sight)
    return {
        "floors": [floor_shown(floor) for floor in visible(hub, Floor, sight)],
        "rooms": [room_shown(room) for room in visible(hub, Room, sight)],
        "groups": [group_shown(group) for group in visible(hub, Group, sight)],
        "scenes": [scene_shown(scene) for scene in visible(hub, Scene, sight)],
        "automations": [automation_shown(one, hub, clock) for one in automations],
    }


def visible(hub: Hub, kind: type[_Named], sight: Sight | None) -> list[_Named]:
    """Return all of a kind that exists for a reader."""
    return [one for one in hub.arrangement.every(kind) if exists(hub, one, sight)]


def exists(hub: Hub, named: Named, sight: Sight | None) -> bool:
    """Say whether something exists for a reader; where sight is narrow, what its devices make up.

    That is a room in which one of them is, a floor with such a room, a group or scene of which each
    device is one of them. Of automations `entitlement.exists` says for whom they do.
    """
    if isinstance(named, Automation):
        return entitlement.exists(named, sight)
    if sight is None or not sight.is_narrow:
        return True
    match named:
        case Floor(id=floor):
            rooms = (room for room in hub.arrangement.every(Room) if room.floor == floor)
            return any(exists(hub, room, sight) for room in rooms)
        case Room(id=room):
            within = (d for d in hub.devices.values() if d.record.room == room)
            return any(bool(sight.of(device.id)) for device in within)
        case Group(members=members):
            return bool(members) and all(bool(sight.of(member)) for member in members)
        case Scene(steps=steps):
            return all(bool(sight.of(step.device)) for step in steps)


def named_shown(named: Floor | Room | Group | Scene) -> NamedShown:
    """Show something as lists and the stream do."""
    match named:
        case Floor():
            return floor_shown(named)
        case Room():
            return room_shown(named)
        case Group():
            return group_shown(named)
        case Scene():
            return scene_shown(named)


def floor_shown(floor: Floor) -> FloorShown:
    """Show a floor."""
    return {"id": floor.id, "name": floor.name, "level": floor.level}


def room_shown(room: Room) -> RoomShown:
    """Show a room."""
    return {"id": room.id, "name": room.name, "icon": room.icon, "floor": room.floor}


def group_shown(group: Group) -> GroupShown:
    """Show a group as it was made."""
    return {
        "id": group.id,
        "name": group.name,
        "icon": group.icon,
        "room": group.room,
        "members": list(group.members),
    }


def scene_shown(scene: Scene) -> SceneShown:
    """Show a scene without what it does."""
    return {
        "id": scene.id,
        "name": scene.name,
        "icon": scene.icon,
        "room": scene.room,
        "devices": list(dict.fromkeys(step.device for step in scene.steps)),
    }


def group_view(group: Group, hub: Hub, sight: Sight) -> GroupView:
    """Show a group as its members make it now, as far as a reader may know that."""
    members = [hub.devices[member] for member in group.members if member in hub.devices]
    state = groups.state(members, hub.arrangement.asked.get(group.id), hub.commands)
    seen = {a for a in state.properties if all(a in sight.of(m.id).sees for m in members)}
    is_switch_seen = state.switch is None or state.switch in seen
    return {
        **group_shown(group),
        "state": state.switched if is_switch_seen else None,
        "properties": {
            address: {"value": one.value, "is_mixed": one.is_mixed}
            for address, one in state.properties.items()
            if address in seen
        },
        "lagging": [
            {
                "device": lag.device,
                "address": lag.address,
                "wanted": lag.wanted,
                "value": lag.value,
                "reason": lag.reason,
            }
            for lag in state.lagging
            if lag.address in seen
        ],
        "unreachable": list(state.unreachable),
    }


def scene_view(scene: Scene, devices: Mapping[DeviceId, Device], sight: Sight) -> SceneView:
    """Show a scene with all it does, save what nobody may read, or this reader not."""
    shown = scene_shown(scene)
    return {
        **shown,
        "steps": [step_shown(step, devices.get(step.device), sight) for step in scene.steps],
        "missing": [d for d in shown["devices"] if _is_missing(devices.get(DeviceId(d)))],
    }


def step_shown(step: SceneStep, device: Device | None, sight: Sight) -> StepShown:
    """Show a step; of a property that cannot be read, and of a device that is gone, no value."""
    if step.action is not None:
        return {
            "device": step.device,
            "action": step.action,
            "arguments": {},
            "hidden": list(step.values),
        }
    readable = device.product.readable if device and device.product else frozenset()
    span = sight.of(step.device).sees
    values = {a: v for a, v in step.values.items() if a in readable and Address(a) in span}
    shown = StepShown(device=step.device, properties=values)
    if len(values) < len(step.values):
        shown["hidden"] = [address for address in step.values if address not in values]
    return shown


def _is_missing(device: Device | None) -> bool:
    return device is None or device.record.is_retired
