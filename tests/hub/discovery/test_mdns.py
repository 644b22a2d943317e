import asyncio
import errno
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
from zeroconf import DNSOutgoing, DNSPointer, Zeroconf  # type: ignore[attr-defined]
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from hub.clock import Clock
from hub.config import DiscoverySettings
from hub.discovery import Discovery
from hub.discovery.sightings import LIMIT, NAMES_PER_S, Sighting
from protocol.advert import DEVICE_TYPE, HUB_TYPE, DeviceAdvert, HubAdvert
from protocol.ids import DeviceId
from tests.alongside import alongside

LOOPBACK = DiscoverySettings(interfaces=("127.0.0.1",))
RESPONSE = 0x8400


class Links:
    """Opens real links and keeps the last one, or fails as often as it is told to."""

    def __init__(self, *failures: OSError) -> None:
        self.failures = list(failures)
        self.last: AsyncZeroconf | None = None

    def __call__(self, addresses: list[str]) -> AsyncZeroconf:
        if self.failures:
            raise self.failures.pop(0)
        self.last = AsyncZeroconf(interfaces=addresses)
        return self.last


@asynccontextmanager
async def running(links: Links | None = None) -> AsyncIterator[Discovery]:
    discovery = Discovery(LOOPBACK, Clock(), links or Links(), retry_s=(0.01, 0.02))
    async with alongside(discovery.run()):
        yield discovery


async def until(is_so: Callable[[], object], within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - the network sets no event
            await asyncio.sleep(0.02)


def new_id(stem: str) -> DeviceId:
    """Unlike any other on this machine: multicast on loopback reaches other tests, too."""
    return DeviceId(f"{stem}-{secrets.token_hex(4)}")


def plug(own_id: DeviceId) -> AsyncServiceInfo:
    advert = DeviceAdvert(own_id, "smart-plug", "smart_plug", is_waiting=True)
    return AsyncServiceInfo(
        DEVICE_TYPE,
        f"{own_id}.{DEVICE_TYPE}",
        port=80,
        properties=advert.encode(),
        server=f"{own_id}.local.",
        parsed_addresses=["127.0.0.1"],
    )


def found(discovery: Discovery, own_id: str) -> Sighting | None:
    return next((s for s in discovery.seen() if s.device_id == own_id), None)


@asynccontextmanager
async def advertised(own_id: DeviceId) -> AsyncIterator[AsyncZeroconf]:
    link = AsyncZeroconf(interfaces=["127.0.0.1"])
    try:
        await (await link.async_register_service(plug(own_id)))
        yield link
    finally:
        await link.async_close()


async def test_device_on_the_network_is_listed_with_interface_and_evidence() -> None:
    own_id = new_id("smart-plug")
    async with running() as discovery, advertised(own_id):
        await until(lambda: found(discovery, own_id))
        seen = found(discovery, own_id)
        assert seen is not None
        assert (seen.kind, seen.host, seen.port, seen.interface) == (
            "device",
            "127.0.0.1",
            80,
            "lo",
        )
        assert seen.txt["product"] == "smart-plug"
        (probe,) = discovery.probes()
        assert (probe.interface, probe.address) == ("lo", "127.0.0.1")
        assert probe.asked >= 1
        assert probe.answered >= 1
        assert discovery.state.is_ok


async def test_hub_advertises_itself_and_whether_it_may_be_joined() -> None:
    own_id = new_id("hub")
    name = f"{own_id}.{HUB_TYPE}"
    async with running() as discovery:
        discovery.advertise(HubAdvert(own_id, 1883), 8321, "127.0.0.1")
        await until(lambda: any(probe.heard_itself_s for probe in discovery.probes()))
        listener = AsyncZeroconf(interfaces=["127.0.0.1"])
        try:
            info = await listener.async_get_service_info(HUB_TYPE, name, 3000)
            assert info is not None
            assert (info.port, info.parsed_addresses()) == (8321, ["127.0.0.1"])
            assert not HubAdvert.decode(info.properties).is_open
            discovery.advertise(HubAdvert(own_id, 1883, is_open=True), 8321, "127.0.0.1")
            await until(lambda: told_open(listener.zeroconf, name))
        finally:
            await listener.async_close()
        assert found(discovery, own_id) is None, "the hub does not list itself"


def told_open(zc: Zeroconf, name: str) -> bool:
    info = AsyncServiceInfo(HUB_TYPE, name)
    return info.load_from_cache(zc) and HubAdvert.decode(info.properties).is_open


async def test_goodbye_is_only_a_hint_and_asking_anew_finds_the_device_again() -> None:
    own_id = new_id("smart-plug")
    async with running() as discovery, advertised(own_id) as device:
        await until(lambda: found(discovery, own_id))
        await (await device.async_unregister_service(plug(own_id)))
        await until(lambda: found(discovery, own_id).said_goodbye)  # type: ignore[union-attr]
        await (await device.async_register_service(plug(own_id)))
        await until(lambda: not found(discovery, own_id).said_goodbye)  # type: ignore[union-attr]


async def test_device_that_stays_silent_is_heard_again_when_asked() -> None:
    own_id = new_id("smart-plug")
    async with running() as discovery, advertised(own_id):
        await until(lambda: found(discovery, own_id))
        first = found(discovery, own_id)
        assert first is not None
        discovery.ask()
        await until(lambda: found(discovery, own_id).times > first.times)  # type: ignore[union-attr]


async def test_two_hubs_are_both_known_by_id_and_noticed() -> None:
    one, other = new_id("hub"), new_id("hub")
    async with running() as here, running() as there:
        here.advertise(HubAdvert(one, 1883), 8321, "127.0.0.1")
        there.advertise(HubAdvert(other, 1884), 8322, "127.0.0.1")
        await until(lambda: found(here, other) and found(there, one))
        assert any(other in notice for notice in here.notices())
        assert not any(one in notice for notice in here.notices())


async def test_two_hubs_of_one_identity_are_noticed() -> None:
    own_id = new_id("hub")
    async with running() as here:
        here.advertise(HubAdvert(own_id, 1883), 8321, "127.0.0.1")
        await until(lambda: any(probe.heard_itself_s for probe in here.probes()))
        async with running() as copy:
            copy.advertise(HubAdvert(own_id, 1884), 8322, "127.0.0.1")
            await until(lambda: any("copy" in notice for notice in here.notices()))


async def test_taken_port_is_told_and_discovery_goes_on_once_it_is_free() -> None:
    own_id = new_id("smart-plug")
    links = Links(*[OSError(errno.EADDRINUSE, "Address already in use")] * 3)
    async with running(links) as discovery:
        await until(lambda: discovery.state.status == "degraded")
        assert "5353 is taken" in discovery.state.detail
        async with advertised(own_id):
            await until(lambda: found(discovery, own_id))
        assert discovery.state.is_ok


async def test_discovery_that_is_switched_off_opens_nothing() -> None:
    links = Links()
    discovery = Discovery(DiscoverySettings(enabled=False), Clock(), links)
    await discovery.run()
    assert (discovery.state.status, discovery.seen(), links.last) == ("off", [], None)


async def test_advert_that_breaks_the_rules_is_listed_with_what_is_wrong() -> None:
    own_id = new_id("smart-plug")
    async with running() as discovery:
        link = AsyncZeroconf(interfaces=["127.0.0.1"])
        try:
            info = AsyncServiceInfo(
                DEVICE_TYPE,
                f"{own_id}.{DEVICE_TYPE}",
                port=80,
                properties={"id": "NO\x1b[31m", "v": "1.0"},
                server=f"{own_id}.local.",
                parsed_addresses=["127.0.0.1"],
            )
            await (await link.async_register_service(info))
            await until(lambda: any(s.name == own_id for s in discovery.seen()))
            seen = next(s for s in discovery.seen() if s.name == own_id)
            assert "ECO-DISC-002" in seen.problem
            assert seen.device_id == ""
            assert "\x1b" not in seen.txt["id"]
        finally:
            await link.async_close()


async def test_flood_of_rogue_adverts_is_bounded_and_a_real_device_is_listed_all_the_same() -> None:
    own_id = new_id("smart-plug")
    links = Links()
    async with running(links) as discovery:
        await until(lambda: links.last is not None and discovery.state.is_ok)
        assert links.last is not None
        zc = links.last.zeroconf
        await zc.async_wait_for_start()
        before = psutil.Process().memory_info().rss
        for packet in rogue_packets(40_000):
            zc.engine.protocols[0].datagram_received(packet, ("127.0.0.1", 5353))
            await asyncio.sleep(0)
        grown = psutil.Process().memory_info().rss - before
        assert discovery.turned_away > 40_000 - 10 * NAMES_PER_S - 10_000
        assert len(discovery.seen()) <= LIMIT
        assert grown < 64 * 2**20
        async with advertised(own_id):
            await until(lambda: found(discovery, own_id))


def rogue_packets(names: int) -> list[bytes]:
    packets: list[bytes] = []
    for start in range(0, names, 100):
        out = DNSOutgoing(RESPONSE)
        for n in range(start, start + 100):
            pointer = DNSPointer(DEVICE_TYPE, 12, 1, 4500, f"rogue-{n}.{DEVICE_TYPE}")
            out.add_answer_at_time(pointer, 0)
        packets += out.packets()
    return packets


async def test_malformed_packets_leave_discovery_alive() -> None:
    own_id = new_id("smart-plug")
    header = b"\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"
    chain = b"".join((0xC000 | (12 + 2 * (n + 1))).to_bytes(2) for n in range(1500))
    packets = [b"", b"\x00", header, header + b"\xc0\x0c", header + chain, b"\xff" * 8900]
    async with running() as discovery:
        await until(discovery.probes)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in packets:
                sender.sendto(packet, ("127.0.0.1", 5353))
        async with advertised(own_id):
            await until(lambda: found(discovery, own_id))


async def test_hub_for_this_machine_only_is_told_of_on_this_machine_only() -> None:
    discovery = Discovery(DiscoverySettings(), Clock(), Links(), retry_s=(0.01, 0.02))
    discovery.advertise(HubAdvert(new_id("hub"), 1883), 8321, "127.0.0.1")
    async with alongside(discovery.run()):
        await until(discovery.probes)
        assert {probe.interface for probe in discovery.probes()} == {"lo"}
