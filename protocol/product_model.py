"""The models of a product spec: what a well-formed document may say; see `protocol.product`."""

from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocol.ids import NameText
from protocol.messages import MAX_INTEGER, Text64

Format = Literal[
    "bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float", "string"
]
Access = Literal["read", "write", "notify"]
Privacy = Literal["none", "personal", "health"]
"""personal: tells of people's presence or habits; health: of a wearer's body."""

Severity = Literal["info", "warning", "alarm"]

Number = int | float

INTEGER_LIMITS: Final = MappingProxyType(
    {
        "uint8": (0, 255),
        "uint16": (0, 65_535),
        "uint32": (0, 4_294_967_295),
        "int8": (-128, 127),
        "int16": (-32_768, 32_767),
        "int32": (-2_147_483_648, 2_147_483_647),
        "int64": (-MAX_INTEGER, MAX_INTEGER),
    }
)
"""Smallest and largest value of each integer format; `int64` ends where JSON readers round."""

_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
_TEXT = r"^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+$"
"""No control character, and none that reverses the text around it."""

Title = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_TEXT)]

Titles = Annotated[
    dict[Annotated[str, StringConstraints(pattern=_LANGUAGE)], Title], Field(max_length=40)
]
"""Text by BCP 47 language tag, `en` at least (ECO-SPEC-008)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Choice(_Part):
    """One value of an enumeration with its standard label and titles."""

    value: Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
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
        range: `(minimum, maximum, step)`, numbers only; step 0 means any.
        unit: A key of `protocol.units.UNITS`.
        max_length: Longest text, in characters.
    """

    name: NameText
    title: Titles
    format: Format
    range: tuple[Number, Number, Number] | None = None
    enum: Annotated[tuple[Choice, ...], Field(fail_fast=True)] | None = None
    max_length: Annotated[int, Field(ge=1, le=4096)] | None = None
    unit: NameText | None = None

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return self.format in INTEGER_LIMITS

    @property
    def is_number(self) -> bool:
        """Whether values are numbers, whole or not."""
        return self.format == "float" or self.is_integer


Values = Annotated[tuple[Value, ...], Field(fail_fast=True)]
"""Arguments or results; the first malformed one ends the reading, so that there are few errors."""


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
    arguments: Values = ()
    results: Values = ()
    ui: Ui = Ui()


class EventKind(_Part):
    """Something that happens on a device and is not a state."""

    name: NameText
    title: Titles
    arguments: Values = ()
    severity: Severity = "info"


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
        device_class: Key of `protocol.classes.CLASSES`, a vendor's own class, or None.
    """

    eco: Annotated[str, StringConstraints(pattern=r"^1\.(0|[1-9][0-9]{0,3})$")]
    vendor: Text64
    product: Text64
    version: Annotated[int, Field(ge=1, le=65_535)]
    title: Titles
    device_class: NameText | None = Field(default=None, alias="class")
    rate_per_s: Annotated[float, Field(gt=0, le=100)] = 5.0
    services: tuple[Service, ...]
