"""What an automation reads and tells, and how it is written with another device in one's place."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from hub.core.automations.records import (
    Action,
    Automation,
    CallAction,
    Condition,
    EventTrigger,
    PresenceCondition,
    PresenceTrigger,
    PropertyCondition,
    PropertyTrigger,
    SetAction,
    SeveralCondition,
    Trigger,
)
from protocol.ids import Address, DeviceId


class Mention(NamedTuple):
    """A device that an automation names.

    Attributes:
        path: Where, as in `conditions.0.of.1`.
        address: Of the property or event; None where its presence is meant, or its command.
    """

    path: str
    device: DeviceId
    address: Address | None


def walk(conditions: Sequence[Condition], path: str = "") -> Iterator[tuple[str, Condition]]:
    """Yield conditions with those within them; the path of one begins with `path`."""
    for place, condition in enumerate(conditions):
        here = f"{path}{place}"
        yield here, condition
        if isinstance(condition, SeveralCondition):
            yield from walk(condition.of, f"{here}.of.")


def reads(automation: Automation) -> Iterator[Mention]:
    """Yield what its triggers and conditions look at."""
    for place, trigger in enumerate(automation.triggers):
        match trigger:
            case PropertyTrigger(device, address) | EventTrigger(device, address):
                yield Mention(f"triggers.{place}", device, address)
            case PresenceTrigger(device):
                yield Mention(f"triggers.{place}", device, None)
    for path, condition in walk(automation.conditions, "conditions."):
        match condition:
            case PropertyCondition(device, address):
                yield Mention(path, device, address)
            case PresenceCondition(device):
                yield Mention(path, device, None)


def sets(automation: Automation) -> Iterator[Mention]:
    """Yield which properties of single devices its actions set."""
    for place, action in enumerate(automation.actions):
        if isinstance(action, SetAction) and action.device is not None:
            for address in action.values:
                yield Mention(f"actions.{place}", action.device, Address(address))


def devices_of(automation: Automation) -> frozenset[DeviceId]:
    """Return the devices that are named, those of groups and scenes left out."""
    told = (a.device for a in automation.actions if isinstance(a, SetAction | CallAction))
    read = (mention.device for mention in reads(automation))
    return frozenset(device for device in (*told, *read) if device is not None)


def renamed(automation: Automation, old: DeviceId, new: DeviceId) -> Automation:
    """Return an automation with another device in the place of `old`; itself without that."""
    if old not in devices_of(automation):
        return automation
    return replace(
        automation,
        triggers=tuple(_trigger(one, old, new) for one in automation.triggers),
        conditions=tuple(_condition(one, old, new) for one in automation.conditions),
        actions=tuple(_action(one, old, new) for one in automation.actions),
    )


def _trigger(one: Trigger, old: DeviceId, new: DeviceId) -> Trigger:
    match one:
        case PropertyTrigger(device) | EventTrigger(device) | PresenceTrigger(device) if (
            device == old
        ):
            return replace(one, device=new)
        case _:
            return one


def _condition(one: Condition, old: DeviceId, new: DeviceId) -> Condition:
    match one:
        case PropertyCondition(device) | PresenceCondition(device) if device == old:
            return replace(one, device=new)
        case SeveralCondition(_, of):
            return replace(one, of=tuple(_condition(each, old, new) for each in of))
        case _:
            return one


def _action(one: Action, old: DeviceId, new: DeviceId) -> Action:
    match one:
        case SetAction() | CallAction() if one.device == old:
            return replace(one, device=new)
        case _:
            return one
