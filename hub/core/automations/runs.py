"""What an automation did, and why: the trace of one run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hub.core.asker import By
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar

End = Literal[
    "done",
    "conditions",
    "restarted",
    "changed",
    "off",
    "late",
    "missed",
    "loop",
    "too-many",
    "author",
]
"""How a run ended: all actions begun; conditions that did not hold; begun anew; written anew;
switched off; too late after a restart; its time was missed; it had set itself off; too many in a
minute; its author may not do that any more."""

FiredBy = Literal["property", "event", "presence", "time", "sun", "person"]


@dataclass(frozen=True, slots=True)
class Fired:
    """What set a run off.

    Attributes:
        place: Of the trigger; None where a person told it to run.
        value, was: What the property or presence came to be, and was before.
        arguments: Of an event.
        person: Who told it to run, by the id of the person or of the token.
        by: They, as they were called then.
        command: The command behind the change, if one is.
        chain: The automations behind it, the first one first.
    """

    place: int | None
    type: FiredBy
    device: DeviceId | None = None
    address: Address | None = None
    value: Scalar = None
    was: Scalar = None
    arguments: Mapping[str, Scalar] = field(default_factory=dict)
    person: str | None = None
    by: By | None = None
    command: CommandId | None = None
    chain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A condition, and what was seen.

    Attributes:
        path: Such as `0`, or `2.of.1`.
        value: None where it is not known, or there is nothing to see.
    """

    path: str
    holds: bool
    value: Scalar = None


@dataclass(frozen=True, slots=True)
class Order:
    """One command of an action.

    Attributes:
        command: None where none was sent.
        status: Of its receipt, or `refused`.
    """

    device: DeviceId
    command: CommandId | None
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """An action, and what became of it.

    Attributes:
        at_s, until_s: When it began, and of a wait, when it ends; the core's clock.
    """

    place: int
    type: str
    at_s: float
    status: Literal["done", "waiting", "failed"]
    until_s: float | None = None
    detail: str = ""
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What an automation did one time.

    Attributes:
        at_s, ended_s: When it began, and ended; the core's clock.
        end: None while it waits.
        late_s: How late it was carried out, seconds.
        ignored: Triggers that fired meanwhile and did nothing.
        place: Of the action that comes next.
        sent: All actions before this one have become durable commands.
        due_s: When it goes on; the core's clock.
    """

    id: str
    automation: str
    at_s: float
    fired: Fired
    seen: tuple[Seen, ...] = ()
    done: tuple[Done, ...] = ()
    ended_s: float | None = None
    end: End | None = None
    detail: str = ""
    late_s: float = 0.0
    ignored: int = 0
    place: int = 0
    sent: int = 0
    due_s: float | None = None
