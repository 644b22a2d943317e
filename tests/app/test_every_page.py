"""Every page, in both languages, by day and by night, on phone and desktop, as people need it.

A new page needs one line in `PLACES`; without it the first test fails.
"""

import re
import runpy
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.app.furnished import furnished
from tests.app.page_checks import AXE, prepare, wrongs, wrongs_at_large
from tests.app.phone import DESK, SMALL_PHONE, Phone, phone_of
from tests.hub.api.test_people import arrive

pytestmark = pytest.mark.xdist_group("app2")
in_the_browser = pytest.mark.asyncio(loop_scope="session")

REPOSITORY = Path(__file__).parents[2]
APP = REPOSITORY / "hub" / "web" / "app"
THEMES = {"en": "light", "zh": "dark"}
"""By language: the theme in which a page is looked at."""


@dataclass(frozen=True)
class Place:
    """A page to look at.

    Attributes:
        name: What the route is called, the first part of the address.
        rest: What follows it; words in braces are ids of the furnished home.
        shows: What is there once the page is drawn with what the home holds.
    """

    name: str
    rest: str
    shows: str

    def __str__(self) -> str:
        return "-".join(re.findall(r"\w+", f"{self.name or 'home'} {self.rest}"))


PLACES = (
    Place("", "", ".tile"),
    Place("device", "{lamp}", "[data-kind=colour]"),
    Place("device", "{purifier}", ".reading"),
    Place("device", "{fan}", ".presence.unreachable"),
    Place("history", "device/{sensor}/air.temperature", ".chart .u-over"),
    Place("add", "", ".adding #near-title"),
    Place("automations", "", ".auto"),
    Place("automations", "new", ".add-chip"),
    Place("automations", "{automation}", ".run summary"),
    Place("automations", "{automation}/edit", ".piece"),
    Place("inbox", "", ".notice"),
    Place("hub", "", ".parts li"),
    Place("settings", "", ".places .place, .pick"),
    Place("edit", "{lamp}", ".icon-pick"),
    Place("groups", "", ".place"),
    Place("groups", "new", ".pick-line"),
    Place("groups", "{group}", "[data-kind=colour]"),
    Place("rooms", "", ".place"),
    Place("rooms", "new", ".making"),
    Place("rooms", "{room}", ".pick-line"),
    Place("rooms", "{floor}", ".stepper"),
    Place("activity", "", ".happening"),
    Place("activity", "device/{lamp}", ".happening"),
    Place("people", "", ".person-row"),
    Place("people", "{owner}", ".phone-row.this"),
    Place("people", "{guest}", ".right-row"),
    Place("people", "invite", ".right-hours, .pick"),
    Place("people", "invite/{owner}", ".main-button"),
    Place("scenes", "", ".place"),
    Place("scenes", "new", ".pick-line"),
    Place("scenes", "{scene}", ".step"),
    Place("nowhere", "", ".empty-page"),
)


GUEST_PLACES = (
    Place("", "", ".visit"),
    Place("device", "{lamp}", "[data-kind=colour]"),
    Place("device", "{sensor}", ".reading"),
    Place("activity", "", ".happening"),
    Place("people", "", ".rights li"),
    Place("settings", "", ".places .place, .pick"),
)
"""What a guest has otherwise: one who controls a room, and sees a device outside of it."""


def test_every_page_of_the_app_is_looked_at() -> None:
    routes = set(re.findall(r'^    case "(\w*)":', (APP / "main.js").read_text(), re.MULTILINE))
    listed = re.search(r"LATER = new Set\(\[(.*?)\]\)", (APP / "later.js").read_text(), re.DOTALL)
    assert listed
    later = set(re.findall(r'"([\w-]+)"', listed[1]))
    assert {"", "device", "settings"} < routes
    assert routes | later | {"nowhere"} == {place.name for place in PLACES}


def test_every_page_has_its_pictures_in_the_docs() -> None:
    script = runpy.run_path(str(REPOSITORY / "scripts" / "app-pictures.py"))
    routes = {route.partition("/")[0] for route in script["PAGES"].values()} | {"history"}
    assert {place.name for place in PLACES} - {"nowhere"} <= routes
    docs = REPOSITORY / "docs"
    looks = [look for look, *_ in script["LOOKS"]]
    wanted = {f"app/{title}-{look}.webp" for title in ("door", *script["PAGES"]) for look in looks}
    shown = re.findall(r"\]\((app/[\w-]+\.\w+)\)", (docs / "app.md").read_text())
    assert sorted(shown) == sorted(wanted)
    files = [*(docs / "app").iterdir()]
    assert {f"app/{file.name}" for file in files} == wanted
    assert sum(file.stat().st_size for file in files) < 2_500_000


def test_axe_is_the_file_that_its_page_names() -> None:
    named = re.findall(r"\b[0-9a-f]{64}\b", (AXE / "README.md").read_text())
    assert named == [sha256((AXE / "axe.min.js").read_bytes()).hexdigest()]


@dataclass
class Visitor:
    """A phone that goes from page to page."""

    phone: Phone
    ids: dict[str, str]
    language: str = ""

    async def turn_to(self, place: Place, language: str) -> Page:
        """Go to a page, and wait until it shows what it has."""
        page = self.phone.page
        if language != self.language:
            await page.emulate_media(
                color_scheme=THEMES[language],  # type: ignore[arg-type]  # a Literal
                reduced_motion="reduce",
            )
            change = "async (to) => { (await import('/app/settings.js')).language.value = to }"
            await page.evaluate(change, language)
            self.language = language
        await page.evaluate("() => { document.title = ''; location.hash = '#/-' }")
        await expect(page.locator(".empty-page")).to_be_visible()
        await page.evaluate("() => { document.title = '' }")
        way = place.rest if place.name == "history" else f"{place.name}/{place.rest}"
        await self.phone.go(*way.format(**self.ids).strip("/").split("/"))
        await expect(page.locator(place.shows).first).to_be_visible()
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def everywhere(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Visitor]:
    async with (
        furnished(tmp_path_factory.mktemp("furnished")) as (home, ids, token),
        phone_of(home, browser, viewport=SMALL_PHONE) as phone,
    ):
        await phone.enter(token)
        await prepare(phone.page)
        yield Visitor(phone, ids)


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(everywhere: Visitor) -> AsyncIterator[Visitor]:
    """The same, and whatever the console says of the page is a fault."""
    yield everywhere
    everywhere.phone.console.said_nothing()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visiting(everywhere: Visitor, browser: Browser) -> AsyncIterator[Visitor]:
    """A guest's phone in the same home, with something done during the visit."""
    home, ids = everywhere.phone.home, everywhere.ids
    until = "2099-12-01T12:00:00Z"
    grants: list[Any] = [
        {"right": "control", "rooms": [ids["room"]], "until": until},
        {"right": "see", "devices": [ids["sensor"]], "until": until},
    ]
    given = await arrive(home, "Ida", role="guest", grants=grants)
    ids = {**ids, "me": given["person"]["id"]}
    for is_on in (False, True):
        body = {"properties": {"light.on": is_on}, "wait_s": 5}
        await home.ask("PATCH", f"/api/v1/devices/{ids['lamp']}/properties", body)
    async with phone_of(home, browser, viewport=SMALL_PHONE) as phone:
        await phone.enter(given["access"])
        await prepare(phone.page)
        yield Visitor(phone, ids)


@pytest_asyncio.fixture(loop_scope="session")
async def guest(visiting: Visitor) -> AsyncIterator[Visitor]:
    """The same, and whatever the console says of the page is a fault."""
    yield visiting
    visiting.phone.console.said_nothing()


@in_the_browser
@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("language", THEMES)
async def test_a_page_stands_well(place: Place, language: str, visitor: Visitor) -> None:
    page = await visitor.turn_to(place, language)
    assert not (wrong := await wrongs(page, language)), "\n".join(wrong)


@in_the_browser
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_page_stands_well_on_a_desktop_and_a_tablet(place: Place, visitor: Visitor) -> None:
    await visitor.phone.page.set_viewport_size(DESK)
    page = await visitor.turn_to(place, "en")
    assert not (wrong := await wrongs_at_large(page, "en")), "\n".join(wrong)


@in_the_browser
@pytest.mark.parametrize("place", GUEST_PLACES, ids=str)
@pytest.mark.parametrize("language", THEMES)
async def test_a_page_of_a_guest_stands_well(place: Place, language: str, guest: Visitor) -> None:
    page = await guest.turn_to(place, language)
    assert not (wrong := await wrongs(page, language)), "\n".join(wrong)


@in_the_browser
@pytest.mark.parametrize("language", THEMES)
async def test_a_visit_that_has_ended_stands_well(language: str, guest: Visitor) -> None:
    home, person = guest.phone.home, f"/api/v1/people/{guest.ids['me']}"
    grants = (await home.get(person))["grants"]
    over = [{**grant, "until": "2026-01-01T00:00:00Z"} for grant in grants]
    page = await guest.turn_to(Place("device", "{lamp}", "[data-kind=colour]"), language)
    await home.ask("PATCH", person, {"grants": over})
    await expect(page.locator(".visit-over")).to_be_visible()
    wrong = await wrongs(page, language)
    await home.ask("PATCH", person, {"grants": grants})
    await expect(page.locator("[data-kind=colour]")).to_be_visible()
    assert not wrong, "\n".join(wrong)


@in_the_browser
async def test_the_door_stands_well(everywhere: Visitor, browser: Browser) -> None:
    page = await browser.new_page(locale="en-GB", reduced_motion="reduce")
    await page.goto(everywhere.phone.url)
    await prepare(page)
    await page.get_by_label("Code or token").fill("1234")
    await expect(page.get_by_label("Your name")).to_be_visible()
    assert not (wrong := await wrongs(page, "en")), "\n".join(wrong)
    assert not (wrong := await wrongs_at_large(page, "en")), "\n".join(wrong)
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_label("您的名字")).to_be_visible()
    assert not (wrong := await wrongs(page, "zh")), "\n".join(wrong)
    await page.context.close()


BAD_PARTS = {
    "beside the page": ("<p>wide</p>", "width: 30rem"),
    "20x20": ("<button aria-label='dot'></button>", "width: 20px; height: 20px; padding: 0"),
    "cut off": ("<p>cut off here</p>", "width: 2rem; overflow: hidden; white-space: nowrap"),
    "at 200 % text: cut off": ("<p>high<br>er</p>", "height: 48px; overflow: hidden"),
    "2 headings": ("<h1>One more</h1>", ""),
    "a hole in the text": ("<p>undefined %</p>", ""),
    "color-contrast": ("<p>pale</p>", "font-size: 3rem; color: #888; background: #fff"),
    "button-name": ("<button></button>", "width: 44px; height: 44px"),
    "at 1280 px: beside the page": ("<p>wide</p>", "width: 90rem"),
    "at 820 px: cut off": ("<p>cut off here</p>", "width: 60rem; position: fixed; left: 800px"),
    "moves": ("<p>slow</p>", "transition: color 1s !important"),
}


@in_the_browser
@pytest.mark.parametrize("wrong", BAD_PARTS)
async def test_the_checks_find_what_is_wrong(wrong: str, visitor: Visitor) -> None:
    page = await visitor.turn_to(PLACES[-1], "en")
    await page.evaluate(
        """([part, style]) => {
          document.querySelector("main").insertAdjacentHTML("beforeend", part);
          document.querySelector("main").lastElementChild.style.cssText = style;
        }""",
        BAD_PARTS[wrong],
    )
    found = await wrongs(page, "en") + await wrongs_at_large(page, "en")
    await page.evaluate("() => document.querySelector('main').lastElementChild.remove()")
    assert [one for one in found if one.startswith(wrong)], found


@in_the_browser
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_the_keyboard_reaches_everything_and_is_caught_nowhere(
    place: Place, visitor: Visitor
) -> None:
    page = await visitor.turn_to(place, "en")
    await page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
    stops: list[str] = await page.evaluate("() => window.pageChecks.stops()")
    seen: list[int] = []
    for _ in range(2 * len(stops) + 8):  # the parts of a date are stops within one
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate("() => window.pageChecks.stop()"))
        if set(seen) >= set(range(len(stops))):
            break
    missed = [stop for index, stop in enumerate(stops) if index not in seen]
    assert not missed, "\n".join(missed)
