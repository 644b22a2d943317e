"""What every driver has to do, as checks that know nothing about its family.

A driver's own test makes a world around it and runs each check in a fresh one:

    @pytest.mark.parametrize("check", CHECKS, ids=name_of)
    async def test_memory(check: Check) -> None:
        await run_check(check, MemoryWorld())
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import pairwise
from types import CoroutineType
from typing import Final, Protocol

from drivers.contract import Driver
from protocol.ids import DeviceId
from protocol.messages import (
    Ack,
    AnyMessage,
    Birth,
    Event,
    Presence,
    SetCommand,
    SpecGet,
    State,
    UpMessage,
    Verdict,
)
from protocol.topics import Leaf, Topic
from tests.drivers.recorder import DEADLINE_S, Recorder

STOP_S: Final = 2.0
"""A cancelled driver ends within this time."""

ONE, TWO, STRANGER, ABSENT = (
    DeviceId(f"suite-device-{name}") for name in ("one", "two", "unheard", "absent")
)
CHILD, SIBLING = DeviceId("suite-child-one"), DeviceId("suite-child-two")
DEVICES: Final = (ONE, TWO, STRANGER)
"""Whom a world lets in."""


class End(Protocol):
    """The device's end of a link, as a check uses it."""

    async def publish(self, message: UpMessage, child: DeviceId | None = None) -> None:
        """Say a message to the hub, as a gateway for a child if one is given."""

    async def publish_raw(self, leaf: Leaf, payload: bytes) -> None:
        """Say any bytes to the hub."""

    async def heard(self) -> AnyMessage:
        """Return the next message of the hub; it was there or comes soon."""

    async def heard_for(self) -> tuple[DeviceId | None, AnyMessage]:
        """Return the next message of the hub, and for which child it is."""


class World(Protocol):
    """A driver and what is around it."""

    @property
    def driver(self) -> Driver:
        """The driver under test; not run yet."""

    @property
    def keeps_presence(self) -> bool:
        """Whether the way keeps the last presence of each device for the hub to find."""

    def owns(self, file: str) -> bool:
        """Say whether tasks of code in `file` are the world's own and not the driver's."""

    def set_up(self) -> AbstractAsyncContextManager[None]:
        """Have everything but the driver running."""

    async def attach(self, device: DeviceId) -> End:
        """Connect one of `DEVICES`; after that what the hub sends reaches it."""

    async def cut(self) -> None:
        """Break the way between the driver and its devices."""

    async def mend(self) -> None:
        """Let there be a way again."""


Check = Callable[[World], Awaitable[None]]


async def run_check(check: Check, world: World) -> None:
    """Run one check in its world."""
    async with world.set_up():
        await check(world)


def name_of(check: Check) -> str:
    """Return the name under which a check shows."""
    return getattr(check, "__name__", "check")


@asynccontextmanager
async def running(world: World, recorder: Recorder) -> AsyncIterator[asyncio.Task[None]]:
    """Have the driver running with its link up."""
    task = asyncio.create_task(world.driver.run(recorder))
    try:
        await recorder.until(lambda: recorder.is_up)
        yield task
    finally:
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=STOP_S)
        assert done, "a cancelled driver ends soon"


def state(seq: int, level: int = 1) -> State:
    return State(epoch=1, seq=seq, values={"fan.level": level})


def command(number: int) -> SetCommand:
    return SetCommand(id=f"c{number}", ttl_ms=5000, values={"fan.level": number})


BIRTH: Final = Birth(id="birth-1", hub="hub-1", epoch=1, time_ms=0, spread_s=0.0)
ONLINE: Final = Presence(status="online", epoch=1, connection=1)
UP: Final[tuple[UpMessage, ...]] = (
    ONLINE,
    state(1),
    Event(epoch=1, seq=1, event="filter.worn"),
    Ack(epoch=1, seq=1, id="c1", status="received"),
)
DOWN: Final = (
    command(1),
    SpecGet(id="s1", ttl_ms=5000, sha256="0" * 64, offset=0),
    Verdict(rule="ECO-CODEC-003", leaf="state", path="", sample="", text="t", fix="f", count=1),
)


async def what_a_device_says_reaches_the_hub(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one = await world.attach(ONE)
        for message in UP:
            await one.publish(message)
        await recorder.until(lambda: len(recorder.decoded) == len(UP))
    assert by_kind(recorder.messages) == list(UP)
    assert {decoded.topic.device for decoded in recorder.decoded} == {ONE}


def by_kind(messages: list[AnyMessage]) -> list[AnyMessage]:
    """Return messages in the order of `UP`: those of different leaves have no order."""
    kinds: list[type] = [type(message) for message in UP]
    return sorted(messages, key=lambda message: kinds.index(type(message)))


async def what_the_hub_says_reaches_that_device_alone(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one, two = await world.attach(ONE), await world.attach(TWO)
        for message in DOWN:
            assert world.driver.send(ONE, message)
        assert world.driver.send(TWO, command(9))
        heard = [await one.heard() for _ in DOWN]
        assert await two.heard() == command(9)
    assert sorted(map(repr, heard)) == sorted(map(repr, DOWN))


async def what_a_gateway_says_for_its_children_reaches_the_hub_in_order(world: World) -> None:
    recorder = Recorder(SIBLING)
    async with running(world, recorder):
        one = await world.attach(ONE)
        for seq in range(1, 101):
            await one.publish(state(seq), CHILD)
            await one.publish(Event(epoch=1, seq=seq, event="filter.worn"), SIBLING)
        await one.publish(ONLINE, CHILD)
        await recorder.until(lambda: len(recorder.decoded) == 101 and len(recorder.asked) == 201)
    assert {decoded.topic.device for decoded in recorder.decoded} == {ONE}
    assert {decoded.topic.child for decoded in recorder.decoded} == {CHILD}
    seqs = [message.seq for message in recorder.messages if isinstance(message, State)]
    assert seqs == list(range(1, 101))


async def what_the_hub_says_to_a_child_reaches_its_gateway_in_order(world: World) -> None:
    async with running(world, Recorder()):
        one, two = await world.attach(ONE), await world.attach(TWO)
        for number in range(50):
            assert world.driver.send(CHILD, command(number), ONE)
        assert world.driver.send(SIBLING, command(99), TWO)
        heard = [await one.heard_for() for _ in range(50)]
        assert heard == [(CHILD, command(number)) for number in range(50)]
        assert await two.heard_for() == (SIBLING, command(99))


async def messages_of_a_device_keep_their_order(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one, two = await world.attach(ONE), await world.attach(TWO)
        for seq in range(1, 201):
            await one.publish(state(seq))
            await two.publish(Event(epoch=1, seq=seq, event="filter.worn"))
        await recorder.until(lambda: len(recorder.decoded) == 400)
    for device in (ONE, TWO):
        said = [d.message for d in recorder.decoded if d.topic.device == device]
        assert [m.seq for m in said if isinstance(m, State | Event)] == list(range(1, 201))


async def commands_keep_their_order(world: World) -> None:
    async with running(world, Recorder()):
        one = await world.attach(ONE)
        for number in range(100):
            assert world.driver.send(ONE, command(number))
        assert [await one.heard() for _ in range(100)] == [command(n) for n in range(100)]


async def what_breaks_a_rule_is_refused_and_the_next_message_comes(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one = await world.attach(ONE)
        for payload in (b"{", b"[]", b"\xff", b'{"epoch": 1}', b"x" * 20_000):
            await one.publish_raw(Leaf.STATE, payload)
        await one.publish(state(1))
        await recorder.until(lambda: len(recorder.decoded) == 1)
    assert recorder.rules[:3] == ["ECO-CODEC-003", "ECO-CODEC-004", "ECO-CODEC-002"]
    assert recorder.rules[3].startswith("ECO-MSG-001")
    assert recorder.rules[-1] == "ECO-CODEC-001"
    assert {topic for topic, _ in recorder.refused} == {Topic(ONE, Leaf.STATE)}


async def a_device_that_is_not_heard_is_asked_for_and_no_more(world: World) -> None:
    recorder = Recorder(STRANGER)
    async with running(world, recorder):
        stranger = await world.attach(STRANGER)
        await stranger.publish(state(1))
        await stranger.publish_raw(Leaf.STATE, b"{")
        await recorder.until(lambda: recorder.asked.count(STRANGER) == 2)
        assert recorder.decoded == []
        recorder.deaf_to.clear()
        await stranger.publish(state(2))
        await recorder.until(lambda: recorder.messages == [state(2)])
    assert recorder.refused == []


async def without_a_link_nothing_is_sent_and_that_is_said(world: World) -> None:
    driver, recorder = world.driver, Recorder()
    assert not driver.send(ONE, command(1))
    assert not driver.announce_birth(BIRTH)
    driver.forget(ONE)
    async with running(world, recorder):
        await world.cut()
        await recorder.until(lambda: not recorder.is_up)
        assert not driver.send(ONE, command(1))
        assert not driver.announce_birth(BIRTH)
        driver.forget(ONE)
    assert not driver.send(ONE, command(1))


async def a_lost_link_is_said_once_with_its_reason_and_mended(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one = await world.attach(ONE)
        await world.cut()
        await recorder.until(lambda: not recorder.is_up)
        await world.mend()
        await recorder.until(lambda: recorder.is_up)
        await one.publish(state(1))
        await recorder.until(lambda: state(1) in recorder.messages)
        assert world.driver.send(ONE, command(1))
        assert await one.heard() == command(1)
    ups = [is_up for is_up, _ in recorder.links]
    assert ups[0]
    assert ups[-1]
    assert all(bool(reason) is not is_up for is_up, reason in recorder.links)
    assert all(before != after for before, after in pairwise(recorder.links))


async def a_birth_at_link_up_reaches_all_and_their_answers_are_heard(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one, two = await world.attach(ONE), await world.attach(TWO)
        await world.cut()
        await recorder.until(lambda: not recorder.is_up)
        sent: list[bool] = []
        recorder.when_up = lambda: sent.append(world.driver.announce_birth(BIRTH))
        await world.mend()
        for seq, end in enumerate((one, two), 1):
            assert await end.heard() == BIRTH
            await end.publish(Event(epoch=1, seq=seq, event="filter.worn"))
        await recorder.until(lambda: len(recorder.decoded) == 2)
    assert sent == [True]


async def a_forgotten_device_leaves_nothing_behind(world: World) -> None:
    recorder = Recorder()
    async with running(world, recorder):
        one, two = await world.attach(ONE), await world.attach(TWO)
        await one.publish(ONLINE)
        await recorder.until(lambda: recorder.messages == [ONLINE])
        await _relink(world, recorder)
        if world.keeps_presence:
            await recorder.until(lambda: recorder.messages == [ONLINE, ONLINE])
        recorder.decoded.clear()
        world.driver.forget(ONE)
        assert world.driver.send(TWO, command(1))
        await two.heard()  # so the forgetting is through as well
        await _relink(world, recorder)
        await two.publish(Event(epoch=1, seq=1, event="filter.worn"))
        await recorder.until(lambda: len(recorder.decoded) == 1)
    assert [type(message) for message in recorder.messages] == [Event]
    assert recorder.refused == []


async def a_message_that_is_too_large_is_not_sent_and_the_next_one_is(world: World) -> None:
    async with running(world, Recorder()):
        one = await world.attach(ONE)
        large = SetCommand(id="large", ttl_ms=5000, values={"a.b": "x" * 20_000})
        assert not world.driver.send(ONE, large)
        assert world.driver.send(ONE, command(1))
        assert await one.heard() == command(1)


async def a_message_to_a_device_that_is_not_there_harms_nobody(world: World) -> None:
    async with running(world, Recorder()):
        one = await world.attach(ONE)
        world.driver.send(ABSENT, command(1))
        assert world.driver.send(ONE, command(2))
        assert await one.heard() == command(2)


async def a_cancelled_driver_ends_soon_and_leaves_no_task(world: World) -> None:
    recorder = Recorder()
    one = await world.attach(ONE)
    before = asyncio.all_tasks()
    async with running(world, recorder) as task:
        await one.publish(state(1))
        await recorder.until(lambda: recorder.decoded != [])
    assert task.cancelled()
    await _until_no_task_is_left(world, before)


async def a_driver_is_cancelled_as_well_while_it_has_no_link(world: World) -> None:
    await world.cut()
    before, recorder = asyncio.all_tasks(), Recorder()
    task = asyncio.create_task(world.driver.run(recorder))
    await recorder.until(lambda: recorder.links != [])
    assert not recorder.is_up
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=STOP_S)
    assert done
    await _until_no_task_is_left(world, before)


async def _until_no_task_is_left(world: World, before: set[asyncio.Task[object]]) -> None:
    def left() -> list[str]:
        coroutines = [task.get_coro() for task in asyncio.all_tasks() - before]
        files = [c.cr_code.co_filename for c in coroutines if isinstance(c, CoroutineType)]
        return [file for file in files if not world.owns(file)]

    async with asyncio.timeout(DEADLINE_S):
        while left():  # noqa: ASYNC110 - what was cancelled needs a turn
            await asyncio.sleep(0)


async def _relink(world: World, recorder: Recorder) -> None:
    await world.cut()
    await recorder.until(lambda: not recorder.is_up)
    await world.mend()
    await recorder.until(lambda: recorder.is_up)


CHECKS: Final[tuple[Check, ...]] = (
    what_a_device_says_reaches_the_hub,
    what_the_hub_says_reaches_that_device_alone,
    what_a_gateway_says_for_its_children_reaches_the_hub_in_order,
    what_the_hub_says_to_a_child_reaches_its_gateway_in_order,
    messages_of_a_device_keep_their_order,
    commands_keep_their_order,
    what_breaks_a_rule_is_refused_and_the_next_message_comes,
    a_device_that_is_not_heard_is_asked_for_and_no_more,
    without_a_link_nothing_is_sent_and_that_is_said,
    a_lost_link_is_said_once_with_its_reason_and_mended,
    a_birth_at_link_up_reaches_all_and_their_answers_are_heard,
    a_forgotten_device_leaves_nothing_behind,
    a_message_that_is_too_large_is_not_sent_and_the_next_one_is,
    a_message_to_a_device_that_is_not_there_harms_nobody,
    a_cancelled_driver_ends_soon_and_leaves_no_task,
    a_driver_is_cancelled_as_well_while_it_has_no_link,
)
