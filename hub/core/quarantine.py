"""Quarantine: a device that keeps breaking rules is judged and counted, and nothing comes of it."""

from dataclasses import replace
from typing import Final

from hub.core.commands import Commands
from hub.core.device import Device, Strike, ViolationCount
from hub.core.enforcement import count_violation
from hub.core.events import DeviceAdded
from hub.core.inbox import Inbox
from hub.core.members import withdraw_all
from hub.core.outcome import Outcome
from hub.core.presence import observe
from hub.core.rates import DEAF_S, DEFAULT_RATE, FLOOD_FACTOR, FLOOD_S, Rate
from hub.core.records import BrokenRule, Quarantine, QuarantineReason, Refusal, SaveDevice
from hub.core.trace import PREFIX, Traces, shown_text
from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.messages import Ack, Event, State
from protocol.presence import Evidence
from protocol.topics import Leaf

STRIKES: Final = 20
STRIKES_WITHIN_S: Final = 60.0
"""So many refused messages in this time put a strict device into quarantine (ECO-HUB-011)."""

FLOODS: Final = 2
FLOODS_WITHIN_S: Final = 600.0
"""So many floods in this time put any device into quarantine (ECO-HUB-012)."""

RULES_KEPT: Final = 16
REFUSALS_KEPT: Final = 5
"""Evidence that is kept: broken rules, and refused messages with their beginning."""

OF_THE_LINK: Final = frozenset(
    {"ECO-ORDER-001", "ECO-ORDER-002", "ECO-ORDER-003", "ECO-ANNOUNCE-001"}
)
"""Messages that came twice, late or too early say more of the way than of the device."""


class Quarantines:
    """Counts what speaks against a device, and shuts it out when that is too much."""

    def __init__(self, commands: Commands, inbox: Inbox, traces: Traces) -> None:
        self.inbox = inbox
        self._commands, self._traces = commands, traces

    def strike(self, device: Device, strike: Strike, out: Outcome) -> None:
        """Count a refused message, but no repeat, and none in warn mode."""
        if device.record.mode != "strict" or strike.violation.rule in OF_THE_LINK:
            return
        number = strike.number
        if number is not None and any(
            (s.leaf, s.number) == (strike.leaf, number) for s in device.strikes
        ):
            return
        device.strikes = [*device.strikes[1 - STRIKES :], strike]
        first_s = device.strikes[0].at_s
        if len(device.strikes) == STRIKES and strike.at_s - first_s <= STRIKES_WITHIN_S:
            self._shut(device, "broke_rules", strike.at_s, out)

    def look(self, device: Device, now_s: float, out: Outcome) -> bool:
        """Tell of what was dropped of a device; say whether it has to be looked at again.

        Called a few times a second for the devices that say too much, so that they are told of
        in bulk.
        """
        rate = device.rate
        if now_s >= rate.ends_s:
            rate.turn(now_s, declared(device))
        if rate.untold and (rate.is_flood or now_s >= rate.deaf_until_s):
            self._tell_throttled(device, now_s, out)
        if rate.is_flood:
            self._tell_flood(device, now_s, out)
        return rate.count > rate.limit or rate.untold > 0

    def release(self, device: Device, reason: str, now_s: float, out: Outcome) -> None:
        """Let a device out of quarantine and hear it as any other; it may be there at once."""
        device.rate.turn(now_s, declared(device))
        if device.rate.untold:
            self._tell_throttled(device, now_s, out)
        device.record = replace(device.record, quarantine=None)
        device.strikes, device.floods, device.rate = [], [], Rate()
        if device.interview:
            device.interview.asked_s, device.interview.rest_until_s = None, 0.0
        device.full_asked_s = None
        out.saves.append(SaveDevice(device.record))
        observe(device, Evidence.RELEASED, reason, now_s, out)
        out.events.append(DeviceAdded(device.id))
        text = f"{device.record.name} is out of quarantine: {_RELEASES.get(reason, reason)}."
        self.inbox.add("released", device.id, text, now_s, out)

    def _tell_throttled(self, device: Device, now_s: float, out: Outcome) -> None:
        rate = device.rate
        detail = (
            f"{rate.untold} messages were not read: more than {FLOOD_FACTOR} times the declared "
            f"{declared(device):g} per second"
        )
        violation = Violation("ECO-RATE-001", "topic", f"{rate.untold} messages", detail)
        count_violation(device, Leaf.STATE, violation, now_s, out, rate.untold)
        trace = self._traces.of(device)
        trace.append((now_s, Leaf.STATE, rate.untold, b"", "throttled", violation.rule))
        rate.untold = 0

    def _tell_flood(self, device: Device, now_s: float, out: Outcome) -> None:
        device.rate.is_flood = False
        detail = f"far above the declared rate for {FLOOD_S:g} s; not read for {DEAF_S:g} s"
        violation = Violation("ECO-RATE-001", "topic", "", detail)
        count_violation(device, Leaf.STATE, violation, now_s, out)
        recent = [at_s for at_s in device.floods if now_s - at_s < FLOODS_WITHIN_S]
        device.floods = [*recent, now_s]
        if device.record.quarantine is not None:
            return
        if len(device.floods) >= FLOODS:
            self._shut(device, "flooded", now_s, out)
        else:
            text = f"{device.record.name} says far too much and is not heard for a minute."
            self.inbox.add("flooded", device.id, text, now_s, out)

    def _shut(self, device: Device, reason: QuarantineReason, now_s: float, out: Outcome) -> None:
        if device.record.quarantine is not None:
            return
        found = Quarantine(
            reason=reason,
            since_s=now_s,
            firmware=device.record.firmware,
            broken=_broken(device, now_s),
            refused=tuple(_refusal(device, s) for s in device.strikes[-REFUSALS_KEPT:]),
        )
        device.record = replace(device.record, quarantine=found)
        out.saves.append(SaveDevice(device.record))
        withdraw_all(self._commands, device, "quarantined", now_s, out)
        observe(device, Evidence.BROKE_RULES, reason, now_s, out)
        text = f"{device.record.name} is in quarantine: {_REASONS[reason]}."
        self.inbox.add("quarantined", device.id, text, now_s, out)


def declared(device: Device) -> float:
    """Return how many messages a second a device may say by its product spec."""
    return device.product.spec.rate_per_s if device.product else DEFAULT_RATE


_REASONS: Final = {
    "broke_rules": f"it broke rules {STRIKES} times within a minute",
    "flooded": f"it said far too much {FLOODS} times within ten minutes",
}
_RELEASES: Final = {
    "released": "somebody has released it",
    "new_firmware": "it has another firmware now",
    "joined": "it has joined anew",
}


def _broken(device: Device, now_s: float) -> tuple[BrokenRule, ...]:
    recent = [v for v in device.violations.values() if now_s - v.last_s < FLOODS_WITHIN_S]
    latest = sorted(recent, key=lambda found: -found.last_s)[:RULES_KEPT]
    return tuple(_broken_rule(found) for found in latest)


def _broken_rule(found: ViolationCount) -> BrokenRule:
    violation = found.violation
    return BrokenRule(
        rule=violation.rule,
        leaf=None if found.leaf is None else found.leaf.value,
        path=violation.path,
        sample=violation.sample,
        detail=violation.detail,
        count=found.count,
        first_s=found.first_s,
        last_s=found.last_s,
    )


def _refusal(device: Device, strike: Strike) -> Refusal:
    text = shown_text(strike.leaf, strike.payload[:PREFIX], device.product)
    violation = strike.violation
    return Refusal(
        strike.at_s, strike.leaf.value, violation.rule, violation.path, strike.size, text
    )


def strike_of(decoded: Decoded, violation: Violation, now_s: float) -> Strike:
    """Return the strike that a refused message is."""
    message, payload = decoded.message, decoded.raw
    number = (message.epoch, message.seq) if isinstance(message, State | Event | Ack) else None
    leaf = decoded.topic.leaf
    return Strike(now_s, leaf, violation, number, len(payload), payload[:PREFIX])
