"""A product spec, as the API answers it: `protocol.product_model` says what each part may hold.

What was left out by its maker is left out here. A later minor version of the protocol may add
fields to any part; they are passed on as they are.
"""

from typing import Annotated, NotRequired

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from protocol.product_model import Access, Format, Privacy, Severity

Titles = Annotated[
    dict[str, str],
    Field(description="Text by language, `en` always.", examples=[{"en": "Light", "zh": "灯"}]),
]


class _Part(TypedDict):
    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]  # as pydantic has it


class SpecChoice(_Part):
    """One value of an enumeration."""

    value: int
    name: str
    title: Titles


class SpecUi(_Part):
    """How an app may show it."""

    icon: NotRequired[str | None]
    rank: NotRequired[Annotated[int, Field(description="Lower comes first; 500 if left out.")]]
    is_primary: NotRequired[
        Annotated[bool, Field(description="The one control that stands for the whole device.")]
    ]


class SpecValue(_Part):
    """An argument or a result: which values there are."""

    name: str
    title: Titles
    format: Format
    range: NotRequired[
        Annotated[
            Annotated[list[float], Field(min_length=3, max_length=3)] | None,
            Field(description="Least, most, step; step 0 is any."),
        ]
    ]
    enum: NotRequired[list[SpecChoice] | None]
    max_length: NotRequired[Annotated[int | None, Field(description="Of a text, in characters.")]]
    unit: NotRequired[str | None]


class SpecProperty(SpecValue):
    """A value that a device holds; its address is the name of its service, a dot, its own name."""

    access: Annotated[list[Access], Field(description="`write`: it can be set.")]
    privacy: NotRequired[Privacy]
    max_age_s: NotRequired[
        Annotated[float | None, Field(description="Older than that, it is stale.")]
    ]
    ui: NotRequired[SpecUi]


class SpecAction(_Part):
    """Something that a device does once when told."""

    name: str
    title: Titles
    arguments: NotRequired[list[SpecValue]]
    results: NotRequired[list[SpecValue]]
    ui: NotRequired[SpecUi]


class SpecEvent(_Part):
    """Something that happens on a device and is not a state."""

    name: str
    title: Titles
    arguments: NotRequired[list[SpecValue]]
    severity: NotRequired[Severity]


class SpecService(_Part):
    """Properties, actions and events that belong together; its name leads their addresses."""

    name: str
    title: Titles
    properties: NotRequired[list[SpecProperty]]
    actions: NotRequired[list[SpecAction]]
    events: NotRequired[list[SpecEvent]]


# `class` is a word of Python: the field is added in the other way of writing a TypedDict.
_Class = TypedDict("_Class", {"class": NotRequired[str | None]})


class ProductSpec(_Class, _Part):
    """What a product is: all that a page for it needs."""

    eco: Annotated[str, Field(description="The version of the protocol it keeps to.")]
    vendor: str
    product: str
    version: int
    title: Titles
    rate_per_s: NotRequired[float]
    services: list[SpecService]
