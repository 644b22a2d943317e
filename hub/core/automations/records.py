"""Automations as plain data: people make them, the store keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from hub.core.people.records import Hours
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar

Number = int | float

Mode = Literal["single", "restart", "queued"]
"""What a trigger does while a run waits: nothing, begin anew, or begin afterwards."""

SunEvent = Literal["sunrise", "sunset"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a value is asked to be; with nothing asked, to be another than before.

    Attributes:
        above, below: Both together ask for what lies between; neither goes with `equals`.
    """

    equals: Scalar = None
    above: Number | None = None
    below: Number | None = None

    @property
    def is_any(self) -> bool:
        """Whether nothing is asked but that the value changes."""
        return self.equals is None and self.above is None and self.below is None


@dataclass(frozen=True, slots=True)
class PropertyTrigger:
    """A property comes to be as claimed.

    Attributes:
        for_s: How long it has to stay so, seconds.
    """

    device: DeviceId
    address: Address
    claim: Claim
    for_s: float = 0.0
    type: Literal["property"] = "property"


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """A device tells an event, with at least these arguments."""

    device: DeviceId
    event: Address
    arguments: Mapping[str, Scalar]
    type: Literal["event"] = "event"


@dataclass(frozen=True, slots=True)
class PresenceTrigger:
    """A device comes to be online, unreachable...

    Attributes:
        presence: A value of `protocol.presence.Presence`.
        for_s: How long it has to stay so, seconds.
    """

    device: DeviceId
    presence: str
    for_s: float = 0.0
    type: Literal["presence"] = "presence"


@dataclass(frozen=True, slots=True)
class TimeTrigger:
    """A time of day, in the home's time zone.

    Attributes:
        minute: Of the day; 0 is midnight.
        days: Of the week, Monday is 0.
    """

    minute: int
    days: tuple[int, ...]
    type: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class SunTrigger:
    """The sun rises or sets.

    Attributes:
        offset_s: So much later, seconds; earlier below zero.
    """

    at: SunEvent
    offset_s: float = 0.0
    type: Literal["sun"] = "sun"


Trigger = PropertyTrigger | EventTrigger | PresenceTrigger | TimeTrigger | SunTrigger


@dataclass(frozen=True, slots=True)
class PropertyCondition:
    """A property is as claimed."""

    device: DeviceId
    address: Address
    claim: Claim
    type: Literal["property"] = "property"


@dataclass(frozen=True, slots=True)
class PresenceCondition:
    """A device is online, unreachable..."""

    device: DeviceId
    presence: str
    type: Literal["presence"] = "presence"


@dataclass(frozen=True, slots=True)
class TimeCondition:
    """It is within a stretch of some days, in the home's time zone."""

    hours: Hours
    type: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class SunCondition:
    """The sun is up, or down."""

    is_up: bool
    type: Literal["sun"] = "sun"


@dataclass(frozen=True, slots=True)
class SeveralCondition:
    """Any of several holds, or none of them does."""

    type: Literal["any", "none"]
    of: tuple["Condition", ...]


Condition = PropertyCondition | PresenceCondition | TimeCondition | SunCondition | SeveralCondition


@dataclass(frozen=True, slots=True)
class SetAction:
    """Set properties of a device, or of all members of a group: one of the two is named."""

    values: Mapping[str, Scalar]
    device: DeviceId | None = None
    group: str | None = None
    type: Literal["set"] = "set"


@dataclass(frozen=True, slots=True)
class CallAction:
    """Run an action of a device."""

    device: DeviceId
    action: Address
    arguments: Mapping[str, Scalar]
    type: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class SceneAction:
    """Do what a scene says."""

    scene: str
    type: Literal["scene"] = "scene"


@dataclass(frozen=True, slots=True)
class WaitAction:
    """Go on so many seconds later."""

    for_s: float
    type: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True)
class NotifyAction:
    """Put a line into the inbox."""

    text: str
    type: Literal["notify"] = "notify"


Action = SetAction | CallAction | SceneAction | WaitAction | NotifyAction


@dataclass(frozen=True, slots=True)
class Automation:
    """When any trigger fires and all conditions hold, the actions are done, in their order.

    Attributes:
        author: Who wrote last what it does, a person's id or a token's; it may do what they may.
    """

    kind: ClassVar[Literal["automation"]] = "automation"
    id: str
    name: str
    author: str
    icon: str = ""
    is_enabled: bool = True
    mode: Mode = "single"
    triggers: tuple[Trigger, ...] = ()
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()

    def does_same(self, other: "Automation") -> bool:
        """Say whether it does what another does, whatever they are called and whose they are."""
        named = replace(self, name=other.name, icon=other.icon, author=other.author)
        return replace(named, is_enabled=other.is_enabled) == other
