"""Makes what clients send of automations into what the core knows."""

from collections.abc import Mapping, Sequence

from hub.api.automation_bodies import (
    Do,
    DoCall,
    DoNotify,
    DoScene,
    DoSet,
    DoWait,
    If,
    IfInner,
    IfPresence,
    IfProperty,
    IfSeveral,
    IfSun,
    IfTime,
    When,
    WhenEvent,
    WhenPresence,
    WhenProperty,
    WhenSun,
    WhenTime,
)
from hub.api.people_bodies import DAYS, Day, minute_of
from hub.core.automations.errors import Flaw, UnfitError
from hub.core.automations.records import (
    Action,
    CallAction,
    Claim,
    Condition,
    EventTrigger,
    NotifyAction,
    PresenceCondition,
    PresenceTrigger,
    PropertyCondition,
    PropertyTrigger,
    SceneAction,
    SetAction,
    SeveralCondition,
    SunCondition,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    WaitAction,
)
from hub.core.people.records import Hours
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar


def trigger(given: When) -> Trigger:
    """Return a trigger as the core knows it."""
    match given:
        case WhenProperty():
            device, address = DeviceId(given.device), Address(given.address)
            return PropertyTrigger(device, address, _claim(given), given.for_s)
        case WhenEvent():
            return EventTrigger(DeviceId(given.device), Address(given.event), given.arguments)
        case WhenPresence():
            return PresenceTrigger(DeviceId(given.device), given.is_, given.for_s)
        case WhenTime():
            return TimeTrigger(minute_of(given.at), _days(given.days))
        case WhenSun():
            return SunTrigger(given.at, given.offset_s)


def condition(given: If | IfInner) -> Condition:
    """Return a condition as the core knows it."""
    match given:
        case IfProperty():
            return PropertyCondition(DeviceId(given.device), Address(given.address), _claim(given))
        case IfPresence():
            return PresenceCondition(DeviceId(given.device), given.is_)
        case IfTime():
            begin, end = minute_of(given.from_), minute_of(given.until)
            return TimeCondition(Hours(_days(given.days), begin, end))
        case IfSun():
            return SunCondition(given.is_ == "up")
        case IfSeveral() | IfInner():
            return SeveralCondition(given.type, tuple(condition(one) for one in given.of))


def actions(given: Sequence[Do], before: Sequence[Action] = ()) -> tuple[Action, ...]:
    """Return actions as the core knows them.

    Args:
        given: As a client sent them.
        before: Those of which the values stay that the client was not shown.

    Raises:
        UnfitError: A value is to stay that is not there.
    """
    return tuple(_action(one, f"actions.{place}", before) for place, one in enumerate(given))


def _action(given: Do, path: str, before: Sequence[Action]) -> Action:
    match given:
        case DoSet():
            device = None if given.device is None else DeviceId(given.device)
            known = [
                one.values
                for one in before
                if isinstance(one, SetAction) and (one.device, one.group) == (device, given.group)
            ]
            values = {**given.properties, **_kept(given.hidden, known, path)}
            return SetAction(values, device, given.group)
        case DoCall():
            device, address = DeviceId(given.device), Address(given.action)
            known = [
                one.arguments
                for one in before
                if isinstance(one, CallAction) and (one.device, one.action) == (device, address)
            ]
            arguments = {**given.arguments, **_kept(given.hidden, known, path)}
            return CallAction(device, address, arguments)
        case DoScene():
            return SceneAction(given.scene)
        case DoWait():
            return WaitAction(given.for_s)
        case DoNotify():
            return NotifyAction(given.text)


def _kept(
    names: Sequence[str], known: Sequence[Mapping[str, Scalar]], path: str
) -> Mapping[str, Scalar]:
    kept: dict[str, Scalar] = {}
    for name in names:
        values = next((one for one in known if name in one), None)
        if values is None:
            detail = f"the automation has no value of {name} that could stay"
            raise UnfitError([Flaw("hidden-unknown", f"{path}.hidden", detail, "send the value")])
        kept[name] = values[name]
    return kept


def _claim(given: WhenProperty | IfProperty) -> Claim:
    return Claim(given.is_, given.above, given.below)


def _days(given: Sequence[Day]) -> tuple[int, ...]:
    return tuple(sorted({DAYS.index(day) for day in given}))
