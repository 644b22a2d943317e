"""What people ask of devices: checked against the product spec, then taken as a command."""

import hashlib
from typing import Final

from pydantic_core import to_json

from hub.core import receipts, sleepers
from hub.core.commands import MAX_WAITING, CommandRequest, Commands, pump, supersede, want
from hub.core.device import Device
from hub.core.errors import (
    CommandIdTakenError,
    DeviceNotReadyError,
    RefusedError,
    TooManyCommandsError,
)
from hub.core.events import ReceiptChanged
from hub.core.members import Members, withdraw_all
from hub.core.outcome import Outcome
from hub.core.presence import patience_s
from hub.core.records import CommandRecord, Moment, SaveCommand
from protocol.codec import MAX_BYTES
from protocol.errors import Violation
from protocol.ids import CommandId
from protocol.presence import Presence
from protocol.receipt import Status
from protocol.validator import CompiledProduct

LONG_TEXTS: Final = 2_000
FRAME_BYTES: Final = 512
"""Of a command besides its values: ids, type, times."""

TTL_S: Final = 10.0
"""How long a command waits for a device that is always there, if its client says nothing else."""

WAITS_BEYOND_S: Final = 60.0
"""A command that may wait longer than this outlives a power cut (design, section 5)."""


_REMEDIES: Final = {
    Presence.QUARANTINED: "look at what it broke and release it, or give it another firmware",
    Presence.RETIRED: "command the device that has taken its place",
}


class Requests:
    """Takes commands for the members of a home."""

    def __init__(self, members: Members, commands: Commands) -> None:
        self._members, self._commands = members, commands

    def take(self, request: CommandRequest, now_s: float) -> tuple[CommandRecord, Outcome]:
        """See `Hub.request`."""
        out = Outcome()
        digest = _digest(request)
        earlier = self._commands.find(request.scope, request.client_id or "")
        if earlier and request.client_id:
            if earlier.digest != digest:
                raise CommandIdTakenError(request.client_id, earlier.id)
            return earlier, out
        self._check(request)
        record = _new_record(self._members.device(request.device), request, digest, now_s)
        self._commands.reserve(record)
        out.saves.append(SaveCommand(record))
        out.events.append(ReceiptChanged(record.device, record.id, record))
        return record, out

    def proceed(self, record: CommandRecord, now_s: float) -> Outcome:
        """See `Hub.proceed`."""
        out = Outcome()
        if self._commands.get(record.id) is not record:
            return out  # its device has left meanwhile
        device = self._members.device(record.device)
        supersede(self._commands, device, record, now_s, out)
        self._commands.add(record)
        if device.is_shut_out:
            withdraw_all(self._commands, device, device.presence.value, now_s, out)
            return out
        want(device, record)
        pump(self._commands, device, now_s, out)
        return out

    def withdraw(self, record: CommandRecord) -> None:
        """See `Hub.withdraw`."""
        self._commands.drop(record)

    def _check(self, request: CommandRequest) -> None:
        device = self._members.device(request.device)
        if device.product is None or device.is_shut_out:
            remedy = _REMEDIES.get(device.presence, "wait until its presence is online")
            raise DeviceNotReadyError(device.id, device.presence, device.reason, remedy)
        violations = (
            device.product.check_set(request.values)
            if request.action is None
            else device.product.check_action(request.action, request.values)
        )
        violations = violations or _too_long(request)
        if violations:
            raise RefusedError(violations, tuple(_remedy(device.product, v) for v in violations))
        waiting = len(self._commands.lane(device.id).waiting)
        if waiting >= MAX_WAITING:
            raise TooManyCommandsError(device.id, waiting)


def _remedy(product: CompiledProduct, violation: Violation) -> str:
    address = violation.path.removeprefix("values.")
    if violation.rule.startswith("ECO-VALUE-") and address in product.properties:
        return f"send {product.allowed(address)}"
    return violation.fix


def _too_long(request: CommandRequest) -> tuple[Violation, ...]:
    """Refuse what no payload can hold; a short one need not be tried."""
    texts = sum(len(value) for value in request.values.values() if isinstance(value, str))
    size = len(to_json(request.values)) if texts > LONG_TEXTS else 0
    if size + FRAME_BYTES <= MAX_BYTES:
        return ()
    detail = f"{size} bytes of values; with its frame a command has at most {MAX_BYTES}"
    return (Violation("ECO-CODEC-001", "values", "", detail),)


def _digest(request: CommandRequest) -> str:
    asked = [request.device, request.action, sorted(request.values.items())]
    return hashlib.sha256(to_json(asked)).hexdigest()


def _new_record(
    device: Device, request: CommandRequest, digest: str, now_s: float
) -> CommandRecord:
    client_id = request.client_id or request.command_id
    patience = patience_s(device.record)
    ttl_s = request.ttl_s or patience or TTL_S
    record = CommandRecord(
        id=CommandId(f"{request.scope}.{client_id}") if request.client_id else request.command_id,
        device=request.device,
        client_id=client_id,
        scope=request.scope,
        values=dict(request.values),
        digest=digest,
        created_at_s=now_s,
        expires_at_s=now_s + ttl_s,
        action=request.action,
        waits=ttl_s > WAITS_BEYOND_S or patience is not None,
        items=receipts.opened(request.values) if request.action is None else (),
        history=(Moment(Status.ACCEPTED, now_s),),
    )
    if sleepers.is_awaited(device):
        why, when_s = sleepers.why_waiting(device), sleepers.expected_s(device)
        return receipts.kept_waiting(record, why, when_s)
    return record
