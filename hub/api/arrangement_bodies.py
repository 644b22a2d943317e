"""What clients send to arrange a home and to command many devices at once."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from hub.api.bodies import (
    CLIENT_ID,
    Asked,
    ClientIdText,
    DeviceIdText,
    Given,
    GivenName,
    Level,
    RoomIdText,
    by_name,
)
from hub.api.terms import IconText
from hub.core.arrangement.arrangement import MOST_MEMBERS
from hub.core.arrangement.scenes import MOST_STEPS
from protocol.ids import NAME, AddressText, NameText

MOST_AT_ONCE: Final = 64
"""Commands of one request."""

TOGETHER_ID: Final = CLIENT_ID.replace("{0,63}", "{0,58}")
"""What a client may call several commands; a dot and the place of each go behind it."""

TIME: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$"

FloorIdText = Annotated[str, StringConstraints(pattern=r"^floor-[0-9a-f]{8}$")]
HiddenText = Annotated[str, StringConstraints(pattern=rf"^{NAME}(\.{NAME})?$", max_length=131)]
TogetherIdText = Annotated[str, StringConstraints(pattern=rf"^{TOGETHER_ID}$")]

Members = Annotated[
    list[DeviceIdText],
    Field(min_length=1, max_length=MOST_MEMBERS, json_schema_extra={"uniqueItems": True}),
]
_WAIT: Final = "How long to wait for all receipts to end."
_TOGETHER: Final = "Your own id: the same id and body again give the same receipts."


class MakeFloor(Asked):
    """Make a floor."""

    name: GivenName = Field(examples=["Upstairs"])
    level: Level = Field(default=0, description="0 is the ground floor.")


class ChangeFloor(Asked):
    """Change a floor; what is left out stays."""

    name: GivenName | None = None
    level: Level | None = None


class MakeRoom(Asked):
    """Make a room."""

    name: GivenName = Field(examples=["Living room"])
    icon: IconText = ""
    floor: FloorIdText | None = None


class ChangeRoom(Asked):
    """Change a room; what is left out stays."""

    name: GivenName | None = None
    icon: IconText | None = None
    floor: FloorIdText | None = Field(default=None, description="Null takes it off its floor.")


class _Shown(Asked):
    icon: IconText = ""
    room: RoomIdText | None = None


class _ShownAnew(Asked):
    name: GivenName | None = None
    icon: IconText | None = None
    room: RoomIdText | None = Field(default=None, description="Null takes it out of its room.")


class MakeGroup(_Shown):
    """Make a group of devices that share a property that can be set."""

    name: GivenName = Field(examples=["All lamps"])
    members: Members


class ChangeGroup(_ShownAnew):
    """Change a group; what is left out stays."""

    members: Members | None = None


class GivenStep(Asked):
    """What one device is to do: properties to set, or an action to run."""

    device: DeviceIdText
    properties: dict[AddressText, Given] = Field(
        default={}, max_length=64, examples=[{"light.on": True}], json_schema_extra=by_name
    )
    action: AddressText | None = None
    arguments: dict[NameText, Given] = Field(default={}, max_length=32, json_schema_extra=by_name)


class KeptStep(GivenStep):
    """A step of a scene that is changed: what is not shown to anybody can be kept by its name."""

    hidden: list[HiddenText] = Field(
        default=[],
        max_length=64,
        description="Values of this device's step that stay as they are: `hidden` as it was shown.",
    )


class GivenCommand(GivenStep):
    """A step with an id of your own: the same id and body again give the same receipt."""

    id: ClientIdText | None = None


class MakeScene(_Shown):
    """Make a scene of steps, or of what devices show now."""

    name: GivenName = Field(examples=["Film night"])
    steps: list[GivenStep] | None = Field(default=None, min_length=1, max_length=MOST_STEPS)
    capture: Members | None = Field(
        default=None, description="Take what can be set of these devices as it is now."
    )


class ChangeScene(_ShownAnew):
    """Change a scene; what is left out stays."""

    steps: list[KeptStep] | None = Field(default=None, min_length=1, max_length=MOST_STEPS)
    capture: Members | None = None


class Together(Asked):
    """Carry something out on several devices."""

    id: TogetherIdText | None = Field(default=None, description=_TOGETHER)
    wait_s: float = Field(default=2.0, ge=0, le=30, description=_WAIT)
    all_or_nothing: bool = Field(
        default=False, description="Send nothing unless each command can be carried out."
    )


class SetGroup(Together):
    """Set properties of all members of a group."""

    properties: dict[AddressText, Given] = Field(
        min_length=1, max_length=64, examples=[{"light.on": True}], json_schema_extra=by_name
    )
    expires_in_s: float | None = Field(default=None, ge=1, le=604_800)


class CommandMany(Asked):
    """Command many devices at once, now or at a time of day."""

    commands: list[GivenCommand] = Field(min_length=1, max_length=MOST_AT_ONCE)
    all_or_nothing: bool = Field(
        default=False, description="Send nothing unless each command can be carried out."
    )
    execute_at: Annotated[str, StringConstraints(pattern=TIME)] | None = Field(
        default=None,
        description="When, as ISO 8601 has it with a zone, at most 31 days ahead; all go out "
        "together. A hub that was down then does it up to 60 s late; later the receipts end "
        "expired, with the reason late.",
        examples=["2026-11-21T20:43:00Z"],
    )
    wait_s: float = Field(default=2.0, ge=0, le=30, description=_WAIT)
    expires_in_s: float | None = Field(
        default=None,
        ge=1,
        le=604_800,
        description="How long each may wait for delivery, from when it begins.",
    )
