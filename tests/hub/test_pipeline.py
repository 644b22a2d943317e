"""What is told has been kept first, and in the order in which it came about."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from hub.core.events import DeviceAdded, DeviceRemoved
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord, DropDevice, SaveCommand, SaveDevice
from hub.pipeline import Pipeline
from hub.store import StoreFullError, Write
from protocol.ids import DeviceId
from tests.alongside import alongside
from tests.hub.store.records import command

LAMP = DeviceId("lamp-0001")


class Shelf:
    """A store whose commits wait to be let through, one by one, and may fail."""

    def __init__(self, unwritable: str = "") -> None:
        self.unwritable = unwritable
        self.kept: list[list[Write]] = []
        self.gate = asyncio.Semaphore(0)
        self.error: StoreFullError | None = None

    def keep_now(self, saves: Sequence[Write]) -> bool:
        if not all(isinstance(save, SaveCommand) for save in saves):
            return False
        if self.error:
            raise self.error
        if saves:
            self.kept.append(list(saves))
        return True

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


def moving(name: str) -> Outcome:
    """Return the step of a live command: the store keeps it without ado."""
    return Outcome(saves=[SaveCommand(command())], events=[DeviceAdded(DeviceId(name))])


@asynccontextmanager
async def running(shelf: Shelf) -> AsyncIterator[tuple[Pipeline, list[str]]]:
    told: list[str] = []

    def release(outcome: Outcome) -> None:
        told.extend(e.device for e in outcome.events if isinstance(e, DeviceAdded | DeviceRemoved))

    pipeline = Pipeline(shelf, release)
    async with alongside(pipeline.run()):
        yield pipeline, told


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


async def test_steps_of_live_commands_are_kept_together_at_the_end_of_the_turn() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        pipeline.push(moving("a"))
        pipeline.push(telling("b"))
        pipeline.push(moving("c"))
        assert told == []
        await turns(1)
        assert told == ["a", "b", "c"]
        assert [len(writes) for writes in shelf.kept] == [2]


async def test_a_live_command_is_kept_before_its_caller_goes_on_and_after_what_was_before() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        pipeline.push(moving("a"))
        call = pipeline.carry_out(moving("b"), then=lambda kept: telling(f"then {kept}"))
        with pytest.raises(StopIteration):
            call.send(None)  # it does not even wait for a turn of the loop
        assert told == ["a", "b", "then True"]


async def test_a_live_command_waits_behind_what_waits_for_the_disk() -> None:
    shelf = Shelf()
    async with running(shelf) as (pipeline, told):
        pipeline.push(saving("a"))
        call = asyncio.create_task(pipeline.carry_out(moving("b")))
        await turns()
        assert told == []
        shelf.gate.release()
        await call
        assert told == ["a", "b"]


async def test_a_live_command_that_cannot_be_kept_is_refused_and_its_steps_are_kept_later() -> None:
    shelf = Shelf()
    shelf.error = StoreFullError("The disk is full", "Make room.")
    async with running(shelf) as (pipeline, told):
        shelf.gate.release()
        with pytest.raises(StoreFullError):
            await pipeline.carry_out(moving("a"))
        pipeline.push(moving("b"))
        shelf.gate.release()
        await turns(10)
        assert told == ["b"]
        shelf.error = None
        shelf.gate.release()
        await pipeline.carry_out(moving("c"))
        assert told == ["b", "c"]
        assert [len(writes) for writes in shelf.kept] == [2]
        assert pipeline.failure is None


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
