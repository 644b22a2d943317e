"""Which hub is meant, and mDNS for real on loopback."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from protocol.advert import DEVICE_TYPE, HUB_TYPE, DeviceAdvert, HubAdvert
from protocol.ids import DeviceId
from simulators.errors import HubNotFoundError, SeveralHubsError
from simulators.finder import ADVERTISED, Advertiser, FoundHub, choose, find_hub

LOOPBACK = ["127.0.0.1"]

OPEN = FoundHub("hub-open", ("http://10.0.0.2:8321",), is_open=True)
ALSO_OPEN = FoundHub("hub-also-open", ("http://10.0.0.3:8321",), is_open=True)
SHUT = FoundHub("hub-shut", ("http://10.0.0.4:8321",), is_open=False)
ALSO_SHUT = FoundHub("hub-also-shut", ("http://10.0.0.5:8321",), is_open=False)


@pytest.mark.parametrize(
    ("found", "wanted", "chosen"),
    [
        ([OPEN], None, OPEN),
        ([SHUT], None, SHUT),
        ([SHUT, OPEN, ALSO_SHUT], None, OPEN),
        ([SHUT, OPEN, ALSO_OPEN], "hub-shut", SHUT),
    ],
)
def test_hub_is_the_wanted_one_or_the_only_one_or_the_only_open_one(
    found: list[FoundHub], wanted: str | None, chosen: FoundHub
) -> None:
    assert choose(found, wanted, 1.0) is chosen


@pytest.mark.parametrize("found", [[OPEN, ALSO_OPEN, SHUT], [SHUT, ALSO_SHUT]])
def test_several_hubs_are_told_and_how_to_choose(found: list[FoundHub]) -> None:
    with pytest.raises(SeveralHubsError) as caught:
        choose(found, None, 1.0)
    assert all(f"{hub.id} ({hub.urls[0]})" in caught.value.text for hub in found)
    assert f"--hub {found[0].id}" in caught.value.remedy


@pytest.mark.parametrize(
    ("found", "wanted", "remedy"),
    [([], None, "--hub http"), ([], "hub-1", "--hub http"), ([OPEN], "hub-1", "hub-open")],
)
def test_absent_hub_is_told_and_what_to_do(
    found: list[FoundHub], wanted: str | None, remedy: str
) -> None:
    with pytest.raises(HubNotFoundError) as caught:
        choose(found, wanted, 1.0)
    assert remedy in caught.value.remedy


@asynccontextmanager
async def advertised(*adverts: HubAdvert) -> AsyncIterator[None]:
    zeroconf = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        for advert in adverts:
            info = AsyncServiceInfo(
                HUB_TYPE,
                f"{advert.id}.{HUB_TYPE}",
                port=8321,
                properties=advert.encode(),
                server=f"{advert.id}.local.",
                parsed_addresses=LOOPBACK,
            )
            await (await zeroconf.async_register_service(info, cooperating_responders=True))
        yield
    finally:
        await zeroconf.async_close()


async def test_hub_on_the_network_is_found_with_the_place_of_its_api() -> None:
    async with advertised(HubAdvert("hub-test-1", mqtt=1883, is_open=True)):
        hub = await find_hub("hub-test-1", 10.0, LOOPBACK)
    assert hub == FoundHub("hub-test-1", ("http://127.0.0.1:8321",), is_open=True)


async def test_second_hub_on_the_network_does_not_go_unseen() -> None:
    first, second = HubAdvert("hub-test-2", mqtt=1883), HubAdvert("hub-test-3", mqtt=1883)
    async with advertised(first, second):
        with pytest.raises(SeveralHubsError) as caught:
            await find_hub(None, 10.0, LOOPBACK)
    assert {"hub-test-2", "hub-test-3"} <= set(caught.value.text.split())


async def test_look_for_a_hub_that_is_not_there_ends_in_time() -> None:
    with pytest.raises(HubNotFoundError, match=r"hub-nowhere.* within 0.2 s"):
        await find_hub("hub-nowhere", 0.2, LOOPBACK)


no_multicast = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
"""zeroconf leaves a socket behind when it cannot use an interface."""


@no_multicast
async def test_no_interface_for_multicast_is_told_as_such() -> None:
    with pytest.raises(HubNotFoundError, match="by mDNS") as caught:
        await find_hub(None, 0.2, ["203.0.113.7"])
    gc.collect()
    assert "--hub http" in caught.value.remedy


async def test_waiting_device_is_advertised_until_it_has_joined() -> None:
    device = DeviceId("bench-lamp-0001")
    advert = DeviceAdvert(device, "bench-lamp", "", is_waiting=True)
    advertiser = Advertiser([advert], LOOPBACK)
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(advertiser.run())
        seen = await _seen(device)
        assert seen is not None
        assert DeviceAdvert.decode(seen.properties) == advert
        advertiser.joined(device)
        async with asyncio.timeout(10.0):
            await telling


async def test_big_fleet_is_advertised_in_part() -> None:
    adverts = [DeviceAdvert(DeviceId(f"bench-lamp-{n:04d}"), "p") for n in range(ADVERTISED + 9)]
    advertiser = Advertiser(adverts, LOOPBACK)
    for advert in adverts:
        advertiser.joined(advert.id)
    async with asyncio.timeout(10.0):
        await advertiser.run()


@no_multicast
async def test_advertiser_without_devices_or_multicast_ends_at_once() -> None:
    await Advertiser(()).run()
    advert = DeviceAdvert(DeviceId("bench-lamp-0001"), "p")
    await Advertiser([advert], ["203.0.113.7"]).run()
    gc.collect()


async def _seen(device: DeviceId) -> AsyncServiceInfo | None:
    zeroconf = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        info = AsyncServiceInfo(DEVICE_TYPE, f"{device}.{DEVICE_TYPE}")
        found = await info.async_request(zeroconf.zeroconf, 10_000)
        return info if found else None
    finally:
        await zeroconf.async_close()
