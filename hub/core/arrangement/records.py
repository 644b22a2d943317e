"""What people arrange, as plain data: the core makes it, the store keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from hub.core.automations.records import Automation
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar

Kind = Literal["floor", "room", "group", "scene", "automation", "favourites", "undo"]


@dataclass(frozen=True, slots=True)
class Floor:
    """A storey of the home.

    Attributes:
        level: 0 is the ground floor, -1 the one below.
    """

    kind: ClassVar[Kind] = "floor"
    id: str
    name: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """A room; a device says itself in which room it is.

    Attributes:
        icon: Name from the app's icon set; empty for the app's own choice.
        floor: Id of the floor it is on.
    """

    kind: ClassVar[Kind] = "room"
    id: str
    name: str
    icon: str = ""
    floor: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Devices that are told things together.

    Attributes:
        room: Id of the room in which it is shown.
        members: In the order in which people named them.
    """

    kind: ClassVar[Kind] = "group"
    id: str
    name: str
    icon: str = ""
    room: str | None = None
    members: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneStep:
    """What one device is to do.

    Attributes:
        values: For a set: value by address. For an action: its arguments.
        action: Address of the action; None for a set.
    """

    device: DeviceId
    values: Mapping[str, Scalar]
    action: Address | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What some devices are to do at once."""

    kind: ClassVar[Kind] = "scene"
    id: str
    name: str
    icon: str = ""
    room: str | None = None
    steps: tuple[SceneStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Favourites:
    """The devices that one person wants at hand; `id` is the person's."""

    kind: ClassVar[Kind] = "favourites"
    id: str
    devices: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back from a scene: what its devices showed before.

    Attributes:
        name: The scene's, when it was activated.
        at_s: When that was; the core's clock.
    """

    kind: ClassVar[Kind] = "undo"
    id: str
    name: str
    at_s: float
    steps: tuple[SceneStep, ...]


Named = Floor | Room | Group | Scene | Automation
"""What has a name of its own, which no other of its kind has."""

Arranged = Named | Favourites | Undo


@dataclass(frozen=True, slots=True)
class SaveArranged:
    """Keep something that people have arranged."""

    record: Arranged


@dataclass(frozen=True, slots=True)
class DropArranged:
    """Forget it."""

    kind: Kind
    id: str
