"""Lets the home's automations work: the bus and the time go in, commands and records come out."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from hub.clock import Clock
from hub.commanding import Commanding, Taken
from hub.core.activity import Entry
from hub.core.asker import By
from hub.core.automations.almanac import Almanac, Now
from hub.core.automations.errors import Flaw, UnfitError
from hub.core.automations.mentions import devices_of
from hub.core.automations.records import Automation
from hub.core.automations.rehearsal import Scenery
from hub.core.automations.runner import Bidding
from hub.core.automations.runs import Order, Run
from hub.core.commands import CommandRequest
from hub.core.errors import RequestError
from hub.core.events import Event
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.people.access import Principal, has_right
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from hub.core.records import Place, Save, SaveAudit, SavePlace
from hub.history import History
from hub.people.people import People
from hub.pipeline import Pipeline
from hub.rehearsing import Tried, try_on_history
from hub.store import StoreError
from hub.whereabouts import sun_of
from protocol.ids import CommandId, DeviceId

TICK_S: Final = 0.25
"""How exactly waits and times of day are kept."""

_log = logging.getLogger(__name__)


class Automating:
    """Applies what the core decides about automations.

    Each command of a run has an id of its own, made of the run, the action and its place: one that
    is asked for again after a crash is the same command, and is carried out once.

    Args:
        program: Returns a token of the hub's machine as it is now; None for one that is gone.
        zone: The home's time zone.
        place: Where the home is, if that is known.

    Attributes:
        place: Likewise, as it is now.
    """

    def __init__(  # noqa: PLR0913 - composition: each is a part of the home
        self,
        hub: Hub,
        clock: Clock,
        pipeline: Pipeline,
        *,
        commanding: Commanding,
        people: People,
        program: Callable[[str], Principal | None],
        zone: tzinfo,
        place: Place | None,
    ) -> None:
        self._hub, self.place = hub, place
        self._almanac = Almanac(zone, sun_of(place))
        self._clock, self._pipeline, self._commanding = clock, pipeline, commanding
        self._people, self._program = people, program
        self._automations = hub.automations
        self._automations.settle_in(self._almanac, self._sight)
        self._work = asyncio.Event()
        self._doing = asyncio.Lock()
        self._revision = -1

    def take(self, event: Event) -> None:
        """Take in what has happened; a listener of the bus."""
        automations = self._automations
        automations.take(event, self._now())
        if automations.is_busy:
            self._work.set()

    async def run_now(self, automation: Automation, by: By, person: str) -> Run:
        """Run an automation for somebody, and return how far that has come; durable.

        Raises:
            UnfitError: It runs already, or its author may not do it any more.
            StoreError: It could not be made durable.
        """
        try:
            run = self._automations.run(automation, by, person, self._now())
        finally:
            await self._carry_out()
        return next((one for one in self._automations.runs(automation.id) if one.id == run.id), run)

    async def move(self, place: Place | None, entry: Entry) -> None:
        """Take in where the home is, None for nowhere; its sun is that of there from then on.

        Args:
            place: Where.
            entry: What is told of it later; durable with it.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """

        def go_on(is_kept: bool) -> Outcome:
            if is_kept:
                self.place, self._almanac = place, replace(self._almanac, sun=sun_of(place))
                self._automations.move(self._almanac, self._now())
                self._work.set()
            return Outcome()

        saves: list[Save] = [SavePlace(place), SaveAudit(entry)]
        await self._pipeline.carry_out(Outcome(saves=saves), then=go_on)

    async def run(self) -> None:
        """Carry out what automations want, and let time pass, until cancelled."""
        self._automations.begin(self._now())
        while True:
            self._tick()
            self._work.clear()
            try:
                await self._carry_out()
            except StoreError as error:  # kept with what comes next; health tells people
                _log.warning("an automation's commands are not sent: %s", error)
            try:
                async with asyncio.timeout(TICK_S):
                    await self._work.wait()
            except TimeoutError:
                continue

    def _tick(self) -> None:
        now = self._now()
        if self._revision != self._people.sights.revision:
            self._revision = self._people.sights.revision
            self._automations.check_authors(now)
        self._automations.tick(now)

    async def _carry_out(self) -> None:
        """Send all commands, then keep and tell how far runs have come.

        Raises:
            StoreError: Some of it is not durable.
        """
        async with self._doing:
            while (bidding := self._automations.bidding()) is not None:
                self._automations.took(bidding, await self._send(bidding))
            if self._automations.is_busy:
                self._pipeline.push(self._automations.flush())
            await self._pipeline.settled()

    async def _send(self, bidding: Bidding) -> list[Order]:
        requests = [
            CommandRequest(
                device=step.device,
                scope=bidding.automation,
                command_id=CommandId(f"{bidding.run}.{bidding.place}.{number}"),
                values=step.values,
                action=step.action,
                client_id=f"{bidding.run}.{bidding.place}.{number}",
                by=bidding.by,
            )
            for number, step in enumerate(bidding.steps)
        ]
        try:
            taken = await self._commanding.command_all(requests)
        except StoreError as error:
            return [Order(one.device, None, "refused", error.code) for one in requests]
        return [_order(request, one) for request, one in zip(requests, taken, strict=True)]

    async def rehearse(
        self, automation: Automation, history: History, from_s: float, until_s: float
    ) -> Tried:
        """Return what an automation would have done between two times, Unix seconds; sends nothing.

        Raises:
            UnfitError: Its author may have no automations.
        """
        sight = self._sight(automation.author)
        if sight is None:
            detail, remedy = "its author has left, or may not arrange any more", "write it anew"
            raise UnfitError([Flaw("author-gone", "", detail, remedy)])
        devices = tuple(self._hub.devices[one] for one in self._named(automation))
        scenery = Scenery(self._hub.arrangement, devices, sight, self._almanac)
        return await try_on_history(automation, scenery, history, from_s, until_s)

    def _named(self, automation: Automation) -> list[DeviceId]:
        """Return the devices that an automation names, those of its groups and scenes too."""
        return [one for one in self._hub.devices if one in devices_of(automation)]

    def _sight(self, author: str) -> Sight | None:
        """Return what an author may do with automations now; None for one who may have none.

        What grants give is left out: it is lent to the person, and not to what they leave behind.
        """
        principal = self._people.as_person(author) or self._program(author)
        if principal is None or not has_right(principal, Right.ARRANGE):
            return None
        return self._people.sights.of(replace(principal, scope=f"{author}/automations", grants=()))

    def _now(self) -> Now:
        now_s = self._clock.now_s()
        return Now(now_s, self._clock.wall_s(now_s), self._clock.is_synced)


def _order(request: CommandRequest, taken: Taken) -> Order:
    if isinstance(taken, RequestError):
        return Order(request.device, None, "refused", taken.code)
    return Order(request.device, taken.id, str(taken.status), taken.reason)
