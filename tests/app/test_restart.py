"""What an open app does when the hub restarts, stalls, forgets, or has a newer app."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from hub.api import shell
from protocol.ids import DeviceId
from simulators.light import Light
from simulators.smart_plug import SmartPlug
from tests.app.phone import Phone, browser_of_a_phone, phone_of
from tests.drivers.cable import Cable
from tests.end_to_end.waiting import until
from tests.hub.api.bench import PLUG, Bench, bench
from tests.hub.api.test_people import arrive

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app2")]

LAMP = DeviceId("light-0001")
FOUND = shell._found
SLOW_MS = 40_000
"""Far more than the app takes to try again."""

GIVEN_UP_MS = 10_100
"""An answer is missed after 2.5 s and an echo 6 s later; 1.5 s after that the app says so."""

TRIED_ANEW_MS = 12_500
"""A try may take 10 s, after a wait of 0.6 s at most; the next one begins within 1.1 s."""

WATCH = """() => {
  window.seen = [];
  document.querySelectorAll(".tile").forEach((tile) => (tile.isFirst = true));
  const look = () => {
    const tiles = [...document.querySelectorAll(".tile")];
    window.seen.push(tiles.filter((tile) => tile.isFirst).length);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
  look();
}"""


@asynccontextmanager
async def open_app(browser: Browser, home: Bench, cable: Cable) -> AsyncIterator[Phone]:
    """Open the app of an owner, which reaches the hub through a cable and keeps the shell."""
    url = f"http://127.0.0.1:{cable.port}"
    async with phone_of(home, browser, url, keeps_shell=True) as phone:
        await phone.enter((await arrive(home, "Ada", role="owner"))["access"])
        await phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        yield phone


@pytest_asyncio.fixture(loop_scope="session")
async def line() -> AsyncIterator[Cable]:
    made = Cable(0)
    await made.mend()
    yield made
    await made.cut()


@pytest.fixture
def newer_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hubs that start from now on serve a newer version of the app."""

    def newer() -> list[tuple[str, bytes]]:
        return [(path, body.replace(b'"Settings"', b'"Set-up"')) for path, body in FOUND()]

    monkeypatch.setattr(shell, "_found", newer)


async def back(page: Page, cable: Cable, home: Bench) -> None:
    """Mend the line to a hub, and wait until the app has come back by itself."""
    cable.lead_to(home.api.port)
    await cable.mend()
    await expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=SLOW_MS)


async def test_a_hub_that_restarts_under_an_open_app_is_nothing_to_care_for(
    tmp_path: Path, browser: Browser, line: Cable
) -> None:
    async with AsyncExitStack() as closing:
        async with bench(tmp_path) as home:
            await home.bring(LAMP, Light)
            await home.bring(PLUG)
            line.lead_to(home.api.port)
            phone = await closing.enter_async_context(open_app(browser, home, line))
            page, switch = phone.page, phone.tile(PLUG).get_by_role("switch")
            await expect(page.locator(".tile")).to_have_count(2)
            await page.evaluate(WATCH)
            home.air.deaf.add(PLUG)
            was_on = await switch.get_attribute("aria-checked")
            await switch.click()
            await home.until(lambda: [*home.home.hub.commands.open_ones()], "the command is there")
            await line.cut()
        async with bench(tmp_path) as home:
            home.air.deaf.add(PLUG)
            await home.wake(PLUG, SmartPlug, epoch=2)
            await home.wake(LAMP, Light, epoch=2)
            home.report(LAMP, {"light.on": True, "light.brightness": 37})
            await back(page, line, home)
            await expect(phone.tile(LAMP)).to_contain_text("37%")
            assert set(await page.evaluate("() => window.seen")) == {2}
            await expect(switch).not_to_have_attribute("aria-checked", was_on or "")
            await home.wait_in_vain(PLUG)
            await expect(page.locator(".said")).to_contain_text("Not done")
            await expect(switch).to_have_attribute("aria-checked", was_on or "")
            phone.console.said_only("ERR_CONNECTION")


@pytest_asyncio.fixture(loop_scope="session")
async def beyond(
    tmp_path: Path, browser: Browser, line: Cable
) -> AsyncIterator[tuple[Phone, Bench]]:
    """An open app of a small home, at the end of a cable."""
    async with bench(tmp_path) as home:
        await home.bring(PLUG)
        line.lead_to(home.api.port)
        async with open_app(browser, home, line) as phone:
            yield phone, home


async def test_a_socket_that_stalls_is_noticed_and_given_up(
    beyond: tuple[Phone, Bench], line: Cable
) -> None:
    phone, home = beyond
    page, switch = phone.page, phone.tile(PLUG).get_by_role("switch")
    was_on = await switch.get_attribute("aria-checked")
    tries: list[str] = []
    page.on("websocket", lambda opened: tries.append(opened.url))
    line.loses_answers = True
    await page.clock.install()
    await switch.click()
    await page.clock.run_for(GIVEN_UP_MS)
    bar = page.locator(".away-bar")
    await expect(bar).to_contain_text("does not answer")
    await home.until(lambda: home.value(PLUG, "outlet.on") is not (was_on == "true"), "it is done")
    await until(lambda: tries, "the app has tried anew")
    await page.clock.run_for(TRIED_ANEW_MS)
    await until(lambda: len(tries) > 1, "a try that leads nowhere is given up")
    line.loses_answers = False
    await bar.get_by_role("button", name="Try now").click()
    await phone.is_live()
    await expect(bar).to_be_empty()
    await expect(phone.tile(PLUG)).not_to_contain_class("going")
    await expect(switch).not_to_have_attribute("aria-checked", was_on or "")


async def test_a_place_in_the_stream_that_is_still_to_come_leads_to_all_anew(
    beyond: tuple[Phone, Bench], line: Cable
) -> None:
    phone, home = beyond
    await phone.page.evaluate(
        """() => {
          const say = WebSocket.prototype.send;
          WebSocket.prototype.send = function (text) {
            const told = JSON.parse(text);
            if (told.resume) window.future = told.resume.seq += 1000000;
            say.call(this, JSON.stringify(told));
          };
        }"""
    )
    await line.cut()
    home.report(PLUG, {"outlet.voltage_v": 222.2})
    await back(phone.page, line, home)
    assert await phone.page.evaluate("() => window.future") >= 1_000_000
    await phone.visit(PLUG)
    await expect(phone.part("outlet.voltage_v")).to_contain_text("222.2")


async def test_a_newer_app_comes_whole_with_the_next_page(
    tmp_path: Path, browser: Browser, line: Cable, newer_shell: None
) -> None:
    async with AsyncExitStack() as closing:
        with pytest.MonkeyPatch.context() as older:
            older.setattr(shell, "_found", FOUND)
            async with bench(tmp_path) as home:
                await home.bring(PLUG)
                line.lead_to(home.api.port)
                phone = await closing.enter_async_context(open_app(browser, home, line))
                tab = phone.page.get_by_role("navigation", name="Main").get_by_role("link").last
                await expect(tab).to_have_text("Settings")
                await line.cut()
        async with bench(tmp_path) as home:
            await home.wake(PLUG, SmartPlug, epoch=2)
            await phone.page.evaluate(
                """() => {
                  const { serviceWorker } = navigator;
                  window.changed = new Promise((done) => (serviceWorker.oncontrollerchange = done));
                }"""
            )
            await back(phone.page, line, home)
            await phone.page.evaluate("() => window.changed.then(() => {})")
            await expect(tab).to_have_text("Settings")
            await tab.click()
            await expect(tab).to_have_text("Set-up")
            await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Set-up")


async def test_the_chosen_theme_and_language_are_there_before_the_first_paint(
    beyond: tuple[Phone, Bench], browser: Browser
) -> None:
    phone, _ = beyond
    page = phone.page
    await page.emulate_media(color_scheme="light")
    await phone.go("settings")
    await page.get_by_role("button", name="Dark").click()
    await page.get_by_role("button", name="中文").click()
    night = "() => getComputedStyle(document.body).backgroundColor"
    dark = await page.evaluate(night)
    kept = await page.context.storage_state()
    beside = await browser_of_a_phone(browser, storage_state=kept, color_scheme="light")
    early = await beside.new_page()
    held = asyncio.Queue[Route]()

    async def hold(route: Route) -> None:
        await held.put(route)

    await early.route("**/app/main.js", hold)
    await early.goto(phone.url, wait_until="commit")
    sheets = "[...document.querySelectorAll('link[rel=stylesheet]')]"
    await early.wait_for_function(f"() => document.body && {sheets}.every((one) => one.sheet)")
    assert await early.evaluate(night) == dark
    assert await early.locator("html").get_attribute("lang") == "zh-Hans"
    await beside.close()
