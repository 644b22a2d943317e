"""What clients send to make automations; they are shown in the same words."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from hub.api.bodies import Asked, DeviceIdText, Given, GivenName, by_name
from hub.api.people_bodies import DAYS, Day, TimeOfDay
from hub.api.people_bodies import When as Moment
from hub.api.terms import IconText
from hub.core.automations.checks import MOST_ACTIONS, MOST_CONDITIONS, MOST_TRIGGERS
from hub.core.automations.records import Mode, SunEvent
from protocol.ids import AddressText, NameText
from protocol.messages import MAX_INTEGER

LONGEST_S: Final = 7 * 86_400.0
"""How long an automation may wait, or have something stay as it is."""

MOST_OFFSET_S: Final = 43_200.0
"""How far from sunrise or sunset."""

_HOLD: Final = "How long it has to stay so, seconds."

PresenceWanted = Literal["online", "asleep", "unreachable", "unstable", "interviewing"]
GroupIdText = Annotated[
    str, StringConstraints(pattern=r"^group-[0-9a-f]{8}$"), Field(examples=["group-7f3a91c2"])
]
SceneIdText = Annotated[
    str, StringConstraints(pattern=r"^scene-[0-9a-f]{8}$"), Field(examples=["scene-7f3a91c2"])
]
Bound = Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)] | float
Line = Annotated[GivenName, StringConstraints(max_length=200)]
Days = Annotated[list[Day], Field(min_length=1, max_length=7)]


def _number(value: object) -> object:
    """Read a whole number as the seconds that it is; strict reading would refuse it."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Hold = Annotated[float, Field(ge=0, le=LONGEST_S, description=_HOLD), BeforeValidator(_number)]


class _OfProperty(Asked):
    type: Literal["property"]
    device: DeviceIdText
    address: AddressText = Field(examples=["light.on"])
    is_: Given | None = Field(default=None, alias="is", description="The value that it is to have.")
    above: Bound | None = None
    below: Bound | None = None


class WhenProperty(_OfProperty):
    """A property comes to be so; without `is`, `above` and `below`, whenever it changes.

    It fires when it becomes so, and not again while it stays so.
    """

    for_s: Hold = 0.0


class WhenEvent(Asked):
    """A device tells an event, with at least these arguments."""

    type: Literal["event"]
    device: DeviceIdText
    event: AddressText = Field(examples=["button.pressed"])
    arguments: dict[NameText, Given] = Field(default={}, max_length=32, json_schema_extra=by_name)


class WhenPresence(Asked):
    """A device comes to be online, unreachable..."""

    type: Literal["presence"]
    device: DeviceIdText
    is_: PresenceWanted = Field(alias="is")
    for_s: Hold = 0.0


class WhenTime(Asked):
    """A time of day, in the home's time zone.

    One that is left out when clocks go forward fires when they do; one that comes twice when they
    go back fires the first time.
    """

    type: Literal["time"]
    at: TimeOfDay
    days: Days = Field(default=list(DAYS))


class WhenSun(Asked):
    """The sun rises or sets where the home is."""

    type: Literal["sun"]
    at: SunEvent
    offset_s: Annotated[
        float,
        Field(
            ge=-MOST_OFFSET_S, le=MOST_OFFSET_S, description="So much later; earlier below zero."
        ),
        BeforeValidator(_number),
    ] = 0.0


When = Annotated[
    WhenProperty | WhenEvent | WhenPresence | WhenTime | WhenSun, Field(discriminator="type")
]


class IfProperty(_OfProperty):
    """A property is so, as far as the hub knows."""


class IfPresence(Asked):
    """A device is online, unreachable..."""

    type: Literal["presence"]
    device: DeviceIdText
    is_: PresenceWanted = Field(alias="is")


class IfTime(Asked):
    """It is within a stretch of some days, in the home's time zone.

    One that does not end after it begins ends the next day.
    """

    type: Literal["time"]
    from_: TimeOfDay = Field(alias="from")
    until: TimeOfDay
    days: Days = Field(default=list(DAYS))


class IfSun(Asked):
    """The sun is up, or down."""

    type: Literal["sun"]
    is_: Literal["up", "down"] = Field(alias="is")


IfPlain = IfProperty | IfPresence | IfTime | IfSun


class IfInner(Asked):
    """Any of several conditions holds, or none of them does."""

    type: Literal["any", "none"]
    of: list[Annotated[IfPlain, Field(discriminator="type")]] = Field(
        min_length=1, max_length=MOST_CONDITIONS
    )


class IfSeveral(Asked):
    """Any of several conditions holds, or none of them does; these may hold some in turn, once."""

    type: Literal["any", "none"]
    of: list[Annotated[IfPlain | IfInner, Field(discriminator="type")]] = Field(
        min_length=1, max_length=MOST_CONDITIONS
    )


If = Annotated[IfPlain | IfSeveral, Field(discriminator="type")]


_HIDDEN: Final = (
    "Names whose values are not shown to anybody; sent back, they keep what the automation has."
)


class DoSet(Asked):
    """Set properties of a device, or of all members of a group."""

    type: Literal["set"]
    device: DeviceIdText | None = None
    group: GroupIdText | None = None
    properties: dict[AddressText, Given] = Field(
        default={}, max_length=64, examples=[{"light.on": True}], json_schema_extra=by_name
    )
    hidden: list[AddressText] = Field(default=[], max_length=64, description=_HIDDEN)


class DoCall(Asked):
    """Run an action of a device."""

    type: Literal["call"]
    device: DeviceIdText
    action: AddressText
    arguments: dict[NameText, Given] = Field(default={}, max_length=32, json_schema_extra=by_name)
    hidden: list[NameText] = Field(default=[], max_length=32, description=_HIDDEN)


class DoScene(Asked):
    """Do what a scene says."""

    type: Literal["scene"]
    scene: SceneIdText


class DoWait(Asked):
    """Go on so many seconds later."""

    type: Literal["wait"]
    for_s: Annotated[float, Field(ge=0.1, le=LONGEST_S), BeforeValidator(_number)]


class DoNotify(Asked):
    """Put a line into the inbox."""

    type: Literal["notify"]
    text: Line


Do = Annotated[DoSet | DoCall | DoScene | DoWait | DoNotify, Field(discriminator="type")]

Triggers = Annotated[list[When], Field(max_length=MOST_TRIGGERS)]
Conditions = Annotated[list[If], Field(max_length=MOST_CONDITIONS)]
Actions = Annotated[list[Do], Field(min_length=1, max_length=MOST_ACTIONS)]


class MakeAutomation(Asked):
    """Make an automation: when any trigger fires and all conditions hold, the actions are done."""

    name: GivenName = Field(examples=["Light at dusk"])
    icon: IconText = ""
    is_enabled: bool = True
    mode: Mode = Field(
        default="single",
        description="What a trigger does while a run waits: nothing, begin anew, or begin after.",
    )
    triggers: Triggers = Field(
        default=[], description="Without any it runs when somebody tells it to."
    )
    conditions: Conditions = Field(default=[])
    actions: Actions


AutomationIdText = Annotated[
    str,
    StringConstraints(pattern=r"^automation-[0-9a-f]{8}$"),
    Field(examples=["automation-7f3a91c2"]),
]


class TryAutomation(Asked):
    """See what an automation would have done on what is recorded; nothing is sent."""

    automation: AutomationIdText | MakeAutomation = Field(
        description="One that is there, or one that is not made yet."
    )
    from_: Moment = Field(alias="from", description="At most seven days before `until`.")
    until: Moment


class ChangeAutomation(Asked):
    """Change an automation; what is left out stays, and a list that is sent is the new list."""

    name: GivenName | None = None
    icon: IconText | None = None
    is_enabled: bool | None = None
    mode: Mode | None = None
    triggers: Triggers | None = None
    conditions: Conditions | None = None
    actions: Actions | None = None
