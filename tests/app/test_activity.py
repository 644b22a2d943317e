"""What happened: who wanted what, day by day, live, and in one tap from a value."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from hub.core.activity import Entry
from protocol.ids import DeviceId
from tests.app.people import Another, enter
from tests.app.phone import Phone
from tests.end_to_end.waiting import until
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("app"),
    pytest.mark.usefixtures("empty_house"),
]

LIGHT, FAN = "light-0001", "fan-0001"


@pytest_asyncio.fixture(loop_scope="session")
async def ada(another: Another, home: Bench) -> AsyncIterator[Phone]:
    """Ada's phone; the light is off before she comes."""
    path = f"/api/v1/devices/{LIGHT}/properties"
    await home.ask("PATCH", path, {"properties": {"light.on": False}, "wait_s": 5})
    sent = await home.ask("POST", INVITES, {"role": "owner", "name": "Ada"}, status=201)
    phone = await another()
    await enter(phone, sent["link"])
    yield phone


async def test_a_value_tells_who_made_it_so_and_leads_to_what_happened(ada: Phone) -> None:
    await ada.visit(LIGHT)
    await ada.part("light.on").get_by_role("switch").click()
    cause = ada.page.locator(".hero .cause")
    await expect(cause).to_have_text("Switched on by Ada (Linux device), just now")
    await ada.part("light.on").get_by_role("link", name="History").click()
    await expect(ada.page.locator(".history .cause")).to_contain_text("Switched on by Ada")
    await ada.page.locator(".history .cause a").click()
    first = ada.page.locator(".happening").first
    await expect(first).to_contain_text("Off \u2192 On")
    await expect(first).to_contain_text("by Ada (Linux device)")
    await first.get_by_role("link", name="Go to Ada").click()
    await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Ada")
    ada.console.said_nothing()


async def test_what_happens_comes_in_by_itself_and_is_narrowed(phone: Phone, ada: Phone) -> None:
    page = phone.page
    await phone.go("activity")
    rows = page.locator(".happening")
    await expect(rows.first).to_be_visible()
    await ada.visit(LIGHT)
    await ada.part("light.on").get_by_role("switch").click()
    await expect(rows.first).to_contain_text("Off \u2192 On")
    await phone.stands_well()
    await phone.stands_large()
    await page.get_by_label("Person").select_option(label="Ada")
    await expect(rows.first).to_contain_text("by Ada")
    await expect(rows.filter(has_text="by the hub's own machine")).to_have_count(0)
    await page.get_by_label("Person").select_option(label="Everybody")
    await page.get_by_label("Device").select_option(FAN)
    await expect(rows.filter(has_text="Brightness")).to_have_count(0)
    await page.get_by_label("Device").select_option("")
    await page.get_by_label("What", exact=True).select_option(label="Changes and commands")
    others = page.locator(".happening:not([data-kind=change], [data-kind=command])")
    await expect(others).to_have_count(0)
    await expect(rows.first).to_contain_text("Off \u2192 On")
    kinds = await rows.evaluate_all("(all) => all.map((one) => one.dataset.kind)")
    assert set(kinds) <= {"change", "command"}


async def test_earlier_entries_come_by_scrolling(phone: Phone) -> None:
    hub = phone.home.home
    log, now_s = hub.activity.log, hub.clock.now_s()
    for _ in range(120):
        entry = Entry(log.next_id(), now_s, "presence", None, DeviceId(FAN), status="online")
        log.add(entry)
    await phone.go("activity", "device", FAN)
    rows = phone.page.locator(".happening")
    await expect(rows.first).to_contain_text("Back again")
    assert await rows.count() < 120

    async def all_are_there() -> bool:
        await phone.page.mouse.wheel(0, 20_000)
        return await rows.count() >= 120

    await until(all_are_there, "what happened earlier has come")
    hub.activity.log.forget(DeviceId(FAN))
