"""What the hub announces: one frozen class per kind of change, on the bus and to phones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from hub.core.activity import Entry
from hub.core.arrangement.records import Arranged, Kind
from hub.core.asker import By
from hub.core.automations.records import Automation
from hub.core.automations.runs import Run
from hub.core.records import CommandRecord, Notice
from protocol.errors import Violation
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence
from protocol.topics import Leaf


class Cause(NamedTuple):
    """The command that gave a property its value, when, and who asked for it."""

    command: CommandId
    at_s: float
    by: By | None


class Reported(NamedTuple):
    """A value as the twin holds it.

    Attributes:
        value: None when the device says that it does not know.
        at_s: When the hub took it in; the core's clock.
        device_time_ms: When the device says it was taken, Unix ms, if its clock is synced.
        cause: What made it this value; None when no command did.
    """

    value: Scalar
    at_s: float
    device_time_ms: int | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class DeviceAdded:
    """A device has joined, or its identity, name or product spec has changed: read it anew."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class DeviceRemoved:
    """A device has left the home."""

    device: DeviceId


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A device can be reached, or not, for a reason, since a time of the core's clock."""

    device: DeviceId
    presence: Presence
    reason: str
    since_s: float


class Change(NamedTuple):
    """A property that has another value now than before; `was` is None when that was not known."""

    address: Address
    value: Scalar
    was: Scalar


class ValuesReported(NamedTuple):
    """A device has told values.

    A tuple, since one is made for every report: a frozen dataclass takes four times as long.

    Attributes:
        at_s, device_time_ms: When; see `Reported`.
        cause: The command behind them, if one is.
        changes: What of them that command has changed.
    """

    device: DeviceId
    values: Mapping[Address, Scalar]
    at_s: float
    device_time_ms: int | None = None
    cause: CommandId | None = None
    changes: tuple[Change, ...] = ()


values_reported: Final[
    Callable[
        [
            tuple[
                DeviceId,
                Mapping[Address, Scalar],
                float,
                int | None,
                CommandId | None,
                tuple[Change, ...],
            ]
        ],
        ValuesReported,
    ]
] = partial(tuple.__new__, ValuesReported)
"""Makes one of all its parts, in half the time."""


@dataclass(frozen=True, slots=True)
class EventHappened:
    """A device has told an event."""

    device: DeviceId
    event: Address
    arguments: Mapping[str, Scalar]
    at_s: float


class ReceiptChanged(NamedTuple):
    """A command has come further: to what `record` tells, whatever has become of it since."""

    device: DeviceId
    command: CommandId
    record: CommandRecord


@dataclass(frozen=True, slots=True)
class ViolationFound:
    """A device has broken a rule, `count` times in all at this path since it joined."""

    device: DeviceId
    leaf: Leaf | None
    violation: Violation
    count: int


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    """There is a new notice; or `reader` has read one, or not: that is for the phones of one."""

    notice: Notice
    reader: str = ""


@dataclass(frozen=True, slots=True)
class NoticeRemoved:
    """A notice is gone, and what it was."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class ArrangedChanged:
    """People have arranged something, anew or otherwise than before."""

    arranged: Arranged


@dataclass(frozen=True, slots=True)
class ArrangedRemoved:
    """Something that people had arranged is gone."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class AutomationChanged:
    """An automation is new, is written anew, or is otherwise than before: read it anew."""

    automation: Automation


@dataclass(frozen=True, slots=True)
class AutomationRan:
    """An automation was set off, and how far it has come."""

    automation: Automation
    run: Run


class ActivityAdded(NamedTuple):
    """Something that people may want to know later was written down; audit is not announced."""

    entry: Entry
    automation: Automation | None = None


Event = (
    DeviceAdded
    | DeviceRemoved
    | PresenceChanged
    | ValuesReported
    | EventHappened
    | ReceiptChanged
    | ViolationFound
    | NoticeChanged
    | NoticeRemoved
    | ArrangedChanged
    | ArrangedRemoved
    | AutomationChanged
    | AutomationRan
    | ActivityAdded
)
