"""What is told has been kept first, and in the order in which it came about."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from hub.core.events import DeviceAdded, DeviceRemoved
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord, DropDevice, SaveDevice
from hub.pipeline import Pipeline
from hub.store import StoreFullError, Write
from protocol.ids import DeviceId

LAMP = DeviceId("lamp-0001")


class Shelf:
    """A store whose commits wait to be let through, one by one, and may fail."""

    def __init__(self, unwritable: str = "") -> None:
        self.unwritable = unwritable
        self.kept: list[list[Write]] = []
        self.gate = asyncio.Semaphore(0)
        self.error: StoreFullError | None = None

    async def commit(self, saves: Sequence[Write]) -> None:
        await self.gate.acquire()
        if self.error:
            raise self.error
        names = [save.record.name for save in saves if isinstance(save, SaveDevice)]
        if self.unwritable in names:
            raise StoreFullError("It cannot be kept", "Send another.")
        self.kept.append(list(saves))


def saving(name: str) -> Outcome:
    record = DeviceRecord(LAMP, name=name, joined_at_s=0.0)
    return Outcome(saves=[SaveDevice(record)], events=[DeviceAdded(DeviceId(name))])


def telling(name: str) -> Outcome:
    return Outcome(events=[DeviceRemoved(DeviceId(name))])


@asynccontextmanager
async def running(shelf: Shelf) -> AsyncIterator[tuple[Pipeline, list[str]]]:
    told: list[str] = []

    def release(outcome: Outcome) -> None:
        told.extend(e.device for e in outcome.events if isinstance(e, DeviceAdded | DeviceRemoved))

    pipeline = Pipeline(shelf, release)
    task = asyncio.create_task(pipeline.run())
    try:
        yield pipeline, told
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_outcome_without_saves_is_told_at_once() -> None:
    async with running(Shelf()) as (pipeline, told):
        pipeline.push(telling("a"))
        assert told == ["a"]


async def test_nothing_is_told_before_it_is_kept() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        pipeline.push(saving("a"))
        await turns()
        assert told == []
        shelf.gate.release()
        await turns()
        assert told == ["a"]


async def test_later_news_wait_behind_earlier_ones() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        pipeline.push(saving("a"))
        pipeline.push(telling("b"))
        await turns()
        assert told == []
        shelf.gate.release()
        await turns()
        assert told == ["a", "b"]


async def test_what_waits_goes_into_one_transaction() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, _):
        pipeline.push(saving("a"))
        await turns()
        for name in "bcd":
            pipeline.push(saving(name))
        shelf.gate.release()
        shelf.gate.release()
        await turns(10)
        assert [len(writes) for writes in shelf.kept] == [1, 3]


async def test_promise_is_broken_aloud_and_not_carried_out() -> None:
    shelf = Shelf()
    shelf.error = StoreFullError("The disk is full", "Make room.")
    async with running(shelf) as (pipeline, told):
        shelf.gate.release()
        with pytest.raises(StoreFullError):
            await pipeline.carry_out(saving("a"))
        assert told == []
        assert pipeline.failure is shelf.error


async def test_what_was_promised_to_nobody_goes_on_and_is_kept_later() -> None:
    shelf = Shelf()
    shelf.error = StoreFullError("The disk is full", "Make room.")
    async with running(shelf) as (pipeline, told):
        pipeline.push(saving("a"))
        pipeline.push(Outcome(saves=[DropDevice(LAMP)]))
        for _ in range(3):
            shelf.gate.release()
        await turns(10)
        assert told == ["a"]
        shelf.error = None
        shelf.gate.release()
        await pipeline.carry_out(saving("b"))
        names = [s.record.name for s in shelf.kept[0] if isinstance(s, SaveDevice)]
        assert names == ["a", "b"]
        assert DropDevice(LAMP) in shelf.kept[0]
        assert pipeline.failure is None


async def test_only_the_newest_of_what_could_not_be_kept_is_tried_again() -> None:
    shelf = Shelf()
    shelf.error = StoreFullError("The disk is full", "Make room.")
    async with running(shelf) as (pipeline, _):
        for name in "ab":
            pipeline.push(saving(name))
            shelf.gate.release()
            await turns()
        shelf.error = None
        shelf.gate.release()
        await pipeline.carry_out(telling("c"))
        names = [s.record.name for s in shelf.kept[0] if isinstance(s, SaveDevice)]
        assert names == ["b"]


async def test_record_that_cannot_be_kept_breaks_no_promise_but_its_own() -> None:
    shelf = Shelf(unwritable="b")
    async with running(shelf) as (pipeline, told):
        calls = [asyncio.create_task(pipeline.carry_out(saving(name))) for name in "abc"]
        for _ in range(6):
            shelf.gate.release()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(answer) for answer in answers] == [type(None), StoreFullError, type(None)]
        assert told == ["a", "c"]


async def test_cancelled_pipeline_can_finish_what_was_decided() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        pipeline.push(saving("a"))
        await turns()
    shelf.gate.release()
    await pipeline.drain()
    assert told == ["a"]
    assert len(shelf.kept) == 1


async def test_caller_that_gave_up_does_no_harm() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        caller = asyncio.create_task(pipeline.carry_out(saving("a")))
        await turns()
        caller.cancel()
        await turns()
        shelf.gate.release()
        await turns()
        assert told == ["a"]
