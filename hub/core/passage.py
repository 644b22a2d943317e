"""What the passing of time does to devices and commands: nothing else in the core waits."""

from collections.abc import Callable, Mapping

from hub.core import receipts, sleepers
from hub.core.commands import Commands, deadline_s, pump, repeat, settle
from hub.core.device import Device
from hub.core.intake import Intake
from hub.core.interview import Interviews
from hub.core.outcome import Outcome
from hub.core.presence import due, observe
from hub.core.records import CommandRecord
from protocol.ids import CommandId, DeviceId
from protocol.presence import Evidence
from protocol.receipt import Status, Step


class Passage:
    """Ends what is overdue, asks who is silent, and sends again what was lost."""

    def __init__(
        self,
        devices: Mapping[DeviceId, Device],
        commands: Commands,
        intake: Intake,
        interviews: Interviews,
        next_id: Callable[[], CommandId],
    ) -> None:
        self._devices, self._commands = devices, commands
        self._intake, self._interviews = intake, interviews
        self._next_id = next_id

    def tick(self, now_s: float, out: Outcome) -> None:
        """Let time pass for every open command and every device."""
        for record in self._commands.open_ones():
            if deadline_s(record) <= now_s:
                self._overdue(record, now_s, out)
        for device in self._devices.values():
            self._tick_device(device, now_s, out)

    def _tick_device(self, device: Device, now_s: float, out: Outcome) -> None:
        evidence = due(device, now_s)
        if evidence is Evidence.TRAFFIC:
            device.probed_s = now_s
            device.full_asked_s = None
            self._intake.ask_full(device, now_s, out)
        elif evidence is not None:
            observe(device, evidence, evidence.value, now_s, out)
        if not device.is_whole:
            self._intake.ask_after_announce(device, now_s, out)
        if device.interview:
            self._interviews.tick(device, device.interview, now_s, out)
        if device.record.sleep_s is not None:
            sleepers.rest(self._commands, device, self._next_id, now_s, out)
        lane = self._commands.lane(device.id)
        if lane.flights:
            repeat(self._commands, device, now_s, out)
        if lane.waiting:
            pump(self._commands, device, now_s, out)

    def _overdue(self, record: CommandRecord, now_s: float, out: Outcome) -> None:
        device = self._devices[record.device]
        is_unknown = record.action is not None and record.sent_epoch is not None
        if record.status is Status.ACCEPTED and not is_unknown:
            is_sent = record.id in self._commands.lane(device.id).flights
            reason = "no_answer" if is_sent else device.presence.value
            if sleepers.is_awaited(device):
                reason = sleepers.why_waiting(device)
            step = Step.OVERDUE
        else:
            is_done = record.status is Status.APPLIED
            reason = "unconfirmed" if is_done else "outcome_unknown"
            step = Step.LOST_SIGHT
        after = receipts.stepped(record, step, now_s, reason) or record
        settle(self._commands, device, after, out)
