"""Whether claims and conditions hold, and what was seen."""

from collections.abc import Mapping

from hub.core.automations.almanac import Almanac, Now
from hub.core.automations.records import (
    Claim,
    Condition,
    PresenceCondition,
    PropertyCondition,
    SeveralCondition,
    SunCondition,
    TimeCondition,
)
from hub.core.automations.runs import Seen
from hub.core.device import Device
from hub.core.people.access import within
from hub.core.receipts import is_same
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar

UNHEARD = "hub_restarted"
"""The reason of a presence that nobody has told since the hub started."""


def holds(claim: Claim, value: Scalar) -> bool:
    """Say whether a value is as claimed; one that is not known is not."""
    if value is None:
        return False
    if claim.equals is not None:
        return is_same(value, claim.equals)
    if isinstance(value, bool | str):
        return False
    is_above = claim.above is None or value > claim.above
    return is_above and (claim.below is None or value < claim.below)


class Judge:
    """Judges conditions by what the home shows.

    Attributes:
        almanac: Tells the time of day, and where the sun is.
    """

    def __init__(self, devices: Mapping[DeviceId, Device]) -> None:
        self._devices = devices
        self.almanac = Almanac()

    def all_hold(self, conditions: tuple[Condition, ...], now: Now) -> tuple[bool, list[Seen]]:
        """Say whether all conditions hold, and what was seen of each, those within others too."""
        seen: list[Seen] = []
        verdicts = [
            self._judge(condition, str(place), now, seen)
            for place, condition in enumerate(conditions)
        ]
        return all(verdicts), seen

    def value(self, device_id: DeviceId, address: Address) -> Scalar:
        """Return what a property was last told to be."""
        device = self._devices.get(device_id)
        reported = device.reported.get(address) if device else None
        return reported.value if reported else None

    def presence(self, device_id: DeviceId) -> str | None:
        """Return the presence of a device; None while nobody has told it since the start."""
        device = self._devices.get(device_id)
        return None if device is None or device.reason == UNHEARD else str(device.presence)

    def _sun(self, now: Now) -> str | None:
        """Return whether the sun is up or down; None where nobody knows."""
        sun = self.almanac.sun
        if sun is None or not now.is_sure:
            return None
        return "up" if sun.is_up(now.wall_s) else "down"

    def _judge(self, condition: Condition, path: str, now: Now, seen: list[Seen]) -> bool:
        place = len(seen)
        value: Scalar = None
        match condition:
            case PropertyCondition(device, address, claim):
                value = self.value(device, address)
                does_hold = holds(claim, value)
            case PresenceCondition(device, presence):
                value = self.presence(device)
                does_hold = value == presence
            case TimeCondition(hours):
                moment = self.almanac.moment(now.wall_s)
                value = f"{moment.minute // 60:02}:{moment.minute % 60:02}"
                does_hold = now.is_sure and within(hours, moment)
            case SunCondition(is_up):
                value = self._sun(now)
                does_hold = value == ("up" if is_up else "down")
            case SeveralCondition(type_, of):
                inner = [
                    self._judge(one, f"{path}.of.{number}", now, seen)
                    for number, one in enumerate(of)
                ]
                does_hold = any(inner) is (type_ == "any")
        seen.insert(place, Seen(path, does_hold, value))
        return does_hold
