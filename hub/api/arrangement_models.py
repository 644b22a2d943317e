"""What the API gives out of how people have arranged a home."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.models import CommandResult
from hub.api.terms import IconText, Shown
from hub.core.arrangement.groups import Switched


class FloorShown(TypedDict):
    """A storey of the home."""

    id: str
    name: str
    level: Annotated[int, Field(description="0 is the ground floor.")]


class FloorList(TypedDict):
    """All floors, in the order in which they were made."""

    floors: list[FloorShown]


class RoomShown(TypedDict):
    """A room; its devices are those whose `room` it is."""

    id: str
    name: str
    icon: IconText
    floor: str | None


class RoomList(TypedDict):
    """All rooms, in the order in which they were made."""

    rooms: list[RoomShown]


class GroupShown(TypedDict):
    """A group as it was made."""

    id: str
    name: str
    icon: IconText
    room: str | None
    members: list[str]


class CommonProperty(TypedDict):
    """A property that all members have and that can be set."""

    value: Annotated[Shown, Field(description="Null where members differ or show nothing.")]
    is_mixed: bool


class LaggingMember(TypedDict):
    """A member that does not show what it was told last."""

    device: str
    address: str
    wanted: Shown
    value: Shown
    reason: Annotated[str, Field(description="Of its receipt, or how far that has come.")]


class GroupView(GroupShown):
    """A group as its members make it now."""

    state: Annotated[
        Switched | None,
        Field(description="By the switch by which each is on or off; null without."),
    ]
    properties: dict[str, CommonProperty]
    lagging: list[LaggingMember]
    unreachable: Annotated[list[str], Field(description="Their values count for nothing now.")]


class GroupList(TypedDict):
    """All groups, in the order in which they were made."""

    groups: list[GroupView]


class StepShown(TypedDict):
    """What one device is to do."""

    device: str
    properties: NotRequired[dict[str, Shown]]
    action: NotRequired[str]
    arguments: NotRequired[dict[str, Shown]]
    hidden: NotRequired[
        Annotated[list[str], Field(description="Addresses whose value is not shown to anybody.")]
    ]


class SceneShown(TypedDict):
    """A scene, and whom it concerns."""

    id: str
    name: str
    icon: IconText
    room: str | None
    devices: list[str]


class SceneView(SceneShown):
    """A scene with all it does."""

    steps: list[StepShown]
    missing: Annotated[list[str], Field(description="Devices that have left the home.")]


class SceneList(TypedDict):
    """All scenes, in the order in which they were made."""

    scenes: list[SceneShown]


class LostStep(TypedDict):
    """A part of a scene from which there is no way back."""

    device: str
    address: str
    reason: str


class Activated(TypedDict):
    """What became of each step, and how it is undone."""

    results: list[CommandResult]
    undo: Annotated[
        str | None, Field(description="POST /undo/{id} goes back; null if nothing can be undone.")
    ]
    not_undone: list[LostStep]


ArrangedKind = Literal["floor", "room", "group", "scene"]
