"""A chart of history under fingers: read off by one, zoomed and moved by two, whole again."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, CDPSession, Locator, expect

from tests.app.phone import Phone, phone_of
from tests.end_to_end.waiting import until
from tests.hub.api.bench import SENSOR, bench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app2")]

TEMPERATURE = "air.temperature"
TOLD = [float(degrees) for degrees in range(15, 28)]
EVERY_S = 270.0
"""How far apart they are: together less than the hour that the chart shows at first."""

WHOLE = (TOLD[0], TOLD[-1])
ASKS_AGAIN_MS = 31_000
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Chart:
    """The chart of a temperature that has risen by one degree every 270 s.

    Places on it are shares of its width, from the left.
    """

    phone: Phone
    cdp: CDPSession
    over: Locator

    async def touch(self, kind: str, *places: float) -> None:
        """Put fingers down, move them or, without places, lift them all."""
        box = await self.over.bounding_box()
        assert box is not None
        top = box["y"] + box["height"] / 2
        fingers = [
            {"x": box["x"] + place * box["width"], "y": top, "id": number}
            for number, place in enumerate(places)
        ]
        await self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    async def spread(self, before: tuple[float, float], after: tuple[float, float]) -> None:
        """Put two fingers down one after the other, move them, and lift them."""
        await self.touch("touchStart", before[0])
        await self.touch("touchStart", *before)
        between = [(a + b) / 2 for a, b in zip(before, after, strict=True)]
        await self.touch("touchMove", *between)
        await self.touch("touchMove", *after)
        await self.touch("touchEnd")
        await self.phone.page.evaluate(_DRAWN)

    async def told(self) -> str:
        """Return what stands above the chart: what is read off, and when that was."""
        await self.phone.page.evaluate(_DRAWN)
        return await self.phone.page.locator(".read-off").inner_text()

    async def read(self, place: float) -> float:
        """Draw one finger to a place, and return the degrees that are read off there."""
        await self.touch("touchStart", place + (0.5 - place) / 10)
        await self.touch("touchMove", place)
        said = await self.told()
        await self.touch("touchEnd")
        found = re.fullmatch(r"(\d+\.\d)\u202f°C\s+\d{2}:\d{2}", said)
        assert found, said
        return float(found[1])

    async def at_mouse(self, place: float) -> str:
        """Move the mouse to a place, and return what is said of it."""
        box = await self.over.bounding_box()
        assert box is not None
        await self.phone.page.mouse.move(box["x"] + place * box["width"], box["y"] + 20)
        return await self.told()

    async def is_drawn_anew(self) -> None:
        """Let the time pass after which the app asks for newer values, and see them drawn."""
        drawn = self.phone.page.locator(".chart")
        until_now = await drawn.get_attribute("data-to")
        await self.phone.page.clock.fast_forward(ASKS_AGAIN_MS)
        await expect(drawn).not_to_have_attribute("data-to", str(until_now))

    async def ends(self) -> tuple[float, float]:
        """Return what is read off at either end: the range that is shown."""
        return await self.read(0.02), await self.read(0.99)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def the_chart(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chart]:
    async with bench(tmp_path_factory.mktemp("chart")) as home:
        await home.bring(SENSOR)
        home.report(SENSOR, {TEMPERATURE: TOLD[0]})
        await home.until(lambda: home.value(SENSOR, TEMPERATURE) == TOLD[0], "it is told")
        home.time.ahead_s += 3_600.0  # what it has told by itself is long ago
        for value in TOLD:
            home.time.ahead_s += EVERY_S
            home.report(SENSOR, {TEMPERATURE: value})
            await home.until(lambda at=value: home.value(SENSOR, TEMPERATURE) == at, "it is told")
        async with phone_of(home, browser) as phone:
            page = phone.page
            await page.clock.install()
            await phone.enter(home.token)
            await phone.go("device", SENSOR, TEMPERATURE)
            over = page.locator(".chart .u-over")
            await expect(over).to_be_visible()
            yield Chart(phone, await page.context.new_cdp_session(page), over)


@pytest_asyncio.fixture(loop_scope="session")
async def chart(the_chart: Chart) -> AsyncIterator[Chart]:
    """The same, and whatever the console says is a fault."""
    yield the_chart
    the_chart.phone.console.said_nothing()


async def test_one_finger_reads_off_and_so_does_a_mouse(chart: Chart) -> None:
    """A value and its time, wherever one is."""
    assert await chart.ends() == WHOLE
    assert await chart.read(0.55) == 21.0
    assert re.fullmatch(r"21\.0\u202f°C\s+\d{2}:\d{2}", await chart.at_mouse(0.55))
    assert "27.0\u202f°C" in await chart.at_mouse(0.99)


async def test_what_is_read_off_stays_when_newer_values_come(chart: Chart) -> None:
    said = await chart.at_mouse(0.55)
    assert "21.0" in said
    await chart.is_drawn_anew()
    assert await chart.told() == said


async def test_newer_values_take_nothing_from_under_a_finger(chart: Chart) -> None:
    await chart.touch("touchStart", 0.5)
    await chart.touch("touchMove", 0.55)
    assert "21.0" in await chart.told()
    await chart.is_drawn_anew()
    assert "21.0" in await chart.told()
    await chart.touch("touchMove", 0.99)
    assert "27.0" in await chart.told(), "the chart is still the one that it holds"
    await chart.touch("touchEnd")


async def test_two_fingers_zoom_and_move_and_a_double_tap_shows_all_again(chart: Chart) -> None:
    assert await chart.ends() == WHOLE
    await chart.spread((0.4, 0.6), (0.1, 0.9))
    least, most = await chart.ends()
    assert WHOLE[0] + 3 <= least < most <= WHOLE[1] - 3
    await chart.is_drawn_anew()
    assert await chart.ends() == (least, most), "what comes later does not undo it"
    await chart.spread((0.1, 0.3), (0.6, 0.8))
    earlier = await chart.ends()
    assert earlier[0] < least
    assert earlier[1] < most
    assert abs((earlier[1] - earlier[0]) - (most - least)) <= 1, "it is as wide as before"
    await chart.spread((0.1, 0.9), (0.45, 0.55))
    assert await chart.ends() == WHOLE
    await chart.spread((0.4, 0.6), (0.1, 0.9))
    assert await chart.ends() != WHOLE
    for _ in range(2):
        await chart.touch("touchStart", 0.5)
        await chart.touch("touchEnd")
    await until(lambda: _is_whole(chart), "all is shown again")


async def test_the_wheel_zooms_where_the_mouse_is(chart: Chart) -> None:
    assert await chart.ends() == WHOLE
    await chart.at_mouse(0.99)
    for _ in range(6):
        await chart.phone.page.mouse.wheel(0, -100)
    await until(lambda: _starts_later(chart), "the beginning is out of sight")
    assert (await chart.ends())[1] >= WHOLE[1] - 1
    await chart.over.dblclick()
    await until(lambda: _is_whole(chart), "all is shown again")


async def _is_whole(chart: Chart) -> bool:
    return await chart.ends() == WHOLE


async def _starts_later(chart: Chart) -> bool:
    return (await chart.ends())[0] > WHOLE[0] + 2
