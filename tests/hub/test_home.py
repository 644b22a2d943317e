"""What the home promises: it has been kept, and what cannot be kept has not been done."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from drivers.contract import Receiver
from hub.broker import make_broker
from hub.clock import Clock
from hub.config import BrokerSettings, DiscoverySettings, HubSettings, Settings
from hub.core.activity import Entry
from hub.core.asker import By
from hub.core.commands import CommandRequest
from hub.core.errors import DeviceUnknownError
from hub.core.hub import Hub
from hub.core.records import CommandRecord, DropDevice, SaveCommand
from hub.discovery import Discovery
from hub.home import Home
from hub.security import Security
from hub.store import StoreFullError, Write
from protocol.codec import decode, encode
from protocol.ids import CommandId, DeviceId
from protocol.messages import Ack, Birth, DownMessage, Leave, Presence, SetCommand, State
from protocol.receipt import Status
from tests.alongside import alongside
from tests.hub.core.house import ATTIC, BAND, GATEWAY, SENSOR, house_with
from tests.hub.core.world import LAMP, online_world

ADA = By("person", "person-1", "Ada")
TURNS = 20
"""Turns of the loop after which everything that can go on has gone on."""

Result = TypeVar("Result")


@dataclass
class Shelf:
    """A store whose commits wait to be let through, and may fail."""

    kept: list[Write] = field(default_factory=list)
    twins: list[dict[DeviceId, object]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    error: StoreFullError | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def keep_now(self, saves: Sequence[Write]) -> bool:
        return not saves  # as if all commands were to wait

    async def commit(self, saves: Sequence[Write]) -> None:
        await self.gate.wait()
        if saves and self.error:
            raise self.error
        self.kept.extend(saves)

    def save_activity(self, entries: Sequence[Entry]) -> None:
        self.entries.extend(entries)

    def save_twins(self, twins: Mapping[DeviceId, object]) -> None:
        self.twins.append(dict(twins))

    def status(self, command: CommandId) -> Status | None:
        kept = [s.record for s in self.kept if isinstance(s, SaveCommand)]
        return next((r.status for r in reversed(kept) if r.id == command), None)


@dataclass
class Air:
    """A driver that keeps what it is to send."""

    sent: list[DownMessage] = field(default_factory=list)
    forgotten: list[DeviceId] = field(default_factory=list)
    ways: list[tuple[DeviceId, DeviceId | None]] = field(default_factory=list)

    async def run(self, receiver: Receiver) -> None:
        """Nobody is out there."""

    def send(self, device: DeviceId, message: DownMessage, gateway: DeviceId | None = None) -> bool:
        self.sent.append(message)
        self.ways.append((device, gateway))
        return True

    def announce_birth(self, birth: Birth) -> bool:
        return True

    def forget(self, device: DeviceId) -> None:
        self.forgotten.append(device)


@dataclass
class House:
    home: Home
    shelf: Shelf
    air: Air
    seq: int = 0

    def ask(
        self, client_id: str | None = None, level: int = 7
    ) -> Coroutine[None, None, CommandRecord]:
        request = CommandRequest(
            device=LAMP,
            scope="phone",
            command_id=CommandId(f"wire-{client_id}"),
            values={"lamp.level": level},
            client_id=client_id,
        )
        return self.home.command(request)

    def answer(self, command: CommandRecord, status: str) -> None:
        self.seq += 1
        fields = {"epoch": 1, "seq": self.seq, "id": command.id, "status": status}
        wire = encode(LAMP, Ack.model_validate(fields))
        self.home.receive(decode(wire.topic, wire.payload))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with living(online_world().hub, tmp_path) as house:
        yield house


@asynccontextmanager
async def living(hub: Hub, tmp_path: Path) -> AsyncIterator[House]:
    settings = Settings(
        hub=HubSettings(data_dir=tmp_path), discovery=DiscoverySettings(enabled=False)
    )
    clock, shelf, air = Clock(), Shelf(), Air()
    home = Home(
        settings=settings,
        hub=hub,
        clock=clock,
        store=shelf,  # type: ignore[arg-type]  # all of it that a home uses
        security=Security(shelf, tmp_path, clock),  # type: ignore[arg-type]
        broker=make_broker(BrokerSettings(kind="embedded", port=0), tmp_path),
        discovery=Discovery(settings.discovery, clock),
        drivers={"mqtt": air},
    )
    async with alongside(home.run()):
        shelf.gate.set()
        try:
            yield House(home, shelf, air)
        finally:
            shelf.gate.set()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.twins.LEFT_EVERY_S", 0.001)


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def test_a_receipt_is_told_as_it_is_kept_and_no_further(house: House) -> None:
    command = await house.ask()
    house.shelf.gate.clear()
    house.answer(command, "received")
    asking = asyncio.create_task(house.home.finished(command.id, 0.001))
    told, _ = await asyncio.wait([asking], timeout=0.05)
    assert not told
    house.shelf.gate.set()
    assert (await asking).status is house.shelf.status(command.id) is Status.DELIVERED


async def test_an_end_is_told_after_it_is_kept(house: House) -> None:
    command = await house.ask()
    house.shelf.gate.clear()
    house.answer(command, "rejected")
    asking = asyncio.create_task(house.home.finished(command.id, 0.0))
    await turns()
    assert not asking.done()
    house.shelf.gate.set()
    assert (await asking).status is house.shelf.status(command.id) is Status.REJECTED


async def test_a_command_is_answered_as_accepted_whatever_its_device_says_meanwhile(
    house: House,
) -> None:
    command = await house.ask("a")
    house.shelf.gate.clear()
    asking = asyncio.create_task(house.ask("b", level=8))
    await turns()
    house.answer(command, "received")
    house.shelf.gate.set()
    assert (await asking).status is Status.ACCEPTED


async def test_a_repeated_command_outlives_a_full_disk(house: House) -> None:
    command = await house.ask("a")
    house.shelf.error = StoreFullError("No room", "Free some space.")
    house.shelf.gate.clear()
    failing = asyncio.create_task(house.ask("b", level=8))
    await turns()
    repeating = asyncio.create_task(house.ask("a"))
    await turns()
    house.shelf.gate.set()
    with pytest.raises(StoreFullError):
        await failing
    assert (await repeating).id == command.id
    assert house.home.hub.commands.get(command.id) is not None


async def test_a_repeat_of_a_command_that_cannot_be_kept_fails_like_it(house: House) -> None:
    house.shelf.error = StoreFullError("No room", "Free some space.")
    house.shelf.gate.clear()
    first = asyncio.create_task(house.ask("a"))
    await turns()
    second = asyncio.create_task(house.ask("a"))
    await turns()
    house.shelf.gate.set()
    for asking in (first, second):
        with pytest.raises(StoreFullError):
            await asking
    assert house.home.hub.commands.find("phone", "a") is None
    assert house.air.sent == []


async def test_a_device_that_cannot_be_forgotten_is_still_there(house: House) -> None:
    house.shelf.error = StoreFullError("No room", "Free some space.")
    with pytest.raises(StoreFullError):
        await house.home.tending.unjoin(LAMP, ADA)
    assert LAMP in house.home.hub.devices
    assert house.air.forgotten == []
    house.shelf.error = None
    await house.home.tending.unjoin(LAMP, ADA)
    assert LAMP not in house.home.hub.devices
    assert house.air.forgotten == [LAMP]
    with pytest.raises(DeviceUnknownError):
        await house.home.tending.unjoin(LAMP, ADA)


async def test_a_name_that_cannot_be_kept_is_not_given(house: House) -> None:
    before = house.home.hub.devices[LAMP].record
    house.shelf.error = StoreFullError("No room", "Free some space.")
    with pytest.raises(StoreFullError):
        await house.home.tending.rename(LAMP, "Bedside")
    with pytest.raises(StoreFullError):
        await house.home.tending.set_mode(LAMP, "warn", ADA)
    assert house.home.hub.devices[LAMP].record == before


async def test_children_are_commanded_and_sent_away_through_their_gateway(tmp_path: Path) -> None:
    async with living(house_with(BAND, SENSOR).hub, tmp_path) as house:
        values = {"lamp.level": 7}
        await house.home.command(CommandRequest(BAND, "phone", CommandId("c1"), values))
        await house.home.tending.unjoin(BAND, ADA)
        await turns()
        assert [type(message) for message in house.air.sent] == [SetCommand, Leave]
        assert house.air.ways == [(BAND, GATEWAY), (BAND, GATEWAY)]
        assert house.air.forgotten == []
        assert house.home.hub.devices[GATEWAY].record.barred == (BAND,)
        await house.home.tending.let_in(GATEWAY, BAND)
        assert house.home.hub.devices[GATEWAY].record.barred == ()
        await house.home.tending.unjoin(GATEWAY, ADA)
        assert dict(house.home.hub.devices) == {}
        dropped = [save.device for save in house.shelf.kept if isinstance(save, DropDevice)]
        assert set(dropped) == {BAND, GATEWAY, SENSOR}


async def test_what_cannot_be_kept_of_a_household_does_not_hold(tmp_path: Path) -> None:
    world = house_with(BAND)
    world.start(ATTIC)
    async with living(world.hub, tmp_path) as house:
        house.shelf.error = StoreFullError("No room", "Free some space.")
        with pytest.raises(StoreFullError):
            await house.home.tending.move(BAND, ATTIC)
        with pytest.raises(StoreFullError):
            await house.home.tending.make_room(GATEWAY, 3, ADA)
        assert world.device(BAND).record.moves_to is None
        assert world.device(GATEWAY).record.max_children == 64
        house.shelf.error = None
        await house.home.tending.move(BAND, ATTIC)
        assert world.device(BAND).record.moves_to == ATTIC


async def test_a_child_that_leaves_while_it_is_let_move_leaves_nothing(tmp_path: Path) -> None:
    world = house_with(BAND)
    world.start(ATTIC)
    async with living(world.hub, tmp_path) as house:
        house.shelf.gate.clear()
        moving = asyncio.create_task(house.home.tending.move(BAND, ATTIC))
        await turns()
        world.take(world.hub.unjoin(BAND))
        house.shelf.gate.set()
        await moving
        await turns()
        assert house.shelf.kept[-1] == DropDevice(BAND)


@pytest.mark.usefixtures("soon")
async def test_only_the_twin_of_a_device_that_is_gone_goes_to_the_disk_soon(house: House) -> None:
    def say(message: State | Presence) -> None:
        wire = encode(LAMP, message)
        house.home.receive(decode(wire.topic, wire.payload))

    say(State(epoch=1, seq=50, values={"lamp.level": 3}))
    await asyncio.sleep(0.05)  # in which it would have been kept fifty times
    assert not any(house.shelf.twins)
    say(Presence(status="offline", epoch=1, connection=1, reason="shutdown"))
    async with asyncio.timeout(5):
        while not any(house.shelf.twins):  # noqa: ASYNC110 - a task of the home does it
            await asyncio.sleep(0)
    assert [set(twins) for twins in house.shelf.twins if twins] == [{LAMP}]
