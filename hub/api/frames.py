"""What the stream sends, as text ready for the socket.

A server's WebSocket frames are not masked, so one encoding serves all phones, header included.
"""

from collections import OrderedDict
from collections.abc import Collection
from typing import Final

from pydantic_core import to_json

from hub.api.evidence import notice_shown
from hub.api.views import device_summary, iso, receipt, twin_values
from hub.clock import Clock
from hub.core.events import (
    DeviceAdded,
    DeviceRemoved,
    Event,
    EventHappened,
    NoticeChanged,
    NoticeRemoved,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
    ViolationFound,
)
from hub.core.hub import Hub
from hub.core.records import CommandRecord
from hub.core.sleepers import expected_s
from protocol.ids import Address, CommandId
from protocol.presence import Presence

TEXT: Final = 0x81
"""First byte of a whole text frame (RFC 6455, 5.2)."""


TOLD_KEPT: Final = 1024
"""Receipts that are remembered: steps that came about together are told once, the last one."""


def sealed(text: bytes) -> bytes:
    """Return `text` as one WebSocket frame of a server."""
    size = len(text)
    if size < 126:
        return bytes((TEXT, size)) + text
    if size < 65_536:
        return bytes((TEXT, 126, size >> 8, size & 255)) + text
    return bytes((TEXT, 127)) + size.to_bytes(8) + text


class Frames:
    """Turns events into frames; the `Renderer` of the journal."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub, self._clock = hub, clock
        self._told: OrderedDict[CommandId, CommandRecord] = OrderedDict()

    def frame(self, event: Event, seq: int) -> bytes:
        """See `Renderer.frame`."""
        match event:
            case ValuesReported():
                return self.part(event, event.values, seq)
            case ReceiptChanged():
                return self._receipt(event, seq)
            case PresenceChanged():
                return self._presence(event, seq)
            case EventHappened():
                return self._event(event, seq)
            case ViolationFound():
                return self._violation(event, seq)
            case DeviceAdded():
                return self._device(event, seq)
            case _:
                return self._rest(event, seq)

    def part(self, event: ValuesReported, addresses: Collection[Address], seq: int) -> bytes:
        """See `Renderer.part`."""
        values = {address: event.values[address] for address in addresses}
        told = {
            "type": "values",
            "seq": seq,
            "device": event.device,
            "values": twin_values(values, self._clock),
        }
        if event.cause:
            told["cause"] = event.cause
        return _sealed_json(told)

    def snapshot(self, stream: str, seq: int) -> bytes:
        """See `Renderer.snapshot`."""
        devices = [device_summary(device, self._clock) for device in self._hub.devices.values()]
        told = {"type": "snapshot", "seq": seq, "stream": stream, "devices": devices}
        return _sealed_json(told)

    def resumed(self, seq: int) -> bytes:
        """See `Renderer.resumed`."""
        return _sealed_json({"type": "resumed", "seq": seq})

    def coalesced(self, dropped: int) -> bytes:
        """See `Renderer.coalesced`."""
        return _sealed_json({"type": "coalesced", "dropped": dropped})

    def _rest(self, event: DeviceRemoved | NoticeChanged | NoticeRemoved, seq: int) -> bytes:
        match event:
            case DeviceRemoved(device):
                return _sealed_json({"type": "removed", "seq": seq, "device": device})
            case NoticeChanged(notice):
                shown = notice_shown(notice, self._clock)
                return _sealed_json({"type": "notification", "seq": seq, "notification": shown})
            case NoticeRemoved(number):
                return _sealed_json({"type": "notification_removed", "seq": seq, "id": number})

    def _receipt(self, event: ReceiptChanged, seq: int) -> bytes:
        record = event.record
        if self._told.get(record.id) is record:
            return b""
        self._told[record.id] = record
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        return _sealed_json(
            {"type": "receipt", "seq": seq, "receipt": receipt(record, self._clock)}
        )

    def _presence(self, event: PresenceChanged, seq: int) -> bytes:
        since = iso(event.since_s, self._clock)
        state = {"status": str(event.presence), "reason": event.reason, "since": since}
        device = self._hub.devices.get(event.device)
        wakes_s = expected_s(device) if device and event.presence is Presence.ASLEEP else None
        if wakes_s is not None:
            state["next_wake_at"] = iso(wakes_s, self._clock)
        return _sealed_json(
            {"type": "presence", "seq": seq, "device": event.device, "presence": state}
        )

    def _event(self, event: EventHappened, seq: int) -> bytes:
        return _sealed_json(
            {
                "type": "event",
                "seq": seq,
                "device": event.device,
                "event": event.event,
                "arguments": event.arguments,
                "at": iso(event.at_s, self._clock),
            }
        )

    def _violation(self, event: ViolationFound, seq: int) -> bytes:
        violation = event.violation
        told = {
            "rule": violation.rule,
            "leaf": None if event.leaf is None else str(event.leaf),
            "path": violation.path,
            "sample": violation.sample,
            "detail": violation.detail,
            "fix": violation.fix,
            "count": event.count,
        }
        return _sealed_json(
            {"type": "violation", "seq": seq, "device": event.device, "violation": told}
        )

    def _device(self, event: DeviceAdded, seq: int) -> bytes:
        device = self._hub.devices.get(event.device)
        if device is None:
            return b""
        told = device_summary(device, self._clock)
        return _sealed_json({"type": "device", "seq": seq, "device": told})


def _sealed_json(told: object) -> bytes:
    return sealed(to_json(told))
