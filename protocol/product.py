"""Product spec: what one model of device is and can do, as its vendor declares it."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocol.ids import NameText
from protocol.messages import Text64

MAX_BYTES: Final = 131_072
"""Largest product spec document (ECO-SPEC-001); real ones reach 23 kB."""

MAX_DEPTH: Final = 16

Format = Literal[
    "bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float", "string"
]
Access = Literal["read", "write", "notify"]
Privacy = Literal["none", "personal", "health"]
"""personal: tells of people's presence or habits; health: of a wearer's body."""

Titles = Annotated[
    dict[str, Annotated[str, StringConstraints(min_length=1, max_length=120)]], Field(max_length=40)
]
"""Text by BCP 47 language tag, `en` at least."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Choice(_Part):
    """One value of an enumeration with its standard label and titles."""

    value: int
    name: NameText
    title: Titles


class Ui(_Part):
    """Hints for an app: they rank and shape controls, they never hide one.

    Attributes:
        icon: Name from the app's icon set; unknown ones fall back to the class's.
        rank: Lower comes first; 0 to 1000.
        is_primary: The one control that stands on the device's tile.
    """

    icon: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")] | None = None
    rank: Annotated[int, Field(ge=0, le=1000)] = 500
    is_primary: bool = False


class Value(_Part):
    """Which values are allowed: a format, and a range, an enumeration or a length that narrow it.

    Attributes:
        range: `[minimum, maximum, step]`, numbers only; step 0 means any.
        unit: A key of `protocol.units.UNITS`.
        max_length: Longest text, in characters.
    """

    name: NameText
    title: Titles
    format: Format
    range: tuple[float, float, float] | None = None
    enum: tuple[Choice, ...] | None = None
    max_length: Annotated[int, Field(ge=1, le=4096)] | None = None
    unit: str | None = None


class Property(Value):
    """A value that a device holds.

    Attributes:
        access: `read`: in full states; `notify`: sent when it changes; `write`: may be set.
        max_age_s: Older than this, the value is shown as stale; None never is.
    """

    access: tuple[Access, ...]
    privacy: Privacy = "none"
    max_age_s: Annotated[float, Field(gt=0, le=31_536_000)] | None = None
    ui: Ui = Ui()

    @property
    def is_readable(self) -> bool:
        """Whether the property stands in a full state."""
        return "read" in self.access

    @property
    def is_writable(self) -> bool:
        """Whether a command may set the property."""
        return "write" in self.access


class Action(_Part):
    """Something a device does once when told; arguments and results are typed like properties."""

    name: NameText
    title: Titles
    arguments: tuple[Value, ...] = ()
    results: tuple[Value, ...] = ()
    ui: Ui = Ui()


class EventKind(_Part):
    """Something that happens on a device and is not a state."""

    name: NameText
    title: Titles
    arguments: tuple[Value, ...] = ()
    severity: Literal["info", "warning", "alarm"] = "info"


class Service(_Part):
    """A group of properties, actions and events that belong together; its name leads addresses."""

    name: NameText
    title: Titles
    properties: tuple[Property, ...] = ()
    actions: tuple[Action, ...] = ()
    events: tuple[EventKind, ...] = ()


class ProductSpec(_Part):
    """The whole description of one product.

    Attributes:
        eco: Version of the protocol whose rules the document follows.
        version: Rises with each change; changes only add (ECO-SPEC-010).
        rate_per_s: State and event messages a second that the device may send at most, on average.
        device_class: Key of `protocol.classes.CLASSES`, or None for a class nobody has defined.
    """

    eco: Annotated[str, StringConstraints(pattern=r"^1\.[0-9]{1,4}$")]
    vendor: Text64
    product: Text64
    version: Annotated[int, Field(ge=1, le=65_535)]
    title: Titles
    device_class: NameText | None = Field(default=None, alias="class")
    rate_per_s: Annotated[float, Field(gt=0, le=100)] = 5.0
    services: tuple[Service, ...]
