"""The main ways through the app at a desktop, by mouse: control, scene, automation, invite."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.app.people import Another, enter, invited_to_the_hall
from tests.app.phone import DESK, Phone, phone_of
from tests.app.test_automations import FAN, LIGHT, PATH, plain, tap_together, turn
from tests.end_to_end.waiting import until
from tests.hub.api.bench import Bench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

SCENES = "/api/v1/scenes"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def at_desk(home: Bench, browser: Browser) -> AsyncIterator[Phone]:
    for device, name in ((FAN, "Fan"), (LIGHT, "Light")):
        await home.ask("PATCH", f"/api/v1/devices/{device}", {"name": name})
    async with phone_of(home, browser, viewport=DESK, has_touch=False) as one:
        await one.enter(home.token)
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def desk(at_desk: Phone) -> AsyncIterator[Phone]:
    """A desktop that is in, on the first page, and its console has to be clean."""
    await at_desk.go("")
    yield at_desk
    at_desk.console.said_nothing()


async def left_of(one: Locator) -> float:
    box = await one.bounding_box()
    assert box is not None
    return box["x"]


async def has(desk: Phone, address: str, value: object) -> None:
    """Wait until the light has told a value."""

    async def is_so() -> bool:
        return await desk.held(LIGHT, address) == value

    await until(is_so, f"{address} is {value}")


async def test_a_switch_and_a_slider_are_worked_by_mouse(desk: Phone) -> None:
    page = desk.page
    await turn(desk.home, LIGHT, "light.on", to=False)
    await page.locator(f"[data-device='{LIGHT}'] .tile-link").click()
    switch = desk.part("light.on").get_by_role("switch")
    await expect(switch).to_have_attribute("aria-checked", "false")
    rail, controls, readings = [
        await left_of(page.locator(part))
        for part in (".tabs", ".column:has([data-kind=slider])", ".column:has(.reading)")
    ]
    assert rail == 0 < controls < readings, "they stand side by side"
    await switch.click()
    await has(desk, "light.on", value=True)
    row = desk.part("light.brightness")
    box = await row.get_by_role("slider").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2, steps=3)
    await page.mouse.up()
    await has(desk, "light.brightness", 1)
    await expect(row).not_to_contain_class("going")
    await expect(row).to_contain_text("1%")


async def test_a_scene_is_made_carried_out_and_undone(desk: Phone) -> None:
    page, hub = desk.page, desk.home
    await turn(hub, LIGHT, "light.brightness", to=40)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("link", name="Scenes").click()
    await page.get_by_role("link", name="Add a scene").click()
    await page.get_by_label("What the scene is called").fill("At the desk")
    await page.get_by_role("checkbox", name="Light", exact=True).click()
    await page.get_by_role("button", name="Capture how it is now").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("At the desk")
    await turn(hub, LIGHT, "light.brightness", to=90)
    await page.get_by_role("button", name="Carry out").click()
    outcome = page.get_by_role("region", name="What became of it")
    await expect(outcome).to_contain_text("Light Done")
    assert await desk.held(LIGHT, "light.brightness") == 40
    await page.get_by_role("button", name="Undo At the desk").click()
    await expect(page.locator(".said")).to_contain_text("Undo At the desk: Done")
    assert await desk.held(LIGHT, "light.brightness") == 90
    await page.get_by_role("button", name="Remove this scene").click()
    await page.get_by_role("button", name="Tap again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Scenes")
    assert (await hub.get(SCENES))["scenes"] == []


async def test_an_automation_is_built_and_fires(desk: Phone) -> None:
    page, hub = desk.page, desk.home
    await turn(hub, FAN, "fan.on", to=False)
    await turn(hub, LIGHT, "light.on", to=False)
    await page.get_by_role("link", name="Automations").click()
    await page.get_by_role("link", name="New automation").click()
    await tap_together(page)
    await page.get_by_label("Name").fill("At the desk")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("At the desk")
    said = "When Fan goes on: turn Light on and set Brightness of Light to 40%."
    assert plain(await page.locator(".reads").inner_text()) == said
    await turn(hub, FAN, "fan.on", to=True)
    await expect(page.locator(".run")).to_contain_text("It ran")
    await has(desk, "light.on", value=True)
    await page.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Tap again to confirm").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Automations")
    assert (await hub.get(PATH))["automations"] == []


@pytest.mark.usefixtures("empty_house", "hall")
async def test_a_guest_is_invited(desk: Phone, another: Another) -> None:
    visitor = await another()
    await enter(visitor, await invited_to_the_hall(desk), "Gil")
    await expect(visitor.page.locator(".tile")).to_have_count(1)
    await expect(desk.page.locator(".sent")).to_contain_text("They are here")
    await desk.page.get_by_role("link", name="People and phones").click()
    await expect(desk.page.locator(".person-row")).to_contain_text("Gil")
    visitor.console.said_nothing()
