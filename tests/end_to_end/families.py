"""Simulated gateways with children, for tests with a real hub."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from protocol.ids import DeviceId
from simulators import registry
from simulators.band import Band
from simulators.carrier import Carrier
from simulators.device import Settings, SimDevice
from simulators.gateway import Gateway
from simulators.link import Link
from simulators.physics import Physics
from simulators.product import Product
from simulators.sleeper import Sleeper, Sleepy
from simulators.smart_plug import SmartPlug
from simulators.voice import Identity
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.pretend import Pretend, pretending
from tests.end_to_end.waiting import until


async def is_seen(hub: Hub, name: str, beginning: str) -> bool:
    """Say whether presence and reason of a device begin like this."""
    return (await hub.api.presence(name)).startswith(beginning)


def sim(name: DeviceId, physics: Physics, epoch: int = 1) -> SimDevice | Sleeper:
    """Return a device of a product, one that sleeps if its product does."""
    product = Product.read(registry.find(physics.product).document())
    setup = Settings(epoch=epoch, wall_minus_now_s=time.time() - time.monotonic())
    device = SimDevice(Identity(name, f"S-{name}"), product, physics, setup)
    return Sleeper(device, physics, 1) if isinstance(physics, Sleepy) else device


@dataclass
class Family:
    """A gateway with a plug and a band that syncs each second or two."""

    hub: Hub
    name: DeviceId
    link: Link
    carrier: Carrier
    radio: Gateway
    plug: SmartPlug = field(default_factory=lambda: SmartPlug(1))
    band: Band = field(default_factory=lambda: Band(1))

    def __post_init__(self) -> None:
        self.plug_id = DeviceId(f"{self.name}-plug")
        self.band_id = DeviceId(f"{self.name}-band")
        self.band.interval_s = 2

    def bring_in(self) -> None:
        """Pair both children."""
        self.carrier.add(sim(self.plug_id, self.plug))
        self.carrier.add(sim(self.band_id, self.band))

    async def are_seen(self, plug: str, band: str) -> bool:
        """Say whether presence and reason of both children begin like this."""
        plug_is = await is_seen(self.hub, self.plug_id, plug)
        return plug_is and await is_seen(self.hub, self.band_id, band)

    async def settle(self) -> None:
        """Wait until the plug is online and the band has fallen asleep."""
        await until(lambda: self.are_seen("online", "asleep"), "the children", 30)

    def vanish(self) -> None:
        """Lose the link without a word; it is dialled again in a second."""
        self.link.drop()


async def found(hub: Hub, home: Pretend, name: str) -> Family:
    """Let a gateway join, with nobody behind it yet."""
    (credentials,) = await let_in(hub, name)
    radio = Gateway(1)
    device = sim(DeviceId(name), radio)
    assert isinstance(device, SimDevice)
    carrier = Carrier(device, radio, 1)
    return Family(hub, DeviceId(name), home.add(credentials, carrier), carrier, radio)


@asynccontextmanager
async def family(hub: Hub, name: str = "gate-one") -> AsyncIterator[tuple[Pretend, Family]]:
    """Give a gateway with both children, all of them known to the hub."""
    async with pretending() as home:
        one = await found(hub, home, name)
        one.bring_in()
        await one.settle()
        yield home, one
