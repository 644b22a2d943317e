"""What clients send: frozen models that refuse fields they do not know."""

from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
)
from pydantic.config import JsonDict

from hub.api.terms import IconText
from hub.core.records import Mode
from hub.joining import LONGEST_S, MOST_DEVICES
from protocol.ids import DEVICE_ID, AddressText, NameText, is_device_id
from protocol.joining import JoinProof, JoinRequest
from protocol.messages import MAX_INTEGER

CLIENT_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
"""What a client may call a command; with the token's public id it fits an id on the wire."""

ROOM_ID: Final = r"^room-[0-9a-f]{8}$"

SETUP_CODE: Final = r"^[0-9]{4}[ -]?[0-9]{4}$"

MOST_CHILDREN: Final = 1_024

Given = bool | Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)] | float | str
"""A value that a client asks for; unlike a reported one it is never null."""

DeviceIdText = Annotated[str, StringConstraints(pattern=rf"^{DEVICE_ID}$")]
RoomIdText = Annotated[str, StringConstraints(pattern=ROOM_ID), Field(examples=["room-7f3a91c2"])]
ClientIdText = Annotated[str, StringConstraints(pattern=rf"^{CLIENT_ID}$")]
_HIDDEN: Final = r"\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff"
"""Control characters, and those that turn the text around or show nothing."""

VISIBLE_LINE: Final = rf"^[^{_HIDDEN}]*[^\s{_HIDDEN}][^{_HIDDEN}]*$"

GivenName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=VISIBLE_LINE),
]
"""What people call something: a line of 64 characters with something to see in it."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number, which in JSON may be written 2.0 too (JSON Schema, 6.1.1)."""


def by_name(schema: JsonDict) -> None:
    """Say of a dictionary that it has no key but those of the pattern.

    pydantic checks that and does not say it; and RapiDoc runs in circles on `patternProperties`.
    """
    patterns, names = schema.pop("patternProperties"), schema.get("propertyNames", {})
    if isinstance(patterns, dict) and isinstance(names, dict):
        [(pattern, value)] = patterns.items()
        schema["propertyNames"] = {**names, "pattern": pattern}
        schema["additionalProperties"] = value


class Asked(BaseModel):
    """What all request bodies share."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class _Command(Asked):
    id: ClientIdText | None = Field(
        default=None,
        description="Your own id: the same id and body again give the same receipt.",
    )
    wait_s: float = Field(
        default=2.0, ge=0, le=30, description="How long to wait for the receipt to end."
    )
    expires_in_s: float | None = Field(
        default=None,
        ge=1,
        le=604_800,
        description="How long the command may wait for delivery; if left out, 10 s, and for a "
        "device that sleeps twice its interval and 10 s.",
    )


class SetProperties(_Command):
    """Set properties of a device, all of them or none."""

    properties: dict[AddressText, Given] = Field(
        min_length=1, max_length=64, examples=[{"fan.level": 2}], json_schema_extra=by_name
    )


class RunAction(_Command):
    """Run an action of a device."""

    arguments: dict[NameText, Given] = Field(default={}, max_length=32, json_schema_extra=by_name)


Level = Annotated[int, Field(ge=-20, le=200), BeforeValidator(_whole)]
"""Of a floor; 0 is the ground."""

Count = Annotated[int, Field(ge=1, le=MOST_CHILDREN), BeforeValidator(_whole)]


class ChangeDevice(Asked):
    """Name, room, icon, who likes it, how strictly it is judged, how many children it may have.

    What is left out stays.
    """

    name: GivenName | None = Field(default=None, examples=["Bedroom purifier"])
    room: RoomIdText | None = Field(default=None, description="Null takes it out of its room.")
    icon: IconText | None = None
    is_favourite: bool | None = Field(default=None, description="Of the person who asks.")
    mode: Mode | None = None
    max_children: Count | None = Field(
        default=None, description="For how many children a gateway may speak; 64 at first."
    )


class AddCertificate(Asked):
    """Put a certificate into the hub's folder."""

    certificate: str = Field(
        min_length=1, description="The text of its file, character for character."
    )


class MoveChild(Asked):
    """Let a child go behind another gateway."""

    gateway: DeviceIdText = Field(description="Where it may go.")


class LetInChild(Asked):
    """Let a gateway bring a child again that was sent away."""

    child: DeviceIdText


class ChangeHub(Asked):
    """Change how strictly devices are judged that join from now on."""

    mode: Mode
    of_all: bool = Field(default=False, description="Of the devices that are here as well.")


class TellPlace(Asked):
    """Tell where on earth the home is."""

    latitude: float = Field(ge=-90, le=90, description="Degrees, north above zero.")
    longitude: float = Field(ge=-180, le=180, description="Degrees, east above zero.")


class ChangeNotification(Asked):
    """Mark notifications as read, or as not read."""

    is_read: bool


class OpenWindow(Asked):
    """Let devices join for a while that prove the setup code printed on them."""

    code: str = Field(
        pattern=SETUP_CODE,
        description="The setup code of the device, eight digits.",
        examples=["1234-5678"],
    )
    duration_s: float = Field(default=300.0, ge=10, le=LONGEST_S)
    devices: Whole = Field(default=1, ge=1, le=MOST_DEVICES, description="How many may join.")
    replaces: DeviceIdText | None = Field(
        default=None, description="A device whose name, place and history the newcomer takes over."
    )


def _not_reserved(text: str) -> str:
    if not is_device_id(text):
        raise ValueError("a word of the protocol is no device id")
    return text


class AskToJoin(JoinRequest):
    """First call: a device asks to be let in."""

    device: Annotated[DeviceIdText, AfterValidator(_not_reserved)]


def _join_step(body: object) -> str:
    """Tell the two calls apart by what only the second one has."""
    has_session = "session" in body if isinstance(body, dict) else isinstance(body, JoinProof)
    return "proof" if has_session else "request"


JoinCall = Annotated[
    Annotated[AskToJoin, Tag("request")] | Annotated[JoinProof, Tag("proof")],
    Discriminator(_join_step),
]
