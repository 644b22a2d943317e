"""Every product of the catalogue, every import, hostile specs: each has a page one can use."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from protocol import products
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from protocol.miot import import_instance
from protocol.product import parse_product
from simulators.generic import Generic
from tests.app.hostile import HOSTILE, VALUES
from tests.app.page_checks import prepare, wrongs
from tests.app.parts import Look, parts_of
from tests.app.phone import SMALL_PHONE, Phone, phone_of
from tests.hub.api.bench import Bench, bench
from tests.protocol.miot.raw import SAMPLES, load

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app2")]

HOSTILE_NAME = "<img src=x onerror=alert(1)>אב 🛋️" + "W" * 30


@dataclass
class Showroom:
    """A phone in a home that gets one strange device after the other."""

    home: Bench
    phone: Phone

    async def look(
        self,
        name: str,
        document: bytes,
        values: Mapping[str, Scalar] | None = None,
        language: str = "en",
    ) -> Page:
        """Let a device of a product in, open its page, and find every part in its place."""
        device = DeviceId(f"{name}-0001")
        await self.home.bring(device, Generic.of(document))
        self.home.report(device, values or {})
        twin = self.home.home.hub.devices[device].reported
        arrived = [(Address(at), value) for at, value in (values or {}).items()]
        await self.home.until(lambda: all(twin[at].value == value for at, value in arrived), "told")
        page = self.phone.page
        change = "async (to) => { (await import('/app/settings.js')).language.value = to }"
        await page.evaluate(change, language)
        await self.phone.go("device", device)
        spec = parse_product(document)
        drawn = "[data-address]" if parts_of(spec) else ".empty"
        article = f"article.device:has(bdi:text-is('{device}'))"
        await expect(page.locator(f"{article} {drawn}").first).to_be_visible()
        held = {str(at): one.value for at, one in twin.items()}
        faults = await Look(spec, held, language).faults(page)
        assert not faults, "\n".join(faults)
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def room(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Showroom]:
    async with (
        bench(tmp_path_factory.mktemp("showroom")) as home,
        phone_of(home, browser, viewport=SMALL_PHONE, reduced_motion="reduce") as phone,
    ):
        await phone.enter(home.token)
        await prepare(phone.page)
        yield Showroom(home, phone)


@pytest_asyncio.fixture(loop_scope="session")
async def showroom(room: Showroom) -> AsyncIterator[Showroom]:
    """The same, and whatever the console says of the page is a fault."""
    yield room
    room.phone.console.said_nothing()


@pytest.mark.parametrize("name", sorted(products.names()))
async def test_a_product_of_the_catalogue_has_its_page(name: str, showroom: Showroom) -> None:
    page = await showroom.look(name, products.document(name), language="zh")
    assert not (wrong := await wrongs(page, "zh", has_axe=False)), "\n".join(wrong)


@pytest.mark.miot_corpus
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem if sample else "none")
async def test_an_import_has_its_page(sample: Path | None, showroom: Showroom) -> None:
    document = import_instance(load(sample)).product
    name = "x" + "".join(one if one.isalnum() else "-" for one in sample.stem) if sample else ""
    page = await showroom.look(name, document)
    assert not (wrong := await wrongs(page, "en", has_axe=False)), "\n".join(wrong)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_spec_has_a_page_that_stands_well(name: str, showroom: Showroom) -> None:
    page = await showroom.look(f"hostile-{name}", HOSTILE[name], VALUES.get(name))
    assert not (wrong := await wrongs(page, "en")), "\n".join(wrong)


async def test_a_page_waits_for_its_device_and_lets_it_go(showroom: Showroom) -> None:
    page, device = showroom.phone.page, DeviceId("late-comer-0001")
    await showroom.phone.go("device", device)
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such device")
    await showroom.home.bring(device, Generic.of(products.document("smart-plug")))
    await expect(showroom.phone.part("outlet.on")).to_be_visible()
    await showroom.home.ask("DELETE", f"/api/v1/devices/{device}", status=204)
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such device")


async def test_the_first_page_of_a_hostile_home_stands_well(showroom: Showroom) -> None:
    for device in showroom.home.home.hub.devices:
        if device.startswith("hostile"):
            await showroom.home.ask(
                "PATCH", f"/api/v1/devices/{device}", {"name": HOSTILE_NAME[:64]}
            )
    await showroom.phone.go("")
    page = showroom.phone.page
    await expect(page.get_by_text(HOSTILE_NAME[:20]).first).to_be_visible()
    assert not (wrong := await wrongs(page, "en")), "\n".join(wrong)
