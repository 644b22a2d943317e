"""Takes commands for devices, one or many at once, now or planned: durable before they are sent."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Final

from hub.clock import Clock
from hub.core.commands import CommandRequest
from hub.core.errors import RequestError
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import CommandRecord
from hub.pipeline import Pipeline

LOOK_EVERY_S: Final = 1.0
"""How often is looked whether the time of day has jumped over what is planned, and who may still
do what waits."""

Taken = CommandRecord | RequestError
"""What became of one of many commands: its record, or why there is none."""


class Commanding:
    """The one road down: the core takes a command, the store keeps it, then it goes out.

    Args:
        hindrance: Returns why who has sent a command may not do so any more, asked when its time
            has come and while it waits for its device; empty when they may.
    """

    def __init__(
        self, hub: Hub, clock: Clock, pipeline: Pipeline, hindrance: Callable[[CommandRecord], str]
    ) -> None:
        self._hub, self._clock, self._pipeline = hub, clock, pipeline
        self._hindrance = hindrance
        self._is_awaited = asyncio.Event()

    async def command(self, request: CommandRequest) -> CommandRecord:
        """Take a command; it is durable when this returns.

        Raises:
            RequestError: It cannot be carried out.
            StoreError: It could not be made durable and was not sent.
        """
        begun = self.begin(request)
        return begun if isinstance(begun, CommandRecord) else await begun

    def begin(
        self, request: CommandRequest
    ) -> CommandRecord | Coroutine[object, object, CommandRecord]:
        """Do as `command` does: at once, or by what has to be awaited where the disk is waited for.

        Raises:
            RequestError: It cannot be carried out.
        """
        record, outcome = self._hub.request(request, self._clock.now_s())
        if not outcome.saves:
            return self._repeated(record, request)
        promise = self._pipeline.hand_over(outcome, then=partial(self._go_on, [record]))
        return record if promise is None else _after(promise, record)

    async def command_all(
        self, requests: Sequence[CommandRequest], *, is_whole: bool = False
    ) -> list[Taken]:
        """Take many commands in one turn of the loop; durable together when this returns.

        Args:
            requests: In the order in which they are sent.
            is_whole: Whether none is taken unless all can be.

        Raises:
            BatchRefusedError: Not all of what is to be whole can be carried out.
            StoreError: They could not be made durable; none was sent.
        """
        if is_whole:
            self._hub.check_all(requests)
        now_s, outcome = self._clock.now_s(), Outcome()
        fresh: list[CommandRecord] = []
        taken: list[Taken] = []
        for request in requests:
            try:
                record, one = self._hub.request(request, now_s)
            except RequestError as error:
                taken.append(error)
                continue
            if one.saves:
                fresh.append(record)
            outcome.add(one)
            taken.append(record)
        if fresh:
            await self._pipeline.carry_out(outcome, then=partial(self._go_on, fresh))
        if len(fresh) < len(taken):
            await self._pipeline.settled()  # a repeat is told as durable too
        return taken

    async def cancel(self, record: CommandRecord) -> None:
        """End a command whose time has not come.

        Raises:
            NotPlannedError: It has come, or the command has ended.
        """
        self._pipeline.push(self._hub.plans.cancel(record, self._clock.now_s()))
        await self._pipeline.settled()

    async def run(self) -> None:
        """Begin what is planned when its time comes, all of one moment in one turn of the loop.

        Nothing is begun while nobody has set the clock. What waits for its device is given up
        within a second when who has sent it may not do so any more.
        """
        while True:
            self._is_awaited.clear()
            given_up = self._hub.plans.give_up(self._clock.now_s(), self._hindrance)
            if given_up.saves:
                self._pipeline.push(given_up)
            wall_s = self._clock.wall_s(self._clock.now_s())
            next_ms = self._hub.plans.next_ms()
            if next_ms is not None and next_ms <= wall_s * 1000 and self._clock.is_synced:
                now_s, wall_ms = self._clock.now_s(), int(wall_s * 1000)
                due = self._hub.plans.begin_due(now_s, wall_ms, self._hindrance)
                self._pipeline.push(due)
                continue
            await self._wait(next_ms, wall_s)

    async def _wait(self, next_ms: int | None, wall_s: float) -> None:
        """Wait until something is due or awaited anew, or it is time to look again."""
        left_s = LOOK_EVERY_S if any(self._hub.plans.held()) else None
        if next_ms is not None:
            left_s = min(LOOK_EVERY_S, max(0.0, next_ms / 1000 - wall_s))
            if left_s == 0.0:  # due, and the clock is not set
                left_s = LOOK_EVERY_S
        try:
            async with asyncio.timeout(left_s):
                await self._is_awaited.wait()
        except TimeoutError:
            return

    def _go_on(self, records: Sequence[CommandRecord], is_kept: bool) -> Outcome:
        out = Outcome()
        for record in records:
            if is_kept:
                out.add(self._hub.proceed(record, self._clock.now_s()))
            else:
                self._hub.withdraw(record)
        if any(record.is_planned or record.waits for record in records):
            self._is_awaited.set()
        return out

    async def _repeated(self, record: CommandRecord, request: CommandRequest) -> CommandRecord:
        """Return the receipt of a command that was asked before, unless that has just failed."""
        await self._pipeline.settled()
        if self._hub.commands.get(record.id) is None:
            return await self.command(request)
        return record


async def _after(promise: asyncio.Future[None], record: CommandRecord) -> CommandRecord:
    """Return a record as it was when it was handed over: what became of it may not be durable."""
    await promise
    return record
