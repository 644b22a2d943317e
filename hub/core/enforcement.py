"""What happens when a device breaks a rule: it is counted, shown, and answered by a verdict."""

from typing import Final

from hub.core.device import Device, ViolationCount
from hub.core.events import ViolationFound
from hub.core.outcome import Outcome
from protocol.errors import Violation
from protocol.messages import MAX_INTEGER, Verdict
from protocol.topics import Leaf

VERDICT_EVERY_S: Final = 10.0
"""At most one verdict about a rule at a path in this time (ECO-VERDICT-002)."""

KEPT: Final = 64
"""Different (rule, path) pairs kept per device; more are counted by rule, under the path `*`."""

FLOOD_FACTOR: Final = 10
FLOOD_SECONDS: Final = 5
DEAF_S: Final = 60.0
"""How long a flooding device is not heard before it gets another chance (ECO-RATE-001)."""


def count_violation(
    device: Device,
    leaf: Leaf | None,
    violation: Violation,
    now_s: float,
    out: Outcome,
    times: int = 1,
) -> ViolationCount:
    """Count a broken rule, tell whoever watches, and send a verdict if one is due."""
    found = _entry(device, leaf, violation, now_s)
    found.violation = violation
    found.last_s = now_s
    found.count += times
    found.unsaid += times
    out.events.append(ViolationFound(device.id, leaf, violation, found.count))
    if leaf is not None and (found.said_s is None or now_s - found.said_s >= VERDICT_EVERY_S):
        out.send.append((device.id, _verdict(device, leaf, found)))
        found.said_s, found.unsaid = now_s, 0
    return found


def is_flooding(device: Device, now_s: float) -> bool:
    """Count a message against the declared rate; say whether the device just went too far.

    A device above `FLOOD_FACTOR` times its rate for `FLOOD_SECONDS` seconds on end is not heard for
    `DEAF_S`: the caller stops reading it until `device.rate.deaf_until_s`.
    """
    rate = device.rate
    rate.count += 1
    if now_s - rate.second_s < 1.0:
        return False
    declared = device.product.spec.rate_per_s if device.product else 5.0
    elapsed_s = now_s - rate.second_s
    is_hot = rate.count > declared * FLOOD_FACTOR * elapsed_s
    rate.hot_s = rate.hot_s + elapsed_s if is_hot else 0.0
    rate.second_s, rate.count = now_s, 0
    if rate.hot_s < FLOOD_SECONDS:
        return False
    rate.hot_s, rate.deaf_until_s = 0.0, now_s + DEAF_S
    return True


def _entry(device: Device, leaf: Leaf | None, violation: Violation, now_s: float) -> ViolationCount:
    key = (violation.rule, violation.path)
    if key not in device.violations and len(device.violations) >= KEPT:
        key = (violation.rule, "*")
    found = device.violations.get(key)
    if found is None:
        found = ViolationCount(violation, leaf, first_s=now_s, last_s=now_s)
        device.violations[key] = found
    return found


def _verdict(device: Device, leaf: Leaf, found: ViolationCount) -> Verdict:
    violation = found.violation
    least = device.record.epoch + 1
    has_room = violation.rule == "ECO-ORDER-001" and least <= MAX_INTEGER
    return Verdict(
        rule=violation.rule,
        leaf=leaf,
        path=violation.path,
        sample=violation.sample,
        text=violation.detail,
        fix=violation.fix,
        count=found.unsaid,
        min_epoch=least if has_room else None,
    )
