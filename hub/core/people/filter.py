"""What of the home one reader wants to hear of; it takes from a sight and never adds to it."""

from dataclasses import dataclass
from hashlib import blake2s

from hub.core.people.access import NONE, Thing, View
from protocol.ids import Address, DeviceId


@dataclass(frozen=True, slots=True)
class Filter:
    """Some rooms and devices of the home, and some addresses of each.

    What it names need not be there: it may come later.

    Attributes:
        rooms: Rooms whose devices are heard, for as long as they are in it.
        devices: Devices that are heard wherever they are; all are where both are None.
        addresses: What of each is heard; None for all of it.
    """

    rooms: frozenset[str] | None = None
    devices: frozenset[DeviceId] | None = None
    addresses: frozenset[Address] | None = None

    @property
    def mark(self) -> str:
        """A short name, the same for filters that are alike and for no others."""
        parts = (sorted(part) if part is not None else None for part in self._parts)
        return blake2s(repr(list(parts)).encode(), digest_size=8).hexdigest()

    def of(self, view: View, thing: Thing) -> View:
        """Return what is left of what somebody sees and controls of a device."""
        if not self._hears(thing):
            return NONE
        if self.addresses is None:
            return view
        return View(view.sees.among(self.addresses), view.controls.among(self.addresses))

    @property
    def _parts(self) -> tuple[frozenset[str] | None, ...]:
        return self.rooms, self.devices, self.addresses

    def _hears(self, thing: Thing) -> bool:
        if self.rooms is None and self.devices is None:
            return True
        return thing.room in (self.rooms or ()) or thing.device in (self.devices or ())
