"""What people decide about devices that break rules: how strictly, and who is let out again."""

from collections.abc import Collection
from dataclasses import replace

from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.errors import DeviceUnknownError
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import Mode, Save, SaveAudit, SaveDevice, SaveMode
from hub.pipeline import Pipeline
from protocol.ids import DeviceId


class Enforcing:
    """Carries out such decisions: each is durable before it holds."""

    def __init__(self, hub: Hub, clock: Clock, pipeline: Pipeline) -> None:
        self._hub, self._clock, self._pipeline = hub, clock, pipeline

    async def release(self, device: DeviceId) -> None:
        """Let a device out of quarantine; one that is in none stays as it is.

        Raises:
            DeviceUnknownError: No such device.
            StoreError: It could not be kept; the device is still in quarantine.
        """
        known = self._hub.devices.get(device)
        if known is None:
            raise DeviceUnknownError(device)
        if known.record.quarantine is None:
            return
        kept = SaveDevice(replace(known.record, quarantine=None))

        def go_on(is_kept: bool) -> Outcome:
            is_there = is_kept and device in self._hub.devices
            return self._hub.release(device, self._clock.now_s()) if is_there else Outcome()

        await self._pipeline.carry_out(Outcome(saves=[kept]), then=go_on)

    async def set_mode(self, mode: Mode, entry: Entry, *, of_all: bool) -> None:
        """Judge newcomers strictly or leniently from now on, and with `of_all` those here too.

        Args:
            mode: How.
            entry: What is told of it later; durable with it.
            of_all: Whether it holds for those here, too.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """
        changed = [
            replace(device.record, mode=mode)
            for device in self._hub.devices.values()
            if of_all and device.record.mode != mode
        ]

        def go_on(is_kept: bool) -> Outcome:
            out = Outcome()
            if is_kept:
                self._hub.mode = mode
                for record in changed:
                    if record.id in self._hub.devices:
                        one = self._hub.describe(record.id, mode=mode)
                        out.events += one.events
                        out.saves += one.saves
            return out

        saves: list[Save] = [
            SaveMode(mode),
            SaveAudit(entry),
            *(SaveDevice(record) for record in changed),
        ]
        await self._pipeline.carry_out(Outcome(saves=saves), then=go_on)

    async def mark(self, notices: Collection[int], reader: str, *, is_read: bool) -> None:
        """Have somebody have read notices, or not."""
        out = Outcome()
        self._hub.inbox.mark(notices, reader, is_read=is_read, out=out)
        self._pipeline.push(out)
        await self._pipeline.settled()

    async def drop(self, notices: Collection[int]) -> None:
        """Forget notices."""
        out = Outcome()
        self._hub.inbox.drop(notices, out)
        self._pipeline.push(out)
        await self._pipeline.settled()
