"""Presence of a device: evidence in, announced changes out, flapping damped."""

from typing import Final

from hub.core.device import FLAPS_KEPT, Device
from hub.core.events import PresenceChanged
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord
from protocol.presence import Evidence, Presence, judge

FLAP_WINDOW_S: Final = 120.0
HOLD_BACK_S: Final = 300.0
"""10 losses in 120 s make a device unstable; it is trusted again after 300 s without one."""

QUIET_LIMIT_S: Final = 660.0
"""A full state is due every 600 s (ECO-STATE-006); a minute of grace."""

PROBE_WAIT_S: Final = 10.0
GRACE_S: Final = 10.0
"""How much longer than two of its intervals a sleeper may be away (ECO-SLEEP-014)."""

FIRST_CONTACT_S: Final = 120.0
"""How long a joined device may take to announce itself before it counts as unreachable."""

_HEARING: Final = {Evidence.ANNOUNCED_KNOWN, Evidence.ANNOUNCED_UNKNOWN, Evidence.TRAFFIC}
_DEAF: Final = {
    *(Evidence.WILL, Evidence.SHUTDOWN, Evidence.SILENT, Evidence.LINK_LOST),
    *(Evidence.FELL_ASLEEP, Evidence.OVERSLEPT),
    *(Evidence.CHILD_LOST, Evidence.GATEWAY_LOST, Evidence.REMOVED),
}
_GONE: Final = {Evidence.WILL, Evidence.SHUTDOWN}
_FLAPS: Final = {Evidence.WILL, Evidence.CHILD_LOST}
_ORPHANING: Final = {
    Evidence.WILL: "gateway_lost",
    Evidence.SILENT: "gateway_lost",
    Evidence.OVERSLEPT: "gateway_lost",
    Evidence.BROKE_RULES: "gateway_lost",
    Evidence.SHUTDOWN: "gateway_offline",
    Evidence.FELL_ASLEEP: "gateway_offline",
    Evidence.UNJOINED: "gateway_offline",
}
"""What of a gateway takes its children along, and the reason they get. `LINK_LOST` does not: all
devices get that one each."""


def observe(device: Device, evidence: Evidence, reason: str, now_s: float, out: Outcome) -> None:
    """Take in evidence about a device and announce its presence if that changes it."""
    if evidence in _HEARING:
        device.is_connected, device.is_gone = True, False
    elif evidence in _DEAF:
        if evidence in _FLAPS and device.is_connected:
            _count_flap(device, now_s, out)
        device.is_connected, device.is_gone = False, evidence in _GONE
    _move(device, evidence, reason, now_s, out)
    if device.family is not None and evidence in _ORPHANING:
        orphan(device, _ORPHANING[evidence], now_s, out, is_gone=evidence in _GONE)


def orphan(gateway: Device, reason: str, now_s: float, out: Outcome, *, is_gone: bool) -> None:
    """Lose sight of the children of a gateway (ECO-CHILD-019).

    Args:
        gateway: Whose.
        reason: What they get as the reason.
        now_s: The core's clock.
        out: Where effects go.
        is_gone: Whether only a new announce of each brings it back.
    """
    for child in gateway.family.children.values() if gateway.family else ():
        observe(child, Evidence.GATEWAY_LOST, reason, now_s, out)
        child.is_gone = is_gone


def due(device: Device, now_s: float) -> Evidence | None:
    """Say what the passing of time alone tells about a device, if anything.

    `TRAFFIC` stands for "ask it": the caller sends a probe and notes `device.probed_s`.
    """
    if device.presence is Presence.UNSTABLE:
        if now_s < device.calm_after_s:
            return None
        return Evidence.CALM if device.is_connected else Evidence.SILENT
    patience = patience_s(device.record)
    if patience is not None:
        return Evidence.OVERSLEPT if _is_overdue(device, patience, now_s) else None
    if device.heard_s is None:
        is_late = (
            device.presence is Presence.INTERVIEWING and now_s - device.since_s > FIRST_CONTACT_S
        )
        return Evidence.SILENT if is_late else None
    if not device.is_connected or now_s - device.heard_s < QUIET_LIMIT_S:
        return None
    if device.probed_s is None or device.probed_s < device.heard_s:
        return Evidence.TRAFFIC
    return Evidence.SILENT if now_s - device.probed_s > PROBE_WAIT_S else None


def patience_s(record: DeviceRecord) -> float | None:
    """Return how long after its last word a sleeper counts as asleep; None if it is no sleeper.

    Two wakes and some grace (ECO-SLEEP-014). It is how long a command waits for a sleeper if its
    client says nothing else.
    """
    return None if record.sleep_s is None else 2 * record.sleep_s + GRACE_S


def _is_overdue(device: Device, patience: float, now_s: float) -> bool:
    """Say whether a sleeper has missed its wakes; it is never asked (ECO-SLEEP-014)."""
    is_asleep = device.presence is Presence.ASLEEP
    asleep_s = device.record.asleep_since_s if is_asleep else None
    heard_s = device.heard_s if asleep_s is None else asleep_s
    return heard_s is not None and now_s - heard_s > patience


def _count_flap(device: Device, now_s: float, out: Outcome) -> None:
    device.flaps.append(now_s)
    device.calm_after_s = now_s + HOLD_BACK_S
    if len(device.flaps) == FLAPS_KEPT and now_s - device.flaps[0] <= FLAP_WINDOW_S:
        _move(device, Evidence.FLAPPING, "flapping", now_s, out)


def _move(device: Device, evidence: Evidence, reason: str, now_s: float, out: Outcome) -> None:
    after = judge(device.presence, evidence)
    if after is device.presence:
        return
    device.presence, device.reason, device.since_s = after, reason, now_s
    out.events.append(PresenceChanged(device.id, after, reason, now_s))


def restored(record: DeviceRecord, now_s: float) -> Device:
    """Return a device as an earlier run left it: nobody is reachable until heard anew."""
    if record.is_retired:
        is_child = record.gateway is not None and record.replaced_by is None
        device = Device(record, Presence.RETIRED, "removed" if is_child else "replaced", now_s)
        device.rate.shut()
        return device
    if record.quarantine is not None:
        device = Device(record, Presence.QUARANTINED, record.quarantine.reason, now_s)
        device.since_s = record.quarantine.since_s
        return device
    return Device(record, Presence.UNREACHABLE, "hub_restarted", now_s)
