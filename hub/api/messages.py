"""What phones say on the stream, and what they hear; `frames` writes the latter."""

from typing import Annotated, Final, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from typing_extensions import TypedDict

from hub.api.activity_models import EntryShown
from hub.api.arrangement_models import FloorShown, GroupShown, RoomShown, SceneShown
from hub.api.automation_models import AutomationShown, RunShown
from hub.api.bodies import ClientIdText, DeviceIdText, Given, RoomIdText, by_name
from hub.api.judged_models import NoticeShown
from hub.api.models import DeviceSummary, PresenceState, Problem, Receipt, TwinValue
from hub.api.terms import LeafText, RuleId, Shown, Timestamp
from hub.core.people.filter import Filter
from protocol.ids import Address, AddressText, DeviceId, NameText

MOST_HEARD: Final = 256
"""Rooms that one stream may name, and as many devices, and as many addresses."""

Ref = Annotated[str, StringConstraints(max_length=64)] | int
"""The phone's own mark on a message; the answer carries it."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class ResumeFrom(_Said):
    """Where the phone stopped: the stream's id from the snapshot, and the last `seq` it took."""

    stream: Annotated[str, StringConstraints(max_length=64)]
    seq: int


class Only(_Said):
    """What of the home is to be told.

    A device is heard while it is in one of the rooms or is one of the devices; without either, all
    are. Of each the addresses (properties, events, actions) are told, without any given all of
    them. Of the rest of the home is told what the heard devices make up, as to a guest who was
    granted just that. It takes from what the person may see and never adds to it; who may do what
    stays as it is, and receipts of the session's own commands come whatever is heard. What is named
    need not be there.
    """

    rooms: Annotated[list[RoomIdText], Field(min_length=1, max_length=MOST_HEARD)] | None = None
    devices: Annotated[list[DeviceIdText], Field(min_length=1, max_length=MOST_HEARD)] | None = None
    addresses: Annotated[list[AddressText], Field(min_length=1, max_length=MOST_HEARD)] | None = (
        None
    )

    def filter(self) -> Filter | None:
        """Return what the core knows it as; None for one that lets all through."""
        rooms = None if self.rooms is None else frozenset(self.rooms)
        devices = None if self.devices is None else frozenset(map(DeviceId, self.devices))
        addresses = None if self.addresses is None else frozenset(map(Address, self.addresses))
        made = Filter(rooms, devices, addresses)
        return None if made == Filter() else made


class Auth(_Said):
    """The first message, within 10 s: who the phone is, from where it goes on, what it wants."""

    type: Literal["auth"]
    token: Annotated[str, StringConstraints(max_length=128), Field(repr=False)]
    resume: ResumeFrom | None = None
    only: Only | None = None


class _Asked(_Said):
    device: Annotated[str, StringConstraints(max_length=64)]
    ref: Ref | None = None
    id: ClientIdText | None = None
    expires_in_s: Annotated[float, Field(ge=1, le=604_800)] | None = None


class Set(_Asked):
    """Set properties, all of them or none; the answer comes when that is durable."""

    type: Literal["set"]
    properties: Annotated[
        dict[AddressText, Given], Field(min_length=1, max_length=64, json_schema_extra=by_name)
    ]


class CallAction(_Asked):
    """Run an action; the answer comes when that is durable."""

    type: Literal["call"]
    action: AddressText
    arguments: Annotated[
        dict[NameText, Given], Field(max_length=32, json_schema_extra=by_name)
    ] = {}


class Ping(_Said):
    """Ask for a sign of life."""

    type: Literal["ping"]
    ref: Ref | None = None


Said = Auth | Set | CallAction | Ping

SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


class Hello(TypedDict):
    """First frame: which hub this is, what it speaks, and which run of it."""

    type: Literal["hello"]
    hub: str
    protocol: str
    stream: str
    now: Annotated[Timestamp, Field(description="By the hub's clock; a phone's may be wrong.")]


class Snapshot(TypedDict):
    """All that is told of the home after change `seq`; it replaces all that the phone knew."""

    type: Literal["snapshot"]
    seq: int
    stream: Annotated[str, Field(description="To resume; another for each filter.")]
    devices: list[DeviceSummary]
    floors: list[FloorShown]
    rooms: list[RoomShown]
    groups: list[GroupShown]
    scenes: list[SceneShown]
    automations: list[AutomationShown]


class Resumed(TypedDict):
    """The changes after `seq` follow."""

    type: Literal["resumed"]
    seq: int


class Values(TypedDict):
    """Values of a device, to be laid over those known."""

    type: Literal["values"]
    seq: int
    device: str
    values: dict[str, TwinValue]
    cause: NotRequired[Annotated[str, Field(description="Wire id of the command behind it.")]]


class PresenceNow(TypedDict):
    """Whether a device can be reached from now on."""

    type: Literal["presence"]
    seq: int
    device: str
    presence: PresenceState


class Happened(TypedDict):
    """An event of a device."""

    type: Literal["event"]
    seq: int
    device: str
    event: str
    arguments: dict[str, Shown]
    at: Timestamp


class ReceiptNow(TypedDict):
    """How far a command has come."""

    type: Literal["receipt"]
    seq: int
    receipt: Receipt


class BreachNow(TypedDict):
    """What a device broke, how often in all, and how to mend it."""

    rule: RuleId
    leaf: LeafText | None
    path: str
    sample: str
    detail: str
    fix: str
    count: int


class ViolationNow(TypedDict):
    """A device broke a rule."""

    type: Literal["violation"]
    seq: int
    device: str
    violation: BreachNow


class DeviceNow(TypedDict):
    """A device is new or described anew; it replaces what was known of it."""

    type: Literal["device"]
    seq: int
    device: DeviceSummary


class Removed(TypedDict):
    """A device has left the home."""

    type: Literal["removed"]
    seq: int
    device: str


class NotificationNow(TypedDict):
    """There is a new notification, or you have read one: then `seq` is the last that was told."""

    type: Literal["notification"]
    seq: int
    notification: NoticeShown


class NotificationRemoved(TypedDict):
    """A notification is gone."""

    type: Literal["notification_removed"]
    seq: int
    id: int


class FloorNow(TypedDict):
    """A floor is new or changed."""

    type: Literal["floor"]
    seq: int
    floor: FloorShown


class RoomNow(TypedDict):
    """A room is new or changed."""

    type: Literal["room"]
    seq: int
    room: RoomShown


class GroupNow(TypedDict):
    """A group is new or changed; how it is follows from the values of its members."""

    type: Literal["group"]
    seq: int
    group: GroupShown


class SceneNow(TypedDict):
    """A scene is new or changed."""

    type: Literal["scene"]
    seq: int
    scene: SceneShown


class AutomationNow(TypedDict):
    """An automation is new or changed, runs next at another time, or has a problem or none."""

    type: Literal["automation"]
    seq: int
    automation: AutomationShown


class AutomationRunNow(TypedDict):
    """An automation was set off, or has come further; the same run is told several times."""

    type: Literal["automation_run"]
    seq: int
    run: RunShown


class ArrangedGone(TypedDict):
    """A floor, room, group, scene or automation is gone."""

    type: Literal[
        "floor_removed", "room_removed", "group_removed", "scene_removed", "automation_removed"
    ]
    seq: int
    id: str


class ActivityNow(TypedDict):
    """Something was written into the activity log; audit is not told on the stream."""

    type: Literal["activity"]
    seq: int
    entry: EntryShown


class FavouritesNow(TypedDict):
    """The favourites of the person on this stream; told when it begins and whenever they change."""

    type: Literal["favourites"]
    devices: list[str]


class Coalesced(TypedDict):
    """So many changes are left out, since later ones overtook them."""

    type: Literal["coalesced"]
    dropped: int


class Accepted(TypedDict):
    """A command is durable."""

    type: Literal["accepted"]
    ref: Ref | None
    receipt: Receipt


class Objected(TypedDict):
    """A message is not followed, and why."""

    type: Literal["problem"]
    ref: Ref | None
    problem: Problem


class Pong(TypedDict):
    """A sign of life."""

    type: Literal["pong"]
    ref: Ref | None
    now: Timestamp


Told = (
    Hello
    | Snapshot
    | Resumed
    | Values
    | PresenceNow
    | Happened
    | ReceiptNow
    | ViolationNow
    | DeviceNow
    | Removed
    | NotificationNow
    | NotificationRemoved
    | FloorNow
    | RoomNow
    | GroupNow
    | SceneNow
    | AutomationNow
    | AutomationRunNow
    | ArrangedGone
    | ActivityNow
    | FavouritesNow
    | Coalesced
    | Accepted
    | Objected
    | Pong
)
