"""A home of many devices: tiles are drawn as somebody comes near, and kept one by one."""

from collections.abc import AsyncIterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from protocol.ids import DeviceId
from tests.app.phone import Phone, phone_of
from tests.hub.api.bench import bench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

DEVICES = 130


@pytest_asyncio.fixture(loop_scope="session")
async def large(tmp_path: Path, browser: Browser) -> AsyncIterator[Phone]:
    [light] = entry_points(group="ecohub.simulators", name="light")
    async with bench(tmp_path) as home:
        for number in range(DEVICES):
            await home.bring(DeviceId(f"light-{number:04}"), light.load())
        async with phone_of(home, browser) as phone:
            await phone.enter(home.token)
            yield phone
            phone.console.said_nothing()


async def test_a_tile_is_named_from_the_start_and_whole_once_somebody_comes_near(
    large: Phone,
) -> None:
    tiles = large.page.locator(".tile")
    await expect(tiles).to_have_count(DEVICES)
    await expect(tiles.first.get_by_role("switch")).to_be_visible()
    last = tiles.last
    name = await last.locator(".tile-name").text_content()
    assert name
    assert await last.get_by_role("switch").count() == 0
    await last.scroll_into_view_if_needed()
    await expect(last.get_by_role("switch")).to_be_visible()
    before = await last.get_by_role("switch").get_attribute("aria-checked")
    await last.get_by_role("switch").click()
    shown = "false" if before == "true" else "true"
    await expect(last.get_by_role("switch")).to_have_attribute("aria-checked", shown)
    await expect(last.locator(".tile-name")).to_have_text(name)


async def test_who_goes_through_by_keyboard_stays_where_they_are(large: Phone) -> None:
    last = large.page.locator(".tile").last
    assert await last.get_by_role("switch").count() == 0
    await last.get_by_role("link").focus()
    await expect(last.get_by_role("switch")).to_be_visible()
    await expect(last.get_by_role("link")).to_be_focused()


async def test_what_nobody_is_near_is_no_work(large: Phone) -> None:
    sheets = large.page.locator(".sheet")
    await expect(sheets).to_have_count(-(-DEVICES // 60))
    await expect(sheets.first.locator(".far")).to_have_count(0)
    assert await sheets.last.locator(".far").count() == await sheets.last.locator(".tile").count()
    rendered = (
        "(sheet) => sheet.querySelector('.tile').checkVisibility({contentVisibilityAuto: true})"
    )
    assert await sheets.first.evaluate(rendered)
    assert not await sheets.last.evaluate(rendered)
    await sheets.last.scroll_into_view_if_needed()
    await expect(sheets.last.locator(".far")).to_have_count(0)


async def test_a_device_that_comes_or_goes_leaves_the_others_as_they_are(large: Phone) -> None:
    page = large.page
    first = page.locator(".tile").first
    await expect(first.get_by_role("switch")).to_be_visible()
    await page.evaluate("document.querySelector('.tile').dataset.same = 'yes'")
    [light] = entry_points(group="ecohub.simulators", name="light")
    await large.home.bring(DeviceId("light-9999"), light.load())
    await expect(page.locator(".tile")).to_have_count(DEVICES + 1)
    await expect(first).to_have_attribute("data-same", "yes")
    await expect(first.get_by_role("switch")).to_be_visible()


async def test_what_is_gone_is_not_kept(phone: Phone) -> None:
    told = await phone.page.evaluate(
        """async () => {
          const {keepEach, fetchEach, forgetEach} = await import("/app/keep.js");
          const [one, two] = [{id: "a", on: 1}, {id: "b"}];
          const ids = async () => (await fetchEach("trial")).map(({id, on}) => id + (on ?? ""));
          const steps = [];
          for (const given of [[one, two], [{id: "a", on: 2}, two], [two]]) {
            await keepEach("trial", given);
            steps.push(await ids());
          }
          await forgetEach("trial");
          return [...steps, await ids()];
        }"""
    )
    assert told == [["a1", "b"], ["a2", "b"], ["b"], []]
