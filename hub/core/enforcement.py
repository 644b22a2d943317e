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

UNANNOUNCED_S: Final = 10.0
"""So long a boot may go unannounced; then the announce is lost and the device is made to repeat it,
in the one way that it has to follow: by `min_epoch`."""

ANY_CONNECTION: Final = 0
"""Stands for the connection of a boot that was not announced."""

KEPT: Final = 64
"""Different (rule, path) pairs kept per device; more are counted by rule, under the path `*`."""


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
        out.send.append((device.id, _verdict(device, leaf, found, now_s)))
        found.said_s, found.unsaid = now_s, 0
    return found


def _entry(device: Device, leaf: Leaf | None, violation: Violation, now_s: float) -> ViolationCount:
    key = (violation.rule, violation.path)
    if key not in device.violations and len(device.violations) >= KEPT:
        key = (violation.rule, "*")
    found = device.violations.get(key)
    if found is None:
        found = ViolationCount(violation, leaf, first_s=now_s, last_s=now_s)
        device.violations[key] = found
    return found


def _verdict(device: Device, leaf: Leaf, found: ViolationCount, now_s: float) -> Verdict:
    violation = found.violation
    return Verdict(
        rule=violation.rule,
        leaf=leaf,
        path=violation.path,
        sample=violation.sample,
        text=violation.detail,
        fix=violation.fix,
        count=found.unsaid,
        min_epoch=_least_epoch(device, violation.rule, now_s),
    )


def _least_epoch(device: Device, rule: str, now_s: float) -> int | None:
    """Return the epoch that a device has to announce to be understood again, if it has to."""
    least = None
    if rule == "ECO-ORDER-001":
        least = device.record.epoch + 1
    elif rule == "ECO-ANNOUNCE-001" and device.unannounced is not None:
        epoch, since_s = device.unannounced
        if now_s - since_s >= UNANNOUNCED_S:
            device.refused_boot = (epoch, ANY_CONNECTION)
            least = epoch + 1
    return least if least is not None and least <= MAX_INTEGER else None
