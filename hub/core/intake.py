"""What each kind of message from a device does to the hub's picture of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from hub.core import children, sleepers
from hub.core.answers import Answers
from hub.core.boots import check_boot, follow_will, refuse_epoch
from hub.core.commands import Commands, pump, resend
from hub.core.device import Device, Spec
from hub.core.enforcement import count_violation
from hub.core.events import (
    Cause,
    DeviceAdded,
    EventHappened,
    values_reported,
)
from hub.core.interview import Interviews
from hub.core.members import check_identity, lose_sent_actions, name_after_product
from hub.core.outcome import Outcome
from hub.core.presence import observe
from hub.core.quarantine import Quarantines
from hub.core.records import CommandRecord, DeviceRecord, SaveDevice, SaveSpec
from hub.core.serials import Serials
from protocol.errors import Violation, ViolationError
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Ack, Announce, Event, Presence, Scalar, SpecPart, State, StateGet
from protocol.presence import Evidence
from protocol.topics import Leaf
from protocol.validator import CompiledProduct
from protocol.version import check_peer

FULL_EVERY_S: Final = 10.0
"""After a gap a full state is asked for at most so often (ECO-HUB-004)."""

WHOLE_S: Final = (2.0, 60.0)
"""So long after an announce a full state may take to come, and so long it is asked for."""

SPARE_SPECS: Final = 8
"""Product specs kept in memory that no device names: a firmware may go back."""

PROBE_TTL_MS: Final = 10_000


class Intake:
    """Takes in the messages of devices that have joined and are heard.

    Every method raises `ViolationError` for a message that breaks a rule; of such a message nothing
    but its sequence number is kept.

    Attributes:
        serials: Of the devices that have announced themselves.
    """

    def __init__(
        self,
        commands: Commands,
        quarantines: Quarantines,
        interviews: Interviews,
        specs: dict[str, Spec],
        devices: dict[DeviceId, Device],
        next_id: Callable[[], CommandId],
    ) -> None:
        self._commands = commands
        self._quarantines = quarantines
        self._answers = Answers(commands)
        self._interviews = interviews
        self._specs = specs
        self._devices = devices
        self._next_id = next_id
        self.serials = Serials(devices)

    def announce(self, device: Device, message: Announce, now_s: float, out: Outcome) -> None:
        """Take in who the device is; fetch its product spec if nobody has it yet."""
        check_peer(message.protocol)
        check_boot(device, message)
        check_identity(device, message)
        self.serials.check(device, message)
        known = device.record
        follow_will(device, message)
        is_new_boot = message.epoch != known.epoch
        is_new_link = is_new_boot or message.connection != known.connection
        device.record = replace(
            known,
            vendor=message.vendor,
            product=message.product,
            serial=message.serial,
            hardware=message.hardware,
            firmware=message.firmware,
            protocol=message.protocol,
            spec_sha256=message.spec.sha256,
            epoch=message.epoch,
            connection=message.connection,
            is_time_synced=message.is_time_synced,
            sleep_s=message.sleep.interval_s if message.sleep else None,
            asleep_since_s=None if is_new_link else known.asleep_since_s,
        )
        device.is_whole, device.rested_s = False, None
        if is_new_boot:
            device.seqs.clear()
        if is_new_link:
            children.reconnected(device, now_s, out)
        device.is_announced, device.announced_s, device.unannounced = True, now_s, None
        if known.quarantine and message.firmware != known.quarantine.firmware:
            self._quarantines.release(device, "new_firmware", now_s, out)
        self._find_spec(device, message, now_s, out)
        if _lasting(device.record) != _lasting(known):
            out.saves.append(SaveDevice(device.record))
            out.events.append(DeviceAdded(device.id))
        if is_new_boot:
            lose_sent_actions(self._commands, device, message.epoch, now_s, out)
        resend(self._commands, device, now_s, out)

    def presence(self, device: Device, message: Presence, now_s: float, out: Outcome) -> bool:
        """Take in that the device is there, asleep or gone, unless a newer word is known.

        Returns:
            Whether it is a child that was unpaired, which is for the caller to carry out.
        """
        record, said = device.record, (message.epoch, message.connection)
        if said < (record.epoch, record.connection) and said != device.will_boot:
            return False  # an old will or the broker's cache: true once, beaten since
        is_child = record.gateway is not None
        if message.status == "online":
            self._online(device, message, now_s, out)
        elif message.status == "asleep":
            sleepers.fall_asleep(self._commands, device, message, now_s, out)
        elif message.reason == "removed" and is_child:
            return True
        elif message.reason == "lost":
            evidence = Evidence.CHILD_LOST if is_child else Evidence.WILL
            observe(device, evidence, "lost", now_s, out)
        else:
            observe(device, Evidence.SHUTDOWN, message.reason or "shutdown", now_s, out)
        return False

    def _online(self, device: Device, message: Presence, now_s: float, out: Outcome) -> None:
        if message.epoch != device.record.epoch or (device.is_gone and device.record.gateway):
            return
        if device.product is None:
            device.is_connected = device.is_connected or sleepers.is_behind(device)
        elif device.is_connected:
            pump(self._commands, device, now_s, out)
        else:
            observe(device, Evidence.ANNOUNCED_KNOWN, "online", now_s, out)
            resend(self._commands, device, now_s, out)

    def state(self, device: Device, message: State, now_s: float, out: Outcome) -> None:
        """Take reported values into the twin; a state with a cause may confirm a command."""
        spec, record = device.spec, device.record
        if spec is None:
            return  # in interview: the full state after it will tell
        self.follow(device, Leaf.STATE, message.epoch, message.seq, now_s, out)
        violations = spec.product.check_state(message.values, is_full=message.full)
        values: Mapping[Address, Scalar] = message.values  # type: ignore[assignment]  # all declared
        if violations:
            values = _what_is_kept(device, spec.product, message, violations, now_s, out)
        time_ms = message.time_ms if record.is_time_synced else None
        mine = self._cause(device, message.cause) if message.cause is not None else None
        changes = device.reported.differing(values) if mine else ()
        device.reported.tell(values, now_s, time_ms)
        if message.full:
            device.is_whole = True
        cause = mine.id if mine else None
        out.events.append(values_reported((record.id, values, now_s, time_ms, cause, changes)))
        if mine:
            device.reported.ascribe(changes, Cause(mine.id, now_s, mine.by))
            self._answers.show(device, mine, message, now_s, out)
        if not device.is_connected:
            self._hear(device, now_s, out)

    def event(self, device: Device, message: Event, now_s: float, out: Outcome) -> None:
        """Take in that something happened on the device."""
        product = device.product
        if product is None or not self.follow(
            device, Leaf.EVENT, message.epoch, message.seq, now_s, out
        ):
            return
        violations = product.check_event(message.event, message.arguments)
        if violations:
            raise ViolationError(*violations)
        out.events.append(
            EventHappened(device.id, Address(message.event), message.arguments, now_s)
        )
        if (kind := product.events[Address(message.event)]).severity == "alarm":
            title = f"{device.record.name}: {kind.title['en']}"
            self._quarantines.inbox.alarm(device.id, Address(message.event), title, now_s, out)
        self._hear(device, now_s, out)

    def ack(self, device: Device, message: Ack, now_s: float, out: Outcome) -> None:
        """Move the receipt of the command that the device answers."""
        if not self.follow(device, Leaf.ACK, message.epoch, message.seq, now_s, out):
            return
        if not message.id.startswith(SERVICE_PREFIX):
            self._answers.take(device, message, now_s, out)
        self._hear(device, now_s, out)
        pump(self._commands, device, now_s, out)

    def spec(self, device: Device, message: SpecPart, now_s: float, out: Outcome) -> None:
        """Take a part of the product spec; when it is whole, all who announced it are let in."""
        device.heard_s = now_s
        spec = self._interviews.take(device, message, now_s, out)
        if spec is None:
            return
        self._specs[spec.sha256] = spec
        out.saves.append(SaveSpec(spec.sha256, spec.document))
        for other in self._devices.values():
            if other.record.spec_sha256 == spec.sha256:
                self._accept_spec(other, spec, now_s, out)
        self._forget_spares()

    def _forget_spares(self) -> None:
        """Drop the product specs that no device names any more, but for the newest few."""
        named = {device.record.spec_sha256 for device in self._devices.values()}
        spare = [sha256 for sha256 in self._specs if sha256 not in named]
        for sha256 in spare[:-SPARE_SPECS]:
            del self._specs[sha256]

    def _find_spec(self, device: Device, message: Announce, now_s: float, out: Outcome) -> None:
        spec = self._specs.get(message.spec.sha256)
        is_away = sleepers.is_behind(device) and not device.is_connected
        device.is_gone = False
        if spec:
            device.spec, device.interview = spec, None
            name_after_product(self._devices, device, out)
            if is_away:
                observe(device, Evidence.FELL_ASLEEP, "asleep", now_s, out)
            else:
                observe(device, Evidence.ANNOUNCED_KNOWN, "announced", now_s, out)
        else:
            device.spec = None
            observe(device, Evidence.ANNOUNCED_UNKNOWN, "fetching_spec", now_s, out)
            device.is_connected = not is_away
            self._interviews.begin(device, message.spec, now_s, out)

    def _accept_spec(self, device: Device, spec: Spec, now_s: float, out: Outcome) -> None:
        device.spec, device.interview = spec, None
        name_after_product(self._devices, device, out)
        out.events.append(DeviceAdded(device.id))
        if not device.is_connected:
            return
        observe(device, Evidence.SPEC_ACCEPTED, "announced", now_s, out)
        self.ask_full(device, now_s, out)
        pump(self._commands, device, now_s, out)

    def ask_full(self, device: Device, now_s: float, out: Outcome) -> None:
        """Ask a device for its full state, at most once in `FULL_EVERY_S`."""
        if device.is_shut_out or sleepers.is_awaited(device):
            return  # one that sleeps tells everything when it wakes
        if device.full_asked_s is None or now_s - device.full_asked_s >= FULL_EVERY_S:
            device.full_asked_s = now_s
            out.send.append((device.id, StateGet(id=self._next_id(), ttl_ms=PROBE_TTL_MS)))

    def ask_after_announce(self, device: Device, now_s: float, out: Outcome) -> None:
        """Ask for the full state that has to follow an announce, if it does not.

        State goes at QoS 0 and overtakes an announce that waits for its turn at the broker; what
        came before the announce was refused, or told of a boot that was not known yet.
        """
        since_s = now_s - device.announced_s
        is_awaited = device.is_announced and not device.is_whole and device.is_connected
        if is_awaited and device.product and WHOLE_S[0] <= since_s <= WHOLE_S[1]:
            self.ask_full(device, now_s, out)

    def welcome(self, device: Device, reason: str, now_s: float, out: Outcome) -> None:
        """Take up with a device that may be there, and was not dealt with for a while."""
        if not device.is_connected:
            if sleepers.expected_s(device) is not None:
                sleepers.doze(device, now_s, out)
            return
        is_known = device.product is not None
        evidence = Evidence.TRAFFIC if is_known else Evidence.ANNOUNCED_UNKNOWN
        observe(device, evidence, reason, now_s, out)
        if is_known:
            self.ask_full(device, now_s, out)

    def follow(
        self, device: Device, leaf: Leaf, epoch: int, seq: int, now_s: float, out: Outcome
    ) -> bool:
        """Judge a message's place in the order; False for a redelivery, which says nothing new."""
        if epoch != device.record.epoch:
            refuse_epoch(device, epoch, now_s)
        last = device.seqs.get(leaf)
        if last is not None and seq != last + 1:
            if seq == last and leaf is not Leaf.STATE:
                return False
            if seq <= last:
                detail = f"seq {seq} after {last} in epoch {epoch}"
                raise ViolationError(Violation("ECO-ORDER-002", "seq", str(seq), detail))
            device.missed += seq - last - 1
            self.ask_full(device, now_s, out)
        device.seqs[leaf] = seq
        return True

    def hear_gateway(self, gateway: Device, now_s: float, out: Outcome) -> None:
        """Take what a gateway says for a child as a sign of life of the gateway."""
        gateway.heard_s = now_s
        self._hear(gateway, now_s, out)

    def rest(self, device: Device, now_s: float, out: Outcome) -> None:
        """Let a sleeper that has said something go back to sleep when nothing waits for it."""
        sleepers.rest(self._commands, device, self._next_id, now_s, out)

    def _cause(self, device: Device, command: str) -> CommandRecord | None:
        """Return the command of the device that a state says is behind it, if there is one."""
        cause = self._commands.get(CommandId(command))
        return cause if cause and cause.device == device.id else None

    def _hear(self, device: Device, now_s: float, out: Outcome) -> None:
        if not device.is_connected and _tells_that_it_is_there(device):
            observe(device, Evidence.TRAFFIC, "heard", now_s, out)
            resend(self._commands, device, now_s, out)


SERVICE_PREFIX: Final = "hub."
"""Ids of the hub's own requests begin so; a client's never do."""


def _lasting(record: DeviceRecord) -> DeviceRecord:
    """Return what of a device is worth a write when it announces itself."""
    return replace(record, connection=0, asleep_since_s=None)


def _what_is_kept(
    device: Device,
    product: CompiledProduct,
    message: State,
    violations: tuple[Violation, ...],
    now_s: float,
    out: Outcome,
) -> Mapping[Address, Scalar]:
    """Count the rules that a state breaks; return what of it is kept in warn mode.

    Raises:
        ViolationError: The device is judged strictly.
    """
    if device.record.mode == "strict":
        raise ViolationError(*violations)
    for violation in violations:
        count_violation(device, Leaf.STATE, violation, now_s, out)
    return product.keep(message.values)


def _tells_that_it_is_there(device: Device) -> bool:
    """Say whether a message of a device proves that it listens: not so of every child."""
    is_child = device.record.gateway is not None
    return not (is_child and (device.is_gone or device.record.sleep_s is not None))
