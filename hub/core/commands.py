"""The commands of the home: what waits, what is on its way, what came of it."""

import math
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hub.core.asker import By
from hub.core.device import Desired, Device
from hub.core.events import ReceiptChanged
from hub.core.outcome import Outcome
from hub.core.receipts import stepped
from hub.core.records import CommandRecord, Plan, SaveCommand
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import ActionCommand, Scalar, SetCommand
from protocol.receipt import Status, Step

MAX_IN_FLIGHT: Final = 16
"""Commands a device may have unanswered (ECO-HUB-003); it remembers twice as many ids."""

MAX_WAITING: Final = 64
"""Commands kept for one device beyond those in flight."""

ANSWERS_KEPT: Final = 64

KEPT_S: Final = 86_400.0
"""How long an ended command can be asked for, and its id stays taken."""

MAX_ENDED: Final = 20_000
"""Ended commands that are kept at most, of all devices; 1.5 kB each."""

RESEND_AFTER_S: Final = 2.0
"""A command that the device has not acknowledged by then is sent again, with the same id."""

DONE_GRACE_S: Final = 10.0
"""How long after its expiry a delivered command may still be answered."""

CONFIRM_WITHIN_S: Final = 5.0
"""How long after `done` a state may take to show the value."""

MOST_TTL_MS: Final = 604_800_000
"""What a command can say of its ttl: a week."""

_STILL_OUT: Final = {Status.CONFIRMED, Status.SUPERSEDED}
"""Ended by something else than the device's answer: it takes a place in flight until that comes."""


class Later(NamedTuple):
    """When a command is to be carried out: Unix ms, and seconds from now."""

    at_ms: int
    in_s: float


class CommandRequest(NamedTuple):
    """What a client asks of a device.

    Attributes:
        scope: Public id of the client's token; `client_id` is unique within it.
        command_id: The id to use if the client chose none; unique in this hub.
        values: For a set: value by address. For an action: its arguments.
        ttl_s: How long it may wait to be delivered, seconds; None for what suits the device.
        later: When it is to be carried out; None for at once.
        by: Who asks; see `hub.core.asker`. None where nobody can say.
    """

    device: DeviceId
    scope: str
    command_id: CommandId
    values: Mapping[str, Scalar]
    action: Address | None = None
    client_id: str | None = None
    ttl_s: float | None = None
    later: Later | None = None
    by: By | None = None


@dataclass(slots=True)
class Flight:
    """A command that has gone out and is not answered for good."""

    command: CommandId
    sent_s: float
    is_received: bool = False


@dataclass(slots=True)
class Lane:
    """One device's commands: those that wait, in order, those in flight, and the last answers."""

    waiting: deque[CommandId] = field(default_factory=deque)
    flights: OrderedDict[CommandId, Flight] = field(default_factory=OrderedDict)
    answers: OrderedDict[CommandId, str] = field(default_factory=OrderedDict)
    held_until_s: float = 0.0

    def note_answer(self, command: CommandId, status: str) -> str | None:
        """Remember a final answer; return an earlier, different one to the same command."""
        first = self.answers.setdefault(command, status)
        if len(self.answers) > ANSWERS_KEPT:
            self.answers.popitem(last=False)
        return first if first != status else None


class Commands:
    """All commands by id, open and ended, and a lane for each device.

    Ended ones are dropped after `KEPT_S`; a lane never holds more than it may.
    """

    def __init__(self) -> None:
        self._records: dict[CommandId, CommandRecord] = {}
        self._by_client: dict[tuple[str, str], CommandId] = {}
        self._lanes: dict[DeviceId, Lane] = {}
        self._ended: deque[tuple[float, CommandId]] = deque()
        self._open: dict[CommandId, None] = {}
        self._planned: dict[CommandId, None] = {}

    def get(self, command: CommandId) -> CommandRecord | None:
        """Return a command by its id."""
        return self._records.get(command)

    def record(self, command: CommandId) -> CommandRecord:
        """Return a command that is known to be there, as those in a lane are."""
        return self._records[command]

    def find(self, scope: str, client_id: str) -> CommandRecord | None:
        """Return a command by what its client calls it."""
        command = self._by_client.get((scope, client_id))
        return self._records.get(command) if command else None

    def of(self, device: DeviceId) -> list[CommandRecord]:
        """Return the device's commands, oldest first."""
        return [record for record in self._records.values() if record.device == device]

    def open_ones(self) -> Iterator[CommandRecord]:
        """Yield the commands that have not ended; the caller may end them on the way."""
        for command in list(self._open):
            yield self._records[command]

    def has_open(self, device: DeviceId) -> bool:
        """Say whether a command of the device has begun and not ended."""
        begun = self._open.keys() - self._planned.keys() if self._planned else self._open
        return any(self._records[command].device == device for command in begun)

    @property
    def planned(self) -> int:
        """How many commands wait for their time."""
        return len(self._planned)

    def plans(self) -> Iterator[tuple[CommandRecord, Plan]]:
        """Yield the commands whose time has not come; the caller may begin and end them."""
        for command in list(self._planned):
            record = self._records[command]
            if record.plan is not None:
                yield record, record.plan

    def lane(self, device: DeviceId) -> Lane:
        """Return the lane of a device."""
        lane = self._lanes.get(device)
        if lane is None:
            lane = self._lanes[device] = Lane()
        return lane

    def reserve(self, record: CommandRecord) -> None:
        """Take in a command that is not durable yet: it can be found, and nothing more."""
        self._records[record.id] = record
        self._by_client[(record.scope, record.client_id)] = record.id

    def add(self, record: CommandRecord) -> None:
        """Take in a durable command: new, restored, or planned before and due now.

        An open one waits at the end of its lane, a planned one for its time.
        """
        self.reserve(record)
        if record.is_final:
            self._ended.append((record.history[-1].at_s, record.id))
            return
        self._open[record.id] = None
        if record.is_planned:
            self._planned[record.id] = None
            return
        self._planned.pop(record.id, None)
        if record.status is not Status.APPLIED:
            self.lane(record.device).waiting.append(record.id)

    def note(self, record: CommandRecord, out: Outcome) -> None:
        """Replace and save a record whose receipt is as it was."""
        self._records[record.id] = record
        out.saves.append(SaveCommand(record))

    def keep(self, record: CommandRecord, out: Outcome) -> None:
        """Replace a record by what became of it, save it and announce it."""
        self.note(record, out)
        out.events.append(ReceiptChanged(record.device, record.id, record))
        if record.is_final:
            self._close(record)

    def purge(self, now_s: float) -> None:
        """Drop what ended more than `KEPT_S` ago, and the oldest of more than `MAX_ENDED`."""
        while self._ended and (self._ended[0][0] < now_s - KEPT_S or len(self._ended) > MAX_ENDED):
            ended_s, command = self._ended.popleft()
            record = self._records.get(command)
            # A device that left took its commands along, and an id may stand for a newer one.
            if record and record.is_final and record.history[-1].at_s == ended_s:
                del self._records[command]
                self._by_client.pop((record.scope, record.client_id), None)

    def drop(self, record: CommandRecord) -> None:
        """Forget a command as if it had never been asked."""
        self._records.pop(record.id, None)
        self._by_client.pop((record.scope, record.client_id), None)
        self._open.pop(record.id, None)
        self._planned.pop(record.id, None)
        lane = self.lane(record.device)
        lane.flights.pop(record.id, None)
        if record.id in lane.waiting:
            lane.waiting.remove(record.id)

    def drop_device(self, device: DeviceId) -> None:
        """Forget all commands of a device that has left."""
        for record in self.of(device):
            self.drop(record)
        self._lanes.pop(device, None)

    def _close(self, record: CommandRecord) -> None:
        self._open.pop(record.id, None)
        self._planned.pop(record.id, None)
        self._ended.append((record.history[-1].at_s, record.id))
        lane = self.lane(record.device)
        if record.id in lane.waiting:
            lane.waiting.remove(record.id)
        flight = lane.flights.get(record.id)
        if flight and record.status not in _STILL_OUT:
            del lane.flights[record.id]


def settle(commands: Commands, device: Device, record: CommandRecord, out: Outcome) -> None:
    """Keep a record that has changed, and take what it wanted out of the twin if it has ended."""
    if record.is_final:
        for address in record.values:
            desired = device.desired.get(Address(address))
            if desired and desired.command == record.id:
                del device.desired[Address(address)]
    commands.keep(record, out)


def supersede(
    commands: Commands, device: Device, newer: CommandRecord, now_s: float, out: Outcome
) -> None:
    """End the undelivered sets of which `newer` sets every address."""
    lane = commands.lane(device.id)
    for command in [*lane.waiting, *lane.flights]:
        older = commands.record(command)
        if older.action is None and older.values.keys() <= newer.values.keys():
            after = stepped(older, Step.REPLACED, now_s, f"by {newer.client_id}")
            if after:
                settle(commands, device, after, out)


def want(device: Device, record: CommandRecord) -> None:
    """Note in the twin what a set asks for."""
    if record.action is None:
        for address, value in record.values.items():
            wanted = Desired(value, record.id, record.created_at_s)
            device.desired[Address(address)] = wanted


def pump(commands: Commands, device: Device, now_s: float, out: Outcome) -> None:
    """Send what waits for a device, in order, as far as it is there and has room."""
    lane = commands.lane(device.record.id)
    if not lane.waiting or now_s < lane.held_until_s:
        return
    if not device.is_connected or device.product is None or device.is_shut_out:
        return
    while lane.waiting and len(lane.flights) < MAX_IN_FLIGHT:
        record = commands.record(lane.waiting.popleft())
        if record.action is not None and record.sent_epoch is None:
            record = record._replace(sent_epoch=device.record.epoch)
            commands.note(record, out)
        lane.flights[record.id] = Flight(record.id, now_s)
        device.rate.grant()
        out.send.append((device.id, as_message(record, now_s)))


def resend(commands: Commands, device: Device, now_s: float, out: Outcome) -> None:
    """Send again what went out on an earlier connection and is unanswered, in its old order."""
    lane = commands.lane(device.id)
    still_open = [f for f in lane.flights if not commands.record(f).is_final]
    lane.waiting.extendleft(reversed(still_open))
    lane.flights.clear()
    pump(commands, device, now_s, out)


def repeat(commands: Commands, device: Device, now_s: float, out: Outcome) -> None:
    """Send again what the device should have acknowledged by now; drop flights nobody awaits."""
    flights = commands.lane(device.id).flights
    for flight in list(flights.values()):
        record = commands.record(flight.command)
        if record.is_final:
            if now_s - flight.sent_s > DONE_GRACE_S:
                del flights[flight.command]
            continue
        if flight.is_received or not device.is_connected:
            continue
        if now_s - flight.sent_s >= RESEND_AFTER_S and record.expires_at_s > now_s:
            flight.sent_s = now_s
            out.send.append((device.id, as_message(record, now_s)))


def as_message(record: CommandRecord, now_s: float) -> SetCommand | ActionCommand:
    """Return the wire message of a command, its ttl being what is left of it."""
    ttl_ms = min(MOST_TTL_MS, max(1, int((record.expires_at_s - now_s) * 1000)))
    if record.action is None:
        return SetCommand(id=record.id, ttl_ms=ttl_ms, values=dict(record.values))
    return ActionCommand(
        id=record.id,
        ttl_ms=ttl_ms,
        action=record.action,
        epoch=record.sent_epoch or 1,
        arguments=dict(record.values),
    )


def deadline_s(record: CommandRecord) -> float:
    """Return when the command has to have left its present status; a planned one has time."""
    if record.is_planned:
        return math.inf
    match record.status:
        case Status.DELIVERED:
            return record.expires_at_s + DONE_GRACE_S
        case Status.APPLIED:
            return record.history[-1].at_s + CONFIRM_WITHIN_S
        case _:
            return record.expires_at_s
