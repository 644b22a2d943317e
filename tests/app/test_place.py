"""An owner tells the hub where the home is, and the sun is there at once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.app.people import Another, enter
from tests.app.phone import Phone, phone_of
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

DUSK = {"name": "Dusk", "triggers": [{"type": "sun", "at": "sunset"}]}
TOLD = {"type": "notify", "text": "It is dark"}
AUTOMATIONS, HUB, PLACE = "/api/v1/automations", "/api/v1/hub", "/api/v1/hub/place"


@pytest_asyncio.fixture(loop_scope="session")
async def nowhere(home: Bench) -> AsyncIterator[Bench]:
    """A home of which the hub does not know where it is, and without automations."""
    yield home
    for one in (await home.get(AUTOMATIONS))["automations"]:
        await home.ask("DELETE", f"{AUTOMATIONS}/{one['id']}", status=204)
    await home.ask("DELETE", PLACE, status=204)


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Where the home is")


async def known(home: Bench) -> Any:
    return (await home.get(HUB))["place"]


async def test_a_place_that_is_typed_gives_the_home_its_sun(
    nowhere: Bench, own_phone: Phone
) -> None:
    page = own_phone.page
    await own_phone.go("automations")
    await page.get_by_role("link", name="Light at sunset").click()
    latitude, longitude = (card(page).get_by_label(one) for one in ("Latitude", "Longitude"))
    await expect(latitude).to_be_in_viewport()
    await latitude.fill("91")
    await card(page).get_by_role("button", name="Save the place").click()
    await expect(card(page).get_by_role("alert")).to_contain_text([" to 90", " to 180"])
    await expect(latitude).to_be_focused()
    await own_phone.stands_well()
    await own_phone.stands_large()
    await latitude.fill("52.52")
    await longitude.fill("-13.4")
    await card(page).get_by_role("button", name="Save the place").click()
    await expect(page.locator(".said")).to_contain_text("knows sunrise and sunset now")
    assert await known(nowhere) == {"latitude": 52.52, "longitude": -13.4}
    await page.get_by_role("link", name="Back").click()
    await page.get_by_role("link", name="Light at sunset").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".auto-standing")).to_contain_text("Next")


async def test_a_place_that_is_forgotten_leaves_a_way_back_to_it(
    nowhere: Bench, own_phone: Phone
) -> None:
    page = own_phone.page
    await nowhere.ask("PUT", PLACE, {"latitude": 52.52, "longitude": 13.4})
    dusk = await nowhere.ask("POST", AUTOMATIONS, {**DUSK, "actions": [TOLD]}, status=201)
    await own_phone.go("hub")
    latitude = card(page).get_by_label("Latitude")
    await expect(latitude).to_have_value("52.52")
    await card(page).get_by_role("button", name="Forget the place").click()
    await card(page).get_by_role("button", name="Tap again to confirm").click()
    await expect(latitude).to_have_value("")
    assert await known(nowhere) is None
    await own_phone.go("automations", dusk["id"])
    await expect(page.locator(".auto-standing")).to_contain_text("does not know where the home is")
    await page.get_by_role("link", name="Tell where the home is").click()
    await expect(latitude).to_be_in_viewport()


async def test_both_numbers_are_pasted_as_a_map_has_them(nowhere: Bench, own_phone: Phone) -> None:
    page = own_phone.page
    await own_phone.go("hub")
    latitude, longitude = (card(page).get_by_label(one) for one in ("Latitude", "Longitude"))
    await latitude.evaluate(
        """(field) => {
          const held = new DataTransfer();
          held.setData("text", "31.2304, 121.4737");
          const told = { clipboardData: held, bubbles: true, cancelable: true };
          field.dispatchEvent(new ClipboardEvent("paste", told));
        }"""
    )
    await expect(latitude).to_have_value("31.2304")
    await expect(longitude).to_have_value("121.4737")


async def test_a_phone_says_where_it_is_if_it_may(
    nowhere: Bench, browser: Browser, own_phone: Phone
) -> None:
    here = {"latitude": 52.51631, "longitude": 13.37777}
    async with phone_of(nowhere, browser, geolocation=here, permissions=["geolocation"]) as phone:
        await phone.enter(nowhere.token)
        await phone.go("hub")
        page = phone.page
        await card(page).get_by_role("button", name="Where this phone is").click()
        await expect(card(page).get_by_label("Latitude")).to_have_value("52.52")
        assert await known(nowhere) is None
        await card(page).get_by_role("button", name="Save the place").click()
        await expect(page.locator(".said")).to_contain_text("knows sunrise and sunset now")
        kept = await page.evaluate("() => JSON.stringify({ ...localStorage })")
        phone.console.said_nothing()
    assert await known(nowhere) == {"latitude": 52.52, "longitude": 13.38}
    assert "13.38" not in kept
    await own_phone.go("hub")
    await card(own_phone.page).get_by_role("button", name="Where this phone is").click()
    await expect(own_phone.page.locator(".said")).to_contain_text("may not tell where it is")


async def test_plain_http_says_what_is_missing(nowhere: Bench, own_phone: Phone) -> None:
    page = own_phone.page
    await page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    await page.reload()
    await own_phone.go("hub", "place")
    await expect(card(page)).to_contain_text("Over https, this phone could say where it is.")
    await expect(card(page).get_by_role("link")).to_have_attribute("href", "/trust")
    await expect(card(page).get_by_role("button", name="Where this phone is")).to_have_count(0)
    await own_phone.stands_well()


@pytest.mark.usefixtures("empty_house")
async def test_who_is_no_owner_sees_no_place(nowhere: Bench, another: Another) -> None:
    await nowhere.ask("PUT", PLACE, {"latitude": 52.52, "longitude": 13.4})
    phone = await another()
    offer = {"role": "member", "name": "Mo"}
    sent = await nowhere.ask("POST", INVITES, offer, status=201)
    await enter(phone, sent["link"])
    await phone.go("hub")
    await expect(phone.page.get_by_text("Running since")).to_be_visible()
    await expect(card(phone.page)).to_have_count(0)
    assert "52.52" not in await phone.page.content()
