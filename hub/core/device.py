"""What the hub holds of one device; written by the core alone, read by everybody."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hub.core.rates import Allowance, Rate
from hub.core.records import DeviceRecord
from hub.core.trace import Trace
from hub.core.twin import ReportedValues
from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence
from protocol.topics import Leaf
from protocol.validator import CompiledProduct

_SHUT_OUT: Final = frozenset({Presence.QUARANTINED, Presence.RETIRED})

FLAPS_KEPT: Final = 10
"""As many losses within `presence.FLAP_WINDOW_S` make a device unstable (design, section 6)."""


@dataclass(frozen=True, slots=True)
class Desired:
    """A value that a command has asked for and that no state has shown yet."""

    value: Scalar
    command: CommandId
    since_s: float


@dataclass(slots=True)
class ViolationCount:
    """How often a device broke one rule at one place.

    Attributes:
        unsaid: Breaks since the last verdict about it.
        said_s: When that verdict was sent; None before the first.
    """

    violation: Violation
    leaf: Leaf | None
    first_s: float
    last_s: float
    count: int = 0
    unsaid: int = 0
    said_s: float | None = None


class Strike(NamedTuple):
    """A refused message that counts towards quarantine.

    Attributes:
        number: Epoch and sequence number by which a repeat is known; None where it had none.
        payload: The beginning of it.
    """

    at_s: float
    leaf: Leaf
    violation: Violation
    number: tuple[int, int] | None
    size: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Spec:
    """A product spec that the hub has checked, with its exact bytes."""

    sha256: str
    document: bytes
    product: CompiledProduct


@dataclass(slots=True)
class Interview:
    """The fetching of a product spec, part by part."""

    sha256: str
    size: int
    received: bytearray = field(default_factory=bytearray)
    asked_s: float | None = None
    tries: int = 0
    rest_until_s: float = 0.0


@dataclass(slots=True)
class Family:
    """Those for whom a gateway speaks.

    Attributes:
        children: The living ones.
        held: Announces that cannot be judged before the gateway's own product spec is here.
        wishes: Announces of children of other gateways that want to move to this one.
    """

    children: dict[DeviceId, "Device"] = field(default_factory=dict)
    held: OrderedDict[DeviceId, Decoded] = field(default_factory=OrderedDict)
    wishes: OrderedDict[DeviceId, Decoded] = field(default_factory=OrderedDict)


class Device:
    """One joined device: identity, twin, presence, breaks of rules.

    Attributes:
        record: What outlives a restart.
        spec: Its product spec, once the hub has it.
        reported: The twin's reported values by address.
        desired: The twin's desired values by address.
        is_connected: Whether the newest evidence says that the device hears commands.
        is_announced: Whether it has announced itself to this run of the hub.
        announced_s: When it last did.
        unannounced: A boot that it speaks of and has not announced, and since when.
        heard_s: When its last message came; None if not in this run.
        seqs: Last sequence number per leaf in the current epoch.
        missed: Messages that were sent and never came, by the gaps in the sequence numbers.
        messages: Messages taken in, refused ones included.
        family: Its children and those that may become it; None if it never spoke for anybody.
        wants: The gateway to which it wants to move, while the owner has not consented.
        is_gone: Whether it was lost by its own word, or with its gateway: only a new announce
            brings its children, or it as a child, back.
        is_whole: Whether it has told a full state since its last announce.
        rested_s: When it was told that nothing is left for it; None if something may be.
        refused_boot: Epoch and connection of the announce that was answered by `min_epoch`.
        will_boot: Those of a will that is still good, although the device has raised its epoch.
        strikes: Refused messages of the last while that count towards quarantine, oldest first.
        floods: When it went too far lately.
        trace: Its last messages; None before the first.
        spec_bytes: What it may still give of unknown product specs; None before the first.
    """

    __slots__ = (
        "announced_s",
        "calm_after_s",
        "desired",
        "family",
        "flaps",
        "floods",
        "full_asked_s",
        "heard_s",
        "interview",
        "is_announced",
        "is_connected",
        "is_gone",
        "is_whole",
        "messages",
        "missed",
        "presence",
        "probed_s",
        "rate",
        "reason",
        "record",
        "refused_boot",
        "reported",
        "rested_s",
        "seqs",
        "since_s",
        "spec",
        "spec_bytes",
        "strikes",
        "trace",
        "unannounced",
        "violations",
        "wants",
        "will_boot",
    )

    def __init__(self, record: DeviceRecord, presence: Presence, reason: str, now_s: float) -> None:
        self.record = record
        self.presence = presence
        self.reason = reason
        self.since_s = now_s
        self.spec: Spec | None = None
        self.reported = ReportedValues()
        self.desired: dict[Address, Desired] = {}
        self.violations: dict[tuple[str, str], ViolationCount] = {}
        self.rate = Rate()
        self.interview: Interview | None = None
        self.flaps: deque[float] = deque(maxlen=FLAPS_KEPT)
        self.calm_after_s = 0.0
        self.seqs: dict[Leaf, int] = {}
        self.is_connected = self.is_announced = self.is_gone = self.is_whole = False
        self.announced_s = now_s
        self.unannounced: tuple[int, float] | None = None
        self.heard_s: float | None = None
        self.probed_s: float | None = None
        self.full_asked_s: float | None = None
        self.missed = self.messages = 0
        self.family: Family | None = None
        self.wants: DeviceId | None = None
        self.rested_s: float | None = None
        self.refused_boot: tuple[int, int] | None = None
        self.will_boot: tuple[int, int] | None = None
        self.strikes: list[Strike] = []
        self.floods: list[float] = []
        self.trace: Trace | None = None
        self.spec_bytes: Allowance | None = None

    @property
    def id(self) -> DeviceId:
        """The device's id."""
        return self.record.id

    @property
    def is_shut_out(self) -> bool:
        """Whether nothing it says is stored, and it is not commanded."""
        return self.presence in _SHUT_OUT

    @property
    def product(self) -> CompiledProduct | None:
        """The compiled product spec, once the hub has it."""
        return self.spec.product if self.spec else None

    @property
    def document(self) -> bytes | None:
        """The exact bytes of the product spec, once the hub has them."""
        return self.spec.document if self.spec else None
