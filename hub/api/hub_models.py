"""What the API tells of the hub itself: its parts, how they are, and where it is."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Timestamp
from hub.core.records import Mode


class Part(TypedDict):
    """A part of the hub and whether it works; what hinders it is told to token holders only."""

    name: str
    status: str
    detail: NotRequired[str]
    remedy: NotRequired[str]
    code: NotRequired[
        Annotated[str, Field(description="What detail and remedy say, for words of your own.")]
    ]
    parameters: NotRequired[
        Annotated[dict[str, str | int], Field(description="What words for the code need.")]
    ]


class HealthReport(TypedDict):
    """Whether the hub works."""

    status: Literal["ok", "degraded"]
    parts: list[Part]


class DeviceCounts(TypedDict):
    """How many devices there are, in all and by presence."""

    total: int
    by_presence: dict[str, int]


class PlaceShown(TypedDict):
    """Where on earth the home is; degrees, north and east above zero."""

    latitude: float
    longitude: float


class HubReport(TypedDict):
    """The hub itself."""

    id: str
    name: str
    version: str
    protocol: str
    epoch: int
    mode: Annotated[Mode, Field(description="How devices are judged that join from now on.")]
    started_at: Timestamp
    now: Timestamp
    is_time_synced: bool
    has_place: Annotated[
        bool, Field(description="Whether it knows where on earth it is, and so knows the sun.")
    ]
    place: Annotated[PlaceShown | None, Field(description="Where that is; told to owners alone.")]
    broker: Part
    devices: DeviceCounts
    open_commands: int
    streams: int
    join_at: Annotated[
        list[str],
        Field(
            description="Host and port at which devices reach the hub, for one to be told by hand.",
            examples=[["192.168.1.20:8321"]],
        ),
    ]
