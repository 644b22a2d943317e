"""Plays scenarios on a desk: one after the other, long waits beside them, each within limits."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from certification.driving.desk import SCENARIO, Desk, FloodError, GaveUpError, GoneError
from certification.recorder.behaviour import NotScriptedError
from certification.suite.registry import Scenario

SCENARIO_S: Final = (60.0, 1_000.0)
"""Limit of one scenario: at least, and what is added for a scale of 1."""

RUN_S: Final = (300.0, 3_600.0)
"""The same for all of them."""

WAKES_OF_A_SCENARIO: Final = 3
WAKES_OF_A_RUN: Final = 20
"""So many intervals of a sleeper are added to these limits."""

MOST_GONE: Final = 2
"""So many scenarios in a row in which the device was not there end the run."""


class Player:
    """Plays the scenarios of one run.

    Args:
        desk: On what.
        tell: Told of each scenario, a line.
    """

    def __init__(self, desk: Desk, tell: Callable[[str], None]) -> None:
        self._desk, self._tell = desk, tell
        self._gone = 0
        self._why = ""

    async def play(self, scenarios: Sequence[Scenario]) -> None:
        """Play those that make sense for the device; whatever it does, this ends."""
        wanted = [
            one
            for one in scenarios
            if one.applies(self._desk.declaration, has_mdns=self._desk.adverts is not None)
        ]
        limit_s = self._limit_s(RUN_S, WAKES_OF_A_RUN)
        try:
            async with asyncio.timeout(limit_s):
                await self._play_all(wanted)
        except TimeoutError:
            self._stop(f"the run took longer than {limit_s:.0f} s")

    async def _play_all(self, scenarios: Sequence[Scenario]) -> None:
        async with asyncio.TaskGroup() as group:
            alongside: list[asyncio.Task[None]] = []
            for number, one in enumerate(scenarios, 1):
                if alongside and not one.is_calm:
                    await asyncio.wait(alongside)
                    alongside.clear()
                self._tell(f"{number}/{len(scenarios)} {one.name}")
                if one.is_alongside:
                    alongside.append(group.create_task(self._play(one)))
                else:
                    await self._play(one)
                if self._why:
                    self._stop(self._why)
                    break

    async def _play(self, one: Scenario) -> None:
        SCENARIO.set(one.name)
        self._desk.begin()
        write = self._desk.writer.write
        write("scenario", name=one.name, phase="begin")
        outcome = "gave up: interrupted"
        try:
            outcome = await self._outcome(one)
        finally:
            write("scenario", name=one.name, phase="end", outcome=outcome)
        if outcome != "done":
            self._tell(f"  {one.name} {outcome}")

    async def _outcome(self, one: Scenario) -> str:
        if one.needs and not self._desk.hooks.has(one.needs):
            await self._desk.hooks.do(one.needs)
            return f"gave up: supply hook {one.needs}"
        limit_s = self._limit_s(SCENARIO_S, WAKES_OF_A_SCENARIO)
        try:
            async with asyncio.timeout(limit_s):
                await one.play(self._desk)
        except FloodError as error:
            self._why = str(error)
            return f"gave up: {error}"
        except GoneError as error:
            why = self._why_gone(error)
            self._miss(one, why)
            return f"gave up: {why}"
        except (GaveUpError, NotScriptedError) as error:
            return f"gave up: {error}"
        except TimeoutError:
            return f"gave up: it took longer than {limit_s:.0f} s"
        self._gone = 0
        return "done"

    def _why_gone(self, error: GoneError) -> str:
        """Return why the device is not there; what it said itself is told, but not recorded."""
        end = self._desk.hooks.end_of_run()
        if end and (said := self._desk.hooks.last_said()):
            self._tell(f"  {end}; the last it said: {said}")
        return f"{error}; {end}" if end else str(error)

    def _limit_s(self, limit: tuple[float, float], wakes: int) -> float:
        least_s, more_s = limit
        sleep = self._desk.declaration.sleep
        asleep_s = wakes * sleep.interval_s if sleep else 0
        return least_s + (more_s + asleep_s) * self._desk.scale

    def _miss(self, one: Scenario, why: str) -> None:
        self._gone += 1
        if one.is_basic or self._gone >= MOST_GONE:
            self._why = why

    def _stop(self, why: str) -> None:
        self._desk.writer.write("note", text=f"the run ends here: {why}")
        self._tell(f"the run ends here: {why}")
