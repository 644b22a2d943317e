"""A copy of the home, kept true by what the stream tells."""

from typing import cast

from ecohub_client.shapes import (
    AutomationShown,
    DeviceNow,
    DeviceSummary,
    FloorShown,
    GroupShown,
    PresenceNow,
    Removed,
    ResumeFrom,
    RoomShown,
    SceneShown,
    Snapshot,
    Told,
    Values,
)


class Home:
    """The home as the hub has told it last; to be read.

    Attributes:
        place: The last change that is in it, to go on from; None before the first snapshot.
        devices: By id, in the order in which they joined, as `GET /devices` lists them.
        floors: By id; so are rooms, groups, scenes and automations.
        favourites: Ids of the devices that the person likes best.
    """

    def __init__(self) -> None:
        self.place: ResumeFrom | None = None
        self.devices: dict[str, DeviceSummary] = {}
        self.floors: dict[str, FloorShown] = {}
        self.rooms: dict[str, RoomShown] = {}
        self.groups: dict[str, GroupShown] = {}
        self.scenes: dict[str, SceneShown] = {}
        self.automations: dict[str, AutomationShown] = {}
        self.favourites: list[str] = []

    @property
    def is_known(self) -> bool:
        """Whether the hub has told anything yet."""
        return self.place is not None

    def value(self, device: str, address: str) -> bool | float | str | None:
        """Return what a device told last of a property; None if that is nothing."""
        known = self.devices.get(device)
        told = known["twin"].get(address) if known else None
        return told["value"] if told else None

    def take(self, told: Told) -> None:
        """Lay a frame of the stream over what is known; frames of no matter here change nothing."""
        match told["type"]:
            case "snapshot":
                self._begin(told)
            case "values" | "presence" | "device" | "removed":
                self._change(told)
            case "favourites":
                self.favourites = told["devices"]
            case kind:
                self._arrange(kind, cast("dict[str, object]", told))
        seq = told.get("seq")
        if self.place is not None and isinstance(seq, int):
            self.place = {**self.place, "seq": seq}

    def _begin(self, told: Snapshot) -> None:
        self.place = {"stream": told["stream"], "seq": told["seq"]}
        self.devices = {one["id"]: one for one in told["devices"]}
        self.floors = {one["id"]: one for one in told.get("floors", [])}
        self.rooms = {one["id"]: one for one in told.get("rooms", [])}
        self.groups = {one["id"]: one for one in told.get("groups", [])}
        self.scenes = {one["id"]: one for one in told.get("scenes", [])}
        self.automations = {one["id"]: one for one in told.get("automations", [])}

    def _change(self, told: DeviceNow | Removed | Values | PresenceNow) -> None:
        if told["type"] == "device":
            self.devices[told["device"]["id"]] = told["device"]
        elif told["type"] == "removed":
            self.devices.pop(told["device"], None)
        elif known := self.devices.get(told["device"]):
            if told["type"] == "values":
                known["twin"].update(told["values"])
            else:
                known["presence"] = told["presence"]

    def _arrange(self, kind: str, told: dict[str, object]) -> None:
        """Take a floor, room, group, scene or automation that is new, changed or gone."""
        name = kind.removesuffix("_removed")
        tables: dict[str, object] = {
            "floor": self.floors,
            "room": self.rooms,
            "group": self.groups,
            "scene": self.scenes,
            "automation": self.automations,
        }
        if name not in tables:
            return
        table = cast("dict[str, object]", tables[name])
        if name == kind:
            one = cast("dict[str, object]", told[kind])
            table[str(one["id"])] = one
        else:
            table.pop(str(told["id"]), None)
