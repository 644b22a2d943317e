"""Shows what the core holds: core objects in, the API's dictionaries out."""

from typing import Final, NamedTuple

from hub.api.causes import cause_shown
from hub.api.certified import certificate_state
from hub.api.evidence import quarantine_state, traffic
from hub.api.judged_models import BrokenRule
from hub.api.models import (
    DesiredValue,
    DeviceSummary,
    DeviceView,
    Identity,
    PresenceState,
    RuleEntry,
    SleepState,
    TwinProperty,
    TwinValue,
)
from hub.api.spec_views import product_spec
from hub.certificates.standing import Standing
from hub.clock import Clock, iso_of_ms
from hub.core.children import is_gateway
from hub.core.device import Desired, Device, ViolationCount
from hub.core.events import Reported
from hub.core.people.access import ALL, WHOLE, Span
from hub.core.people.sight import Sight
from hub.core.sleepers import expected_s
from hub.core.twin import ReportedValues
from protocol.ids import DeviceId
from protocol.presence import Presence
from protocol.product import Property
from protocol.rules import Rule

REACHABLE: Final = frozenset({Presence.ONLINE, Presence.ASLEEP})
"""Where the values of a device are as it told them last, and not merely the last that were told."""


class Beside(NamedTuple):
    """What a device itself does not know.

    Attributes:
        waits: Commands that wait to be sent to it.
        is_favourite: Whether it is one of the person who asks.
    """

    waits: int
    is_favourite: bool


def device_summary(device: Device, clock: Clock, sight: Sight | None = None) -> DeviceSummary:
    """Show a device as lists and the stream do; nothing in it changes by time alone.

    Args:
        device: Which.
        clock: Turns the core's seconds into times of day.
        sight: What the reader may see; None for all there is.
    """
    record = device.record
    view = ALL if sight is None else sight.of(device.id)
    return {
        "id": record.id,
        "name": record.name,
        "class": device_class(device),
        "product": record.product,
        "vendor": record.vendor,
        "presence": presence_state(device, clock),
        "mode": record.mode,
        "spec_sha256": record.spec_sha256,
        "sleep": sleep_state(device, clock),
        "gateway": _if_seen(record.gateway, sight),
        "room": record.room,
        "icon": record.icon,
        "visible": _addresses(device, view.sees),
        "controllable": None if view.is_even else _addresses(device, view.controls),
        "twin": twin_values(device.reported, clock, view.sees, sight),
    }


def device_view(
    device: Device, clock: Clock, standing: Standing, sight: Sight, beside: Beside
) -> DeviceView:
    """Show all that is known of a device, with the ages of its values.

    Args:
        device: Which.
        clock: Turns the core's seconds into times of day.
        standing: How it stands by the hub's certificates.
        sight: What the reader may see.
        beside: What others know of it.
    """
    record, document, now_s = device.record, device.document, clock.now_s()
    view = sight.of(device.id)
    span = view.sees
    children = device.family.children if device.family else ()
    return {
        "id": record.id,
        "name": record.name,
        "class": device_class(device),
        "product": record.product,
        "presence": presence_state(device, clock),
        "mode": record.mode,
        "identity": identity(device, clock),
        "spec_sha256": record.spec_sha256,
        "spec": None if document is None else product_spec(document, span),
        "sleep": sleep_state(device, clock),
        "waits": beside.waits,
        "gateway": _if_seen(record.gateway, sight),
        "room": record.room,
        "icon": record.icon,
        "is_favourite": beside.is_favourite,
        "visible": _addresses(device, span),
        "controllable": None if view.is_even else _addresses(device, view.controls),
        "wants_gateway": _if_seen(device.wants, sight),
        "children": [child for child in children if sight.of(child)],
        "max_children": record.max_children if is_gateway(device) else None,
        "barred": list(record.barred) if sight.is_whole else [],
        "twin": twin(device, clock, now_s, sight),
        "violations": broken_rules(device, clock) if span.is_whole else [],
        "traffic": traffic(device, clock, now_s),
        "quarantine": quarantine_state(device, clock) if span.is_whole else None,
        "certificate": certificate_state(standing, record),
    }


def _addresses(device: Device, span: Span) -> list[str] | None:
    """Return the addresses of a device that a span holds; None for all there are."""
    if span.is_whole:
        return None
    product = device.product
    declared = [*product.properties, *product.actions, *product.events] if product else span.only
    return sorted(address for address in declared if address in span)


def device_class(device: Device) -> str | None:
    """Name the class of a device, if its product spec is known and names one."""
    return device.product.spec.device_class if device.product else None


def presence_state(device: Device, clock: Clock) -> PresenceState:
    """Show whether a device can be reached, why, and since when."""
    since = clock.iso(device.since_s)
    state = PresenceState(status=str(device.presence), reason=device.reason, since=since)
    if device.presence is Presence.ASLEEP and (wakes_s := expected_s(device)) is not None:
        state["next_wake_at"] = clock.iso(wakes_s)
    return state


def sleep_state(device: Device, clock: Clock) -> SleepState | None:
    """Show how a device sleeps, and when it wakes if it is asleep."""
    if device.record.sleep_s is None:
        return None
    wakes_s = expected_s(device) if device.presence is Presence.ASLEEP else None
    wakes_at = None if wakes_s is None else clock.iso(wakes_s)
    return {"interval_s": device.record.sleep_s, "next_wake_at": wakes_at}


def identity(device: Device, clock: Clock) -> Identity:
    """Show what a device says of itself, and how it came here."""
    record = device.record
    return {
        "vendor": record.vendor,
        "product": record.product,
        "serial": record.serial,
        "hardware": record.hardware,
        "firmware": record.firmware,
        "protocol": record.protocol,
        "driver": record.driver,
        "epoch": record.epoch,
        "joined_at": clock.iso(record.joined_at_s),
        "replaces": record.replaces,
        "replaced_by": record.replaced_by,
    }


def twin_values(
    reported: ReportedValues, clock: Clock, span: Span = WHOLE, sight: Sight | None = None
) -> dict[str, TwinValue]:
    """Show the reported values of a span; those of one message share the text of their time."""
    is_whole = span.is_whole
    shown: dict[str, TwinValue] = {}
    at_s, at = -1.0, ""
    for address, value in reported.each():
        if not is_whole and address not in span:
            continue
        if value.at_s != at_s:
            at_s, at = value.at_s, clock.iso(value.at_s)
        shown[address] = one = TwinValue(value=value.value, at=at)
        if value.device_time_ms is not None:
            one["device_time"] = iso_of_ms(value.device_time_ms)
        if value.cause is not None:
            one["cause"] = cause_shown(value.cause, clock, sight)
    return shown


def twin(device: Device, clock: Clock, now_s: float, sight: Sight) -> dict[str, TwinProperty]:
    """Show what was told or can be read, with its age, its cause and what is wanted of it."""
    span = sight.of(device.id).sees
    declared = device.product.properties if device.product else {}
    readable = device.product.readable if device.product else frozenset()
    addresses = dict.fromkeys([*(a for a in declared if a in readable), *device.reported])
    for address in device.desired:
        addresses.setdefault(address)
    shown: dict[str, TwinProperty] = {}
    for address in addresses:
        if address not in span:
            continue
        value = device.reported.get(address)
        one = _property(value, clock, now_s)
        if value is not None and value.cause is not None:
            one["cause"] = cause_shown(value.cause, clock, sight)
        one["is_stale"] = _is_stale(device, declared.get(address), value, now_s)
        desired = device.desired.get(address)
        if desired is not None:
            one["desired"] = _desired(desired, clock, is_readable=address in readable)
        shown[address] = one
    return shown


def broken_rules(device: Device, clock: Clock) -> list[BrokenRule]:
    """Show the rules a device broke, the latest first."""
    counts = sorted(device.violations.values(), key=lambda found: -found.last_s)
    return [broken_rule(count, clock) for count in counts]


def broken_rule(found: ViolationCount, clock: Clock) -> BrokenRule:
    """Show one rule that a device broke."""
    violation = found.violation
    return {
        "rule": violation.rule,
        "leaf": None if found.leaf is None else str(found.leaf),
        "path": violation.path,
        "sample": violation.sample,
        "detail": violation.detail,
        "text": violation.text,
        "fix": violation.fix,
        "count": found.count,
        "first_at": clock.iso(found.first_s),
        "last_at": clock.iso(found.last_s),
    }


def rule_entry(rule: Rule) -> RuleEntry:
    """Show one numbered sentence of the protocol."""
    return {
        "id": rule.id,
        "text": rule.text,
        "keyword": rule.keyword,
        "party": list(rule.party),
        "level": rule.level,
        "since": rule.since,
        "why": rule.why,
        "fix": rule.fix,
        "refs": list(rule.refs),
    }


def _if_seen(device: DeviceId | None, sight: Sight | None) -> DeviceId | None:
    return device if device is None or sight is None or sight.of(device) else None


def _property(value: Reported | None, clock: Clock, now_s: float) -> TwinProperty:
    if value is None:
        return {"value": None, "at": None, "age_s": None, "is_stale": True}
    age_s = round(max(0.0, now_s - value.at_s), 3)
    shown = TwinProperty(value=value.value, at=clock.iso(value.at_s), age_s=age_s, is_stale=False)
    if value.device_time_ms is not None:
        shown["device_time"] = iso_of_ms(value.device_time_ms)
    return shown


def _is_stale(
    device: Device, declared: Property | None, value: Reported | None, now_s: float
) -> bool:
    if value is None or device.presence not in REACHABLE:
        return True
    max_age_s = declared.max_age_s if declared else None
    return max_age_s is not None and now_s - value.at_s > max_age_s


def _desired(desired: Desired, clock: Clock, *, is_readable: bool) -> DesiredValue:
    shown = DesiredValue(command=desired.command, since=clock.iso(desired.since_s))
    if is_readable:
        shown["value"] = desired.value
    return shown
