"""A fleet from factory-new to goodbye, with a door to join at and a real broker."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocol.codec import Decoded
from protocol.ids import DeviceId
from protocol.messages import Announce, Presence, State
from simulators import registry
from simulators.errors import (
    FalseHubError,
    HubNotFoundError,
    SimulatorError,
    StateError,
    UsageError,
    WrongCodeError,
)
from simulators.fleet import Fleet
from simulators.plan import FleetEvent, Plan
from simulators.state import Credentials, StateFolder
from tests.simulators.brokers import DEADLINE_S, HubSide, Mosquitto
from tests.simulators.doors import CODE, Door
from tests.simulators.scenes import RAISED

pytestmark = pytest.mark.mosquitto

PLUG_1 = DeviceId("smart-plug-0001")


def plan(
    hub: str,
    count: int = 1,
    code: str | None = CODE,
    folder: StateFolder | None = None,
    wait_s: float = 30.0,
    prefix: str = "smart-plug",
) -> Plan:
    return Plan(
        physics=registry.find("smart-plug"),
        count=count,
        seed=1,
        speed=1.0,
        hub=hub,
        code=code,
        prefix=prefix,
        folder=folder or StateFolder(None),
        is_advertised=False,
        wait_s=wait_s,
    )


class Watched:
    """A fleet and what it tells."""

    def __init__(self, plan: Plan) -> None:
        self.told: list[FleetEvent] = []
        self._more = asyncio.Event()
        self.fleet = Fleet(plan, self._tell)

    def kinds(self) -> Counter[str]:
        return Counter(event.kind for event in self.told)

    async def until(self, kind: str, count: int = 1) -> None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                while self.kinds()[kind] < count:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind} in {self.told}") from None

    def _tell(self, event: FleetEvent) -> None:
        self.told.append(event)
        self._more.set()


@asynccontextmanager
async def living(plan: Plan) -> AsyncIterator[Watched]:
    watched = Watched(plan)
    async with asyncio.TaskGroup() as group:
        group.create_task(watched.fleet.run())
        yield watched
        watched.fleet.stop()


async def fate(plan: Plan) -> SimulatorError:
    """Return the error that ends a fleet."""
    watched = Watched(plan)
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(SimulatorError) as caught:
            await watched.fleet.run()
    assert "stopped" not in watched.kinds()
    return caught.value


@pytest.fixture
def door(broker: Mosquitto) -> Iterator[Door]:
    with Door(broker.port) as opened:
        yield opened


async def test_devices_join_come_online_and_say_goodbye(broker: Mosquitto, door: Door) -> None:
    async with HubSide(broker.port) as hub:
        async with living(plan(door.url, count=6)) as watched:
            await watched.until("all_online")
        kinds = watched.kinds()
        assert (kinds["joined"], kinds["online"], kinds["offline"]) == (6, 6, 6)
        assert watched.told[-1].kind == "stopped"
        assert sorted(door.joined) == [f"smart-plug-{n:04d}" for n in range(1, 7)]
        heard = await hub.until(_gone(6))
    serials = [d.message.serial for d in heard if isinstance(d.message, Announce)]
    assert len(set(serials)) == 6
    firsts = {d.topic.device: d.message for d in reversed(heard)}
    assert all(isinstance(message, Announce) for message in firsts.values())


async def test_devices_that_have_joined_need_neither_code_nor_door_and_count_their_boots(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    folder = StateFolder(tmp_path / "kept")
    async with living(plan(door.url, count=2, folder=folder)) as watched:
        await watched.until("all_online")
    async with HubSide(broker.port) as hub:
        again = plan("http://127.0.0.1:9", count=2, code=None, folder=folder)
        async with living(again) as watched:
            await watched.until("all_online")
        heard = await hub.until(_gone(2))
    assert watched.kinds()["joined"] == 0
    assert {d.message.epoch for d in heard if isinstance(d.message, Announce)} == {2}
    assert door.calls["first"] == 2


async def test_closed_window_is_told_once_and_waited_for(broker: Mosquitto, door: Door) -> None:
    door.refusals += [(403, "ECO-JOIN-002"), (403, "ECO-JOIN-002")]
    async with living(plan(door.url)) as watched:
        await watched.until("all_online")
    waiting = [event for event in watched.told if event.kind == "waiting"]
    assert [event.detail for event in waiting] == ["the joining window is closed"]
    assert waiting[0].remedy


async def test_wrong_code_ends_the_fleet_after_one_try(broker: Mosquitto, door: Door) -> None:
    error = await fate(plan(door.url, count=50, code="87654321"))
    assert isinstance(error, WrongCodeError)
    assert error.exit_code == 1
    assert door.calls["second"] == 1


async def test_window_that_stays_closed_ends_the_fleet(broker: Mosquitto, door: Door) -> None:
    door.refusals += [(403, "ECO-JOIN-002")] * 100
    error = await fate(plan(door.url, wait_s=1.0))
    assert error.code == "ECO-JOIN-002"


async def test_device_that_cannot_join_does_not_end_those_that_have(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    folder = StateFolder(tmp_path / "kept")
    async with living(plan(door.url, folder=folder)) as watched:
        await watched.until("all_online")
    async with living(plan(door.url, count=3, code="87654321", folder=folder)) as watched:
        await watched.until("failed")
        await watched.until("online")
        watched.fleet.press()
    assert watched.kinds()["stopped"] == 1


async def test_button_is_pressed_on_every_device(broker: Mosquitto, door: Door) -> None:
    async with HubSide(broker.port) as hub, living(plan(door.url, count=2)) as watched:
        await watched.until("all_online")
        for _ in range(10):
            watched.fleet.press()
        heard = await hub.until(
            lambda heard: any(
                isinstance(d.message, State) and "outlet.on" in d.message.values
                for d in heard
                if not (isinstance(d.message, State) and d.message.full)
            )
        )
    assert heard


async def test_without_code_or_with_an_impossible_id_usage_is_wrong() -> None:
    assert isinstance(await fate(plan("http://127.0.0.1:9", code=None)), UsageError)
    assert isinstance(await fate(plan("http://127.0.0.1:9", prefix="Plug")), UsageError)


async def test_absent_hub_ends_the_fleet_in_time() -> None:
    error = await fate(plan("http://127.0.0.1:9", wait_s=1.0))
    assert isinstance(error, HubNotFoundError)
    assert error.exit_code == 3


async def test_hub_that_cannot_prove_itself_is_not_joined(broker: Mosquitto, door: Door) -> None:
    door.changes["proof"] = "0" * 64
    assert isinstance(await fate(plan(door.url)), FalseHubError)


async def test_boot_counter_that_cannot_be_kept_ends_the_fleet(
    broker: Mosquitto, tmp_path: Path
) -> None:
    kept = Credentials(
        device=PLUG_1,
        hub="hub-1",
        url="http://127.0.0.1:9",
        host="127.0.0.1",
        port=broker.port,
        password="x",
    )
    StateFolder(tmp_path).save(kept)

    class Full(StateFolder):
        def save(self, credentials: Credentials) -> None:
            raise StateError("the disk is full", "make room")

    watched = Watched(plan("http://127.0.0.1:9", folder=Full(tmp_path)))
    with pytest.raises(StateError):
        await watched.fleet.run()


def _gone(count: int) -> Callable[[list[Decoded]], bool]:
    def is_enough(heard: list[Decoded]) -> bool:
        gone = [
            d for d in heard if isinstance(d.message, Presence) and d.message.reason == "shutdown"
        ]
        return len(gone) == count

    return is_enough


async def test_epoch_that_the_hub_has_raised_lasts(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    folder = StateFolder(tmp_path)
    async with HubSide(broker.port) as hub:
        async with living(plan(door.url, folder=folder)) as watched:
            await watched.until("all_online")
            await hub.until(bool)
            hub.send(PLUG_1, RAISED)
            await hub.until(lambda heard: announced(heard)[-1:] == [7])
        async with living(plan(door.url, folder=folder)):
            await hub.until(lambda heard: announced(heard)[-1:] == [8])


def announced(heard: list[Decoded]) -> list[int]:
    return [one.message.epoch for one in heard if isinstance(one.message, Announce)]
