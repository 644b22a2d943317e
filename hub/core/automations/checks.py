"""Whether an automation fits the home: its devices, their product specs, its groups and scenes.

The same is asked when it is made, and again of one that is kept when something has left since.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic_core import to_json

from hub.core.arrangement.records import Group, Scene
from hub.core.asked import check_asked
from hub.core.automations.errors import Flaw
from hub.core.automations.mentions import walk
from hub.core.automations.records import (
    Action,
    Automation,
    CallAction,
    Claim,
    Condition,
    EventTrigger,
    PresenceCondition,
    PresenceTrigger,
    PropertyCondition,
    PropertyTrigger,
    SceneAction,
    SetAction,
    SeveralCondition,
    SunCondition,
    SunTrigger,
    Trigger,
)
from hub.core.device import Device
from hub.core.errors import RefusedError
from protocol.errors import Violation, printable
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from protocol.product_model import Property
from protocol.validator import CompiledProduct
from protocol.value_check import allowed, limits, problem

MOST_TRIGGERS: Final = 16
MOST_CONDITIONS: Final = 32
"""Of one automation, those within others included."""

MOST_ACTIONS: Final = 32
MOST_DEPTH: Final = 3
"""Conditions within conditions."""

MOST_BYTES: Final = 32_768
"""Of all that one automation says."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an automation can name.

    Attributes:
        has_sun: Whether it is known where on earth the home is.
    """

    devices: Mapping[DeviceId, Device]
    group: Callable[[str], Group | None]
    scene: Callable[[str], Scene | None]
    has_sun: bool


def flaws(
    automation: Automation, home: Surroundings, before: Automation | None = None
) -> Iterator[Flaw]:
    """Yield all that is wrong with an automation; a device that is not ready is believed.

    Args:
        automation: As it is to be.
        home: Where it is to work.
        before: As it was; what it said before may stay, though its device has left.
    """
    yield from _too_much(automation)
    for place, trigger in enumerate(automation.triggers):
        if before is None or trigger not in before.triggers:
            yield from _trigger(trigger, f"triggers.{place}", home)
    known = () if before is None else tuple(one for _, one in walk(before.conditions))
    for path, condition in walk(automation.conditions, "conditions."):
        if condition not in known:
            yield from _condition(condition, path, home)
    for place, action in enumerate(automation.actions):
        if before is None or action not in before.actions:
            yield from _action(action, f"actions.{place}", home)


def _too_much(automation: Automation) -> Iterator[Flaw]:
    counts = (
        ("triggers", len(automation.triggers), MOST_TRIGGERS),
        ("conditions", sum(1 for _ in walk(automation.conditions)), MOST_CONDITIONS),
        ("actions", len(automation.actions), MOST_ACTIONS),
    )
    for path, number, most in counts:
        if number > most:
            yield Flaw("limit-reached", path, f"{number} {path}; {most} are kept", "say less")
    depth = max((path.count(".of.") for path, _ in walk(automation.conditions)), default=0)
    if depth >= MOST_DEPTH:
        detail = f"conditions within conditions, {depth + 1} deep; {MOST_DEPTH} are kept"
        yield Flaw("limit-reached", "conditions", detail, "put fewer within one another")
    size = len(to_json(automation))
    if size > MOST_BYTES:
        yield Flaw("limit-reached", "", f"{size} bytes; {MOST_BYTES} are kept", "say less")


def _trigger(trigger: Trigger, path: str, home: Surroundings) -> Iterator[Flaw]:
    match trigger:
        case PropertyTrigger(device, address, claim):
            yield from _property(device, address, claim, path, home)
            if claim.is_any and trigger.for_s:
                detail = "a value that has just changed cannot have stayed so"
                yield Flaw("claim-unclear", f"{path}.for_s", detail, "leave for_s out, or send is")
        case EventTrigger():
            yield from _event(trigger, path, home)
        case PresenceTrigger(device):
            yield from _missing(device, path, home)
        case SunTrigger():
            yield from _sunless(path, home)


def _condition(condition: Condition, path: str, home: Surroundings) -> Iterator[Flaw]:
    match condition:
        case PropertyCondition(device, address, claim):
            if claim.is_any:
                detail = "it does not say what the value is to be"
                yield Flaw("claim-unclear", path, detail, "send is, above or below")
            yield from _property(device, address, claim, path, home)
        case PresenceCondition(device):
            yield from _missing(device, path, home)
        case SunCondition():
            yield from _sunless(path, home)
        case SeveralCondition(_, of) if not of:
            yield Flaw("claim-unclear", f"{path}.of", "there is no condition within", "name some")


def _action(action: Action, path: str, home: Surroundings) -> Iterator[Flaw]:
    match action:
        case SetAction(values, device, group):
            if (device is None) == (group is None):
                detail = "what is to be set is not one device or one group"
                yield Flaw("action-unclear", path, detail, "send either device or group")
            elif device is not None:
                yield from _told(device, values, None, path, home)
            elif group is not None:
                yield from _group(group, values, path, home)
        case CallAction(device, address, arguments):
            yield from _told(device, arguments, address, path, home)
        case SceneAction(scene) if home.scene(scene) is None:
            yield _unknown("scene", scene, f"{path}.scene")


def _group(
    group_id: str, values: Mapping[str, Scalar], path: str, home: Surroundings
) -> Iterator[Flaw]:
    group = home.group(group_id)
    if group is None:
        yield _unknown("group", group_id, f"{path}.group")
        return
    if not group.members:
        detail = f"no device is in the group {printable(group.name)}"
        yield Flaw("mention-unknown", f"{path}.group", detail, "put devices into it")
    for member in group.members:
        found = list(_told(member, values, None, path, home))
        yield from found
        if found:
            return


def _told(
    device: DeviceId,
    values: Mapping[str, Scalar],
    action: Address | None,
    path: str,
    home: Surroundings,
) -> Iterator[Flaw]:
    yield from _missing(device, path, home)
    product = _product(device, home)
    if product is None:
        return
    try:
        check_asked(product, values, action)
    except RefusedError as error:
        for violation, remedy in zip(error.violations, error.remedies, strict=True):
            place = violation.path.replace("values", "properties", 1) if action is None else ""
            yield _broken(violation, f"{path}.{place or violation.path}", remedy)


def _property(
    device: DeviceId, address: Address, claim: Claim, path: str, home: Surroundings
) -> Iterator[Flaw]:
    yield from _missing(device, path, home)
    has_bounds = claim.above is not None or claim.below is not None
    if claim.equals is not None and has_bounds:
        detail = "a value cannot be compared in two ways"
        yield Flaw("claim-unclear", path, detail, "send is, or above and below")
    product = _product(device, home)
    if product is None:
        return
    part = product.properties.get(address)
    if part is None:
        yield _undeclared("property", address, product.properties, f"{path}.address")
    elif not (part.is_readable or "notify" in part.access):
        detail = f"{address} can only be written, so nobody knows its value"
        yield Flaw("ECO-STATE-002", f"{path}.address", detail, "name a property that is told")
    else:
        yield from _claim(part, claim, path)


def _claim(part: Property, claim: Claim, path: str) -> Iterator[Flaw]:
    if claim.equals is not None and (found := problem(part, claim.equals, f"{path}.is")):
        yield _broken(found, found.path, f"send {allowed(part)}")
    for name, bound in (("above", claim.above), ("below", claim.below)):
        if bound is None:
            continue
        if not part.is_number:
            detail = f"{part.name} is {allowed(part)}, of which none is {name} another"
            yield Flaw("ECO-VALUE-001", f"{path}.{name}", detail, f"send is with {allowed(part)}")
            continue
        low, high = limits(part).low, limits(part).high
        if low is not None and high is not None and not low <= bound <= high:
            detail = f"{bound} is outside {low}..{high}"
            remedy = f"send a number within {low}..{high}"
            yield Flaw("ECO-VALUE-002", f"{path}.{name}", detail, remedy)
    if claim.above is not None and claim.below is not None and claim.above >= claim.below:
        detail = f"no value is above {claim.above} and below {claim.below}"
        yield Flaw("claim-unclear", path, detail, "send an above that is less than below")


def _event(trigger: EventTrigger, path: str, home: Surroundings) -> Iterator[Flaw]:
    yield from _missing(trigger.device, path, home)
    product = _product(trigger.device, home)
    if product is None:
        return
    kind = product.events.get(trigger.event)
    if kind is None:
        yield _undeclared("event", trigger.event, product.events, f"{path}.event")
        return
    declared = {value.name: value for value in kind.arguments}
    for name, given in trigger.arguments.items():
        place = f"{path}.arguments.{name}"
        if name not in declared:
            yield _undeclared("argument", name, declared, place)
        elif found := problem(declared[name], given, place):
            yield _broken(found, place, f"send {allowed(declared[name])}")


def _missing(device_id: DeviceId, path: str, home: Surroundings) -> Iterator[Flaw]:
    device = home.devices.get(device_id)
    if device is None or device.record.is_retired:
        yield _unknown("device", device_id, f"{path}.device")


def _sunless(path: str, home: Surroundings) -> Iterator[Flaw]:
    if not home.has_sun:
        detail = "the hub does not know where on earth it is, so it knows no sun"
        remedy = "have an owner tell it on the hub's page of the app, or by PUT /hub/place"
        yield Flaw("location-missing", path, detail, remedy)


def _product(device: DeviceId, home: Surroundings) -> CompiledProduct | None:
    found = home.devices.get(device)
    return found.product if found else None


def _unknown(what: str, id_: str, path: str) -> Flaw:
    detail = f"no {what} {printable(id_)} in this home"
    return Flaw("mention-unknown", path, detail, f"name one that is there, or make the {what}")


def _undeclared(what: str, name: str, known: Iterable[str], path: str) -> Flaw:
    names = ", ".join(known) or "none"
    detail = f"the product has no {what} {printable(name)}"
    return Flaw("part-unknown", path, detail, f"it has {names}")


def _broken(violation: Violation, path: str, remedy: str) -> Flaw:
    return Flaw(violation.rule, path, violation.detail, remedy)
