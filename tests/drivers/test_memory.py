"""The memory driver does what every driver has to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drivers.contract import BrokerAccess, DriverContext
from drivers.memory import MOST_WAITING, MemoryDriver, MemoryLink
from protocol.ids import DeviceId
from protocol.messages import AnyMessage, UpMessage
from protocol.topics import Leaf, build
from tests.drivers.driver_suite import (
    CHECKS,
    ONE,
    Check,
    command,
    name_of,
    run_check,
    running,
    state,
)
from tests.drivers.recorder import DEADLINE_S, Recorder

CONTEXT = DriverContext(BrokerAccess("nowhere", 1, "nobody", "none"))


class MemoryEnd:
    def __init__(self, driver: MemoryDriver, device: DeviceId) -> None:
        self.driver = driver
        self.messages: asyncio.Queue[tuple[DeviceId | None, AnyMessage]] = asyncio.Queue()
        self.link: MemoryLink = driver.attach(device, self._hear, self._hear_for)

    def _hear(self, message: AnyMessage) -> None:
        self.messages.put_nowait((None, message))

    def _hear_for(self, child: DeviceId, message: AnyMessage) -> None:
        self.messages.put_nowait((child, message))

    async def publish(self, message: UpMessage, child: DeviceId | None = None) -> None:
        assert self.link.publish(message, child)

    async def publish_raw(self, leaf: Leaf, payload: bytes) -> None:
        assert self.link.publish_raw(build(self.link.device, leaf), payload)

    async def heard(self) -> AnyMessage:
        return (await self.heard_for())[1]

    async def heard_for(self) -> tuple[DeviceId | None, AnyMessage]:
        async with asyncio.timeout(DEADLINE_S):
            return await self.messages.get()


class MemoryWorld:
    keeps_presence = False

    def __init__(self) -> None:
        self.driver = MemoryDriver(CONTEXT)

    def owns(self, file: str) -> bool:
        return False

    @asynccontextmanager
    async def set_up(self) -> AsyncIterator[None]:
        yield

    async def attach(self, device: DeviceId) -> MemoryEnd:
        return MemoryEnd(self.driver, device)

    async def cut(self) -> None:
        self.driver.cut()

    async def mend(self) -> None:
        self.driver.mend()


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
async def test_the_memory_driver_passes(check: Check) -> None:
    await run_check(check, MemoryWorld())


async def test_what_is_said_before_settled_has_been_heard_after_it() -> None:
    world, recorder = MemoryWorld(), Recorder()
    async with running(world, recorder):
        end = await world.attach(ONE)
        await end.publish(state(1))
        assert recorder.messages == []
        await world.driver.settled()
        assert recorder.messages == [state(1)]


async def test_an_answer_within_a_callback_comes_after_what_is_on_its_way() -> None:
    world, recorder = MemoryWorld(), Recorder()
    answers: list[MemoryLink] = []

    def answer(_message: AnyMessage) -> None:
        answers[0].publish(state(2))

    async with running(world, recorder):
        answers.append(world.driver.attach(ONE, answer))
        assert world.driver.send(ONE, command(1))
        answers[0].publish(state(1))
        await world.driver.settled()
    assert recorder.messages == [state(1), state(2)]


async def test_what_was_on_its_way_when_the_link_was_cut_is_lost() -> None:
    world, recorder = MemoryWorld(), Recorder()
    async with running(world, recorder):
        end = await world.attach(ONE)
        await end.publish(state(1))
        world.driver.cut()
        world.driver.mend()
        await recorder.until(lambda: [up for up, _ in recorder.links] == [True, False, True])
    assert recorder.messages == []


async def test_a_newer_link_of_a_device_takes_over() -> None:
    world, recorder = MemoryWorld(), Recorder()
    async with running(world, recorder):
        old, new = await world.attach(ONE), await world.attach(ONE)
        assert not old.link.publish(state(1))
        assert world.driver.send(ONE, command(1))
        assert await new.heard() == command(1)
    assert old.messages.empty()


async def test_no_more_is_taken_than_fits() -> None:
    world = MemoryWorld()
    async with running(world, Recorder()):
        link = (await world.attach(ONE)).link
        assert all(link.publish(state(1)) for _ in range(MOST_WAITING))
        assert not link.publish(state(1))
        assert all(world.driver.send(ONE, command(1)) for _ in range(MOST_WAITING))
        assert not world.driver.send(ONE, command(1))


async def test_a_topic_that_is_none_is_refused_without_one() -> None:
    world, recorder = MemoryWorld(), Recorder()
    async with running(world, recorder):
        end = await world.attach(ONE)
        assert end.link.publish_raw("other/topic", b"{}")
        await world.driver.settled()
    assert [topic for topic, _ in recorder.refused] == [None]
    assert recorder.rules == ["ECO-TOPIC-001"]


async def test_a_device_that_fails_harms_nobody() -> None:
    world, recorder = MemoryWorld(), Recorder()

    def fail(_message: AnyMessage) -> None:
        raise RuntimeError("the device is broken")

    async with running(world, recorder):
        link = world.driver.attach(ONE, fail)
        assert world.driver.send(ONE, command(1))
        link.publish(state(1))
        await world.driver.settled()
    assert recorder.messages == [state(1)]
