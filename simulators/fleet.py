"""A fleet: devices of one product that join a home and live there until stopped."""

import asyncio
import time
from collections.abc import Callable
from random import Random
from typing import Final

from protocol.ids import DeviceId
from simulators.account import Account
from simulators.arrival import Arrival
from simulators.assembly import Assembly
from simulators.errors import SimulatorError, StateError
from simulators.fault_layer import FaultLayer
from simulators.link import Change, Link
from simulators.links import Links
from simulators.party import Heard, Party
from simulators.plan import FleetEvent, Plan
from simulators.state import Credentials
from simulators.wire import Access

LEAVE_S: Final = 3.0
"""How long the goodbye of all may take; the process ends within 5 s."""

CALM_S: Final = 600.0
PRESS_EVERY_S: Final = 1_800.0
"""Somebody presses a button on each device so often, though on none in the first `CALM_S`."""


class Fleet:
    """The devices of one process, from factory-new to goodbye.

    Args:
        plan: What to simulate and where.
        tell: Told what happens.
    """

    def __init__(self, plan: Plan, tell: Callable[[FleetEvent], None]) -> None:
        self._plan = plan
        self._assembly = Assembly(plan)
        self._tell = tell
        self._rng = Random(plan.seed)  # noqa: S311 - no secret: when to retry, which button
        self._kept: dict[DeviceId, Credentials] = {}
        self._flash = plan.seams.flash(plan.folder)
        self._boots: dict[DeviceId, int] = {}
        self._installs = 0
        self._online: set[DeviceId] = set()
        self._links = Links(time.monotonic, self._rng, self._changed, self._before_dial)
        self._stop, self._is_new = asyncio.Event(), asyncio.Event()
        self._error: SimulatorError | None = None

    @property
    def links(self) -> tuple[Link, ...]:
        """Its devices that are in the home."""
        return self._links.links

    def stop(self) -> None:
        """Begin the orderly end."""
        self._stop.set()

    async def reset(self) -> None:
        """Give all devices back their factory settings; they join again by themselves.

        Their boot counters go on: a factory reset is one more boot (ECO-ORDER-001).
        """
        await self._links.leave(LEAVE_S, "reset")
        for device in self._kept:
            await asyncio.to_thread(self._flash.erase, device)
        self._move_out()

    async def install(self, firmware: str) -> None:
        """Put another firmware on all devices, which boot with it."""
        await self._links.leave(LEAVE_S, "update")
        self._installs += 1
        self._assembly = Assembly(self._plan, firmware, self._installs)
        self._move_out()

    async def reboot(self) -> None:
        """Cut the power of all devices for a moment; who has kept nothing joins again."""
        for link in self._links.links:
            link.cut_power()
        kept = [await asyncio.to_thread(self._flash.load, device) for device in self._kept]
        if None in kept:
            await self._links.leave(LEAVE_S)
            self._move_out()

    def _forget_all(self) -> None:
        """Begin as from the factory, but for the boot counters."""
        for device in self._plan.devices():
            kept = self._flash.load(device)
            self._boots[device] = kept.epoch if kept else 0
            self._flash.erase(device)

    def _move_out(self) -> None:
        self._boots = {link.device.id: link.device.epoch for link in self._links.links}
        self._kept.clear()
        self._is_new.set()

    def press(self) -> None:
        """Press some button on every device."""
        for link in self._links.links:
            link.press(self._rng.choice(link.device.buttons))

    async def run(self) -> None:
        """Live until `stop`, then say goodbye for all.

        Raises:
            SimulatorError: No device could join.
        """
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(self._links.run())
            others = [group.create_task(work) for work in (self._dwell(), self._live())]
            await self._stop.wait()
            for task in others:
                task.cancel()
            account = self._end_faults()
            await self._links.leave(LEAVE_S)
            for link in self._links.links:
                await self._before_dial(link.device)
            serving.cancel()
        if self._error is not None:
            raise self._error
        if self._plan.faults:
            self._tell(FleetEvent("account", detail=account.summary(), counts=account.counts()))
        self._tell(FleetEvent("stopped"))

    def _end_faults(self) -> Account:
        """Let the devices be well again, so that they can say goodbye."""
        account = Account()
        for link in self._links.links:
            if link.faults is not None:
                link.faults.stop()
                account.add(link.faults.account)
        return account

    async def _dwell(self) -> None:
        if self._flash.is_reset_held():
            self._forget_all()
        while True:
            await self._settle_in()
            await self._is_new.wait()
            self._is_new.clear()

    async def _settle_in(self) -> None:
        try:
            name = self._plan.seams.name
            devices = [name(device) for device in self._plan.devices()]
            indexes = {device: index for index, device in enumerate(devices)}
            for device in devices:
                credentials = self._flash.load(device)
                if credentials is not None:
                    self._move_in(credentials, indexes[device])

            def let_in(credentials: Credentials) -> None:
                device = DeviceId(credentials.device)
                self._tell(FleetEvent("joined", device, credentials.hub))
                self._move_in(credentials, indexes[device])

            spec = self._assembly.product.compiled.spec
            arrival = Arrival(self._plan, spec, self._rng, self._tell, let_in)
            await arrival.run([device for device in devices if device not in self._kept])
        except* SimulatorError as errors:
            self._fail(first_of(errors))

    def _move_in(self, credentials: Credentials, index: int) -> None:
        device = DeviceId(credentials.device)
        boots = max(credentials.epoch, self._boots.get(device, 0))
        self._kept[device] = credentials
        level = self._plan.level
        access = Access(credentials.host, credentials.port, device, credentials.password, level)
        rate_per_s = self._assembly.product.compiled.spec.rate_per_s
        faults = FaultLayer[Heard](self._plan.faults, self._assembly.seed(index), rate_per_s)
        party = self._assembly.party(device, index, boots + 1)
        dialling = self._plan.seams.dialling(device, party.product.compiled)
        self._links.add(party, access, faults if self._plan.faults else None, dialling)

    async def _live(self) -> None:
        await asyncio.sleep(CALM_S)
        while True:
            links = self._links.links
            await asyncio.sleep(self._rng.expovariate(max(1, len(links)) / PRESS_EVERY_S))
            if links:
                link = self._rng.choice(links)
                link.press(self._rng.choice(link.device.buttons))

    async def _before_dial(self, device: Party) -> None:
        """Make the boot counter last: before the first CONNECT of a boot, and when it is raised."""
        kept = self._kept.get(device.id)
        if kept is None or kept.epoch >= device.epoch:
            return
        kept = kept.model_copy(update={"epoch": device.epoch})
        try:
            await asyncio.to_thread(self._flash.save, kept)
            self._kept[device.id] = kept
        except StateError as error:
            self._fail(error)

    def _changed(self, change: Change) -> None:
        self._tell(FleetEvent(change.status, change.device, change.reason, _remedy(change)))
        if change.status not in {"online", "asleep"}:
            self._online.discard(change.device)
        elif change.status == "online" and change.device not in self._online:
            self._online.add(change.device)
            if len(self._online) == self._plan.total:
                self._tell(FleetEvent("all_online", detail=str(self._plan.total)))

    def _fail(self, error: SimulatorError) -> None:
        """End the fleet for want of devices, or go on with those that are in."""
        if self._kept and not isinstance(error, StateError):
            self._tell(FleetEvent("failed", None, error.text, error.remedy))
            return
        self._error = error
        self.stop()


def first_of(errors: ExceptionGroup[SimulatorError]) -> SimulatorError:
    """Return the first error of a group, however deep it lies."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, SimulatorError):
        raise TypeError("a group of other errors") from error
    return error


def _remedy(change: Change) -> str:
    if change.status == "refused":
        return "it has been unjoined, or its file is of another hub: delete the file, join again"
    return "is the hub running?" if change.status == "unreachable" else ""
