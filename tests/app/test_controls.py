"""Each kind of control does what it says, as the device confirms."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import DeviceId
from protocol.messages import Scalar
from tests.app.phone import Phone
from tests.end_to_end.waiting import until
from tests.hub.api.bench import PLUG

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LIGHT, PURIFIER, CLEANER = "light-0001", "air-purifier-0001", "robot-cleaner-0001"
Touch = Callable[[Locator], Awaitable[None]]


async def press_switch(row: Locator) -> None:
    await row.get_by_role("switch").click()


async def pick_sleep(row: Locator) -> None:
    await row.get_by_role("radio", name="Sleep").click()


async def pull_to_top(row: Locator) -> None:
    await row.get_by_role("slider").focus()
    await row.get_by_role("slider").press("End")


async def take_blue(row: Locator) -> None:
    await row.get_by_role("button", name="#4f8dff").click()


async def tap_an_hour(row: Locator) -> None:
    await row.get_by_role("button", name="1\u202fh", exact=True).click()


async def type_minutes(row: Locator) -> None:
    await row.get_by_role("spinbutton").fill("42")
    await row.get_by_role("spinbutton").press("Enter")


async def choose_video(row: Locator) -> None:
    await row.get_by_role("combobox").select_option(value="1")


async def write_name(row: Locator) -> None:
    await row.get_by_role("textbox").fill("attic <b>")
    await row.get_by_role("button", name="Set").click()


KINDS: list[tuple[str, str, str, Touch, Scalar]] = [
    ("switch", PURIFIER, "controls.child_lock", press_switch, True),
    ("choice", PURIFIER, "purifier.mode", pick_sleep, 1),
    ("slider", LIGHT, "light.brightness", pull_to_top, 100),
    ("colour", LIGHT, "light.color", take_blue, 0x4F8DFF),
    ("time", LIGHT, "timer.off_after_s", tap_an_hour, 3_600),
    ("time", "heater-0001", "timer.off_after_s", type_minutes, 2_520),
    ("select", "television-0001", "television.app", choose_video, 1),
    ("text", "router-0001", "wifi.ssid", write_name, "attic <b>"),
]


@pytest.mark.parametrize(("kind", "device", "address", "touch", "value"), KINDS)
async def test_a_control_sets_what_it_shows(
    kind: str, device: str, address: str, touch: Touch, value: Scalar, phone: Phone
) -> None:
    await phone.visit(device)
    row = phone.part(address)
    assert await row.get_attribute("data-kind") == kind
    await touch(row)

    async def is_set() -> bool:
        return await phone.held(device, address) == value

    await until(is_set, f"{address} is {value!r}")
    await expect(row).not_to_contain_class("going")


async def test_a_stepper_goes_step_by_step(phone: Phone) -> None:
    device, address = "heater-0001", "climate.target_temperature"
    await phone.visit(device)
    before = await phone.held(device, address)
    assert isinstance(before, float)
    await phone.part(address).get_by_role("button", name="More").click()

    async def is_more() -> bool:
        now = await phone.held(device, address)
        return isinstance(now, float) and before < now <= before + 1.0

    await until(is_more, "one step more")


async def test_an_action_runs_once_it_is_tapped(phone: Phone) -> None:
    await phone.visit(CLEANER)
    await phone.part("cleaner.start").get_by_role("button").click()
    await expect(phone.page.locator(".said")).to_contain_text("Done")


async def test_an_action_takes_its_arguments_along(phone: Phone) -> None:
    await phone.visit(CLEANER)
    row = phone.part("cleaner.clean_room")
    await row.get_by_role("combobox").select_option(label="Kitchen")
    title = await row.locator(".row-title").inner_text()
    await row.get_by_role("button").click()
    await expect(phone.page.locator(".said")).to_contain_text(f"{title}: Done")
    commands = (await phone.home.get(f"/api/v1/devices/{CLEANER}/commands"))["commands"]
    assert (commands[0]["action"], commands[0]["status"]) == ("cleaner.clean_room", "applied")


async def test_a_weighty_action_asks_first(phone: Phone) -> None:
    await phone.visit(PURIFIER)
    row = phone.part("filter.reset")
    await row.get_by_role("button").click()
    await expect(row).to_contain_text("Tap again")
    # Asked of the hub itself: on a busy machine an answer outlasts the question.
    sent = phone.home.home.hub.commands.of(DeviceId(PURIFIER))
    assert all(command.action is None for command in sent)
    await row.get_by_role("button").click()
    await expect(phone.page.locator(".said")).to_contain_text("Done")


async def test_a_switch_on_the_first_page_moves_at_once_and_is_confirmed(phone: Phone) -> None:
    switch = phone.tile(LIGHT).get_by_role("switch")
    was_on = await switch.get_attribute("aria-checked") == "true"
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false" if was_on else "true")

    async def is_set() -> bool:
        return await phone.held(LIGHT, "light.on") is not was_on

    await until(is_set, "the light is switched")


async def test_what_nobody_answers_is_pending_and_then_taken_back_with_the_reason(
    phone: Phone,
) -> None:
    await phone.visit(PLUG)
    hero = phone.part("outlet.on")
    was_on = await hero.get_by_role("switch").get_attribute("aria-checked")
    phone.home.air.deaf.add(PLUG)
    try:
        await hero.get_by_role("switch").click()
        await expect(hero).to_contain_class("going")
        assert await hero.get_by_role("switch").get_attribute("aria-checked") != was_on
        await expect(hero).to_contain_text("takes longer")
        await phone.home.wait_in_vain(PLUG)
        await expect(hero).to_contain_text("did not answer in time")
    finally:
        phone.home.air.deaf.clear()
    await expect(hero.get_by_role("switch")).to_have_attribute("aria-checked", was_on or "")
    await expect(phone.page.locator(".said")).to_contain_text("Not done")


LEARNED: tuple[tuple[str, list[int], int], ...] = (
    ("nothing", [], 1_500),
    ("that it is quick", [30] * 5, 400),
    ("slow", [2_000] * 5, 3_000),
)


@pytest.mark.parametrize(("known", "times", "patience_ms"), LEARNED, ids=lambda one: str(one)[:7])
async def test_how_long_is_long_is_learned_for_each_property(
    known: str, times: list[int], patience_ms: int, own_phone: Phone
) -> None:
    page, plug, address = own_phone.page, PLUG, "outlet.on"
    kept = {f"{plug} {address}": times} if times else {}
    await page.evaluate("(kept) => localStorage.setItem('times', JSON.stringify(kept))", kept)
    await page.reload()
    await own_phone.is_live()
    await own_phone.visit(plug)
    row = own_phone.part(address)
    was_on = await row.get_by_role("switch").get_attribute("aria-checked") == "true"
    await page.clock.install()
    await page.clock.pause_at(await page.evaluate("() => Date.now() + 1000"))
    own_phone.home.air.deaf.add(plug)
    try:
        await row.get_by_role("switch").click()
        await expect(row).to_contain_class("going")
        await page.clock.run_for(patience_ms - 20)
        await expect(row).not_to_contain_text("takes longer")
        await page.clock.run_for(40)
        await expect(row).to_contain_text("takes longer")
    finally:
        own_phone.home.air.deaf.clear()
    await page.clock.resume()
    await expect(row).not_to_contain_class("going", timeout=20_000)
    on = await own_phone.held(plug, address)
    await expect(row.get_by_role("switch")).to_have_attribute("aria-checked", str(on).lower())
    assert on is not was_on, "the hub has asked again, and it is done"


async def test_a_control_is_worked_by_the_keyboard(phone: Phone) -> None:
    await phone.visit(PURIFIER)
    chosen = phone.part("purifier.mode").get_by_role("radio", checked=True)
    await chosen.focus()
    await phone.page.keyboard.press("ArrowRight")
    await expect(phone.part("purifier.mode").get_by_role("radio", checked=True)).to_be_focused()
    await phone.part("controls.child_lock").get_by_role("switch").focus()
    await phone.page.keyboard.press("Space")
    await expect(phone.part("controls.child_lock")).not_to_contain_class("going")
