"""What the store keeps besides the core's records, and what it hands out at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.core.activity import Entry
from hub.core.arrangement.records import Arranged
from hub.core.automations.progress import Progress
from hub.core.automations.runs import Run
from hub.core.events import Reported
from hub.core.people.records import PeopleSave
from hub.core.records import CommandRecord, DeviceRecord, Mode, Notice, Save, SavePlace
from protocol.ids import Address, DeviceId


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as it is kept: its hash, never itself.

    Attributes:
        sha256: Hex digest of the token.
        created_at_s: The core's clock.
    """

    public_id: str
    name: str
    role: str
    sha256: str
    created_at_s: float


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """How the broker knows a device: a password hash in mosquitto's `$7$` form."""

    device: DeviceId
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """All that outlived the last run.

    Attributes:
        hub_id: Made once, `hub-` and eight hex digits.
        epoch: Starts of this hub, this one counted; durable already.
        notices: What went wrong with the files and what was done about it, for people.
        inbox: What people were told of by the home.
        mode: How newcomers are judged; None until somebody has decided on that.
        place: Where the home is; None until somebody has decided on that.
        arrangement: What people have named and put together.
        activity: What has happened, and who let whom and what in.
        progress, runs: How far automations have come, and the traces of their runs.
    """

    hub_id: str
    epoch: int
    devices: list[DeviceRecord]
    specs: dict[str, bytes]
    commands: list[CommandRecord]
    twins: dict[DeviceId, dict[Address, Reported]]
    notices: list[str]
    inbox: list[Notice] = field(default_factory=list)
    mode: Mode | None = None
    place: SavePlace | None = None
    arrangement: list[Arranged] = field(default_factory=list)
    activity: list[Entry] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SaveToken:
    """Keep a token."""

    record: TokenRecord


@dataclass(frozen=True, slots=True)
class DropToken:
    """Forget a token."""

    public_id: str


@dataclass(frozen=True, slots=True)
class SaveCredential:
    """Keep a device's broker credential."""

    record: CredentialRecord


@dataclass(frozen=True, slots=True)
class DropCredential:
    """Forget a device's broker credential."""

    device: DeviceId


Write = Save | PeopleSave | SaveToken | DropToken | SaveCredential | DropCredential

Twins = Mapping[DeviceId, Mapping[Address, Reported]]
"""Reported values by device; what is kept of a device is what was handed over last."""
