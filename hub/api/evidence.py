"""Shows what speaks against a device, and what people are told of it."""

from hub.api.judged_models import (
    BrokenRule,
    NoticeShown,
    QuarantineState,
    RefusedMessage,
    TracedMessage,
    Traffic,
)
from hub.clock import Clock
from hub.core import records
from hub.core.device import Device
from hub.core.trace import show
from protocol.rules import rule


def quarantine_state(device: Device, clock: Clock) -> QuarantineState | None:
    """Show why a device is in quarantine; None when it is not."""
    found = device.record.quarantine
    if found is None:
        return None
    return {
        "reason": found.reason,
        "since": clock.iso(found.since_s),
        "firmware": found.firmware,
        "broken": [_broken(one, clock) for one in found.broken],
        "refused": [_refused(one, clock) for one in found.refused],
    }


def traffic(device: Device, clock: Clock, now_s: float) -> Traffic:
    """Show how the messages of a device have come in."""
    heard_s, deaf_s = device.heard_s, device.rate.deaf_until_s
    return {
        "heard_at": None if heard_s is None else clock.iso(heard_s),
        "messages": device.messages,
        "missed": device.missed,
        "throttled": device.rate.dropped,
        "deaf_until": clock.iso(deaf_s) if deaf_s > now_s else None,
    }


def notice_shown(notice: records.Notice, clock: Clock, reader: str = "") -> NoticeShown:
    """Show a notice, to somebody or to all."""
    shown: NoticeShown = {
        "id": notice.id,
        "at": clock.iso(notice.at_s),
        "kind": notice.kind,
        "device": notice.device,
        "automation": notice.automation,
        "name": notice.name or None,
        "text": notice.text,
        "event": notice.event,
        "address": notice.address,
        "is_read": notice.is_read_by(reader),
    }
    if notice.code:
        shown["code"] = notice.code
    return shown


def traced(device: Device, clock: Clock) -> list[TracedMessage]:
    """Show the last messages of a device, oldest first."""
    return [
        {
            "at": clock.iso(one.at_s),
            "direction": "up" if one.is_up else "down",
            "leaf": str(one.leaf),
            "size": one.size,
            "fate": one.fate,
            "rule": one.rule or None,
            "payload": one.payload,
            "text": one.text,
        }
        for one in (show(entry, device.product) for entry in list(device.trace or ()))
    ]


def _broken(found: records.BrokenRule, clock: Clock) -> BrokenRule:
    known = rule(found.rule)
    return {
        "rule": found.rule,
        "leaf": found.leaf,
        "path": found.path,
        "sample": found.sample,
        "detail": found.detail,
        "text": known.text,
        "fix": known.fix,
        "count": found.count,
        "first_at": clock.iso(found.first_s),
        "last_at": clock.iso(found.last_s),
    }


def _refused(found: records.Refusal, clock: Clock) -> RefusedMessage:
    return {
        "at": clock.iso(found.at_s),
        "leaf": found.leaf,
        "rule": found.rule,
        "path": found.path,
        "size": found.size,
        "text": found.text,
    }
