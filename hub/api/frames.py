"""What the stream sends, as text ready for the socket.

A server's WebSocket frames are not masked, so one encoding serves all phones, header included.
"""

from collections import OrderedDict
from collections.abc import Collection
from typing import Final

from pydantic_core import to_json

from hub.api.activity_models import EntryShown
from hub.api.activity_views import entry_shown
from hub.api.arrangement_views import arrangement_shown, named_shown, visible
from hub.api.automation_models import RunShown
from hub.api.automation_views import automation_shown, run_shown
from hub.api.causes import cause_shown
from hub.api.evidence import notice_shown
from hub.api.receipts import receipt_json
from hub.api.views import device_summary
from hub.clock import Clock, iso_of_ms
from hub.core.arrangement.records import Arranged, Floor, Group, Room, Scene
from hub.core.automations.records import Automation
from hub.core.device import Device
from hub.core.events import (
    ActivityAdded,
    ArrangedChanged,
    ArrangedRemoved,
    AutomationChanged,
    AutomationRan,
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
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord
from hub.core.sleepers import expected_s
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence

TEXT: Final = 0x81
"""First byte of a whole text frame (RFC 6455, 5.2)."""


TEXTS_KEPT: Final = 256
"""Receipts whose text is remembered: who asked is answered with what all are told."""


def sealed(text: bytes) -> bytes:
    """Return `text` as one WebSocket frame of a server."""
    size = len(text)
    if size < 126:
        return bytes((TEXT, size)) + text
    if size < 65_536:
        return bytes((TEXT, 126, size >> 8, size & 255)) + text
    return bytes((TEXT, 127)) + size.to_bytes(8) + text


_Rare = (
    DeviceRemoved
    | NoticeChanged
    | NoticeRemoved
    | ArrangedChanged
    | ArrangedRemoved
    | AutomationChanged
    | AutomationRan
)


class Frames:
    """Turns events into frames; the `Renderer` of the journal."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub, self._clock = hub, clock
        self._devices = hub.devices
        self._receipts: OrderedDict[CommandId, tuple[CommandRecord, bytes]] = OrderedDict()

    def frame(self, event: Event, seq: int) -> bytes:
        """See `Renderer.frame`."""
        match event:
            case ValuesReported():
                return self.part(event, event.values, seq)
            case ReceiptChanged():
                return _receipt(self.receipt(event.record), seq)
            case PresenceChanged():
                return self._presence(event, seq)
            case EventHappened():
                return self._event(event, seq)
            case ViolationFound():
                return self._violation(event, seq)
            case DeviceAdded():
                return self._device(event, seq)
            case ActivityAdded(entry, _):
                return _activity(entry_shown(entry, self._clock), seq)
            case _:
                return self._rest(event, seq)

    def told(self, event: ActivityAdded | AutomationRan, seq: int, sight: Sight) -> bytes:
        """See `Renderer.told`."""
        if isinstance(event, AutomationRan):
            return _run(run_shown(event.run, self._clock, sight), seq)
        return _activity(entry_shown(event.entry, self._clock, sight), seq)

    def veiled(self, event: ReceiptChanged, seq: int) -> bytes:
        """See `Renderer.veiled`."""
        return _receipt(receipt_json(event.record, self._clock, is_veiled=True), seq)

    def part(
        self,
        event: ValuesReported,
        addresses: Collection[Address],
        seq: int,
        sight: Sight | None = None,
    ) -> bytes:
        """See `Renderer.part`."""
        # Put together by hand, in a fifth of the time of a dictionary: one is made per report.
        # Addresses and ids hold nothing that JSON would escape.
        when, values = f'"at":"{self._clock.iso(event.at_s)}"', event.values
        if event.device_time_ms is not None:
            when += f',"device_time":"{iso_of_ms(event.device_time_ms)}"'
        device = self._devices.get(event.device)
        if device is not None and device.reported.causes:
            causes = self._causes(event, device, sight)
            parts = [
                f'"{a}":{{"value":{_scalar(values[a])},{when}{causes.get(a, "")}}}'
                for a in addresses
            ]
        else:
            parts = [f'"{a}":{{"value":{_scalar(values[a])},{when}}}' for a in addresses]
        cause = f',"cause":"{event.cause}"' if event.cause else ""
        return sealed(
            f'{{"type":"values","seq":{seq},"device":"{event.device}",'
            f'"values":{{{",".join(parts)}}}{cause}}}'.encode()
        )

    def _causes(
        self, event: ValuesReported, device: Device, sight: Sight | None
    ) -> dict[Address, str]:
        """Return the causes of what is told, as far as there are any, each as the end of its text.

        They are those of now: what has come after this event is told by a later frame.
        """
        return {
            address: f',"cause":{to_json(cause_shown(found.cause, self._clock, sight)).decode()}'
            for address, value in event.values.items()
            if (found := device.reported[address]).cause is not None and found.value == value
        }

    def snapshot(self, stream: str, seq: int, sight: Sight | None = None) -> bytes:
        """See `Renderer.snapshot`."""
        here = self._hub.devices.values()
        seen = here if sight is None else [device for device in here if sight.of(device.id)]
        devices = [device_summary(device, self._clock, sight) for device in seen]
        told = {"type": "snapshot", "seq": seq, "stream": stream, "devices": devices}
        return _sealed_json({**told, **arrangement_shown(self._hub, sight, self._clock)})

    def automations(self, sight: Sight) -> Collection[str]:
        """See `Renderer.automations`."""
        return [automation.id for automation in visible(self._hub, Automation, sight)]

    def resumed(self, seq: int) -> bytes:
        """See `Renderer.resumed`."""
        return _sealed_json({"type": "resumed", "seq": seq})

    def coalesced(self, dropped: int) -> bytes:
        """See `Renderer.coalesced`."""
        return _sealed_json({"type": "coalesced", "dropped": dropped})

    def device(self, device: DeviceId, seq: int, sight: Sight) -> bytes:
        """See `Renderer.device`."""
        found = self._hub.devices.get(device)
        if found is None or not sight.of(device):
            return b""
        told = device_summary(found, self._clock, sight)
        return _sealed_json({"type": "device", "seq": seq, "device": told})

    def _rest(self, event: _Rare, seq: int) -> bytes:
        match event:
            case ArrangedChanged(arranged):
                return _arranged(arranged, seq)
            case AutomationChanged(automation):
                now = automation_shown(automation, self._hub, self._clock)
                return _sealed_json({"type": "automation", "seq": seq, "automation": now})
            case AutomationRan(_, run):
                return _run(run_shown(run, self._clock), seq)
            case ArrangedRemoved(kind, id_):
                return _sealed_json({"type": f"{kind}_removed", "seq": seq, "id": id_})
            case DeviceRemoved(device):
                return _sealed_json({"type": "removed", "seq": seq, "device": device})
            case NoticeChanged(notice):
                shown = notice_shown(notice, self._clock)
                return _sealed_json({"type": "notification", "seq": seq, "notification": shown})
            case NoticeRemoved(notice):
                return _sealed_json({"type": "notification_removed", "seq": seq, "id": notice.id})

    def receipt(self, record: CommandRecord) -> bytes:
        """See `Renderer.receipt`."""
        known = self._receipts.get(record.id)
        if known is not None and known[0] is record:
            return known[1]
        text = receipt_json(record, self._clock)
        self._receipts[record.id] = record, text
        if len(self._receipts) > TEXTS_KEPT:
            self._receipts.popitem(last=False)
        return text

    def _presence(self, event: PresenceChanged, seq: int) -> bytes:
        since = self._clock.iso(event.since_s)
        state = {"status": str(event.presence), "reason": event.reason, "since": since}
        device = self._hub.devices.get(event.device)
        wakes_s = expected_s(device) if device and event.presence is Presence.ASLEEP else None
        if wakes_s is not None:
            state["next_wake_at"] = self._clock.iso(wakes_s)
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
                "at": self._clock.iso(event.at_s),
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


def _activity(shown: EntryShown, seq: int) -> bytes:
    return _sealed_json({"type": "activity", "seq": seq, "entry": shown})


def _run(shown: RunShown, seq: int) -> bytes:
    return _sealed_json({"type": "automation_run", "seq": seq, "run": shown})


def _receipt(text: bytes, seq: int) -> bytes:
    return sealed(b'{"type":"receipt","seq":%d,"receipt":' % seq + text + b"}")


def _scalar(value: Scalar) -> str:
    """Return a value as JSON; floats are finite, since nothing else is let in."""
    kind = type(value)
    if kind is float or kind is int:
        return repr(value)
    if kind is bool:
        return "true" if value else "false"
    return "null" if value is None else to_json(value).decode()


def _arranged(arranged: Arranged, seq: int) -> bytes:
    if not isinstance(arranged, Floor | Room | Group | Scene):
        return b""
    told = {"type": arranged.kind, "seq": seq, arranged.kind: named_shown(arranged)}
    return _sealed_json(told)


def _sealed_json(told: object) -> bytes:
    return sealed(to_json(told))
