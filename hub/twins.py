"""Sees to it that a twin is on the disk when its device cannot tell it again."""

import asyncio
from typing import Final

from hub.clock import Clock
from hub.core.events import Event, PresenceChanged, ValuesReported
from hub.core.hub import Hub
from hub.store import Store
from protocol.ids import DeviceId
from protocol.presence import Presence

EVERY_S: Final = 300.0
"""How often changed twins go to the disk, where every 5 s took 800 MB a day of 100 devices.

Whoever is there tells all of it anew when the hub comes back.
"""

LEFT_EVERY_S: Final = 5.0
"""How soon the twin of a device goes there that cannot do that: it sleeps, or is gone."""


class TwinKeeper:
    """Hands twins that have changed to the store."""

    def __init__(self, hub: Hub, store: Store, clock: Clock) -> None:
        self._hub, self._store, self._clock = hub, store, clock
        self._changed: set[DeviceId] = set()
        self._left: set[DeviceId] = set()

    def take(self, event: Event) -> None:
        """Note what an event says of a twin or its device."""
        if type(event) is ValuesReported:
            self._changed.add(event.device)
        elif isinstance(event, PresenceChanged) and event.presence is not Presence.ONLINE:
            self._left.add(event.device)

    async def run(self) -> None:
        """Save now and then until cancelled."""
        saved_s = self._clock.now_s()
        while True:
            await asyncio.sleep(LEFT_EVERY_S)
            if self._clock.now_s() - saved_s >= EVERY_S:
                saved_s = self._clock.now_s()
                self.save_all()
            elif self._left:
                self._save(self._left & self._changed)

    def save_all(self) -> None:
        """Hand over all twins that have changed."""
        self._save(set(self._changed))

    def _save(self, some: set[DeviceId]) -> None:
        self._changed -= some
        self._left.clear()
        devices = (self._hub.devices.get(device) for device in some)
        self._store.save_twins({d.id: d.reported for d in devices if d is not None})
