"""The bare limit: the hub's broker without a hub, and nothing but an MQTT client behind it.

`python -m benchmarks.bare FOLDER`. The broker is mosquitto as the hub starts it, save that it keeps
no log. What takes reports is gmqtt as it comes; what asks devices is the leanest client there is.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import gmqtt
from gmqtt.mqtt.constants import MQTTv311

from benchmarks.orders import Arrivals, Ask, Await, Open, Order
from benchmarks.wire import Line, Login
from benchmarks.worker import obey
from drivers.contract import BrokerAccess
from hub.broker import find_mosquitto, hash_password
from hub.broker.files import Listener
from hub.broker.mosquitto import MosquittoBroker
from protocol import topics
from protocol.ids import DeviceId
from protocol.topics import Leaf

START_WITHIN_S = 10.0
WITHIN_S = 60.0


class Bare:
    """A broker, and one client of it at a time.

    Args:
        folder: For the broker's files.
        tasks: Where the broker runs.
    """

    def __init__(self, folder: Path, tasks: asyncio.TaskGroup) -> None:
        self._folder, self._tasks = folder, tasks
        self._running: asyncio.Task[None] | None = None
        self._access: BrokerAccess | None = None
        self._drain: _Drain | None = None

    async def do(self, order: Order) -> Sequence[float]:
        """Obey an order."""
        match order:
            case Open(logins):
                await self._open(logins)
            case Await(count):
                self._drain = _Drain(self.access, count)
                await self._drain.open()
            case Arrivals(is_each) if self._drain is not None:
                arrivals = await self._drain.arrivals()
                return arrivals if is_each else arrivals[-1:]
            case Ask(devices, count, at_once):
                return await _Asker(self.access, devices).ask(count, at_once)
            case _:
                raise ValueError("no order for the bare client")
        return ()

    async def close(self) -> None:
        """End the broker."""
        if self._running is not None:
            self._running.cancel()

    @property
    def access(self) -> BrokerAccess:
        """The one user that may hear and say everything."""
        if self._access is None:
            raise RuntimeError("the broker is not open")
        return self._access

    async def _open(self, logins: Sequence[Login]) -> None:
        program = find_mosquitto()
        if program is None:
            raise RuntimeError("there is no mosquitto")
        listener = Listener(logins[0].host, logins[0].port)
        broker = MosquittoBroker(program, self._folder, listener)
        broker.set_credentials({DeviceId(one.user): hash_password(one.password) for one in logins})
        self._running = self._tasks.create_task(broker.run())
        if not await broker.wait_ready(START_WITHIN_S):
            raise RuntimeError(broker.state.detail)
        self._access = broker.access


class _Drain:
    """gmqtt as it comes, taking reports and noting when they came."""

    def __init__(self, access: BrokerAccess, count: int) -> None:
        self._access, self._count = access, count
        self._arrivals: list[float] = []
        self._is_whole = asyncio.Event()
        self._is_subscribed = asyncio.Event()
        self._client = gmqtt.Client(access.user)
        self._client.on_message = self._note
        self._client.on_subscribe = lambda *_, **__: self._is_subscribed.set()

    async def open(self) -> None:
        """Connect and subscribe to all reports."""
        access = self._access
        self._client.set_auth_credentials(access.user, access.password)
        async with asyncio.timeout(START_WITHIN_S):
            await self._client.connect(access.host, access.port, version=MQTTv311)
            self._client.subscribe(f"{topics.ROOT}/+/{Leaf.STATE}", qos=0)
            await self._is_subscribed.wait()

    async def arrivals(self) -> list[float]:
        """Wait for all reports, leave, and return when each came."""
        async with asyncio.timeout(WITHIN_S):
            await self._is_whole.wait()
            await self._client.disconnect()
        return self._arrivals

    def _note(
        self, _client: gmqtt.Client, _topic: str, _payload: bytes, _qos: int, _more: object
    ) -> int:
        self._arrivals.append(time.monotonic())
        if len(self._arrivals) == self._count:
            self._is_whole.set()
        return 0


class _Asker:
    """Sends requests to devices, which answer at once."""

    def __init__(self, access: BrokerAccess, devices: Sequence[str]) -> None:
        self._login = Login(access.host, access.port, access.user, access.password)
        self._topics = [topics.build(DeviceId(one), Leaf.COMMAND).encode() for one in devices]
        self._line = Line(self._answered)
        self._sent: dict[bytes, float] = {}
        self._took: list[float] = []
        self._left: Iterator[tuple[int, bytes]] = iter(())
        self._count = 0
        self._is_done = asyncio.Event()

    async def ask(self, count: int, at_once: int) -> list[float]:
        """Return how long each answer took, and at the end how long all of them did."""
        self._count = count
        self._left = iter(enumerate(islice(cycle(self._topics), count)))
        async with asyncio.timeout(WITHIN_S):
            await self._line.open(self._login, [f"{topics.ROOT}/+/{Leaf.ACK}"])
            began_s = time.monotonic()
            for _ in range(at_once):
                self._send()
            await self._is_done.wait()
            took_s = time.monotonic() - began_s
        self._line.close()
        return [*self._took, took_s]

    def _send(self) -> None:
        number, topic = next(self._left, (0, b""))
        if topic:
            payload = b'{"id":"%d","ttl_ms":10000,"type":"set","values":{"fan.level":2}}' % number
            self._sent[payload] = time.monotonic()
            self._line.write(self._line.publish(topic, payload))

    def _answered(self, _topic: bytes, payload: bytes) -> None:
        self._took.append(time.monotonic() - self._sent.pop(payload))
        if len(self._took) == self._count:
            self._is_done.set()
        else:
            self._send()


async def main() -> None:
    """Obey until stdin ends."""
    async with asyncio.TaskGroup() as tasks:
        bare = Bare(Path(sys.argv[1]), tasks)
        await obey(bare.do)
        await bare.close()


if __name__ == "__main__":
    asyncio.run(main())
