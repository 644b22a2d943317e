"""What people ask of devices: checked against the product spec, then taken as a command."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pydantic_core import to_json

from hub.core import receipts, sleepers
from hub.core.asked import check_asked
from hub.core.commands import MAX_WAITING, CommandRequest, Commands, pump, supersede, want
from hub.core.device import Device
from hub.core.errors import (
    BatchRefusedError,
    CommandIdTakenError,
    DeviceNotReadyError,
    RequestError,
    TooManyCommandsError,
    TooManyPlansError,
)
from hub.core.events import ReceiptChanged
from hub.core.members import Members, withdraw_all
from hub.core.outcome import Outcome
from hub.core.presence import patience_s
from hub.core.records import CommandRecord, Moment, Plan, SaveCommand
from protocol.ids import CommandId, DeviceId
from protocol.presence import Presence
from protocol.receipt import Status

TTL_S: Final = 10.0
"""How long a command waits for a device that is always there, if its client says nothing else."""

WAITS_BEYOND_S: Final = 60.0
"""A command that may wait longer than this outlives a power cut (design, section 5)."""

MOST_PLANNED: Final = 512
"""Commands of a home whose time has not come."""


_REMEDIES: Final = {
    Presence.QUARANTINED: "look at what it broke and release it, or give it another firmware",
    Presence.RETIRED: "command the device that has taken its place",
}


class Requests:
    """Takes commands for the members of a home."""

    def __init__(self, members: Members, commands: Commands) -> None:
        self._members, self._commands = members, commands
        self._reserved: Counter[DeviceId] = Counter()

    def take(self, request: CommandRequest, now_s: float) -> tuple[CommandRecord, Outcome]:
        """See `Hub.request`."""
        out = Outcome()
        digest = _digest(request)
        earlier = self._earlier(request, digest)
        if earlier is not None:
            return earlier, out
        self._check(request, self._reserved[request.device])
        record = _new_record(self._members.device(request.device), request, digest, now_s)
        self._commands.reserve(record)
        self._reserved[record.device] += 1
        out.saves.append(SaveCommand(record))
        out.events.append(ReceiptChanged(record.device, record.id, record))
        return record, out

    def check_all(self, requests: Sequence[CommandRequest]) -> None:
        """See `Hub.check_all`."""
        problems: list[tuple[int, RequestError]] = []
        before: Counter[DeviceId] = Counter(self._reserved)
        for place, request in enumerate(requests):
            try:
                if self._earlier(request, _digest(request)) is None:
                    self._check(request, before[request.device])
            except RequestError as error:
                problems.append((place, error))
            before[request.device] += 1
        if problems:
            raise BatchRefusedError(problems)

    def proceed(self, record: CommandRecord, now_s: float) -> Outcome:
        """See `Hub.proceed`."""
        out = Outcome()
        self._settled(record)
        if self._commands.get(record.id) is not record:
            return out  # its device has left meanwhile
        if record.is_planned:
            self._commands.add(record)
        else:
            self.begin(record, now_s, out)
        return out

    def begin(self, record: CommandRecord, now_s: float, out: Outcome) -> None:
        """Have a durable command replace older ones and go to its device."""
        device = self._members.device(record.device)
        supersede(self._commands, device, record, now_s, out)
        self._commands.add(record)
        if device.is_shut_out:
            withdraw_all(self._commands, device, device.presence.value, now_s, out)
            return
        want(device, record)
        pump(self._commands, device, now_s, out)

    def withdraw(self, record: CommandRecord) -> None:
        """See `Hub.withdraw`."""
        self._settled(record)
        self._commands.drop(record)

    def _settled(self, record: CommandRecord) -> None:
        self._reserved[record.device] -= 1
        if self._reserved[record.device] <= 0:
            del self._reserved[record.device]

    def _earlier(self, request: CommandRequest, digest: str) -> CommandRecord | None:
        """Return the command that was asked before under the same id.

        Raises:
            CommandIdTakenError: It was another one.
        """
        if not request.client_id:
            return None
        earlier = self._commands.find(request.scope, request.client_id)
        if earlier and earlier.digest != digest:
            raise CommandIdTakenError(request.client_id, earlier.id)
        return earlier

    def _check(self, request: CommandRequest, reserved: int) -> None:
        device = self._members.device(request.device)
        if device.product is None or device.is_shut_out:
            remedy = _REMEDIES.get(device.presence, "wait until its presence is online")
            raise DeviceNotReadyError(device.id, device.presence, device.reason, remedy)
        check_asked(device.product, request.values, request.action)
        waiting = len(self._commands.lane(device.id).waiting) + reserved
        if waiting >= MAX_WAITING:
            raise TooManyCommandsError(device.id, waiting)
        if request.later is not None and self._commands.planned >= MOST_PLANNED:
            raise TooManyPlansError(self._commands.planned)


def _digest(request: CommandRequest) -> str:
    asked: list[object] = [request.device, request.action, sorted(request.values.items())]
    if request.later is not None:
        asked.append(request.later.at_ms)
    return hashlib.sha256(to_json(asked)).hexdigest()


def _new_record(
    device: Device, request: CommandRequest, digest: str, now_s: float
) -> CommandRecord:
    client_id = request.client_id or request.command_id
    patience, later = patience_s(device.record), request.later
    ttl_s = request.ttl_s or patience or TTL_S
    begins_s = now_s if later is None else now_s + later.in_s
    record = CommandRecord(
        id=CommandId(f"{request.scope}.{client_id}") if request.client_id else request.command_id,
        device=request.device,
        client_id=client_id,
        scope=request.scope,
        values=dict(request.values),
        digest=digest,
        created_at_s=now_s,
        expires_at_s=begins_s + ttl_s,
        action=request.action,
        waits=is_waiting(device, ttl_s) or later is not None,
        items=receipts.opened(request.values) if request.action is None else (),
        history=(Moment(Status.ACCEPTED, now_s),),
        plan=None if later is None else Plan(later.at_ms, ttl_s),
        by=request.by,
    )
    return record if later is not None else kept_for_sleeper(device, record)


def is_waiting(device: Device, ttl_s: float) -> bool:
    """Say whether a command may outlast a live connection to its device."""
    return ttl_s > WAITS_BEYOND_S or patience_s(device.record) is not None


def kept_for_sleeper(device: Device, record: CommandRecord) -> CommandRecord:
    """Return a new command with why it waits, if its device has to wake first."""
    if sleepers.is_awaited(device):
        why, when_s = sleepers.why_waiting(device), sleepers.expected_s(device)
        return receipts.kept_waiting(record, why, when_s)
    return record
