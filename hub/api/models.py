"""What the API gives out: typed dictionaries, from which OpenAPI is generated too.

mypy checks them where they are built, what is optional is left out, and they are built many
thousand times a second.
"""

from typing import Annotated, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from hub.api.cause_models import ByShown, CauseShown
from hub.api.judged_models import BrokenRule, CertificateState, QuarantineState, Traffic
from hub.api.spec_models import ProductSpec
from hub.api.terms import IconText, PresenceText, RuleId, Shown, StatusText, Timestamp
from hub.core.records import Mode


class PresenceState(TypedDict):
    """Whether a device can be reached, why, and since when."""

    status: PresenceText
    reason: str
    since: Timestamp
    next_wake_at: NotRequired[
        Annotated[Timestamp, Field(description="While it is asleep: when it wakes at the latest.")]
    ]


class SleepState(TypedDict):
    """How a device sleeps that does."""

    interval_s: Annotated[int, Field(description="It wakes at least so often.")]
    next_wake_at: Annotated[
        Timestamp | None, Field(description="At the latest; null while it is awake or lost.")
    ]


class TwinValue(TypedDict):
    """A property as the device told it last; with its cause if a command has made it so."""

    value: Shown
    at: Annotated[Timestamp, Field(description="When the hub took it in.")]
    device_time: NotRequired[
        Annotated[Timestamp, Field(description="When it was taken, by the device's clock.")]
    ]
    cause: NotRequired[CauseShown]


class DesiredValue(TypedDict):
    """A value that a command asks for and that the device has not shown yet."""

    value: NotRequired[Annotated[Shown, Field(description="Left out when it cannot be read.")]]
    command: str
    since: Timestamp


class TwinProperty(TypedDict):
    """A property with its ages; `desired` while a command is on its way."""

    value: Shown
    at: Timestamp | None
    age_s: float | None
    is_stale: Annotated[
        bool, Field(description="Older than its product allows, or the device is out of reach.")
    ]
    device_time: NotRequired[Timestamp]
    cause: NotRequired[CauseShown]
    desired: NotRequired[DesiredValue]


# `class` is a word of Python: the field is added in the other way of writing a TypedDict.
_Class = TypedDict("_Class", {"class": str | None})


Visible = Annotated[
    list[str] | None, Field(description="Addresses that the person who asks sees; null for all.")
]
Controllable = Annotated[
    list[str] | None,
    Field(description="Addresses that they may set or run; null for all that is visible."),
]


class DeviceSummary(_Class):
    """A device as lists and the stream show it."""

    id: Annotated[str, Field(examples=["air-purifier-0001"])]
    name: str
    vendor: str
    product: str
    presence: PresenceState
    mode: Mode
    spec_sha256: str | None
    sleep: Annotated[SleepState | None, Field(description="Null for one that is always there.")]
    gateway: Annotated[str | None, Field(description="Behind which it is, if it is a child.")]
    room: Annotated[str | None, Field(description="In which it is; null for none.")]
    icon: IconText
    visible: Visible
    controllable: Controllable
    twin: dict[str, TwinValue]


class DeviceList(TypedDict):
    """All devices of the home, in the order in which they joined."""

    devices: list[DeviceSummary]


class Identity(TypedDict):
    """What a device says of itself, and how it came here."""

    vendor: str
    product: str
    serial: str
    hardware: str
    firmware: str
    protocol: str
    driver: str
    epoch: int
    joined_at: Timestamp
    replaces: str | None
    replaced_by: str | None


class DeviceView(_Class):
    """All the hub knows of one device."""

    id: str
    name: str
    product: str
    presence: PresenceState
    mode: Mode
    identity: Identity
    spec_sha256: str | None
    spec: Annotated[
        ProductSpec | None,
        Field(description="The parts that you see of it; null until the hub has it."),
    ]
    sleep: Annotated[SleepState | None, Field(description="Null for one that is always there.")]
    waits: Annotated[int, Field(description="Commands that wait to be sent to it.")]
    gateway: Annotated[str | None, Field(description="Behind which it is, if it is a child.")]
    room: Annotated[str | None, Field(description="In which it is; null for none.")]
    icon: IconText
    is_favourite: Annotated[bool, Field(description="Of the person who asks.")]
    visible: Visible
    controllable: Controllable
    wants_gateway: Annotated[
        str | None, Field(description="Behind which it wants to move; that is for you to allow.")
    ]
    children: Annotated[list[str], Field(description="For whom it speaks, if it is a gateway.")]
    max_children: Annotated[int | None, Field(description="Null for one that is no gateway.")]
    barred: Annotated[
        list[str], Field(description="Children sent away; they do not come back by themselves.")
    ]
    twin: dict[str, TwinProperty]
    violations: list[BrokenRule]
    traffic: Traffic
    quarantine: QuarantineState | None
    certificate: CertificateState


class ReceiptItem(TypedDict):
    """The fate of one property of a set."""

    address: str
    status: StatusText
    error: NotRequired[Annotated[str, Field(description="Rule id, or a code of the product.")]]
    message: NotRequired[str]


class ReceiptMoment(TypedDict):
    """One step of a receipt."""

    status: StatusText
    at: Timestamp
    reason: NotRequired[str]


class Receipt(TypedDict):
    """How far a command has come."""

    id: Annotated[str, Field(description="What the client calls the command.")]
    command: Annotated[str, Field(description="Its id on the wire, the `cause` of changes.")]
    scope: Annotated[str, Field(description="Public id of the token that sent it.")]
    device: str
    action: str | None
    status: StatusText
    is_final: bool
    reason: Annotated[
        str, Field(description="Why it ended, when the status does not say it all; why it waits.")
    ]
    items: list[ReceiptItem]
    results: dict[str, Shown]
    history: list[ReceiptMoment]
    created_at: Timestamp
    expires_at: Timestamp
    by: Annotated[ByShown | None, Field(description="Who asked; null where nobody can say.")]
    expected_at: NotRequired[
        Annotated[Timestamp, Field(description="While it waits for a sleeper: when that wakes.")]
    ]
    execute_at: NotRequired[Annotated[Timestamp, Field(description="When it is to begin.")]]


class CommandResult(TypedDict):
    """What became of one of many commands: its receipt, or why it was not taken."""

    device: str
    receipt: NotRequired[Receipt]
    problem: NotRequired["Problem"]


class CommandResults(TypedDict):
    """What became of many commands, in the order in which they were asked."""

    results: list[CommandResult]


class ReceiptList(TypedDict):
    """Commands of one device, the latest first."""

    commands: list[Receipt]


class RuleEntry(TypedDict):
    """One numbered sentence of the protocol."""

    id: RuleId
    text: str
    keyword: str
    party: list[str]
    level: int
    since: str
    why: str
    fix: str
    refs: list[str]


class RuleList(TypedDict):
    """The requirement catalogue."""

    rules: list[RuleEntry]


class ProblemItem(TypedDict):
    """One of several things wrong with a request."""

    code: str
    path: str
    detail: str
    remedy: NotRequired[str]


class Problem(TypedDict):
    """What went wrong, as RFC 9457 has it, with a stable code and what to do about it."""

    type: Annotated[str, WithJsonSchema({"type": "string", "format": "uri-reference"})]
    title: str
    status: int
    detail: str
    code: Annotated[
        str, Field(description="A rule id where a rule was broken.", examples=["ECO-VALUE-002"])
    ]
    remedy: str
    path: NotRequired[Annotated[str, Field(examples=["properties.fan.level"])]]
    errors: NotRequired[list[ProblemItem]]
