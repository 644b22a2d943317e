"""What a device's acks and states do to the receipts of its commands."""

from typing import Final

from hub.core import receipts
from hub.core.commands import Commands, settle
from hub.core.device import Device
from hub.core.enforcement import count_violation
from hub.core.outcome import Outcome
from hub.core.records import CommandRecord
from protocol.errors import Violation, ViolationError, printable
from protocol.ids import CommandId
from protocol.messages import Ack, State
from protocol.receipt import Step
from protocol.topics import Leaf

_STEP_OF: Final = {
    "received": Step.RECEIVED,
    "done": Step.DONE,
    "rejected": Step.REFUSED,
    "expired": Step.TOO_LATE,
}


class Answers:
    """Moves receipts by what devices answer and show."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def take(self, device: Device, ack: Ack, now_s: float, out: Outcome) -> None:
        """Move the receipt of the command that an ack names.

        Raises:
            ViolationError: `ECO-ACK-001` (no such command), `-002` (answered otherwise before).
        """
        record = self._commands.get(CommandId(ack.id))
        if record is None or record.device != device.id:
            detail = "the hub sent no such command to this device"
            raise ViolationError(Violation("ECO-ACK-001", "id", printable(ack.id), detail))
        lane = self._commands.lane(device.id)
        if ack.status == "busy":
            self._put_back(record, ack, now_s, out)
            return
        if ack.status == "received":
            flight = lane.flights.get(record.id)
            if flight is not None:
                flight.is_received = True
        else:
            lane.flights.pop(record.id, None)
            first = lane.note_answer(record.id, ack.status)
            if first:
                detail = f"the command was answered {first} before"
                raise ViolationError(Violation("ECO-ACK-002", "status", ack.status, detail))
        self._move(device, record, ack, now_s, out)

    def show(
        self, device: Device, record: CommandRecord, state: State, now_s: float, out: Outcome
    ) -> None:
        """Confirm what a state with the command's id as its cause shows."""
        product = device.product
        if product is None or record.is_final or record.action is not None:
            return
        after = receipts.shown(record, state.values)
        if after is record:
            return
        if receipts.is_confirmed(after, product):
            ended = receipts.stepped(after, Step.SHOWN, now_s) or after
            settle(self._commands, device, ended, out)
        else:
            self._commands.keep(after, out)

    def _move(
        self, device: Device, record: CommandRecord, ack: Ack, now_s: float, out: Outcome
    ) -> None:
        product = device.product
        step = _STEP_OF[ack.status]
        if step is Step.DONE and not (product and receipts.is_confirmable(record, product)):
            step = Step.FINISHED
        if step is Step.REFUSED:
            record = receipts.with_answers(record, ack.items)
        reason = ack.error.code if ack.error else ""
        after = receipts.stepped(record, step, now_s, reason)
        if after is None:
            return
        if step is Step.FINISHED and record.action:
            after = self._with_results(device, after, ack, now_s, out)
        settle(self._commands, device, after, out)

    def _with_results(
        self, device: Device, record: CommandRecord, ack: Ack, now_s: float, out: Outcome
    ) -> CommandRecord:
        """Add the results of an action; a strict hub passes on none that break a rule."""
        product, action = device.product, record.action
        violations = product.check_results(action, ack.results) if product and action else ()
        for violation in violations:
            count_violation(device, Leaf.ACK, violation, now_s, out)
        is_refused = violations and device.record.mode == "strict"
        return record if is_refused else record._replace(results=dict(ack.results))

    def _put_back(self, record: CommandRecord, ack: Ack, now_s: float, out: Outcome) -> None:
        """Let a command wait again that the device has not begun with, by its own word."""
        lane = self._commands.lane(record.device)
        if lane.flights.pop(record.id, None) is None or record.is_final:
            return
        if record.sent_epoch is not None:
            self._commands.note(record._replace(sent_epoch=None), out)
        lane.waiting.appendleft(record.id)
        lane.held_until_s = now_s + (ack.retry_after_ms or 1_000) / 1_000
