"""The history as the rest of the hub knows it: fed by the bus, asked from the loop."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from hub.bus import Bus
from hub.clock import Clock
from hub.config import HistorySettings
from hub.core.device import Device
from hub.health import PartHealth, part
from hub.history.answer import Answer, Question, Series
from hub.history.errors import (
    AddressUnknownError,
    HistoryOffError,
    HistorySlowError,
    NotRecordedError,
)
from hub.history.keeper import Keeper
from hub.history.ledger import Kept
from hub.history.policy import Policy, is_private
from hub.history.reader import read
from hub.history.room import Days, shares
from hub.history.tiers import DAY_MS
from hub.sayings import say
from hub.store.failure import FAULTS, DamagedError, explain
from protocol.ids import Address, DeviceId

ANSWER_S: Final = 5.0
"""Longest time that an answer may take."""

ASKED_LIMIT: Final = 16
"""Questions that may wait at a time."""

PENDING_LIMIT: Final = 100_000
"""Events that may wait for the thread; when the disk hangs, those after them are not recorded."""

STOP_S: Final = 10.0
LOOK_S: Final = 1.0

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class History:
    """Records what devices tell, and answers what is asked about it.

    Args:
        settings: The table `[history]`.
        folder: The data folder.
        devices: The home's devices.
        clock: The hub's.
    """

    def __init__(
        self,
        settings: HistorySettings,
        folder: Path,
        devices: Mapping[DeviceId, Device],
        clock: Clock,
    ) -> None:
        self._settings, self._devices, self._clock = settings, devices, clock
        self._policy = Policy(settings.off, settings.health)
        self._keeper = Keeper(
            folder,
            shares(settings.megabytes * 1_000_000),
            Days(
                raw=settings.raw_days,
                five_minutes=settings.five_minute_days,
                hours=settings.hour_days,
                private=settings.personal_days,
            ),
            self._policy,
            write_every_s=settings.write_every_s,
            devices=devices,
            clock=clock,
        )
        self._asked = 0
        self._is_running = False

    async def run(self, bus: Bus) -> None:
        """Record until cancelled, then write what is left."""
        if not self._settings.is_on:
            return
        unsubscribe = bus.subscribe(self._keeper.note)
        self._keeper.start()
        self._is_running = True
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                if len(self._keeper.pending) > PENDING_LIMIT:
                    _log.error("the history's disk hangs: what devices told is not recorded")
                    self._keeper.pending.clear()
        finally:
            self._is_running = False
            unsubscribe()
            if not await asyncio.to_thread(self._keeper.stop, STOP_S):
                _log.error("the history's disk has not answered for %g s", STOP_S)

    def health(self) -> PartHealth:
        """Return whether history is recorded."""
        failure = self._keeper.failure
        said = failure.said if failure else None
        if not self._settings.is_on:
            said = say("history-off")
        return part("history", said, is_ok=failure is None)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files of the history."""
        return self._keeper.size_bytes

    async def ask(self, question: Question) -> Answer:
        """Return what is known of some properties of a device.

        Raises:
            HistoryError: The question has no answer.
        """
        for address in question.addresses:
            await self._check(question.device, address)
        ends_s = time.monotonic() + ANSWER_S

        def check() -> None:
            if time.monotonic() > ends_s:
                raise HistorySlowError(ANSWER_S)

        def answer(kept: Kept) -> Answer:
            now_ms = self._now_ms()
            found = (read(kept, question, one, now_ms, check) for one in question.addresses)
            return Answer(question, now_ms, tuple(found))

        return await self._do(answer)

    async def recorded(self, device: DeviceId, *, with_private: bool) -> tuple[str, ...]:
        """Return the addresses of a device of which something is recorded.

        Raises:
            HistoryError: Nothing is recorded in this home, or the disk does not answer.
        """
        found = await self._do(lambda kept: kept.catalogue.addresses(device))
        return tuple(a for a, privacy in found.items() if with_private or not is_private(privacy))

    async def export(self, question: Question) -> AsyncIterator[Series]:
        """Yield all there is of each property, day by day, never much at a time.

        Raises:
            HistoryError: The question has no answer.
        """
        now_ms = self._now_ms()
        for address in question.addresses:
            await self._check(question.device, address)
        for address in question.addresses:
            begin_ms = await self._do(partial(_since_ms, device=question.device, address=address))
            start_ms = max(question.from_ms, begin_ms)
            while start_ms < min(question.to_ms, now_ms):
                end_ms = min((start_ms // DAY_MS + 1) * DAY_MS, question.to_ms, now_ms)
                part_ = Question(question.device, (address,), start_ms, end_ms, None)
                (series,) = (await self.ask(part_)).series
                yield series
                start_ms = end_ms

    async def _check(self, device: DeviceId, address: str) -> None:
        """Raise what is wrong with asking for a property; nothing when there is history of it."""
        if await self._do(lambda kept: kept.catalogue.find(device, address)) is not None:
            return
        known = self._devices.get(device)
        product = known.product if known else None
        declared = product.properties.get(Address(address)) if product else None
        if declared is None:
            names = list(product.properties) if product else []
            raise AddressUnknownError(device, address, get_close_matches(address, names, 2, 0.4))
        why = self._policy.refusal(device, Address(address), declared)
        if why:
            remedy = "docs/history.md says what is recorded, and how that is changed"
            raise NotRecordedError(f"{address} of {device} is not recorded: {why}", remedy)

    async def _do(self, work: Callable[[Kept], _Result]) -> _Result:
        if not self._settings.is_on:
            raise HistoryOffError
        if self._keeper.failure is not None and not self._keeper.is_open:
            raise self._keeper.failure
        if self._asked >= ASKED_LIMIT or not self._is_running:
            raise HistorySlowError(ANSWER_S)
        result: Future[_Result] = Future()
        self._asked += 1
        try:
            self._keeper.put(partial(_answer, work, result))
            async with asyncio.timeout(ANSWER_S + 1):
                return await asyncio.wrap_future(result)
        except TimeoutError as error:
            raise HistorySlowError(ANSWER_S) from error
        finally:
            self._asked -= 1

    def _now_ms(self) -> int:
        return int(self._clock.wall_s(self._clock.now_s()) * 1000)


def _answer(work: Callable[[Kept], _Result], result: "Future[_Result]", kept: Kept) -> None:
    """Do what was asked for in the history's thread; whoever waits is told how it went."""
    if not result.set_running_or_notify_cancel():
        return
    try:
        result.set_result(work(kept))
    except FAULTS as error:
        result.set_exception(explain(error))
    except ValueError as error:  # a body that makes no sense
        result.set_exception(explain(DamagedError(str(error))))
    except Exception as error:
        result.set_exception(error)


def _since_ms(kept: Kept, device: DeviceId, address: str) -> int:
    record = kept.catalogue.find(device, address)
    return 0 if record is None else record.since_ms
