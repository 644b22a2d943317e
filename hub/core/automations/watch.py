"""Who looks at what: triggers by the device, property or event that they wait for."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from hub.core.automations.duty import Duty
from hub.core.automations.mentions import devices_of
from hub.core.automations.records import (
    EventTrigger,
    PresenceTrigger,
    PropertyTrigger,
    SceneAction,
    SetAction,
)
from protocol.ids import Address, DeviceId

_Key = TypeVar("_Key")


class Place(NamedTuple):
    """One trigger of one automation."""

    duty: Duty
    place: int


class Watch:
    """Triggers by what they wait for, and automations by what they name.

    A report of a device at which no automation looks costs one look into `values`.
    """

    def __init__(self) -> None:
        self.values: dict[DeviceId, dict[Address, list[Place]]] = {}
        self.events: dict[tuple[DeviceId, Address], list[Place]] = {}
        self.presences: dict[DeviceId, list[Place]] = {}
        self._naming: dict[str, dict[str, Duty]] = {}

    def naming(self, id_: str) -> Iterable[Duty]:
        """Return the automations that name a device, group or scene."""
        return tuple(self._naming.get(id_, {}).values())

    def looks_at(self, trigger: PropertyTrigger) -> bool:
        """Say whether any automation waits for the property of a trigger."""
        return trigger.address in self.values.get(trigger.device, ())

    def add(self, duty: Duty) -> None:
        """Watch for what an automation waits for, if it is switched on."""
        automation = duty.automation
        for name in _names(duty):
            self._naming.setdefault(name, {})[automation.id] = duty
        for place, trigger in enumerate(automation.triggers if automation.is_enabled else ()):
            found = Place(duty, place)
            match trigger:
                case PropertyTrigger(device, address):
                    self.values.setdefault(device, {}).setdefault(address, []).append(found)
                case EventTrigger(device, event):
                    self.events.setdefault((device, event), []).append(found)
                case PresenceTrigger(device):
                    self.presences.setdefault(device, []).append(found)

    def remove(self, duty: Duty) -> None:
        """Watch no more for what an automation waits for."""
        for name in _names(duty):
            naming = self._naming.get(name, {})
            naming.pop(duty.automation.id, None)
            if not naming:
                self._naming.pop(name, None)
        for trigger in duty.automation.triggers:
            match trigger:
                case PropertyTrigger(device, address):
                    watched = self.values.get(device, {})
                    _forget(watched, address, duty)
                    if not watched:
                        self.values.pop(device, None)
                case EventTrigger(device, event):
                    _forget(self.events, (device, event), duty)
                case PresenceTrigger(device):
                    _forget(self.presences, device, duty)


def _forget(places: dict[_Key, list[Place]], key: _Key, duty: Duty) -> None:
    left = [one for one in places.get(key, ()) if one.duty is not duty]
    if left:
        places[key] = left
    else:
        places.pop(key, None)


def _names(duty: Duty) -> Iterable[str]:
    yield from devices_of(duty.automation)
    for action in duty.automation.actions:
        if isinstance(action, SceneAction):
            yield action.scene
        elif isinstance(action, SetAction) and action.group is not None:
            yield action.group
