"""What each person sees of the home now, worked out once for as long as it stays the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from hub.clock import Clock
from hub.core.device import Device
from hub.core.people.access import Moment, Principal, Thing, holds_for_s
from hub.core.people.records import DropSession, PeopleSave, SaveSession
from hub.core.people.register import Register
from hub.core.people.sight import Sight
from hub.core.people.wearables import is_wearable, private_addresses
from protocol.ids import DeviceId

LOOK_AGAIN_S: Final = 1.0
"""What somebody with timed grants sees is worked out anew at least so often: clocks jump."""

FOREVER_S: Final = float("inf")
SIGHTS_KEPT: Final = 1_024


class _Look(NamedTuple):
    """What somebody sees, and until when that is true."""

    principal: Principal
    revision: int
    until_s: float
    sight: Sight


class Sights:
    """Says what each of the people sees.

    Args:
        devices: Those of the home, by id.
        zone: The home's time zone, in which the hours of grants are.

    Attributes:
        revision: Counted up whenever somebody may see something else than before.
    """

    def __init__(
        self,
        register: Register,
        clock: Clock,
        devices: Mapping[DeviceId, Device],
        zone: tzinfo,
    ) -> None:
        self._register, self._clock, self._zone = register, clock, zone
        self._devices = devices
        self.revision = 0
        self._looks: dict[str, _Look] = {}
        self._wearables: set[DeviceId] = set()

    def open(self) -> None:
        """Look at what devices tell of their wearers, once it is read who wears them."""
        worn = {device for person in self._register.people.values() for device in person.wears}
        here = self._devices.values()
        self._wearables = {one.id for one in here if one.id in worn or is_wearable(one)}
        self.revision += 1

    def of(self, principal: Principal) -> Sight:
        """Return what somebody sees now; the same object for as long as that stays the same."""
        look = self._looks.get(principal.scope)
        if look is not None and look.revision == self.revision:
            is_same = look.principal is principal or look.principal == principal
            if is_same and (look.until_s == FOREVER_S or self._clock.now_s() < look.until_s):
                return look.sight
        look = self._look(principal, self._clock.now_s())
        if len(self._looks) >= SIGHTS_KEPT:
            self._looks.clear()
        self._looks[principal.scope] = look
        return look.sight

    def note(self, device_id: DeviceId) -> None:
        """Take in that a device has come, has gone, or is described anew."""
        device = self._devices.get(device_id)
        if device is not None and (is_wearable(device) or self._register.wearers(device_id)):
            self._wearables.add(device_id)
        else:
            self._wearables.discard(device_id)
        self.revision += 1

    def take(self, saves: Sequence[PeopleSave]) -> None:
        """Take in a change of who belongs to the home."""
        for save in saves:
            if isinstance(save, DropSession):
                self._looks.pop(save.id, None)
        if not all(isinstance(save, SaveSession) for save in saves):
            self.open()

    def moment(self) -> Moment:
        """Return the time as grants reckon with it, in the time zone of the home."""
        now_s = self._clock.now_s()
        wall_s = self._clock.wall_s(now_s)
        local = datetime.fromtimestamp(wall_s, self._zone)
        minute = local.hour * 60 + local.minute
        is_sure = self._clock.is_synced
        return Moment(wall_s, local.weekday(), minute, is_sure=is_sure, core_s=now_s)

    def _look(self, principal: Principal, now_s: float) -> _Look:
        now = self.moment()
        until_s = FOREVER_S
        if any(grant.is_timed for grant in principal.grants):
            until_s = now_s + min(LOOK_AGAIN_S, holds_for_s(principal.grants, now))
        sight = Sight(principal, now, self._thing, tuple(self._wearables))
        return _Look(principal, self.revision, until_s, sight)

    def _thing(self, device_id: DeviceId) -> Thing | None:
        device = self._devices.get(device_id)
        if device is None:
            return None
        room = device.record.room
        if device_id not in self._wearables:
            return Thing(device_id, room)
        is_worn = bool(self._register.wearers(device_id))
        return Thing(device_id, room, private_addresses(device), is_worn=is_worn)
