"""What owners do to the devices of the home: name them, judge them, let them go."""

import logging
from collections.abc import Mapping

from drivers.contract import Driver
from hub.activity import Activity
from hub.admission import Admission
from hub.clock import Clock
from hub.core.activity import Entry, Particulars
from hub.core.asker import By
from hub.core.device import Device
from hub.core.errors import DeviceUnknownError, RequestError
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import DropDevice, Mode, SaveAudit, SaveDevice
from hub.people.people import People
from hub.pipeline import Pipeline
from hub.store import DropCredential, StoreError
from protocol.ids import DeviceId

log = logging.getLogger(__name__)


class Tending:
    """Changes that somebody makes to a device itself, each durable before it is answered."""

    def __init__(  # noqa: PLR0913 - each part is made in hub.home and handed in
        self,
        hub: Hub,
        clock: Clock,
        pipeline: Pipeline,
        *,
        activity: Activity,
        people: People,
        admission: Admission,
        drivers: Mapping[str, Driver],
    ) -> None:
        self._hub, self._clock, self._pipeline = hub, clock, pipeline
        self._activity, self._people, self._admission = activity, people, admission
        self._drivers = drivers

    async def rename(self, device: DeviceId, name: str) -> None:
        """Give a device another name.

        Raises:
            DeviceUnknownError: No such device.
            StoreError: It could not be kept; nothing has changed.
        """
        await self._describe(device, name=name)

    async def set_mode(self, device: DeviceId, mode: Mode, by: By) -> None:
        """Judge a device strictly or leniently.

        Raises:
            DeviceUnknownError: No such device.
            StoreError: It could not be kept; nothing has changed.
        """
        entry = self._activity.audit(
            "setting",
            by,
            Particulars("mode-of-device", {"mode": mode}),
            device=device,
            text=f"mode = {mode}",
        )
        await self._describe(device, entry, mode=mode)

    async def unjoin(self, device: DeviceId, by: By) -> None:
        """Cut a device off and forget it, its children, its twin and its commands.

        Raises:
            DeviceUnknownError: No such device.
            StoreError: It could not be kept; the device is still there.
        """
        known = self._device(device).record
        is_child = known.gateway is not None
        told = Particulars("device-out", {"device": known.name})
        entry = self._activity.audit("unjoin", by, told, device=device, text=known.name)
        forget = Outcome(saves=[*self._hub.households.farewell(device), SaveAudit(entry)])
        await self._pipeline.carry_out(forget, [DropCredential(device)])
        self._activity.keep([entry])
        # Again: what the device said meanwhile must not have brought it back.
        self._pipeline.push(self._hub.unjoin(device))
        await self._people.forget_device(device)
        if is_child:
            return
        await self._admission.shut_out(device)
        for driver in self._drivers.values():
            driver.forget(device)

    async def move(self, child: DeviceId, gateway: DeviceId) -> None:
        """Let a child go behind another gateway.

        Raises:
            RequestError: It cannot move there.
            StoreError: It could not be kept; nothing has changed.
        """
        consent = Outcome(saves=[SaveDevice(self._hub.households.consent(child, gateway))])

        def go_on(is_kept: bool) -> Outcome:
            if not is_kept:
                return Outcome()
            try:
                return self._hub.move(child, gateway, self._clock.now_s())
            except RequestError as error:  # one of them has left meanwhile
                log.info("%s does not move to %s: %s", child, gateway, error)
                is_here = child in self._hub.devices
                return Outcome() if is_here else Outcome(saves=[DropDevice(child)])

        await self._pipeline.carry_out(consent, then=go_on)

    async def let_in(self, gateway: DeviceId, child: DeviceId) -> None:
        """Let a gateway bring a child again that was sent away.

        Raises:
            RequestError: There is no such gateway.
            StoreError: It could not be kept; it is let in until the next start.
        """
        await self._pipeline.carry_out(self._hub.households.let_in(gateway, child))

    async def make_room(self, gateway: DeviceId, max_children: int, by: By) -> None:
        """Let a gateway have so many children.

        Raises:
            DeviceUnknownError: No such device.
            StoreError: It could not be kept; nothing has changed.
        """
        text = f"max_children = {max_children}"
        told = Particulars("children-at-most", {"count": max_children})
        entry = self._activity.audit("setting", by, told, device=gateway, text=text)
        await self._describe(gateway, entry, max_children=max_children)

    async def _describe(
        self,
        device: DeviceId,
        entry: Entry | None = None,
        *,
        name: str | None = None,
        mode: Mode | None = None,
        max_children: int | None = None,
    ) -> None:
        known = self._hub.devices.get(device)
        before = known.record if known else None
        try:
            changed = self._hub.describe(device, name=name, mode=mode, max_children=max_children)
            changed.saves += [SaveAudit(entry)] if entry else []
            await self._pipeline.carry_out(changed)
        except StoreError:
            if before and device in self._hub.devices:
                most = before.max_children
                self._hub.describe(device, name=before.name, mode=before.mode, max_children=most)
            raise
        self._activity.keep([entry] if entry else [])

    def _device(self, device: DeviceId) -> Device:
        found = self._hub.devices.get(device)
        if found is None:
            raise DeviceUnknownError(device)
        return found
