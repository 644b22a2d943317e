"""The devices of a home as the stream tells of them, kept up to date."""

from typing import TYPE_CHECKING, cast

from hub.cli.client import Frame

if TYPE_CHECKING:
    from hub.api.messages import DeviceNow, PresenceNow, Removed, Snapshot, Values
    from hub.api.models import DeviceSummary


class Board:
    """Snapshot and changes in, devices out.

    Attributes:
        devices: By id, in the order in which they joined.
    """

    def __init__(self) -> None:
        self.devices: dict[str, DeviceSummary] = {}

    def take(self, frame: Frame) -> None:
        """Lay a frame over what is known; frames about devices not known change nothing."""
        match frame.get("type"):
            case "snapshot":
                told = cast("Snapshot", frame)["devices"]
                self.devices = {device["id"]: device for device in told}
            case "device":
                device = cast("DeviceNow", frame)["device"]
                self.devices[device["id"]] = device
            case "removed":
                self.devices.pop(cast("Removed", frame)["device"], None)
            case "values":
                values = cast("Values", frame)
                if known := self.devices.get(values["device"]):
                    known["twin"].update(values["values"])
            case "presence":
                presence = cast("PresenceNow", frame)
                if known := self.devices.get(presence["device"]):
                    known["presence"] = presence["presence"]
