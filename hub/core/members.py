"""Who belongs to the home: devices are let in, renamed, replaced and forgotten."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, count

from hub.core import receipts
from hub.core.arrangement.arrangement import Arrangement
from hub.core.commands import Commands, settle
from hub.core.device import Device
from hub.core.errors import DeviceUnknownError
from hub.core.events import DeviceAdded, DeviceRemoved
from hub.core.outcome import Outcome
from hub.core.presence import observe
from hub.core.rates import Rate
from hub.core.records import DeviceRecord, DropDevice, Mode, SaveDevice
from hub.core.trace import Traces
from protocol.errors import Violation, ViolationError, printable
from protocol.ids import DeviceId
from protocol.messages import Announce
from protocol.presence import Evidence, Presence
from protocol.receipt import Step


class Members:
    """The register of devices; shares its table with the hub."""

    def __init__(
        self,
        devices: dict[DeviceId, Device],
        commands: Commands,
        traces: Traces,
        arrangement: Arrangement,
    ) -> None:
        self._devices, self._commands, self._traces = devices, commands, traces
        self._arrangement = arrangement

    def device(self, device_id: DeviceId) -> Device:
        """Return a member.

        Raises:
            DeviceUnknownError: No such device.
        """
        device = self._devices.get(device_id)
        if device is None:
            raise DeviceUnknownError(device_id)
        return device

    def invite(self, record: DeviceRecord, replaces: DeviceId | None) -> Outcome:
        """See `Hub.invite`."""
        newcomer, old = self._records(record, replaces)
        return Outcome(saves=[SaveDevice(one) for one in (newcomer, old) if one])

    def admit(self, record: DeviceRecord, replaces: DeviceId | None, now_s: float) -> Outcome:
        """See `Hub.admit`."""
        out = Outcome()
        newcomer, retired = self._records(record, replaces)
        known = self._devices.get(record.id)
        if known:
            lose_sent_actions(self._commands, known, 0, now_s, out)
        if retired:
            self._retire(self._devices[retired.id], retired, now_s, out)
        device = known or Device(newcomer, Presence.INTERVIEWING, "joined", now_s)
        device.record = newcomer
        device.seqs.clear()
        device.is_announced = device.is_connected = False
        device.rate = Rate()
        if known:
            observe(device, Evidence.RELEASED, "joined", now_s, out)
            observe(device, Evidence.JOINED, "joined", now_s, out)
        self._devices[newcomer.id] = device
        out.saves.append(SaveDevice(newcomer))
        out.events.append(DeviceAdded(newcomer.id))
        if retired:
            self._arrangement.replaced(retired.id, newcomer.id, out)
        return out

    def discard(self, device_id: DeviceId) -> None:
        """Take a device out of the register, of which nobody has been told yet."""
        self._traces.close(self._devices.pop(device_id))

    def forget(self, device_id: DeviceId, out: Outcome) -> None:
        """Forget a device with all it told and was told."""
        self.discard(device_id)
        self._commands.drop_device(device_id)
        out.saves.append(DropDevice(device_id))
        out.events.append(DeviceRemoved(device_id))
        self._arrangement.left(device_id, out)

    def describe(
        self,
        device_id: DeviceId,
        name: str | None,
        mode: Mode | None,
        max_children: int | None,
    ) -> Outcome:
        """See `Hub.describe`."""
        device = self.device(device_id)
        out = Outcome()
        known = device.record
        device.record = replace(
            known,
            name=name or known.name,
            mode=mode or known.mode,
            max_children=known.max_children if max_children is None else max_children,
        )
        out.saves.append(SaveDevice(device.record))
        out.events.append(DeviceAdded(device.id))
        return out

    def _records(
        self, record: DeviceRecord, replaces: DeviceId | None
    ) -> tuple[DeviceRecord, DeviceRecord | None]:
        """Return the newcomer's record, and that of the device whose place it takes, retired."""
        known = self._devices.get(record.id)
        if known:
            record = replace(
                known.record,
                driver=record.driver,
                epoch=0,
                connection=0,
                is_retired=False,
                serial="",
                sleep_s=None,
                asleep_since_s=None,
                quarantine=None,
                gateway=None,
                moves_to=None,
            )
        old = self._devices.get(replaces) if replaces else None
        if old is None or old.id == record.id:
            return record, None
        retired = replace(old.record, is_retired=True, replaced_by=record.id, room=None)
        heir = replace(
            record,
            name=retired.name,
            mode=retired.mode,
            replaces=retired.id,
            room=old.record.room,
            icon=old.record.icon,
        )
        return heir, retired

    def _retire(self, old: Device, record: DeviceRecord, now_s: float, out: Outcome) -> None:
        withdraw_all(self._commands, old, "replaced", now_s, out)
        old.record = record
        old.rate.shut()
        observe(old, Evidence.UNJOINED, "replaced", now_s, out)
        out.saves.append(SaveDevice(record))
        out.events.append(DeviceAdded(old.id))


def withdraw_all(
    commands: Commands, device: Device, reason: str, now_s: float, out: Outcome
) -> None:
    """End what a device was told to do and has not done; nobody will tell it any more."""
    for record in commands.open_ones():
        if record.device == device.id:
            after = receipts.stepped(record, Step.WITHDRAWN, now_s, reason) or record
            settle(commands, device, after, out)
    commands.lane(device.id).flights.clear()


def name_after_product(devices: Mapping[DeviceId, Device], device: Device, out: Outcome) -> None:
    """Call a device that has no name of its own after its product, with a number if need be."""
    record, product = device.record, device.product
    title = product.spec.title["en"] if product else record.name
    if record.name not in {record.product, record.id} - {title}:
        return
    taken = {other.record.name for other in devices.values() if other is not device}
    numbered = (f"{title} {number}" for number in count(2))
    name = next(n for n in chain([title], numbered) if n not in taken)
    device.record = replace(record, name=name)
    out.saves.append(SaveDevice(device.record))


def lose_sent_actions(
    commands: Commands, device: Device, epoch: int, now_s: float, out: Outcome
) -> None:
    """End the actions that went out in another boot than `epoch`: what they did is unknown."""
    lane = commands.lane(device.id)
    for command in [*lane.waiting, *lane.flights]:
        record = commands.record(command)
        if record.sent_epoch not in {None, epoch}:
            after = receipts.stepped(record, Step.LOST_SIGHT, now_s, "outcome_unknown") or record
            settle(commands, device, after, out)


def check_identity(device: Device, message: Announce) -> None:
    """Refuse an announce of what seems to be another unit.

    Raises:
        ViolationError: `ECO-ANNOUNCE-002`.
    """
    known = device.record
    for name in ("serial", "vendor", "product"):
        before, now = getattr(known, name), getattr(message, name)
        is_known = known.epoch or (known.gateway and before)
        if is_known and before != now:
            detail = f"{name} was {before} when the device joined"
            raise ViolationError(Violation("ECO-ANNOUNCE-002", name, printable(now), detail))
