"""Devices on a real broker: what goes over the wire, and what happens when it breaks."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from protocol.codec import Decoded, encode
from protocol.ids import DeviceId
from protocol.messages import (
    Ack,
    ActionCommand,
    Announce,
    Event,
    Presence,
    SetCommand,
    State,
    StateGet,
)
from protocol.topics import Leaf
from simulators.device import Settings, SimDevice
from simulators.link import UNSENT, Change
from simulators.links import Links
from simulators.party import Party
from simulators.voice import Identity
from simulators.wire import Access, open_socket
from tests.alongside import alongside
from tests.simulators.brokers import DEADLINE_S, HubSide, Mosquitto, mosquitto
from tests.simulators.scenes import LAMP, RAISED, Lamp

pytestmark = pytest.mark.mosquitto


class Home:
    """Some lamps on their links, and what became of them."""

    def __init__(self, port: int, count: int = 1, password: str = "") -> None:
        self.changes: list[Change] = []
        self.dialled: Counter[DeviceId] = Counter()
        self.physics: dict[DeviceId, Lamp] = {}
        self.links = Links(time.monotonic, _rng(), self._changed, self._before_dial)
        self.may_dial = asyncio.Event()
        self.may_dial.set()
        self.is_asked = asyncio.Event()
        self._moved = asyncio.Event()
        for number in range(count):
            device = DeviceId(f"bench-lamp-{number:04d}")
            self.physics[device] = Lamp(reboot_s=1.0)
            identity = Identity(device, serial=f"S{number}")
            sim = SimDevice(identity, LAMP, self.physics[device], Settings(seed=number))
            self.links.add(sim, Access("127.0.0.1", port, device, password))

    async def until(self, is_enough: Callable[[list[Change]], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not is_enough(self.changes):
                self._moved.clear()
                await self._moved.wait()

    async def all_online(self) -> None:
        await self.until(
            lambda seen: len({c.device for c in seen if c.status == "online"}) == len(self.physics)
        )

    def _changed(self, change: Change) -> None:
        self.changes.append(change)
        self._moved.set()

    async def _before_dial(self, device: Party) -> None:
        self.is_asked.set()
        await self.may_dial.wait()
        self.dialled[device.id] += 1


@asynccontextmanager
async def running(home: Home) -> AsyncIterator[Home]:
    async with alongside(home.links.run()):
        yield home


LAMP_1 = DeviceId("bench-lamp-0000")


def _rng() -> Random:
    return Random(1)  # noqa: S311 - no secret


def count_of(heard: list[Decoded], kind: type) -> int:
    return sum(isinstance(decoded.message, kind) for decoded in heard)


async def test_device_introduces_itself_in_order_and_stays_as_retained_presence(
    broker: Mosquitto,
) -> None:
    async with HubSide(broker.port) as hub, running(Home(broker.port)) as home:
        await home.all_online()
        heard = await hub.until(lambda heard: count_of(heard, State) > 0)
        assert [d.topic.leaf for d in heard[:3]] == [Leaf.ANNOUNCE, Leaf.PRESENCE, Leaf.STATE]
        async with HubSide(broker.port) as late:
            await late.until(lambda heard: bool(late.retained) or bool(heard))
            assert [d.message for d in late.retained] == [
                Presence(status="online", epoch=1, connection=1)
            ]


async def test_command_is_answered_and_shown(broker: Mosquitto) -> None:
    async with HubSide(broker.port) as hub, running(Home(broker.port)) as home:
        await home.all_online()
        hub.send(LAMP_1, SetCommand(id="c1", ttl_ms=5_000, values={"light.brightness": 3}))
        heard = await hub.until(lambda heard: any(_cause(d) == "c1" for d in heard))
        acks = [d.message.status for d in heard if isinstance(d.message, Ack)]
        assert acks == ["received", "done"]
        assert home.physics[LAMP_1].brightness == 3


async def test_retained_command_is_not_carried_out(broker: Mosquitto) -> None:
    async with HubSide(broker.port) as hub:
        stale = SetCommand(id="c1", ttl_ms=5_000, values={"light.brightness": 3})
        hub.send(LAMP_1, stale, retain=True)
        async with running(Home(broker.port)) as home:
            await home.all_online()
            hub.send(LAMP_1, StateGet(id="hub.1", ttl_ms=5_000))
            await hub.until(lambda heard: count_of(heard, State) >= 2)
            assert count_of(hub.heard, Ack) == 0
            assert home.physics[LAMP_1].applied == []


async def test_orderly_goodbye_is_heard_and_the_will_is_not(broker: Mosquitto) -> None:
    async with HubSide(broker.port) as hub, running(Home(broker.port, count=5)) as home:
        await home.all_online()
        await home.links.leave(5.0)
        await hub.until(lambda heard: _absences(heard)["shutdown"] == 5)
        assert _absences(hub.heard) == {"shutdown": 5}


async def test_device_that_dies_is_told_by_its_will(broker: Mosquitto) -> None:
    async with HubSide(broker.port) as hub:
        async with running(Home(broker.port)) as home:
            await home.all_online()
            await hub.until(lambda heard: count_of(heard, State) > 0)
        heard = await hub.until(lambda heard: bool(_absences(heard)))
        assert heard[-1].message == Presence(status="offline", epoch=1, connection=1, reason="lost")


async def test_will_stays_as_retained_presence(broker: Mosquitto) -> None:
    async with running(Home(broker.port)) as home:
        await home.all_online()
    async with HubSide(broker.port) as late:
        await late.until(lambda _: bool(late.retained))
        lost = Presence(status="offline", epoch=1, connection=1, reason="lost")
        assert [d.message for d in late.retained] == [lost]


async def test_event_that_the_broker_never_acknowledged_is_told_again(broker: Mosquitto) -> None:
    async with running(Home(broker.port)) as home:
        await home.all_online()
        rung = asyncio.Event()
        home.physics[LAMP_1].ring = rung.set
        broker.freeze()
        home.links.links[0].press("alarm")
        async with asyncio.timeout(DEADLINE_S):
            await rung.wait()
        home.may_dial.clear()
        broker.kill()
        await broker.start()
        async with HubSide(broker.port) as hub:
            home.may_dial.set()
            heard = await hub.until(lambda heard: count_of(heard, Event) == 1)
    assert [d.message.seq for d in heard if isinstance(d.message, Event)] == [1]


async def test_socket_to_the_broker_does_not_wait_to_gather_bytes(broker: Mosquitto) -> None:
    sock = await open_socket("localhost", broker.port, DEADLINE_S)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    assert sock.gettimeout() == 0.0
    sock.close()


async def test_link_whose_broker_takes_nothing_is_made_anew(broker: Mosquitto) -> None:
    async with running(Home(broker.port)) as home:
        await home.all_online()
        broker.freeze()
        for number in range(UNSENT + 1):
            unknown = SetCommand(id=f"c{number}", ttl_ms=1_000, values={"light.none": 1})
            encoded = encode(LAMP_1, unknown)
            home.links.links[0].arrived(encoded.topic, encoded.payload, is_retained=False)
        await home.until(lambda seen: seen[-1].status == "offline")
        assert home.changes[-1].reason == "the broker takes nothing"


async def test_connect_is_what_the_protocol_asks_for() -> None:
    connects: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connects.put_nowait(await reader.read(4_096))
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server, running(Home(server.sockets[0].getsockname()[1], password="hush")):
        connect = await asyncio.wait_for(connects.get(), DEADLINE_S)
    body = connect[connect.index(b"MQTT") - 2 :]
    level, flags, keep_alive_s = body[6], body[7], int.from_bytes(body[8:10], "big")
    assert level == 4  # MQTT 3.1.1
    assert flags == 0b1110_1110  # user, password, will retained at QoS 1, clean session
    assert 10 <= keep_alive_s <= 60
    assert _texts(body[10:]) == [
        LAMP_1.encode(),
        f"eco/1/{LAMP_1}/presence".encode(),
        b'{"status":"offline","epoch":1,"connection":1,"reason":"lost"}',
        LAMP_1.encode(),
        b"hush",
    ]


async def test_devices_come_back_after_the_broker_was_killed(broker: Mosquitto) -> None:
    async with running(Home(broker.port, count=5)) as home:
        await home.all_online()
        broker.kill()
        await home.until(lambda seen: sum(c.status == "offline" for c in seen) == 5)
        home.changes.clear()
        await broker.start()
        async with HubSide(broker.port) as hub:
            await home.all_online()
            hub.send(LAMP_1, StateGet(id="hub.1", ttl_ms=5_000))
            await hub.until(lambda heard: count_of(heard, State) > 0)
        connections = [link.device.dial().connection for link in home.links.links]
        assert min(connections) >= 3


async def test_reboot_takes_the_device_away_and_brings_it_back_a_boot_later(
    broker: Mosquitto,
) -> None:
    async with HubSide(broker.port) as hub, running(Home(broker.port)) as home:
        await home.all_online()
        hub.send(LAMP_1, ActionCommand(id="c1", ttl_ms=5_000, action="light.reboot", epoch=1))
        heard = await hub.until(lambda heard: count_of(heard, Announce) == 2)
        announces = [d.message for d in heard if isinstance(d.message, Announce)]
        assert [(a.epoch, a.connection) for a in announces] == [(1, 1), (2, 1)]
        assert _absences(heard) == {"reset": 1}
        assert home.dialled[LAMP_1] == 2


async def test_button_and_event_are_heard(broker: Mosquitto) -> None:
    async with HubSide(broker.port) as hub, running(Home(broker.port)) as home:
        await home.all_online()
        home.links.links[0].press("more")
        home.links.links[0].press("alarm")
        heard = await hub.until(lambda heard: count_of(heard, Event) == 1)
        shown = [d.message.values for d in heard if isinstance(d.message, State)]
        assert {"light.brightness": 77} in shown


async def test_wrong_password_is_told_and_tried_again(tmp_path: Path) -> None:
    async with (
        mosquitto(tmp_path, users={"hub": "hub"}) as broker,
        running(Home(broker.port, password="wrong")) as home,
    ):
        await home.until(lambda seen: len(seen) >= 2)
        assert {c.status for c in home.changes} == {"refused"}
        assert "Not authorized" in home.changes[0].reason


async def test_absent_broker_is_told_and_tried_again(broker: Mosquitto) -> None:
    broker.kill()
    async with running(Home(broker.port)) as home:
        await home.until(lambda seen: len(seen) >= 2)
        assert {c.status for c in home.changes} == {"unreachable"}
        await home.links.leave(5.0)


async def test_hundred_devices_need_no_thread_of_their_own(broker: Mosquitto) -> None:
    async with running(Home(broker.port, count=100)) as home:
        await home.all_online()
        own = [t for t in threading.enumerate() if t.name.startswith("paho")]
        assert own == []
        assert len(asyncio.all_tasks()) < 50
        await home.links.leave(5.0)


def _cause(decoded: Decoded) -> str | None:
    return decoded.message.cause if isinstance(decoded.message, State) else None


def _absences(heard: list[Decoded]) -> Counter[str]:
    return Counter(
        d.message.reason or ""
        for d in heard
        if isinstance(d.message, Presence) and d.message.status == "offline"
    )


def _texts(payload: bytes) -> list[bytes]:
    """Return the length-prefixed texts of a CONNECT: client id, will, user, password."""
    texts = []
    while payload:
        length = int.from_bytes(payload[:2], "big")
        texts.append(payload[2 : 2 + length])
        payload = payload[2 + length :]
    return texts


async def test_epoch_that_the_hub_has_raised_is_told_once_it_lasts(broker: Mosquitto) -> None:
    async with HubSide(broker.port) as hub, running(Home(broker.port, 2)) as home:
        await home.all_online()
        await hub.until(lambda heard: count_of(heard, State) == 2)
        home.may_dial.clear()
        home.is_asked.clear()
        hub.send(LAMP_1, RAISED)
        await home.is_asked.wait()
        hub.send(LAMP_1, StateGet(id="g.1", ttl_ms=1000))
        hub.send(DeviceId("bench-lamp-0001"), StateGet(id="g.2", ttl_ms=1000))
        heard = await hub.until(lambda heard: count_of(heard, State) == 3)
        assert count_of(heard, Announce) == 2
        home.may_dial.set()
        heard = await hub.until(lambda heard: count_of(heard, State) >= 5)
        assert [d.message.epoch for d in heard if isinstance(d.message, Announce)] == [1, 1, 7]
