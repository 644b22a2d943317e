"""A running broker of each kind that the hub runs, with a hub's link and devices to play with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.broker import Broker, find_mosquitto, hash_password, make_broker
from hub.config import BrokerSettings
from protocol.ids import DeviceId
from tests.alongside import alongside
from tests.mqtt_client import ACCEPTED, RawClient, Will

READY_S = END_S = 10.0


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(END_S):
        while not claim():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.01)


async def until_state(broker: Broker, words: str) -> None:
    await until(lambda: words in broker.state.detail)


def device(number: int) -> DeviceId:
    return DeviceId(f"test-device-{number:04}")


@dataclass
class Scene:
    """A broker that runs, and who has come to it."""

    broker: Broker
    passwords: dict[DeviceId, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    clients: list[RawClient] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.broker.access.port

    async def admit(self, *devices: DeviceId) -> None:
        """Let exactly these devices in."""
        self.passwords = {d: self.passwords.get(d, f"secret of {d}") for d in devices}
        await self.apply()

    async def apply(self) -> None:
        for password in self.passwords.values():
            self.hashes.setdefault(password, hash_password(password))
        self.broker.set_credentials({d: self.hashes[p] for d, p in self.passwords.items()})
        await self.broker.provision(device(0), None)

    async def open(self) -> RawClient:
        client = await RawClient.open(self.port)
        self.clients.append(client)
        return client

    async def hub(self, *filters: str) -> RawClient:
        """Return a client that is the hub and hears `filters`, or everything."""
        access, client = self.broker.access, await self.open()
        assert await client.connect(access.user, access.password) == ACCEPTED
        wanted = filters or ("eco/1/#",)
        assert await client.subscribe(*wanted) == (1,) * len(wanted)
        return client

    async def join(
        self, device: DeviceId, *, will: Will | None = None, keepalive_s: int = 60
    ) -> RawClient:
        """Return a client that is `device` and hears its commands."""
        client = await self.open()
        password = self.passwords[device]
        code = await client.connect(device, password, will=will, keepalive_s=keepalive_s)
        assert code == ACCEPTED
        await client.subscribe(f"eco/1/{device}/command")
        return client


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=pytest.mark.mosquitto)])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "mosquitto" and find_mosquitto() is None:
        pytest.skip("no mosquitto on this machine")
    return name


@pytest.fixture
def audit() -> bool:
    return False


@pytest.fixture
def settings(kind: str, audit: bool) -> BrokerSettings:
    return BrokerSettings.model_validate(
        {"kind": kind, "host": "127.0.0.1", "port": 0, "audit": audit}
    )


@pytest.fixture
async def scene(settings: BrokerSettings, tmp_path: Path) -> AsyncIterator[Scene]:
    broker = make_broker(settings, tmp_path / "broker")
    scene = Scene(broker)
    async with alongside(broker.run()):
        assert await broker.wait_ready(READY_S), broker.state
        await scene.admit(device(1), device(2), device(3))
        yield scene
        for client in scene.clients:
            client.abort()
            await client.close()
