"""All that one person sees of the home at a time."""

from collections.abc import Callable, Collection, Iterable
from typing import Self

from hub.core.asker import By
from hub.core.people.access import ALL, NONE, Moment, Principal, Thing, View, view_of
from hub.core.people.beginnings import NEVER_S, told_from_s
from hub.core.people.filter import Filter
from hub.core.people.records import Role
from protocol.ids import Address, DeviceId


class Sight:
    """What somebody sees and controls, device by device.

    Args:
        principal: Who looks.
        now: When.
        thing: Returns a device as rights go by it; None when there is none of that id.
        wearables: Devices of which something is private.
        only: What of that is wanted; None for all of it.

    Attributes:
        is_guest: Whether the one who looks is; guests know nobody by name.
        is_narrow: Whether rooms, groups and scenes exist only as far as their devices do.
        is_whole: Whether nothing at all is withheld; nobody need ask further then.
    """

    def __init__(
        self,
        principal: Principal,
        now: Moment,
        thing: Callable[[DeviceId], Thing | None],
        wearables: Iterable[DeviceId],
        only: Filter | None = None,
    ) -> None:
        self._principal, self._now, self._thing, self._only = principal, now, thing, only
        self._views: dict[DeviceId, View] = {}
        self.is_guest = principal.role is Role.GUEST
        self.is_narrow = self.is_guest or only is not None
        is_wide = not self.is_narrow
        self.is_whole = is_wide and all(self.of(device) in (ALL, NONE) for device in wearables)

    def narrowed(self, only: Filter) -> Self:
        """Return what is left of it by a filter."""
        return type(self)(self._principal, self._now, self._thing, (), only)

    def knows(self, by: By | None) -> bool:
        """Say whether they may know who it was that asked: guests know nobody but themselves."""
        return not self.is_guest or by is None or by.id == self._principal.person

    def is_of(self, person: str) -> bool:
        """Say whether somebody sees this, by the id of the person or of the token."""
        return person == (self._principal.person or self._principal.scope)

    def told_from_s(self, device: DeviceId, addresses: Collection[Address] = ()) -> float:
        """Return from when on they may be told what a device did; see `beginnings`."""
        thing = self._thing(device)
        if thing is None:
            return NEVER_S
        return told_from_s(self._principal, thing, addresses, self._now)

    def of(self, device: DeviceId) -> View:
        """Return what is seen of a device; `NONE` when there is no such device, too."""
        view = self._views.get(device)
        if view is None:
            thing = self._thing(device)
            view = NONE if thing is None else self._view(thing)
            self._views[device] = view
        return view

    def _view(self, thing: Thing) -> View:
        view = view_of(self._principal, thing, self._now)
        return view if self._only is None else self._only.of(view, thing)
