"""Devices that sleep: when they are expected, what waits for them, when they may rest."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hub.core.commands import Commands
from hub.core.device import Device
from hub.core.outcome import Outcome
from hub.core.presence import observe, patience_s
from hub.core.receipts import kept_waiting
from hub.core.records import SaveDevice
from protocol.errors import Violation, ViolationError
from protocol.ids import CommandId
from protocol.messages import Presence, Rest
from protocol.presence import Evidence
from protocol.presence import Presence as Reach
from protocol.receipt import Status

REST_EVERY_S: Final = 5.0
"""A sleeper that stays awake is told again so often that nothing is left for it."""

REST_TTL_MS: Final = 10_000


def is_behind(device: Device) -> bool:
    """Say whether a sleeper is behind a gateway, whose presence alone says when it is awake."""
    return device.record.sleep_s is not None and device.record.gateway is not None


def is_awaited(device: Device) -> bool:
    """Say whether a command for the device has to wait until it wakes."""
    return device.record.sleep_s is not None and not device.is_connected


def expected_s(device: Device) -> float | None:
    """Return when a device that sleeps wakes at the latest; None if it is awake or nobody knows."""
    record = device.record
    if record.sleep_s is None or record.asleep_since_s is None:
        return None
    return record.asleep_since_s + record.sleep_s


def why_waiting(device: Device) -> str:
    """Return the reason of a receipt whose device does not listen now: `asleep` or `overslept`."""
    return device.reason if device.presence is Reach.UNREACHABLE else device.presence.value


def recall(device: Device, now_s: float) -> None:
    """Take up a restored sleeper where it was: asleep, or overdue by now."""
    record = device.record
    since_s, patience = record.asleep_since_s, patience_s(record)
    is_out = record.is_retired or record.quarantine is not None
    if is_out or since_s is None or patience is None:
        return
    if now_s - since_s <= patience:
        device.presence, device.reason, device.since_s = Reach.ASLEEP, "asleep", since_s
    else:
        device.reason, device.since_s = "overslept", since_s + patience


def fall_asleep(
    commands: Commands, device: Device, message: Presence, now_s: float, out: Outcome
) -> None:
    """Take in that a device sleeps from now on; what it did not take waits for its next wake.

    Raises:
        ViolationError: `ECO-SLEEP-009`: it has not announced that it sleeps.
    """
    if device.record.sleep_s is None:
        detail = "the last announce had no `sleep`"
        raise ViolationError(Violation("ECO-SLEEP-009", "status", message.status, detail))
    if not device.is_connected and device.record.asleep_since_s is not None:
        _remain(device, now_s, out)
        return
    device.record = replace(device.record, asleep_since_s=now_s)
    out.saves.append(SaveDevice(device.record))
    doze(device, now_s, out)
    lane = commands.lane(device.id)
    for command in [*lane.flights, *lane.waiting]:
        record = commands.record(command)
        if record.status is Status.ACCEPTED:
            commands.keep(kept_waiting(record, "asleep", expected_s(device)), out)


def doze(device: Device, now_s: float, out: Outcome) -> None:
    """Show a device as asleep, and send it nothing any more."""
    device.is_whole, device.rested_s = False, None
    observe(device, Evidence.FELL_ASLEEP, "asleep", now_s, out)


def rest(
    commands: Commands, device: Device, next_id: Callable[[], CommandId], now_s: float, out: Outcome
) -> None:
    """Let a sleeper sleep when it has told everything and nothing is left (ECO-SLEEP-013)."""
    if not device.is_connected or not device.is_whole or device.is_shut_out:
        return
    if commands.has_open(device.id):
        device.rested_s = None
    elif device.rested_s is None or now_s - device.rested_s >= REST_EVERY_S:
        device.rested_s = now_s
        out.send.append((device.id, Rest(id=next_id(), ttl_ms=REST_TTL_MS)))


def _remain(device: Device, now_s: float, out: Outcome) -> None:
    """Take in a repeat of its word, such as the broker keeps: it counts from when it was said."""
    since_s, patience = device.record.asleep_since_s, patience_s(device.record)
    if since_s is not None and patience is not None and now_s - since_s <= patience:
        doze(device, now_s, out)
