"""Adverts on loopback, for real: the device's are written down, and hubs are advertised."""

import io
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from zeroconf import InterfaceChoice, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

import certification.recorder.adverts
from certification.recorder.adverts import AdvertWatch, around
from certification.recorder.watching import until
from certification.transcript.file import Line, Writer
from protocol.advert import DEVICE_TYPE, DeviceAdvert, HubAdvert
from protocol.ids import DeviceId
from simulators.finder import find_hub

LOOPBACK = ["127.0.0.1"]
SEEN_S = 10.0


DEVICE, HUB = f"socket-{secrets.token_hex(4)}", f"hub-{secrets.token_hex(4)}"
"""Whoever else advertises on this machine at the moment has other names."""

pytestmark = pytest.mark.xdist_group("mdns")
"""All of them advertise the same device."""


@pytest.fixture
def writer() -> Writer:
    return Writer(io.BytesIO(), time.monotonic_ns)


def service(name: str, properties: dict[str, str] | dict[bytes, bytes | None]) -> AsyncServiceInfo:
    return AsyncServiceInfo(
        DEVICE_TYPE,
        f"{name}.{DEVICE_TYPE}",
        port=0,
        properties=properties,
        server=f"{name}.local.",
        parsed_addresses=LOOPBACK,
    )


@asynccontextmanager
async def told(*services: AsyncServiceInfo) -> AsyncIterator[AsyncZeroconf]:
    zeroconf = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        for info in services:
            await (await zeroconf.async_register_service(info, cooperating_responders=True))
        yield zeroconf
    finally:
        await zeroconf.async_close()


def is_advert(line: Line) -> bool:
    return line.kind == "advert" and line.fields["instance"] == DEVICE


def is_note(line: Line) -> bool:
    return line.kind == "note" and DEVICE in line.fields["text"]


async def test_what_the_device_advertises_is_written_down(writer: Writer) -> None:
    advert = DeviceAdvert(DeviceId(DEVICE), "socket-1", "smart_plug", is_waiting=True)
    async with (
        AdvertWatch(writer, DEVICE, LOOPBACK) as watch,
        told(
            service("somebody-else-1", {"id": "somebody-else-1"}), service(DEVICE, advert.encode())
        ) as device,
    ):
        assert watch.is_watching
        line = await until(writer, is_advert, SEEN_S, 0)
        assert line is not None
        assert line.fields == {
            "instance": DEVICE,
            "txt": {
                "id": DEVICE,
                "v": "1.0",
                "product": "socket-1",
                "class": "smart_plug",
                "join": "yes",
            },
            "port": 0,
            "host": f"{DEVICE}.local.",
        }
        joined = DeviceAdvert(DeviceId(DEVICE), "socket-1", "smart_plug")
        await (await device.async_update_service(service(DEVICE, joined.encode())))
        line = await until(writer, is_advert, SEEN_S, line.n + 1)
        assert line is not None
        assert line.fields["txt"]["join"] == "no"
    assert not watch.is_watching
    seen = [line.fields["instance"] for line in writer.lines if line.kind == "advert"]
    assert set(seen) == {DEVICE}


async def test_an_advert_that_ends_is_noted(writer: Writer) -> None:
    async with AdvertWatch(writer, None, LOOPBACK), told(service(DEVICE, {"id": DEVICE})) as device:
        assert await until(writer, is_advert, SEEN_S, 0)
        await device.async_unregister_all_services()
        gone = await until(writer, is_note, SEEN_S, 0)
    assert gone is not None
    assert gone.fields["text"] == f"{DEVICE} advertises itself no more"


async def test_a_txt_record_of_any_bytes_is_written_down(writer: Writer) -> None:
    raw: dict[bytes, bytes | None] = {b"id": b"\xff\x00", b"\xfe": None, b"long": b"x" * 240}
    async with AdvertWatch(writer, None, LOOPBACK), told(service(DEVICE, raw)):
        line = await until(writer, is_advert, SEEN_S, 0)
    assert line is not None
    assert line.fields["txt"] == {"id": "\\xff\x00", "\\xfe": None, "long": "x" * 240}


async def test_a_hub_is_found_until_it_is_withdrawn(writer: Writer) -> None:
    async with AdvertWatch(writer, DEVICE, LOOPBACK) as watch:
        await watch.advertise(HubAdvert(HUB, mqtt=1, is_open=True), 8321)
        found = await find_hub(HUB, SEEN_S, LOOPBACK)
        assert found.urls == ("http://127.0.0.1:8321",)
        await watch.withdraw(HUB)
        await watch.withdraw(HUB)
    args = [line.fields["args"] for line in writer.lines if line.kind == "stimulus"]
    assert args == [
        {"id": HUB, "port": 8321, "is_advertised": True},
        {"id": HUB, "is_advertised": False},
        {"id": HUB, "is_advertised": False},
    ]


async def test_without_multicast_a_run_goes_on(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> AsyncZeroconf:
        raise OSError(19, "No such device")

    monkeypatch.setattr(certification.recorder.adverts, "AsyncZeroconf", refuse)
    async with AdvertWatch(writer, DEVICE) as watch:
        assert not watch.is_watching
        await watch.advertise(HubAdvert(HUB, mqtt=1), 8321)
        await watch.withdraw(HUB)
    notes = [line.fields["text"] for line in writer.lines if line.kind == "note"]
    assert notes == ["mDNS can neither be seen nor spoken: No such device"]


def test_a_run_on_loopback_is_heard_on_no_other_network() -> None:
    assert around("127.0.0.1") == ["127.0.0.1"]
    assert around("192.0.2.7") is around("desk.local") is InterfaceChoice.All
