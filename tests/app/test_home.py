"""The first page: devices by room, favourites first, groups as tiles, and nothing that jumps."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from protocol.ids import DeviceId
from protocol.messages import Scalar
from simulators.light import Light
from tests.app.phone import Phone
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LIGHT, OTHER, PURIFIER = "light-0001", DeviceId("light-0002"), "air-purifier-0001"


@dataclass
class Sorted:
    """A home with two rooms on two floors, a favourite and a group."""

    group: str
    room: str


@pytest_asyncio.fixture(loop_scope="session")
async def sorted_home(phone: Phone) -> AsyncIterator[Sorted]:
    hub = phone.home
    made: list[str] = []

    async def make(path: str, **body: object) -> str:
        id_: str = (await hub.ask("POST", f"/api/v1/{path}", body, status=201))["id"]
        made.append(f"/api/v1/{path}/{id_}")
        return id_

    await hub.bring(OTHER, Light)
    await hub.ask("PATCH", f"/api/v1/devices/{OTHER}", {"name": "Bedside", "is_favourite": True})
    up = await make("floors", name="Upstairs", level=1)
    down = await make("floors", name="Ground floor", level=0)
    bedroom = await make("rooms", name="Bedroom", icon="bed", floor=up)
    kitchen = await make("rooms", name="Kitchen", floor=down)
    for device, room in ((LIGHT, bedroom), (OTHER, bedroom), (PURIFIER, kitchen)):
        await hub.ask("PATCH", f"/api/v1/devices/{device}", {"room": room})
    group = await make("groups", name="All lamps", members=[LIGHT, OTHER])
    await expect(phone.page.locator(f"[data-group='{group}']")).to_be_visible()
    yield Sorted(group, bedroom)
    await hub.ask("DELETE", f"/api/v1/devices/{OTHER}", status=204)
    hub.air.devices.pop(OTHER)
    for device in (LIGHT, PURIFIER):
        await hub.ask("PATCH", f"/api/v1/devices/{device}", {"room": None})
    for path in reversed(made):
        await hub.ask("DELETE", path, status=204)


async def _is(phone: Phone, device: str, address: str, value: Scalar) -> None:
    async def is_so() -> bool:
        return await phone.held(device, address) == value

    await until(is_so, f"{device} shows {address} {value!r}")


def _group(phone: Phone, sorted_home: Sorted) -> Locator:
    return phone.page.locator(f"[data-group='{sorted_home.group}']")


async def test_devices_stand_by_floor_and_room_and_favourites_first(
    phone: Phone, sorted_home: Sorted
) -> None:
    page = phone.page
    titles = page.locator(".place-section h3 bdi")
    await expect(titles).to_have_text(["Favourites", "Groups", "Kitchen", "Bedroom", "In no room"])
    await expect(page.locator(".floor-title")).to_have_text(["Ground floor", "Upstairs"])
    favourites = page.get_by_role("region", name="Favourites")
    await expect(favourites.locator(f"[data-device='{OTHER}']")).to_contain_text("Bedroom")
    everyone = len(phone.home.home.hub.devices)
    await expect(page.locator(".tile[data-device]")).to_have_count(everyone)
    await page.get_by_role("button", name="Bedroom").click()
    await expect(page.locator(".tile[data-device]")).to_have_count(2)
    await page.get_by_role("button", name="All").click()
    await page.locator("h3").get_by_role("link", name="Bedroom").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bedroom")


async def test_a_group_is_switched_and_dimmed_on_its_tile(
    phone: Phone, sorted_home: Sorted
) -> None:
    tile = _group(phone, sorted_home)
    switch = tile.get_by_role("checkbox")
    for device, is_on in ((LIGHT, True), (OTHER, False)):
        await phone.home.ask(
            "PATCH",
            f"/api/v1/devices/{device}/properties",
            {"properties": {"light.on": is_on}, "wait_s": 10},
        )
    await expect(switch).to_have_attribute("aria-checked", "mixed")
    await expect(tile).to_contain_text("1 of 2 on")
    await switch.click()
    await expect(tile).to_contain_text("All 2 on")
    await _is(phone, LIGHT, "light.on", True)
    await _is(phone, OTHER, "light.on", True)
    await tile.get_by_role("slider").focus()
    await tile.get_by_role("slider").press("End")
    await _is(phone, LIGHT, "light.brightness", 100)
    await _is(phone, OTHER, "light.brightness", 100)
    await switch.click()
    await expect(tile).to_contain_text("All 2 off")
    await _is(phone, OTHER, "light.on", False)


async def test_a_member_that_does_not_follow_is_named(phone: Phone, sorted_home: Sorted) -> None:
    tile = _group(phone, sorted_home)
    was_on = await phone.held(OTHER, "light.on")
    await phone.home.ask(
        "PATCH",
        f"/api/v1/devices/{LIGHT}/properties",
        {"properties": {"light.on": was_on}, "wait_s": 10},
    )
    phone.home.air.deaf.add(OTHER)
    try:
        await tile.get_by_role("checkbox").click()
        await phone.home.wait_in_vain(OTHER)
        await expect(phone.page.locator(".said")).to_contain_text(
            "All lamps: Bedside did not follow"
        )
    finally:
        phone.home.air.deaf.discard(OTHER)
    await expect(tile.get_by_role("checkbox")).to_have_attribute("aria-checked", "mixed")


async def test_no_tile_moves_while_one_looks(phone: Phone, sorted_home: Sorted) -> None:
    where = """() => [...document.querySelectorAll(".tile")].map((one) =>
      [one.dataset.device ?? one.dataset.group, one.offsetLeft, one.offsetTop].join(" "))"""
    before = await phone.page.evaluate(where)
    lamp = phone.tile(LIGHT).get_by_role("switch")
    for _ in range(2):
        was = await lamp.get_attribute("aria-checked")
        await lamp.click()
        await expect(lamp).not_to_have_attribute("aria-checked", was or "")
        await expect(phone.tile(LIGHT)).not_to_contain_class("going")
        assert await phone.page.evaluate(where) == before


async def test_a_home_without_rooms_says_what_to_do_next(phone: Phone) -> None:
    await phone.page.get_by_role("link", name="Add the first room").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Add a room")


async def test_a_guest_is_shown_what_is_theirs_and_nothing_to_arrange(
    stranger: Phone, phone: Phone, sorted_home: Sorted
) -> None:
    hub = phone.home
    grant = {"right": "control", "rooms": [sorted_home.room]}
    invite = await hub.ask(
        "POST", "/api/v1/invites", {"name": "Gil", "role": "guest", "grants": [grant]}, status=201
    )
    given = {"code": invite["code"], "person": "Gil", "device": "Gil's phone"}
    paired = await hub.ask("POST", "/api/v1/pair", given)
    await stranger.enter(paired["access"])
    page = stranger.page
    await expect(page.locator(".tile[data-device]")).to_have_count(2)
    await expect(page.get_by_role("link", name="Add a device")).to_have_count(0)
    await stranger.go("rooms", sorted_home.room)
    await expect(page.get_by_role("link", name="Bedside")).to_be_visible()
    await expect(page.get_by_role("button", name="Remove this room")).to_have_count(0)
    await stranger.go("rooms", "nothing")
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such room")
    stranger.console.said_nothing()
    await hub.ask("DELETE", f"/api/v1/people/{paired['person']['id']}", status=204)
