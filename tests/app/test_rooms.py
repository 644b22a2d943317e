"""Rooms, floors, and how a device is called and shown: arranged by tapping."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from protocol.ids import DeviceId
from simulators.light import Light
from tests.app.phone import Phone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LIGHT, FAN, PURIFIER = "light-0001", "fan-0001", "air-purifier-0001"
HOSTILE = "<b onclick=alert(1)>Bold</b> 🛏️ עליון & 中文"
HIDDEN = "Turned \u202e around"


@pytest_asyncio.fixture(loop_scope="session")
async def room(phone: Phone) -> AsyncIterator[str]:
    """A room with the light in it, which is gone afterwards, whatever is in it then."""
    hub = phone.home
    made = await hub.ask("POST", "/api/v1/rooms", {"name": "Attic", "icon": "bed"}, status=201)
    await hub.ask("PATCH", f"/api/v1/devices/{LIGHT}", {"room": made["id"]})
    yield made["id"]
    await _empty(phone)


async def _empty(phone: Phone) -> None:
    hub = phone.home
    for device in (await hub.get("/api/v1/devices"))["devices"]:
        if device["room"]:
            await hub.ask("PATCH", f"/api/v1/devices/{device['id']}", {"room": None})
    for kind in ("rooms", "floors"):
        for one in (await hub.get(f"/api/v1/{kind}"))[kind]:
            await hub.ask("DELETE", f"/api/v1/{kind}/{one['id']}", status=204)


async def _place(phone: Phone, device: str) -> str | None:
    found: str | None = (await phone.home.get(f"/api/v1/devices/{device}"))["room"]
    return found


async def test_a_room_on_a_floor_is_made_filled_and_named_by_tapping(phone: Phone) -> None:
    page = phone.page
    await phone.go("rooms")
    await expect(page.get_by_role("link", name="Add a room")).to_be_visible()
    await phone.go("rooms", "new-floor")
    await page.get_by_label("What the floor is called").fill("Upstairs")
    await page.get_by_role("button", name="More: Level").click()
    await page.get_by_role("button", name="Add the floor").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Upstairs")
    floors = (await phone.home.get("/api/v1/floors"))["floors"]
    assert [(one["name"], one["level"]) for one in floors] == [("Upstairs", 1)]
    await phone.go("rooms", "new")
    await page.get_by_label("What the room is called").fill(HOSTILE)
    await page.get_by_role("button", name="Bed", exact=True).click()
    await page.get_by_role("button", name="Upstairs").click()
    await page.get_by_role("button", name="Add the room").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    rooms = (await phone.home.get("/api/v1/rooms"))["rooms"]
    assert [(one["name"], one["icon"]) for one in rooms] == [(HOSTILE, "bed")]
    assert rooms[0]["floor"] == floors[0]["id"]
    await _empty(phone)
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such room")


async def test_what_is_in_a_room_its_name_and_floor_are_changed_by_tapping(
    phone: Phone, room: str
) -> None:
    page = phone.page
    floor = await phone.home.ask("POST", "/api/v1/floors", {"name": "Upstairs"}, status=201)
    await phone.go("rooms", room)
    fan = page.get_by_role("checkbox", name="Fan", exact=True)
    await fan.click()
    await expect(fan).to_be_checked()
    assert await _place(phone, FAN) == room
    await fan.click()
    await expect(fan).not_to_be_checked()
    assert await _place(phone, FAN) is None
    await page.get_by_label("Name", exact=True).fill("Bedroom")
    await page.get_by_role("button", name="Set").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bedroom")
    await page.get_by_role("button", name="Upstairs").click()
    await expect(page.locator(".device-head .over")).to_have_text("Upstairs")
    assert (await phone.home.get(f"/api/v1/rooms/{room}"))["floor"] == floor["id"]
    await page.get_by_role("button", name="On no floor").click()
    await expect(page.locator(".device-head .over")).to_have_count(0)


async def test_a_room_that_is_not_empty_says_what_is_in_it_and_moves_it(
    phone: Phone, room: str
) -> None:
    page, hub = phone.page, phone.home
    other = await hub.ask("POST", "/api/v1/rooms", {"name": "Cellar"}, status=201)
    await phone.go("rooms", room)
    await page.get_by_role("button", name="Remove this room").click()
    await expect(page.locator(".removing")).to_contain_text("No device leaves the home")
    await page.get_by_role("button", name="Tap again").click()
    await expect(page.get_by_role("alert").last).to_contain_text("1 still in it")
    await expect(page.locator(".moving").get_by_role("link", name="Light")).to_be_visible()
    await page.get_by_label("Move all of it to").select_option(label="Cellar")
    await page.get_by_role("button", name="Move and remove").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Rooms and floors")
    assert [one["name"] for one in (await hub.get("/api/v1/rooms"))["rooms"]] == ["Cellar"]
    assert await _place(phone, LIGHT) == other["id"]


@pytest.mark.parametrize(
    ("name", "why", "status"),
    [
        ("attic", "called so already", 409),
        ("x" * 10_240, "1 to 64 characters", 422),
        (HIDDEN, "turn text around", 422),
    ],
    ids=["taken", "10 kB", "bidi"],
)
async def test_a_name_that_is_refused_stays_typed_with_the_reason(
    name: str, why: str, status: int, phone: Phone, room: str
) -> None:
    await phone.go("rooms", "new")
    field = phone.page.get_by_label("What the room is called")
    await field.fill(name)
    await phone.page.get_by_role("button", name="Add the room").click()
    await expect(phone.page.get_by_role("alert").first).to_contain_text(why)
    await expect(field).to_have_value(name)
    phone.console.passes(f"status of {status}")
    rooms = (await phone.home.get("/api/v1/rooms"))["rooms"]
    assert [one["id"] for one in rooms] == [room]


async def test_a_device_gets_name_room_picture_and_star_on_its_page(
    phone: Phone, room: str
) -> None:
    page, hub = phone.page, phone.home
    await phone.visit(FAN)
    star = page.get_by_role("button", name="Fan is a favourite")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("link", name="Name, room and picture").click()
    await page.get_by_label("Name", exact=True).fill(HOSTILE)
    await page.get_by_role("button", name="Set").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    await page.get_by_label("Room").select_option(label="Attic")
    await page.get_by_role("button", name="Heart").click()
    await expect(page.get_by_role("switch", name="A favourite of mine")).to_be_checked()
    await page.get_by_role("switch", name="A favourite of mine").click()
    await expect(page.get_by_role("switch", name="A favourite of mine")).not_to_be_checked()
    shown = await hub.get(f"/api/v1/devices/{FAN}")
    assert (shown["name"], shown["room"], shown["icon"]) == (HOSTILE, room, "heart")
    assert shown["is_favourite"] is False
    await hub.ask("PATCH", f"/api/v1/devices/{FAN}", {"name": "Fan", "icon": ""})


async def test_removing_a_device_asks_twice_and_says_what_it_means(phone: Phone) -> None:
    page, hub = phone.page, phone.home
    await hub.bring(DeviceId("light-0009"), Light)
    await phone.go("edit", "light-0009")
    await page.get_by_role("button", name="Remove from the home").click()
    await expect(page.locator(".removing")).to_contain_text("join anew with its setup code")
    assert DeviceId("light-0009") in hub.home.hub.devices
    await page.get_by_role("button", name="Tap again").click()
    await expect(page.locator(".said")).to_contain_text("has left the home")
    assert DeviceId("light-0009") not in hub.home.hub.devices
    hub.air.devices.pop(DeviceId("light-0009"), None)


async def test_a_device_that_vanishes_takes_back_what_was_on_its_way(phone: Phone) -> None:
    page, hub, device = phone.page, phone.home, DeviceId("light-0008")
    await hub.bring(device, Light)
    await phone.visit(device)
    hub.air.deaf.add(device)
    hero = phone.part("light.on")
    await hero.get_by_role("switch").click()
    await expect(hero).to_contain_class("going")
    await hub.ask("DELETE", f"/api/v1/devices/{device}", status=204)
    await expect(page.locator(".said")).to_contain_text("it has left the home")
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is no such device")
    hub.air.deaf.discard(device)
    hub.air.devices.pop(device, None)


async def test_rooms_are_arranged_in_chinese(own_phone: Phone) -> None:
    page = own_phone.page
    await own_phone.go("settings")
    await page.get_by_role("button", name="中文").click()
    await page.get_by_role("link", name="房间与楼层").click()
    await page.get_by_role("link", name="添加房间").click()
    await page.get_by_label("房间名称").fill("书房")
    await page.get_by_role("button", name="添加", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("书房")
    await page.get_by_role("button", name="删除此房间").click()
    await page.get_by_role("button", name="再点一次确认").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("房间与楼层")
    assert (await own_phone.home.get("/api/v1/rooms"))["rooms"] == []
