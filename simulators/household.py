"""A household: devices of every product in one process, those that need a gateway behind one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from simulators import registry
from simulators.arrival import find_url
from simulators.assembly import needs_gateway
from simulators.errors import SimulatorError
from simulators.fleet import Fleet, first_of
from simulators.link import Link
from simulators.plan import FleetEvent, Options, Plan

HOUSEHOLD: Final = "household"
"""Stands for a product where all of them are meant."""

GATEWAY: Final = "gateway"
"""The product behind which those stand that speak no MQTT."""


def members(options: Options) -> list[Options]:
    """Return the options of each fleet: those given, or one for each product of a household."""
    if options.product != HOUSEHOLD:
        return [options]
    names = registry.names()
    carried = tuple(name for name in names if needs_gateway(registry.find(name)))
    return [
        replace(
            options,
            product=name,
            prefix=f"{options.prefix}-{name}" if options.prefix else name,
            children=carried + options.children if name == GATEWAY else (),
        )
        for name in names
        if name not in carried
    ]


class Household:
    """Fleets that look for one hub together, live together and end together.

    Args:
        plans: One for each fleet, all of the same hub.
        tell: Told what happens.
    """

    def __init__(self, plans: Sequence[Plan], tell: Callable[[FleetEvent], None]) -> None:
        self._plans, self._tell = plans, tell
        self._fleets: list[Fleet] = []
        self._complete = 0
        self._stop = asyncio.Event()

    @property
    def links(self) -> tuple[Link, ...]:
        """The devices of all its fleets."""
        return tuple(link for fleet in self._fleets for link in fleet.links)

    async def reset(self) -> None:
        """Give all devices back their factory settings; they join again by themselves."""
        for fleet in self._fleets:
            await fleet.reset()

    async def install(self, firmware: str) -> None:
        """Put another firmware on all devices."""
        for fleet in self._fleets:
            await fleet.install(firmware)

    async def reboot(self) -> None:
        """Cut the power of all devices for a moment."""
        for fleet in self._fleets:
            await fleet.reboot()

    def stop(self) -> None:
        """Begin the orderly end."""
        self._stop.set()
        for fleet in self._fleets:
            fleet.stop()

    def press(self) -> None:
        """Press some button on every device."""
        for fleet in self._fleets:
            fleet.press()

    async def run(self) -> None:
        """Live until `stop`, then say goodbye for all.

        Raises:
            SimulatorError: There is no hub, or the devices of a product could not join.
        """
        error: SimulatorError | None = None
        try:
            async with asyncio.TaskGroup() as group:
                finding = group.create_task(self._find_hub())
                stopping = group.create_task(self._stop.wait())
                await asyncio.wait((finding, stopping), return_when=asyncio.FIRST_COMPLETED)
                if finding.done() and not self._stop.is_set():
                    await self._live(finding.result())
                finding.cancel()
                stopping.cancel()
        except* SimulatorError as errors:
            error = first_of(errors)
        if error is not None:
            raise error
        self._tell(FleetEvent("stopped"))

    async def _find_hub(self) -> str:
        first = self._plans[0]
        return await find_url(first.hub, first.wait_s, self._tell)

    async def _live(self, url: str) -> None:
        self._fleets = [Fleet(replace(plan, hub=url), self._told) for plan in self._plans]
        async with asyncio.TaskGroup() as group:
            for fleet in self._fleets:
                group.create_task(fleet.run())

    def _told(self, event: FleetEvent) -> None:
        """Pass on what a fleet tells, but of all devices only once."""
        if event.kind == "all_online":
            self._complete += 1
            if self._complete == len(self._plans):
                total = sum(plan.total for plan in self._plans)
                self._tell(replace(event, detail=str(total)))
        elif event.kind != "stopped":
            self._tell(event)
