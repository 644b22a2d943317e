"""Shows automations and their runs: core objects in, the API's dictionaries out, and back."""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import TypeAdapter

from hub.api.automation_bodies import Do, If, When
from hub.api.automation_models import (
    AutomationShown,
    DoneShown,
    FiredShown,
    FlawShown,
    LastRun,
    RunShown,
    UnknownShown,
)
from hub.api.causes import by_shown
from hub.api.people_bodies import DAYS
from hub.api.people_views import time_of
from hub.clock import Clock, iso_of_ms
from hub.core.arrangement.records import Group
from hub.core.automations.errors import Flaw
from hub.core.automations.records import (
    Action,
    Automation,
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
from hub.core.automations.runs import Done, Fired, Run
from hub.core.device import Device
from hub.core.hub import Hub
from hub.core.people.sight import Sight
from hub.rehearsing import Unknown
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar

_when: Final[TypeAdapter[When]] = TypeAdapter(When)
_if: Final[TypeAdapter[If]] = TypeAdapter(If)
_do: Final[TypeAdapter[Do]] = TypeAdapter(Do)


def automation_shown(automation: Automation, hub: Hub, clock: Clock) -> AutomationShown:
    """Show an automation and how it is; what nobody may read, such as a password, is named only."""
    state = hub.automations.state(automation)
    return {
        "id": automation.id,
        "name": automation.name,
        "icon": automation.icon,
        "is_enabled": automation.is_enabled,
        "mode": automation.mode,
        "triggers": [_when.validate_python(_trigger(one)) for one in automation.triggers],
        "conditions": [_if.validate_python(_condition(one)) for one in automation.conditions],
        "actions": [_do.validate_python(_action(one, hub)) for one in automation.actions],
        "author": automation.author,
        "next_at": None if state.next_s is None else iso_of_ms(round(state.next_s * 1000)),
        "last_run": None if state.last is None else _last(state.last, clock),
        "problem": None if state.problem is None else flaw_shown(state.problem),
    }


def flaw_shown(flaw: Flaw) -> FlawShown:
    """Show why something does not work."""
    return {
        "code": flaw.code,
        "path": flaw.path,
        "detail": flaw.detail,
        "remedy": flaw.remedy,
    }


def unknown_shown(unknown: Unknown) -> UnknownShown:
    """Show something that history does not tell."""
    shown: UnknownShown = {"path": unknown.path, "code": unknown.code, "detail": unknown.detail}
    if unknown.span_s is not None:
        shown["span_s"] = round(unknown.span_s, 3)
    return shown


def run_shown(run: Run, clock: Clock | None, sight: Sight | None = None) -> RunShown:
    """Show what an automation did one time.

    Args:
        run: What it did.
        clock: Turns the core's seconds into times of day; without it, times are Unix seconds.
        sight: What the reader may see; None for all there is.
    """
    return {
        "id": run.id,
        "automation": run.automation,
        "at": _at(run.at_s, clock),
        "trigger": _fired(run.fired, sight),
        "conditions": [
            {"path": seen.path, "holds": seen.holds, "value": seen.value} for seen in run.seen
        ],
        "actions": [_done(done, clock) for done in run.done],
        "ended_at": _iso(run.ended_s, clock),
        "end": run.end,
        "detail": run.detail,
        "late_s": round(run.late_s, 3),
        "ignored": run.ignored,
    }


def _trigger(one: Trigger) -> Mapping[str, object]:
    match one:
        case PropertyTrigger(device, address, claim, for_s):
            told = {"device": device, "address": address, "for_s": for_s}
            return {"type": "property", **told, **_claim(claim)}
        case EventTrigger(device, event, arguments):
            told = {"device": device, "event": event, "arguments": dict(arguments)}
            return {"type": "event", **told}
        case PresenceTrigger(device, presence, for_s):
            return {"type": "presence", "device": device, "is": presence, "for_s": for_s}
        case TimeTrigger(minute, days):
            return {"type": "time", "at": time_of(minute), "days": _days(days)}
        case SunTrigger(at, offset_s):
            return {"type": "sun", "at": at, "offset_s": offset_s}


def _condition(one: Condition) -> Mapping[str, object]:
    match one:
        case PropertyCondition(device, address, claim):
            return {"type": "property", "device": device, "address": address, **_claim(claim)}
        case PresenceCondition(device, presence):
            return {"type": "presence", "device": device, "is": presence}
        case TimeCondition(hours):
            times = {"from": time_of(hours.begin), "until": time_of(hours.end)}
            return {"type": "time", **times, "days": _days(hours.days)}
        case SunCondition(is_up):
            return {"type": "sun", "is": "up" if is_up else "down"}
        case SeveralCondition(type_, of):
            return {"type": type_, "of": [_condition(each) for each in of]}


def _claim(claim: Claim) -> Mapping[str, object]:
    return {"is": claim.equals, "above": claim.above, "below": claim.below}


def _days(days: Iterable[int]) -> list[str]:
    return [DAYS[day] for day in days]


def _action(one: Action, hub: Hub) -> Mapping[str, object]:
    match one:
        case SetAction(values, device, group):
            shown = {a: v for a, v in values.items() if _is_readable(a, device, group, hub)}
            hidden = [address for address in values if address not in shown]
            named = {"device": device, "group": group}
            return {"type": "set", **named, "properties": shown, "hidden": hidden}
        case CallAction(device, action, arguments):
            told = _arguments(hub.devices.get(device), action, arguments)
            hidden = [name for name in arguments if name not in told]
            named = {"device": device, "action": action}
            return {"type": "call", **named, "arguments": told, "hidden": hidden}
        case SceneAction(scene):
            return {"type": "scene", "scene": scene}
        case WaitAction(for_s):
            return {"type": "wait", "for_s": for_s}
        case NotifyAction(text):
            return {"type": "notify", "text": text}


def _is_readable(address: str, device: DeviceId | None, group: str | None, hub: Hub) -> bool:
    found = hub.arrangement.find(Group, group) if group is not None else None
    members = found.members if found else ((device,) if device else ())
    products = [hub.devices[one].product for one in members if one in hub.devices]
    return bool(products) and all(p is not None and address in p.readable for p in products)


def _arguments(
    device: Device | None, action: Address, arguments: Mapping[str, Scalar]
) -> dict[str, Scalar]:
    """Return the arguments that may be shown: all but texts, one of which may be a password."""
    kind = device.product.actions.get(action) if device and device.product else None
    texts = {value.name for value in kind.arguments if value.format == "string"} if kind else None
    if texts is None:
        return {}
    return {name: value for name, value in arguments.items() if name not in texts}


def _last(run: Run, clock: Clock) -> LastRun:
    return {"id": run.id, "at": clock.iso(run.at_s), "end": run.end}


def _fired(fired: Fired, sight: Sight | None) -> FiredShown:
    is_veiled = sight is not None and not sight.knows(fired.by)
    return {
        "place": fired.place,
        "type": fired.type,
        "device": fired.device,
        "address": fired.address,
        "value": fired.value,
        "was": fired.was,
        "arguments": dict(fired.arguments),
        "person": None if is_veiled else fired.person,
        "by": by_shown(fired.by, is_veiled=is_veiled),
        "command": fired.command,
        "automation": fired.chain[-1] if fired.chain else None,
    }


def _done(done: Done, clock: Clock | None) -> DoneShown:
    return {
        "place": done.place,
        "type": done.type,
        "at": _at(done.at_s, clock),
        "status": done.status,
        "until": _iso(done.until_s, clock),
        "detail": done.detail,
        "results": [
            {
                "device": order.device,
                "command": order.command,
                "status": order.status,
                "reason": order.reason,
            }
            for order in done.orders
        ],
    }


def _iso(at_s: float | None, clock: Clock | None) -> str | None:
    return None if at_s is None else _at(at_s, clock)


def _at(at_s: float, clock: Clock | None) -> str:
    return iso_of_ms(round(at_s * 1000)) if clock is None else clock.iso(at_s)
