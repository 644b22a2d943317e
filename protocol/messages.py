"""The messages of ECO/1 as frozen models; one class per leaf, field names as on the wire."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocol.ids import AddressText, CommandIdText, Sha256Text
from protocol.topics import Leaf

MAX_INTEGER: Final = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 7493, 2.2)."""

Scalar = float | int | str | bool | None
"""A value of a property or an argument; None says that the device does not know it now.

pydantic tries these in order until one fits exactly: what is told most comes first.
"""

Values = dict[str, Scalar]
"""Values by address or name. No model has a `{}` as its default: pydantic would copy it deeply."""

Text64 = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")
]
"""Free text that people see: no line feed and no escape sequence can stand in it."""

Count = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
Ordinal = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
LAST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, beyond which ISO 8601 and most calendars have no date."""

Millis = Annotated[int, Field(ge=0, le=LAST_MS)]


class Message(BaseModel):
    """What all messages share: frozen, strict types, no field that the version does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class SpecReference(Message):
    """Names a product spec by the SHA-256 of its exact bytes."""

    sha256: Sha256Text
    bytes: Annotated[int, Field(ge=2, le=131_072)]


class Announce(Message):
    """Who the device is; the first message after every connect, and once after every birth.

    Attributes:
        serial: The hardware's own number; two devices never share one.
        epoch: Boots of the device, counted by the device.
        connection: CONNECTs since that boot.
        birth: Id of the birth that is answered, if one is.
        is_time_synced: Whether `time_ms` and `expires_at_ms` mean anything to the device.
        sleep: How a sleeper sleeps; None for a device that is always there.
    """

    vendor: Text64
    product: Text64
    serial: Text64
    hardware: Text64
    firmware: Text64
    protocol: Text64
    epoch: Ordinal
    connection: Ordinal
    spec: SpecReference
    birth: CommandIdText | None = None
    is_time_synced: bool = False
    sleep: "Sleep | None" = None


class Sleep(Message):
    """How a sleeper sleeps (ECO-SLEEP-003).

    Attributes:
        interval_s: It wakes at least so often, seconds.
        awake_s: So long after the last message it sleeps even if no `rest` has come.
    """

    interval_s: Annotated[int, Field(ge=1, le=604_800)]
    awake_s: Annotated[int, Field(ge=1, le=60)] = 2


class Presence(Message):
    """Whether the device is there; retained, and `offline`/`lost` is the will.

    Of a child it is never retained, and the gateway's word: `removed` is for children alone.
    """

    status: Literal["online", "offline", "asleep"]
    epoch: Ordinal
    connection: Ordinal
    reason: Literal["lost", "shutdown", "reset", "update", "sleep", "removed"] | None = None


class State(Message):
    """Reported values by address.

    Attributes:
        full: Whether every readable property is in `values`.
        cause: Id of the command that brought the change about.
        time_ms: When the values were taken, Unix time in ms, by the device's clock.
    """

    epoch: Ordinal
    seq: Ordinal
    values: Values
    full: bool = False
    cause: CommandIdText | None = None
    time_ms: Millis | None = None


class Event(Message):
    """Something happened that is not a state: a button, an alarm."""

    epoch: Ordinal
    seq: Ordinal
    event: AddressText
    arguments: Values = Field(default_factory=dict)
    time_ms: Millis | None = None


class Fault(Message):
    """Why something was refused: a rule id, or a code of the device's product spec."""

    code: Text64
    message: Annotated[str, StringConstraints(max_length=256)] = ""


class AckItem(Message):
    """The fate of one address of a `set`; no error means that this address alone was fine."""

    address: AddressText
    error: Fault | None = None


class Ack(Message):
    """The device's answer to a command.

    `received` (it is mine and I will try), then exactly one of `done`, `rejected` (nothing was
    changed; `items` or `error` say why), `expired` (its ttl had passed) or `busy` (nothing was
    changed, try again after `retry_after_ms`).
    """

    epoch: Ordinal
    seq: Ordinal
    id: CommandIdText
    status: Literal["received", "done", "rejected", "expired", "busy"]
    items: Annotated[tuple[AckItem, ...], Field(strict=False)] = ()
    error: Fault | None = None
    results: Values = Field(default_factory=dict)
    retry_after_ms: Annotated[int, Field(ge=0, le=3_600_000)] | None = None


class SpecPart(Message):
    """A piece of the product spec, answering `spec.get`; `part` is base64 of at most 8 KiB."""

    epoch: Ordinal
    sha256: Sha256Text
    offset: Count
    part: Annotated[str, StringConstraints(max_length=10_924)]


class _Command(Message):
    id: CommandIdText
    ttl_ms: Annotated[int, Field(ge=1, le=604_800_000)]
    expires_at_ms: Millis | None = None


class SetCommand(_Command):
    """Set properties to absolute values, all of them or none."""

    type: Literal["set"] = "set"
    values: Values


class ActionCommand(_Command):
    """Run an action, in the boot `epoch` of the device and in no other."""

    type: Literal["action"] = "action"
    action: AddressText
    epoch: Ordinal
    arguments: Values = Field(default_factory=dict)


class SpecGet(_Command):
    """Ask for the part of the product spec that begins at `offset`."""

    type: Literal["spec.get"] = "spec.get"
    sha256: Sha256Text
    offset: Count


class StateGet(_Command):
    """Ask for a full state."""

    type: Literal["state.get"] = "state.get"


class Rest(_Command):
    """Tell a sleeper that nothing more waits for it (ECO-SLEEP-013); it is not acked."""

    type: Literal["rest"] = "rest"


class Leave(_Command):
    """Tell a gateway to unpair a child that the owner has removed (ECO-CHILD-013); not acked."""

    type: Literal["leave"] = "leave"


Command = SetCommand | ActionCommand | SpecGet | StateGet | Rest | Leave


class Verdict(Message):
    """The hub's answer to a message that breaks a rule; QoS 0, never retained, not to be answered.

    Attributes:
        leaf: The leaf on which the message came.
        count: How many times this rule broke at this path since the last verdict about it.
        min_epoch: The device has to announce an epoch of at least this: with ECO-ORDER-001, and
            with ECO-ANNOUNCE-001 when the announce of its boot is lost.
    """

    rule: str
    leaf: str
    path: str
    sample: str
    text: str
    fix: str
    count: Ordinal
    min_epoch: Ordinal | None = None


class Update(Message):
    """Offer of a firmware. Reserved: a device ignores it."""

    version: Text64


class Birth(Message):
    """The hub is here (again); announce once after uniform(0, `spread_s`)."""

    id: CommandIdText
    hub: Text64
    epoch: Ordinal
    time_ms: Millis
    spread_s: Annotated[float, Field(ge=0, le=600)]


UpMessage = Announce | Presence | State | Event | Ack | SpecPart
DownMessage = Command | Verdict | Update | Birth
AnyMessage = UpMessage | DownMessage

LEAF_OF: Final[dict[type[Message], Leaf]] = {
    Announce: Leaf.ANNOUNCE,
    Presence: Leaf.PRESENCE,
    State: Leaf.STATE,
    Event: Leaf.EVENT,
    Ack: Leaf.ACK,
    SpecPart: Leaf.SPEC,
    SetCommand: Leaf.COMMAND,
    ActionCommand: Leaf.COMMAND,
    SpecGet: Leaf.COMMAND,
    StateGet: Leaf.COMMAND,
    Rest: Leaf.COMMAND,
    Leave: Leaf.COMMAND,
    Verdict: Leaf.VERDICT,
    Update: Leaf.UPDATE,
    Birth: Leaf.BIRTH,
}

QOS: Final[dict[Leaf, Literal[0, 1]]] = {
    Leaf.ANNOUNCE: 1,
    Leaf.PRESENCE: 1,
    Leaf.STATE: 0,
    Leaf.EVENT: 1,
    Leaf.ACK: 1,
    Leaf.SPEC: 1,
    Leaf.COMMAND: 1,
    Leaf.VERDICT: 0,
    Leaf.UPDATE: 1,
    Leaf.BIRTH: 1,
}
"""State may be lost: the next full one heals it. What must arrive goes at QoS 1 (ECO-MSG-005)."""

RETAINED: Final = frozenset({Leaf.PRESENCE})
"""A cache for whoever looks at the broker; no rule needs it."""
