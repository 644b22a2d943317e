"""What was is told as it was: histories of properties, old values, and what devices told last."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from protocol.ids import DeviceId
from protocol.messages import Event, Presence, Scalar
from simulators.fan import Fan
from simulators.robot_cleaner import RobotCleaner
from tests.app.phone import Phone, phone_of
from tests.end_to_end.waiting import until
from tests.hub.api.bench import SENSOR, bench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app2")]

ROBOT, FAN = DeviceId("robot-cleaner-0001"), DeviceId("fan-0001")
TEMPERATURE, HUMIDITY = "air.temperature", "air.humidity"
GREY = "saturate(0)"
TOLD: Sequence[tuple[float, Mapping[str, Scalar]]] = [
    (60.0, {TEMPERATURE: 10.0, HUMIDITY: 25.0}),
    (1_400.0, {TEMPERATURE: None}),
    (600.0, {TEMPERATURE: 20.0}),
    (2_000.0, {HUMIDITY: 85.0}),
]
"""What a sensor tells, each so many seconds after what is before it: the last hour and more."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def the_phone(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Phone]:
    async with bench(tmp_path_factory.mktemp("history")) as home:
        await home.bring(SENSOR)
        for wait_s, values in TOLD:
            home.time.ahead_s += wait_s
            home.report(SENSOR, values)
            for address, value in values.items():
                await home.until(
                    lambda at=address, told=value: home.value(SENSOR, at) == told, "it is told"
                )
        async with phone_of(home, browser) as phone:
            await phone.enter(home.token)
            yield phone


@pytest_asyncio.fixture(loop_scope="session")
async def phone(the_phone: Phone) -> AsyncIterator[Phone]:
    """The same, and whatever the console says is a fault."""
    yield the_phone
    the_phone.console.said_nothing()


async def mean(phone: Phone, address: str) -> float:
    """Return what is said to be the mean of the last hour."""
    await phone.go("device", SENSOR, address)
    shown = phone.page.locator(".stats > div", has_text="Mean").locator("dd")
    await expect(shown).to_be_visible()
    return float((await shown.inner_text()).split("\u202f")[0].rstrip("%"))


async def test_a_mean_is_by_time_not_by_how_often_a_value_was_told(phone: Phone) -> None:
    assert 25 <= await mean(phone, HUMIDITY) <= 30, "85 % has only just begun"


async def test_what_is_not_known_does_not_count_for_a_mean(phone: Phone) -> None:
    # 10 °C for 1,000 s of the hour, nothing for 600 s, 20 °C for 2,000 s, and a while since then.
    assert 16.6 <= await mean(phone, TEMPERATURE) <= 17.2


async def test_a_table_tells_of_a_stretch_its_mean_and_from_when_to_when(phone: Phone) -> None:
    page = phone.page
    await phone.go("device", SENSOR, HUMIDITY)
    await expect(page.locator(".stats")).to_be_visible()
    async with page.expect_response("**/history?*") as asked:
        await page.get_by_role("button", name="Month").click()
    points = (await (await asked.value).json())["series"][0]["points"]
    assert any(point["mean"] != point["value"] for point in points)
    await page.get_by_text("As a table").click()
    rows = page.locator("tbody tr")
    await expect(rows.locator("td:last-child")).to_have_text(
        [f"{point['mean']:.1f}%" for point in reversed(points)]
    )
    when = re.compile(r"^\d+ \w+,? \d\d:\d\d\s*\u2013\s*(\d+ \w+,? )?\d\d:\d\d$")
    for row in await rows.all():
        await expect(row.locator("td").first).to_have_text(when)


async def test_what_a_device_told_before_the_app_was_opened_stands_on_its_page(
    phone: Phone,
) -> None:
    home, page = phone.home, phone.page
    await home.bring(ROBOT, RobotCleaner)
    home.air.devices.pop(ROBOT)  # it tells nothing else
    home.air.tell(ROBOT, Event(epoch=1, seq=1000, event="cleaner.bin_full"))
    asked = f"/api/v1/activity?device={ROBOT}&kind=event"

    async def is_kept() -> bool:
        return bool((await home.get(asked))["entries"])

    await until(is_kept, "it is kept")
    await page.reload()  # all that the stream has told is forgotten
    await phone.is_live()
    await phone.visit(ROBOT)
    rows = page.locator(".events .event")
    await expect(rows.locator("time")).to_have_count(1)
    await expect(rows.filter(has=page.locator("time"))).to_contain_text("Empty the dust bin")
    await expect(rows.filter(has_not=page.locator("time")).first).to_have_text("Finished")


async def test_a_value_that_is_too_old_is_grey_with_its_age(phone: Phone) -> None:
    await phone.visit(SENSOR)
    hero = phone.part(TEMPERATURE)  # told 2,000 s ago, and held to be true for 1,200
    await expect(hero.locator(".age")).to_have_text("from 33 minutes ago")
    await expect(hero.locator(".hero-value")).to_have_css("filter", GREY)
    fresh = phone.part(HUMIDITY)
    await expect(fresh.locator(".reading-value")).to_have_css("filter", "none")
    await expect(fresh.locator(".age")).to_have_count(0)
    assert await colour(hero.locator(".hero-value")) != await colour(
        fresh.locator(".reading-value")
    )


async def test_what_a_device_out_of_reach_told_is_grey_with_its_age(phone: Phone) -> None:
    home = phone.home
    await home.bring(FAN, Fan)
    await phone.visit(FAN)
    hero, level = phone.part("fan.on"), phone.part("fan.level")
    await expect(level.locator(".row-body")).to_have_css("filter", "none")
    await expect(phone.page.locator(".age")).to_have_count(0)
    twin = home.home.hub.devices[FAN].record
    lost = Presence(status="offline", epoch=twin.epoch, connection=twin.connection, reason="lost")
    home.air.devices.pop(FAN)
    home.air.tell(FAN, lost)
    for row, value in ((hero, ".hero-value"), (level, ".row-body")):
        await expect(row.locator(".age")).to_contain_text("from")
        await expect(row.locator(value)).to_have_css("filter", GREY)


async def colour(shown: Locator) -> str:
    found: str = await shown.evaluate("(one) => getComputedStyle(one).color")
    return found
