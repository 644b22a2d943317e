"""The pages around the devices: the door, the first page, history, inbox, hub, settings."""

import json

import pytest
from playwright.async_api import expect

from protocol import products
from protocol.ids import DeviceId
from protocol.units import UNITS
from tests.app.phone import Phone
from tests.drivers.cable import Cable
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

_IS_KEPT = """async () => {
  const {fetchKept} = await import("/app/keep.js");
  return ((await fetchKept("home"))?.devices.length ?? 0) > 0;
}"""

LIGHT, SENSOR = "light-0001", "environment-sensor-0001"


async def test_a_token_in_the_address_lets_in_and_leaves_no_trace(own_phone: Phone) -> None:
    assert "eco_" not in own_phone.page.url
    await expect(own_phone.page.get_by_role("heading", level=1)).to_have_text("Test home")


async def test_a_wrong_token_is_told_at_the_door(stranger: Phone) -> None:
    await stranger.page.goto(stranger.url)
    await stranger.page.get_by_label("Code or token").fill("eco_" + "x" * 43)
    await stranger.page.get_by_role("button", name="Come in").click()
    await expect(stranger.page.get_by_role("alert")).to_contain_text("not one of this hub's")
    await stranger.stands_well()


async def test_a_code_in_the_address_pairs_a_phone(stranger: Phone) -> None:
    hub = stranger.home
    opened = await hub.ask("POST", "/api/v1/pair/window", {})
    await stranger.page.goto(opened["link"])
    await expect(stranger.page.get_by_label("Code or token")).to_have_value(opened["code"])
    assert "pair=" not in stranger.page.url
    await stranger.page.get_by_label("Your name").fill("Ada")
    await stranger.page.get_by_role("button", name="Come in").click()
    await stranger.is_live()
    await expect(stranger.page.locator(".tile").first).to_be_visible()
    assert [one["name"] for one in (await hub.get("/api/v1/people"))["people"]] == ["Ada"]
    stranger.console.said_nothing()


async def test_a_phone_that_is_sent_away_is_back_at_the_door(stranger: Phone) -> None:
    hub = stranger.home
    opened = await hub.ask("POST", "/api/v1/pair/window", {})
    given = {"code": opened["code"], "person": "Bob", "device": "Bob's phone"}
    paired = await hub.ask("POST", "/api/v1/pair", given)
    await stranger.enter(paired["access"])
    await hub.ask("DELETE", f"/api/v1/sessions/{paired['session']}", status=204)
    await expect(stranger.page.get_by_label("Code or token")).to_be_visible()


async def test_the_first_page_shows_every_device_and_what_is_on(phone: Phone) -> None:
    await expect(phone.page.locator(".tile")).to_have_count(len(phone.home.home.hub.devices))
    await expect(phone.page.locator(".air-one").first).to_be_visible()
    await phone.page.get_by_role("button", name="On ").click()
    lit = await phone.page.locator(".tile.lit").count()
    assert lit == await phone.page.locator(".tile").count() > 0
    await phone.stands_well()
    await phone.stands_large()


async def test_rooms_and_scenes_stand_on_the_first_page(phone: Phone) -> None:
    hub, page = phone.home, phone.page
    room = await hub.ask("POST", "/api/v1/rooms", {"name": "Attic"}, status=201)
    await hub.ask("PATCH", f"/api/v1/devices/{LIGHT}", {"room": room["id"]})
    await page.get_by_role("button", name="Attic").click()
    await expect(page.locator(".tile")).to_have_count(1)
    scene = {"name": "Evening", "capture": [LIGHT]}
    made = await hub.ask("POST", "/api/v1/scenes", scene, status=201)
    await page.get_by_role("button", name="Evening", exact=True).click()
    await expect(page.locator(".said")).to_contain_text("Evening: Done")
    await page.get_by_role("button", name="Undo Evening").click()
    await expect(page.locator(".said")).to_contain_text("Undo Evening: Done")
    await hub.ask("DELETE", f"/api/v1/scenes/{made['id']}", status=204)
    await expect(page.get_by_role("button", name="Evening", exact=True)).to_have_count(0)
    await hub.ask("PATCH", f"/api/v1/devices/{LIGHT}", {"room": None})
    await hub.ask("DELETE", f"/api/v1/rooms/{room['id']}", status=204)
    await expect(page.get_by_role("button", name="Attic")).to_have_count(0)
    await page.get_by_role("button", name="All").click()


@pytest.mark.parametrize("name", ["inbox", "hub", "settings", "nowhere"])
async def test_a_page_stands_well(name: str, phone: Phone) -> None:
    await phone.go(name)
    await expect(phone.page.get_by_role("heading", level=1)).to_be_visible()
    await phone.stands_well()
    await phone.stands_large()


async def test_a_history_is_drawn_and_read_off(phone: Phone) -> None:
    await phone.visit(SENSOR)
    await phone.part("air.humidity").click()
    chart = phone.page.locator(".chart .u-over")
    await expect(chart).to_be_visible()
    box = await chart.bounding_box()
    assert box is not None
    await phone.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    await expect(phone.page.locator(".read-off b")).to_contain_text("%")
    await phone.page.get_by_role("button", name="Week").click()
    await expect(phone.page.locator(".stats")).to_contain_text("Mean")
    await phone.stands_well()
    await phone.page.get_by_role("link", name="Back").click()
    await expect(phone.part("air.humidity")).to_be_visible()


async def test_a_history_comes_as_soon_as_the_line_is_back(far_phone: Phone, cable: Cable) -> None:
    page = far_phone.page
    await far_phone.go("device", SENSOR, "air.humidity")
    await expect(page.locator(".stats")).to_be_visible()
    await cable.cut()
    await page.get_by_role("button", name="Week").click()
    unread = page.locator(".standing", has_text="The history could not be read")
    await expect(unread).to_be_visible()
    await cable.mend()
    await far_phone.is_live()
    await expect(unread).to_have_count(0)
    await expect(page.locator(".stats")).to_be_visible()


async def test_a_hostile_name_is_text_and_stays_in_its_place(phone: Phone) -> None:
    name = "<img src=x onerror=alert(1)> 🛋️ " + "W" * 30
    device = DeviceId("fan-0001")
    await phone.home.ask("PATCH", f"/api/v1/devices/{device}", {"name": name})
    await expect(phone.tile(device)).to_contain_text("<img src=x")
    await phone.stands_well()
    await phone.visit(device)
    await phone.stands_well()
    await phone.home.ask("PATCH", f"/api/v1/devices/{device}", {"name": "Fan"})


async def test_units_are_those_that_the_reader_wants(own_phone: Phone) -> None:
    await own_phone.go("settings")
    await own_phone.page.get_by_role("button", name="°F").click()
    await own_phone.visit(SENSOR)
    await expect(own_phone.part("air.temperature")).to_contain_text("°F")


async def test_titles_are_told_in_the_readers_language(own_phone: Phone) -> None:
    await own_phone.go("settings")
    await own_phone.page.get_by_role("button", name="中文").click()
    await own_phone.visit(LIGHT)
    titles = json.loads(products.document("light"))["services"]
    brightness = next(p for p in titles[0]["properties"] if p["name"] == "brightness")
    slider = own_phone.part("light.brightness").get_by_role("slider")
    await expect(slider).to_have_attribute("aria-label", brightness["title"]["zh"])
    await expect(own_phone.page.locator("html")).to_have_attribute("lang", "zh-Hans")


async def test_the_apps_units_are_those_of_the_protocol(phone: Phone) -> None:
    symbols = await phone.page.evaluate("async () => (await import('/app/units.js')).SYMBOLS")
    assert symbols == {key: unit.symbol for key, unit in UNITS.items()}


async def test_every_text_is_there_in_both_languages(phone: Phone) -> None:
    words = await phone.page.evaluate("async () => (await import('/app/words.js')).WORDS")
    for key, (english, chinese) in words.items():
        assert english.strip(), key
        assert chinese.strip(), key
        is_free = key.startswith("health.")  # what a system said stays out of Chinese
        assert is_free or set(_marks(english)) == set(_marks(chinese)), key


def _marks(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


async def test_without_the_hub_the_last_known_home_is_shown(far_phone: Phone, cable: Cable) -> None:
    page = far_phone.page
    await expect(page.locator(".tile")).to_have_count(len(far_phone.home.home.hub.devices))
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => {})")
    await until(lambda: page.evaluate(_IS_KEPT), "the home is kept on the phone")
    beside = await page.context.new_page()  # a private window forgets with its last page
    await beside.goto(far_phone.url)
    await expect(beside.locator(".tile").first).to_be_visible()
    await cable.cut()
    bar = page.locator(".away-bar")
    await expect(bar).to_contain_text("does not answer")
    await far_phone.tile(LIGHT).get_by_role("switch").click()
    await expect(page.locator(".said")).to_contain_text("Not done")
    await page.reload()
    await expect(page.locator(".tile")).to_have_count(len(far_phone.home.home.hub.devices))
    await expect(bar).to_contain_text("does not answer")
    await cable.mend()
    await page.evaluate("() => dispatchEvent(new Event('online'))")
    await far_phone.is_live()
    await expect(bar).to_be_empty()


async def test_a_short_break_is_nobodys_business(far_phone: Phone, cable: Cable) -> None:
    page = far_phone.page
    await page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => window.seen.push(
            document.querySelector(".away-bar").className
                + document.querySelectorAll(".tile").length
        )).observe(document.querySelector(".stage"), {subtree: true, childList: true,
            attributes: true}); }"""
    )
    await cable.cut()
    await cable.mend()
    await expect(page.locator("html")).to_have_attribute("data-link", "coming")
    await far_phone.is_live()
    seen = await page.evaluate("() => window.seen")
    assert not [one for one in seen if "shown" in one or one.endswith("bar0")]
