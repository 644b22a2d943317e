"""Automations are built by tapping, read as a sentence, run, and say why."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.app.phone import Phone
from tests.drivers.cable import Cable
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import arrive

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

PATH, PLACE = "/api/v1/automations", "/api/v1/hub/place"
BERLIN = {"latitude": 52.52, "longitude": 13.4}
FAN, LIGHT, SENSOR = "fan-0001", "light-0001", "environment-sensor-0001"
FAN_ON = {"type": "property", "device": FAN, "address": "fan.on", "is": True}
LIGHT_ON = {"type": "set", "device": LIGHT, "properties": {"light.on": True}}


@pytest_asyncio.fixture(loop_scope="session")
async def tapping(phone: Phone) -> AsyncIterator[Phone]:
    """A phone at an empty list of automations, of devices that are called as their ids are."""
    hub = phone.home
    for device, name in ((FAN, "Fan"), (LIGHT, "Light"), (SENSOR, "Air")):
        await hub.ask("PATCH", f"/api/v1/devices/{device}", {"name": name})
    await phone.page.evaluate("() => localStorage.removeItem('drafts')")
    await phone.go("automations")
    yield phone
    for one in (await hub.get(PATH))["automations"]:
        await hub.ask("DELETE", f"{PATH}/{one['id']}", status=204)


async def add(page: Page, section: str, kind: str) -> Locator:
    """Add a piece to a section, and return its editor."""
    part = page.get_by_role("group", name=f"Add to “{section}”")
    await part.get_by_role("button", name=kind, exact=True).click()
    return page.locator(".piece.open .piece-body")


async def turn(hub: Bench, device: str, address: str, *, to: Any) -> None:
    body = {"properties": {address: to}, "wait_s": 5}
    await hub.ask("PATCH", f"/api/v1/devices/{device}/properties", body)


async def made(hub: Bench, name: str, **parts: Any) -> str:
    body = {"name": name, "triggers": [FAN_ON], "actions": [LIGHT_ON], **parts}
    id_: str = (await hub.ask("POST", PATH, body, status=201))["id"]
    return id_


async def test_what_is_built_by_tapping_fires_and_says_so(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    await turn(hub, FAN, "fan.on", to=False)
    await turn(hub, LIGHT, "light.on", to=False)
    await page.get_by_role("link", name="New automation").click()
    await tap_together(page)
    said = "When Fan goes on: turn Light on and set Brightness of Light to 40%."
    reads = page.locator(".reads")
    assert plain(await reads.inner_text()).endswith(said)
    await tapping.stands_well()
    await tapping.stands_large()
    await page.get_by_label("Name").fill("Light with the fan")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Light with the fan")
    assert plain(await reads.inner_text()) == said
    await turn(hub, FAN, "fan.on", to=True)
    run = page.locator(".run")
    await expect(run).to_contain_text("It ran")
    await run.locator("summary").click()
    await expect(run.locator(".trace")).to_contain_text("from Off to On")
    await tapping.stands_well()
    await tapping.stands_large()
    await tapping.go("")
    await expect(tapping.tile(LIGHT)).to_have_class(re.compile(r"\blit\b"))
    assert await tapping.held(LIGHT, "light.brightness") == 40


async def tap_together(page: Page) -> None:
    when = await add(page, "When", "A device")
    await when.get_by_label("Device").select_option(f"device {FAN}")
    await when.get_by_label("What of it").select_option("property fan.on")
    then = await add(page, "Then", "A device")
    await then.get_by_label("Device or group").select_option(f"device {LIGHT}")
    await then.get_by_label("What of it").select_option("set light.on")
    await then.get_by_label("And what else of it").select_option("set light.brightness")
    await then.get_by_role("slider", name="Brightness").fill("40")


def plain(text: str) -> str:
    """Return a sentence without the marks that hold names in their place."""
    return re.sub("[\u2068\u2069]", "", text).replace("\u202f", "").strip()


async def test_one_that_sets_itself_off_is_stopped_and_says_why(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    await turn(hub, LIGHT, "light.brightness", to=10)
    shines = {"type": "property", "device": LIGHT, "address": "light.brightness"}
    dims = {"type": "set", "device": LIGHT, "properties": {"light.brightness": 50}}
    id_ = await made(hub, "Circle", triggers=[shines], actions=[dims])
    await tapping.go("automations", id_)
    await turn(hub, LIGHT, "light.brightness", to=20)
    stopped = page.locator(".run", has_text="Stopped: it set itself off")
    await expect(stopped).to_be_visible()
    await stopped.locator("summary").click()
    await expect(stopped.locator(".trace")).to_contain_text("set off by Circle")


async def test_a_trace_says_which_condition_did_not_hold(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    await turn(hub, FAN, "fan.on", to=False)
    hot = {"type": "property", "device": SENSOR, "address": "air.temperature", "above": 55}
    id_ = await made(hub, "Hot only", conditions=[hot])
    await tapping.go("automations", id_)
    await turn(hub, FAN, "fan.on", to=True)
    run = page.locator(".run")
    await expect(run).to_contain_text("A condition did not hold")
    await run.locator("summary").click()
    await expect(run.locator(".trace")).to_contain_text("is above 55")
    await expect(run.locator(".trace")).to_contain_text("it was ")


async def test_run_now_copy_switch_and_remove(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    await turn(hub, LIGHT, "light.on", to=False)
    id_ = await made(hub, "By hand", triggers=[])
    row = page.locator(f"[data-automation='{id_}']")
    await expect(row).to_contain_text("When somebody runs it")
    await tapping.stands_well()
    await tapping.stands_large()
    await row.get_by_role("switch").click()
    await expect(row).to_contain_text("Switched off")
    await row.get_by_role("switch").click()
    await expect(row).not_to_contain_text("Switched off")
    await row.get_by_role("link").click()
    await page.get_by_role("button", name="Run now").click()
    await expect(page.locator(".run")).to_contain_text("Run by the hub's own machine")
    await expect(page.locator(".run")).to_contain_text("It ran")
    assert await tapping.held(LIGHT, "light.on") is True
    await page.get_by_role("link", name="Duplicate").click()
    await expect(page.get_by_label("Name")).to_have_value("By hand (copy)")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("By hand (copy)")
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Tap again to confirm").click()
    await expect(page.locator(".auto")).to_have_count(1)


async def test_a_draft_is_tried_on_what_was_recorded(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    for is_on in (False, True, False, True):
        await turn(hub, FAN, "fan.on", to=is_on)
    id_ = await made(hub, "Tried", is_enabled=False)
    await tapping.go("automations", id_, "edit")
    await page.get_by_role("button", name="Day").click()
    times = page.locator(".trial-times")
    await expect(times).to_contain_text(re.compile(r"It would have run (\d+ times|once)"))
    await page.locator(".trial .run summary").first.click()
    await expect(page.locator(".trial .trace").first).to_contain_text("from Off to On")
    await tapping.stands_well()
    await tapping.stands_large()


async def test_a_message_stands_in_the_inbox_under_its_name(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    told = {"type": "notify", "text": "Dinner <b>"}
    id_ = await made(hub, "Gong", triggers=[], actions=[told])
    await hub.ask("POST", f"{PATH}/{id_}/run")
    await tapping.go("inbox")
    notice = page.locator(".notice", has_text="Dinner <b>")
    await expect(notice).to_contain_text("Gong")
    await notice.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Gong")
    await tapping.go("inbox")
    await notice.get_by_role("button", name="Delete").click()
    await expect(notice).to_have_count(0)


async def test_what_is_missing_is_said_where_it_is_missing(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    await hub.ask("PUT", PLACE, BERLIN)
    await page.reload()
    await page.get_by_role("link", name="New automation").click()
    await add(page, "When", "The sun")
    await hub.ask("DELETE", PLACE, status=204)
    await add(page, "If", "A time")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".part-actions [role=alert]")).to_have_text("Say what is to happen")
    await expect(page.locator("[data-path='conditions.0'] [role=alert]")).to_have_text(
        "Give a time"
    )
    await page.locator("[data-path='conditions.0']").get_by_role("button", name="Remove").click()
    then = await add(page, "Then", "A message")
    await then.get_by_label("What the message says").fill("Dusk <b>")
    await page.get_by_label("Name").fill("Dusk")
    await page.get_by_role("button", name="Save").click()
    flaw = page.locator("[data-path='triggers.0'] [role=alert]")
    await expect(flaw).to_contain_text("does not know where the home is")
    way = page.locator("[data-path='triggers.0']").get_by_role("link")
    await expect(way).to_have_text("Tell where the home is")
    await expect(page.locator(".reads")).to_contain_text("Dusk <b>")
    tapping.console.passes("status of 409")


async def test_without_a_place_ideas_and_pieces_of_the_sun_lead_to_it(own_phone: Phone) -> None:
    page, hub = own_phone.page, own_phone.home
    ideas = page.get_by_role("region", name="Ideas from your home")
    await hub.ask("PUT", PLACE, BERLIN)
    await own_phone.go("automations")
    await expect(ideas).to_contain_text("the sun is down")
    await hub.ask("DELETE", PLACE, status=204)
    await own_phone.go("")
    await own_phone.go("automations")
    await expect(ideas).to_contain_text("Light when it opens")
    await expect(ideas).not_to_contain_text("the sun is down")
    dusk = ideas.get_by_role("link", name="Light at sunset")
    await expect(dusk).to_contain_text("First tell where the home is")
    await expect(dusk).to_have_attribute("href", "#/hub/place")
    await page.get_by_role("link", name="New automation").click()
    for section in ("When", "If"):
        group = page.get_by_role("group", name=f"Add to “{section}”")
        await expect(group.get_by_role("button", name="A time")).to_be_visible()
        await expect(group.get_by_role("button", name="The sun")).to_have_count(0)
        way = group.get_by_role("link", name="The sun: where is the home?")
        await expect(way).to_have_attribute("href", "#/hub/place")


async def test_keyboard_alone_reaches_the_piece_that_was_added(tapping: Phone) -> None:
    page = tapping.page
    await page.get_by_role("link", name="New automation").focus()
    await page.keyboard.press("Enter")
    group = page.get_by_role("group", name="Add to “When”")
    await group.get_by_role("button", name="A device", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="Device")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".piece")).to_have_count(0)


async def test_an_idea_from_the_home_is_a_beginning(tapping: Phone) -> None:
    page = tapping.page
    await page.get_by_role("link", name="Clear the air").click()
    await expect(page.get_by_label("Name")).to_have_value("Clear the air")
    await page.get_by_label("Name").fill("Fresh air")
    await page.get_by_role("link", name="Back").click()
    await page.get_by_role("link", name="Not saved yet").click()
    await expect(page.get_by_label("Name")).to_have_value("Fresh air")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Fresh air")
    await expect(page.locator(".reads")).to_contain_text("PM2.5")
    await page.get_by_role("link", name="Back").click()
    await expect(page.get_by_role("link", name="Not saved yet")).to_have_count(0)


async def test_an_idea_goes_once_it_is_there_and_comes_back_without_it(tapping: Phone) -> None:
    page, hub = tapping.page, tapping.home
    idea = page.locator(".idea", has_text="Off at night")
    await expect(idea).to_be_visible()
    late = {"type": "time", "at": "22:15"}
    off = {"type": "set", "device": LIGHT, "properties": {"light.on": False}}
    id_ = await made(hub, "Late", triggers=[FAN_ON, late], actions=[off], is_enabled=False)
    await expect(page.locator(f"[data-automation='{id_}']")).to_be_visible()
    await expect(idea).to_have_count(0)
    await hub.ask("PATCH", f"{PATH}/{id_}", {"actions": [LIGHT_ON]})
    await expect(idea).to_be_visible()
    lamps = {"name": "Lamps", "members": [LIGHT]}
    group = (await hub.ask("POST", "/api/v1/groups", lamps, status=201))["id"]
    off = {"type": "set", "group": group, "properties": {"light.on": False}}
    await hub.ask("PATCH", f"{PATH}/{id_}", {"actions": [off]})
    await expect(idea).to_have_count(0)
    await hub.ask("DELETE", f"{PATH}/{id_}", status=204)
    await hub.ask("DELETE", f"/api/v1/groups/{group}", status=204)
    await expect(idea).to_be_visible()


async def test_what_was_written_outlives_a_broken_line_and_a_reload(
    far_phone: Phone, cable: Cable
) -> None:
    page = far_phone.page
    await far_phone.go("automations", "new")
    then = await add(page, "Then", "A message")
    await then.get_by_label("What the message says").fill("Hello")
    await page.get_by_label("Name").fill("Greeting")
    await cable.cut()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".said")).to_contain_text("does not answer")
    await expect(page.get_by_label("Name")).to_have_value("Greeting")
    await cable.mend()
    await page.reload()
    await far_phone.is_live()
    await expect(page.get_by_label("Name")).to_have_value("Greeting")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Greeting")
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Tap again to confirm").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Automations")


async def test_it_reads_in_chinese(home: Bench, own_phone: Phone) -> None:
    page = own_phone.page
    night = {"type": "time", "from": "22:00", "until": "06:00", "days": ["mon", "tue"]}
    wait = {"type": "wait", "for_s": 300}
    id_ = await made(home, "夜", conditions=[night], actions=[LIGHT_ON, wait])
    await own_phone.go("settings")
    await page.get_by_role("button", name="中文").click()
    await own_phone.go("automations", id_)
    said = plain(await page.locator(".reads").inner_text()).replace("\uff0c", ",")
    fan, light = [(await home.get(f"/api/v1/devices/{one}"))["name"] for one in (FAN, LIGHT)]
    assert said == (
        f"当{fan}打开时,如果周一、周二 22:00 到 06:00 之间,就打开{light},然后等待 5分钟。"
    )
    await own_phone.go("automations", id_, "edit")
    await page.locator(".piece-text").first.click()
    await own_phone.stands_well()
    await own_phone.stands_large()
    await home.ask("DELETE", f"{PATH}/{id_}", status=204)


async def test_a_guest_sees_no_builder(home: Bench, stranger: Phone) -> None:
    grant = {"right": "control", "devices": [LIGHT]}
    guest = await arrive(home, "Gail", role="guest", grants=[grant])
    id_ = await made(home, "Not theirs")
    page = stranger.page
    await stranger.enter(guest["access"])
    await expect(page.locator(".tile")).to_have_count(1)
    await expect(page.get_by_role("link", name="Automations")).to_have_count(0)
    for way in (["new"], [id_, "edit"]):
        await stranger.go("automations", *way)
        await expect(page.get_by_text("made by owners and members")).to_be_visible()
    await stranger.go("automations")
    await expect(page.get_by_text("Nothing here is yours to see")).to_be_visible()
    assert await page.get_by_role("link", name="New automation").count() == 0
    await home.ask("DELETE", f"{PATH}/{id_}", status=204)
    await home.ask("DELETE", f"/api/v1/people/{guest['person']['id']}", status=204)
