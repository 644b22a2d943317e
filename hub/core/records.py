"""What must outlive a restart, as plain data: the core makes it, the store keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from hub.core.activity import Entry
from hub.core.arrangement.records import DropArranged, SaveArranged
from hub.core.asker import By
from hub.core.automations.progress import AutomationSave
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.receipt import Status

NATIVE: Final = "mqtt"
"""The driver that every hub has."""

Mode = Literal["strict", "warn"]
"""strict: a message that breaks a rule is refused; warn: what can be kept is kept."""


QuarantineReason = Literal["broke_rules", "flooded"]


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that a device broke, as evidence: how often, and the last time with a sample."""

    rule: str
    leaf: str | None
    path: str
    sample: str
    detail: str
    count: int
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused message, as evidence.

    Attributes:
        size: Bytes of its payload.
        text: The beginning of it, without what may not be shown.
    """

    at_s: float
    leaf: str
    rule: str
    path: str
    size: int
    text: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why a device is in quarantine, and with which firmware it came there."""

    reason: QuarantineReason
    since_s: float
    firmware: str
    broken: tuple[BrokenRule, ...]
    refused: tuple[Refusal, ...]


NoticeKind = Literal[
    "quarantined",
    "released",
    "flooded",
    "alarm",
    "certificate",
    "automation",
    "battery",
    "worn",
    "empty",
    "away",
    "rules",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people are told of even if they do not look just then.

    Attributes:
        id: Counted up; never given twice.
        text: One sentence.
        device: Whom it is about; None for what an automation has to say.
        event: The event's address, of an alarm.
        automation: Id of the automation whose notice it is.
        person: For whom alone it is, by id; None for all.
        is_read: Whether a version that knew no readers has had it read.
        address: The property's address, of what runs down.
        readers: Who has read it: ids of people, and of tokens without a person.
        name: What the device or the automation was called then; empty in those of older versions.
        code: Why the hub has switched the automation off; empty for what it says itself.
    """

    id: int
    at_s: float
    kind: NoticeKind
    device: DeviceId | None
    text: str
    event: Address | None = None
    is_read: bool = False
    automation: str | None = None
    person: str | None = None
    address: Address | None = None
    readers: tuple[str, ...] = ()
    name: str = ""
    code: str = ""

    def is_read_by(self, reader: str) -> bool:
        """Say whether somebody has read it."""
        return self.is_read or reader in self.readers


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A joined device.

    Attributes:
        name: What people call it; the product's title until they do.
        driver: Entry point name of the driver that reaches it.
        spec_sha256: The product spec it announced last; None before the first announce.
        epoch: Its last accepted boot counter, 0 before the first announce or after a fresh join.
        connection: Its last accepted connection counter.
        joined_at_s, replaces: When it joined (core's clock), and the device whose place it took.
        replaced_by: Set on a retired device: who took its place.
        sleep_s: How often it wakes at least, seconds; None for a device that is always there.
        asleep_since_s: When it fell asleep last (core's clock); it may have woken since.
        quarantine: Set while it is in quarantine.
        gateway: Who speaks for it; None for a device that speaks for itself.
        moves_to: The gateway to which the owner lets it move.
        max_children: How many a gateway may speak for (ECO-CHILD-010).
        barred: Children of this gateway that the owner has sent away.
        room: Id of the room in which it is.
        icon: Name from the app's icon set; empty for what suits its class.
        low: Addresses of what has run down, of which people were told.
        is_missed: Whether people were told that nobody hears of it.
        rules_told_at_s: When people were told last that it breaks rules (core's clock).
    """

    id: DeviceId
    name: str
    joined_at_s: float
    driver: str = NATIVE
    vendor: str = ""
    product: str = ""
    serial: str = ""
    hardware: str = ""
    firmware: str = ""
    protocol: str = "1.0"
    spec_sha256: str | None = None
    epoch: int = 0
    connection: int = 0
    is_time_synced: bool = False
    mode: Mode = "strict"
    is_retired: bool = False
    replaces: DeviceId | None = None
    replaced_by: DeviceId | None = None
    sleep_s: int | None = None
    asleep_since_s: float | None = None
    quarantine: Quarantine | None = None
    gateway: DeviceId | None = None
    moves_to: DeviceId | None = None
    max_children: int = 64
    barred: tuple[DeviceId, ...] = ()
    room: str | None = None
    icon: str = ""
    low: tuple[Address, ...] = ()
    is_missed: bool = False
    rules_told_at_s: float | None = None


class Item(NamedTuple):
    """The fate of one address of a `set`; `error` is a rule id or a code of the product."""

    address: Address
    status: Status
    error: str | None = None
    message: str = ""


class Moment(NamedTuple):
    """One line of a receipt's history."""

    status: Status
    at_s: float
    reason: str = ""


class Plan(NamedTuple):
    """When a command is to be carried out that is not to be at once.

    Attributes:
        at_ms: Unix ms: people plan by the time of day, and a clock may be set meanwhile.
        ttl_s: How long it may then wait to be delivered, seconds.
        is_due: Whether that time has come and the command is one like others.
    """

    at_ms: int
    ttl_s: float
    is_due: bool = False


class CommandRecord(NamedTuple):
    """A command and its receipt.

    A tuple, as its parts are: each step of a command makes them anew, and `replace` of a frozen
    dataclass takes four times as long. It is kept by place: a new field goes to the end.

    Attributes:
        id: Unique in this hub; the id on the wire.
        client_id: What the client calls it; unique within `scope`.
        scope: Public id of the token that sent it.
        values: For a set: value by address. For an action: its arguments.
        action: Address of the action; None for a set.
        digest: SHA-256 of what was asked, to tell a repeat from another command of the same id.
        expires_at_s: From then on it is not delivered any more (core's clock).
        waits: Whether it may outlast a live connection, so that a power cut must not lose it.
        sent_epoch: Boot of the device in which it was first sent; None while it waits.
        reason: Why it ended, when that is not plain from the status; why it waits, if it does.
        expected_at_s: While it waits for a sleeper: when that wakes (core's clock).
        plan: When it is to be carried out; None for at once.
        by: Who asked; None for a command that an earlier version kept.
    """

    id: CommandId
    device: DeviceId
    client_id: str
    scope: str
    values: Mapping[str, Scalar]
    digest: str
    created_at_s: float
    expires_at_s: float
    action: Address | None = None
    waits: bool = False
    sent_epoch: int | None = None
    status: Status = Status.ACCEPTED
    items: tuple[Item, ...] = ()
    history: tuple[Moment, ...] = ()
    reason: str = ""
    results: Mapping[str, Scalar] = MappingProxyType({})
    is_final: bool = False
    expected_at_s: float | None = None
    plan: Plan | None = None
    by: By | None = None

    @property
    def is_planned(self) -> bool:
        """Whether its time has not come yet."""
        return self.plan is not None and not self.plan.is_due and not self.is_final

    def with_receipt(
        self,
        status: Status,
        items: tuple[Item, ...],
        history: tuple[Moment, ...],
        reason: str,
        *,
        is_final: bool,
    ) -> "CommandRecord":
        """Return the command after it has come further, in a third of the time of `_replace`."""
        receipt = (status, items, history, reason, self.results, is_final, None, *self[_KEPT:])
        return CommandRecord._make((*self[:_ASKED], *receipt))


_ASKED: Final = CommandRecord._fields.index("status")
"""The fields before this one say what was asked, those from it on what came of it."""

_KEPT: Final = CommandRecord._fields.index("plan")
"""From this one on they say again what was asked: they came later."""


@dataclass(frozen=True, slots=True)
class SaveDevice:
    """Keep a device; durable before it is acknowledged."""

    record: DeviceRecord


@dataclass(frozen=True, slots=True)
class DropDevice:
    """Forget a device, its twin and its commands."""

    device: DeviceId


class SaveCommand(NamedTuple):
    """Keep a command and its receipt."""

    record: CommandRecord


@dataclass(frozen=True, slots=True)
class SaveSpec:
    """Keep the exact bytes of a product spec."""

    sha256: str
    document: bytes


@dataclass(frozen=True, slots=True)
class SaveNotice:
    """Keep a notice."""

    record: Notice


@dataclass(frozen=True, slots=True)
class DropNotice:
    """Forget a notice."""

    id: int


@dataclass(frozen=True, slots=True)
class SaveAudit:
    """Keep an entry of audit, in one transaction with what it tells of."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class SaveMode:
    """Keep how newcomers are judged."""

    mode: Mode


class Place(NamedTuple):
    """Where on earth the home is: degrees, north and east above zero."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class SavePlace:
    """Keep where the home is; None for nowhere, whatever hub.toml says."""

    place: Place | None


Save = (
    SaveDevice
    | DropDevice
    | SaveCommand
    | SaveSpec
    | SaveNotice
    | DropNotice
    | SaveMode
    | SavePlace
    | SaveArranged
    | DropArranged
    | SaveAudit
    | AutomationSave
)
