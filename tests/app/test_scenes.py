"""Scenes: captured from the home as it is, changed by its controls, carried out and undone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from protocol.ids import DeviceId
from protocol.messages import Scalar
from simulators.light import Light
from tests.app.phone import Phone
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LIGHT, CLEANER, ROUTER = "light-0001", "robot-cleaner-0001", "router-0001"
GOING = DeviceId("light-0004")
HOSTILE = "<script>alert(1)</script> 🎬 אב"


@pytest_asyncio.fixture(loop_scope="session")
async def tidy(phone: Phone) -> AsyncIterator[None]:
    """Scenes are gone afterwards."""
    yield
    for scene in (await phone.home.get("/api/v1/scenes"))["scenes"]:
        await phone.home.ask("DELETE", f"/api/v1/scenes/{scene['id']}", status=204)


@pytest.fixture(autouse=True)
def _tidied(tidy: None) -> None:
    """Each test here leaves no scene."""


async def _make(phone: Phone, **body: Any) -> str:
    made = await phone.home.ask("POST", "/api/v1/scenes", {"name": "Evening", **body}, status=201)
    await expect(phone.page.get_by_role("button", name="Evening", exact=True)).to_be_visible()
    id_: str = made["id"]
    return id_


async def _steps(phone: Phone, scene: str) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = (await phone.home.get(f"/api/v1/scenes/{scene}"))["steps"]
    return steps


async def _set(phone: Phone, device: str, **values: Scalar) -> None:
    given = {"light." + name: value for name, value in values.items()}
    path = f"/api/v1/devices/{device}/properties"
    await phone.home.ask("PATCH", path, {"properties": given, "wait_s": 10})


async def test_a_scene_is_captured_from_chosen_devices(phone: Phone) -> None:
    page, hub = phone.page, phone.home
    await _set(phone, LIGHT, on=True, brightness=40)
    await phone.go("scenes")
    await page.get_by_role("link", name="Add a scene").click()
    await page.get_by_label("What the scene is called").fill(HOSTILE)
    await page.get_by_role("button", name="Film", exact=True).click()
    await page.get_by_role("checkbox", name="Light", exact=True).click()
    await page.get_by_role("button", name="Capture how it is now").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    await expect(page.locator(".step")).to_contain_text("On, Brightness 40%")
    [scene] = (await hub.get("/api/v1/scenes"))["scenes"]
    assert (scene["name"], scene["icon"], scene["devices"]) == (HOSTILE, "film", [LIGHT])


async def test_a_scene_is_carried_out_with_a_result_for_each_and_undone(phone: Phone) -> None:
    page = phone.page
    await _set(phone, LIGHT, on=False, brightness=20)
    steps = [{"device": LIGHT, "properties": {"light.on": True, "light.brightness": 90}}]
    scene = await _make(phone, steps=steps)
    await phone.go("scenes", scene)
    await page.get_by_role("button", name="Carry out").click()
    outcome = page.get_by_role("region", name="What became of it")
    await expect(outcome).to_contain_text("Light Done")
    assert await phone.held(LIGHT, "light.brightness") == 90
    await page.get_by_role("button", name="Undo Evening").click()
    await expect(page.locator(".said")).to_contain_text("Undo Evening: Done")
    assert await phone.held(LIGHT, "light.brightness") == 20
    assert await phone.held(LIGHT, "light.on") is False


async def test_what_a_scene_does_is_changed_with_the_controls_of_the_device(phone: Phone) -> None:
    page = phone.page
    steps = [{"device": LIGHT, "properties": {"light.on": True, "light.brightness": 90}}]
    scene = await _make(phone, steps=steps)
    await phone.go("scenes", scene)
    await page.get_by_role("button", name="Change what Light does").click()
    slider = phone.part("light.brightness").get_by_role("slider")
    await slider.focus()
    await slider.press("Home")
    await expect(page.locator(".step")).to_contain_text("Brightness 1%")
    await page.get_by_role("button", name="Leave out Light").click()
    await page.get_by_role("button", name="Effect").click()
    await phone.part("light.effect").get_by_role("radio", name="Candle").click()
    wanted = {"light.brightness": 1, "light.effect": 1}

    async def is_so() -> bool:
        return [step["properties"] for step in await _steps(phone, scene)] == [wanted]

    await until(is_so, f"the scene keeps {wanted}")
    await page.get_by_role("button", name="Take Light out").click()
    await expect(page.locator(".said")).to_contain_text("at least one thing")
    assert await is_so()


async def test_an_action_becomes_a_step_and_what_is_hidden_stays(phone: Phone) -> None:
    page = phone.page
    secret = {"guest_wifi.on": True, "guest_wifi.password": "not for everybody"}
    scene = await _make(phone, steps=[{"device": ROUTER, "properties": secret}])
    await phone.go("scenes", scene)
    await expect(page.locator(".step")).to_contain_text("Guest password as it was given")
    await page.locator("summary", has_text="Add a device").click()
    await page.get_by_role("checkbox", name="Robot cleaner").click()
    cleaner = page.locator(f".step[data-device='{CLEANER}']")
    await expect(cleaner).to_be_visible()
    if (
        await cleaner.get_by_role("button", name="Change what").get_attribute("aria-expanded")
        != "true"
    ):
        await cleaner.get_by_role("button", name="Change what").click()
    await cleaner.get_by_role("button", name="Start", exact=True).click()

    async def is_kept() -> bool:
        return [step.get("action") for step in await _steps(phone, scene)] == [
            None,
            "cleaner.start",
        ]

    await until(is_kept, "the action is a step")
    first = (await _steps(phone, scene))[0]
    assert first["hidden"] == ["guest_wifi.password"]
    assert first["properties"] == {"guest_wifi.on": True}


async def test_a_device_that_has_left_is_shown_answered_for_and_removable(phone: Phone) -> None:
    page, hub = phone.page, phone.home
    await hub.bring(GOING, Light)
    steps = [{"device": device, "properties": {"light.on": True}} for device in (LIGHT, GOING)]
    scene = await _make(phone, steps=steps)
    await hub.ask("PATCH", f"/api/v1/devices/{GOING}", {"name": "Porch"})
    await hub.ask("DELETE", f"/api/v1/devices/{GOING}", status=204)
    hub.air.devices.pop(GOING)
    await page.get_by_role("button", name="Evening", exact=True).click()
    await expect(page.locator(".said")).to_contain_text("Evening: Porch did not follow")
    await phone.go("scenes", scene)
    gone = page.locator(f".step[data-device='{GOING}']")
    await expect(gone).to_contain_text("It has left the home")
    await page.get_by_role("button", name="Carry out").click()
    outcome = page.get_by_role("region", name="What became of it")
    await expect(outcome).to_contain_text("Porch it has left the home")
    await expect(outcome).to_contain_text("Light Done")
    await gone.get_by_role("button", name="Take").click()
    await expect(page.locator(".step")).to_have_count(1)

    async def is_gone() -> bool:
        return [step["device"] for step in await _steps(phone, scene)] == [LIGHT]

    await until(is_gone, "the step of who has left is gone")


async def test_a_scene_is_renamed_and_removed(phone: Phone) -> None:
    page = phone.page
    scene = await _make(phone, capture=[LIGHT])
    await phone.go("scenes", scene)
    await page.get_by_label("Name", exact=True).fill("Late")
    await page.get_by_role("button", name="Set", exact=True).last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Late")
    await page.get_by_role("button", name="Remove this scene").click()
    await expect(page.locator(".removing")).to_contain_text("Nothing is switched")
    await page.get_by_role("button", name="Tap again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Scenes")
    assert (await phone.home.get("/api/v1/scenes"))["scenes"] == []


async def test_a_scene_is_carried_out_in_chinese(own_phone: Phone, phone: Phone) -> None:
    await _make(phone, capture=[LIGHT])
    page = own_phone.page
    await own_phone.go("settings")
    await page.get_by_role("button", name="中文").click()
    await own_phone.go("scenes")
    await page.get_by_role("button", name="执行Evening").click()
    await expect(page.locator(".said")).to_contain_text("完成")
    await page.get_by_role("button", name="撤销").click()
    await expect(page.locator(".said")).to_contain_text("撤销")
