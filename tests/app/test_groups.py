"""Groups: made by tapping members, steered as one, and honest about who lags."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from protocol.ids import DeviceId
from simulators.light import Light
from tests.app.phone import Phone
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LIGHT, OTHER = "light-0001", DeviceId("light-0003")
HOSTILE = "<i>Lamps</i> אב 💡"


@pytest_asyncio.fixture(loop_scope="session")
async def lamps(phone: Phone) -> AsyncIterator[str]:
    """Two lamps; groups are gone afterwards."""
    hub = phone.home
    await hub.bring(OTHER, Light)
    await hub.ask("PATCH", f"/api/v1/devices/{OTHER}", {"name": "Bedside"})
    made = await hub.ask(
        "POST", "/api/v1/groups", {"name": "Lamps", "members": [LIGHT, OTHER]}, status=201
    )
    yield made["id"]
    await phone.go("")  # its page would ask for a group that is gone
    await expect(phone.page.locator(".tiles").first).to_be_visible()
    for group in (await hub.get("/api/v1/groups"))["groups"]:
        await hub.ask("DELETE", f"/api/v1/groups/{group['id']}", status=204)
    await hub.ask("DELETE", f"/api/v1/devices/{OTHER}", status=204)
    hub.air.devices.pop(OTHER, None)


async def test_a_group_is_made_of_devices_that_go_together(phone: Phone, lamps: str) -> None:
    page, hub = phone.page, phone.home
    await phone.go("groups", "new")
    await page.get_by_label("What the group is called").fill(HOSTILE)
    await expect(page.get_by_role("button", name="Add the group")).to_be_disabled()
    await page.get_by_role("checkbox", name="Light", exact=True).click()
    plug = page.get_by_role("checkbox", name="Smart plug")
    await expect(plug).to_contain_text("Nothing in common")
    await plug.click(force=True)  # it can be tapped, and then says why not
    await expect(page.locator(".said")).to_contain_text("Nothing in common")
    await expect(plug).not_to_be_checked()
    await page.get_by_role("checkbox", name="Bedside").click()
    await page.get_by_role("button", name="Add the group").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    made = (await hub.get("/api/v1/groups"))["groups"][-1]
    assert (made["name"], made["members"]) == (HOSTILE, [LIGHT, OTHER])


async def test_members_name_and_picture_of_a_group_are_changed_and_it_is_removed(
    phone: Phone, lamps: str
) -> None:
    page, hub = phone.page, phone.home
    await phone.go("groups", lamps)
    await page.get_by_role("checkbox", name="Bedside").click()
    light = page.locator(f".pick-line[data-device='{LIGHT}']")
    await expect(light).to_contain_text("remove the group instead")
    await page.get_by_role("button", name="Heart").click()
    await page.get_by_label("Name", exact=True).fill("Reading")
    await page.get_by_role("button", name="Set", exact=True).last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reading")
    shown = await hub.get(f"/api/v1/groups/{lamps}")
    assert (shown["name"], shown["icon"], shown["members"]) == ("Reading", "heart", [LIGHT])
    await page.get_by_role("button", name="Remove this group").click()
    await expect(page.locator(".removing")).to_contain_text("Its members stay as they are")
    await page.get_by_role("button", name="Tap again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Groups")
    assert (await hub.get("/api/v1/groups"))["groups"] == []


async def test_all_that_members_share_is_set_together(phone: Phone, lamps: str) -> None:
    page = phone.page
    await phone.go("groups", lamps)
    await phone.part("light.effect").get_by_role("radio", name="Candle").click()

    async def is_set(device: str) -> bool:
        return await phone.held(device, "light.effect") == 1

    await until(lambda: is_set(LIGHT), "the first lamp flickers")
    await until(lambda: is_set(OTHER), "the second one, too")
    await expect(phone.part("light.effect")).not_to_contain_class("going")
    await page.get_by_role("radio", name="None").click()
    await expect(phone.part("light.effect").get_by_role("radio", name="None")).to_be_checked()


async def test_what_is_on_by_different_switches_is_not_said_to_be_on(phone: Phone) -> None:
    page, hub = phone.page, phone.home
    members = ["fan-0001", "air-conditioner-0001"]
    body = {"name": "Cool", "members": members}
    group = (await hub.ask("POST", "/api/v1/groups", body, status=201))["id"]
    try:
        tile = page.locator(f"[data-group='{group}']")
        await expect(tile.locator(".tile-state")).to_have_text("2 devices")
        await expect(tile.get_by_role("checkbox")).to_have_count(0)
        await phone.go("groups", group)
        await expect(page.get_by_role("status").filter(has_text="2 devices")).to_be_visible()
        await expect(phone.part("display.on")).to_be_visible()
        await expect(page.locator(".hero")).to_have_count(0)
        assert (await hub.get(f"/api/v1/groups/{group}"))["state"] is None
    finally:
        await phone.go("")
        await hub.ask("DELETE", f"/api/v1/groups/{group}", status=204)


async def test_a_member_that_lags_is_named_with_the_reason(phone: Phone, lamps: str) -> None:
    page, hub = phone.page, phone.home
    for device in (LIGHT, OTHER):
        values = {"properties": {"light.on": True}, "wait_s": 10}
        await hub.ask("PATCH", f"/api/v1/devices/{device}/properties", values)
    await phone.go("groups", lamps)
    switch = phone.part("light.on").get_by_role("checkbox")
    await expect(switch).to_have_attribute("aria-checked", "true")
    hub.air.deaf.add(OTHER)
    try:
        await switch.click()
        await hub.wait_in_vain(OTHER)
        lagging = page.get_by_role("region", name="Not as it was told")
        await expect(lagging).to_contain_text("Bedside")
        await expect(lagging).to_contain_text("did not answer in time")
        await expect(switch).to_have_attribute("aria-checked", "mixed")
    finally:
        hub.air.deaf.discard(OTHER)
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    await expect(lagging).to_have_count(0)


async def test_a_group_is_steered_in_chinese(own_phone: Phone, lamps: str) -> None:
    page = own_phone.page
    await own_phone.go("settings")
    await page.get_by_role("button", name="中文").click()
    await page.get_by_role("link", name="分组").click()
    await page.get_by_role("link", name="Lamps").click()
    await expect(page.get_by_role("heading", name="成员")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Bedside")).to_be_checked()
