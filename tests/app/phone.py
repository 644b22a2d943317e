"""A phone with the app on it, as a person holds it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from protocol.messages import Scalar
from tests.hub.api.bench import Bench

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DESK: ViewportSize = {"width": 1280, "height": 800}
HELD: Mapping[str, Any] = {"viewport": PHONE, "has_touch": True, "locale": "en-GB"}
"""What a browser is told of the phone on which it runs."""

TOUCH_PX = 44

_SMALL_TARGETS = f"""() => [...document.querySelectorAll(
    "a[href], button, input, select, summary, [role=switch]")]
  .filter((one) => one.checkVisibility({{visibilityProperty: true, opacityProperty: true}}))
  .map((one) => [one, (one.closest("label.colour") ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.width < {TOUCH_PX} - 0.5
                                         || box.height < {TOUCH_PX} - 0.5))
  .map(([one, box]) => `${{one.outerHTML.slice(0, 90)}} ${{box.width}}x${{box.height}}`)"""

_NAMELESS = """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim()
                     || one.labels?.[0]?.textContent.trim()))
  .map((one) => one.outerHTML.slice(0, 90))"""

_DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""
"""Resolves once what watches its own size has been told of it, and drawn."""

_BESIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > width + 0.5)
    .map((one) => one.outerHTML.slice(0, 90));
}"""


class Console:
    """What the console of a page says that somebody should look at, and errors nobody caught."""

    def __init__(self, page: Page) -> None:
        self._said: list[str] = []
        page.on("console", self._take)
        page.on("pageerror", lambda error: self._said.append(str(error)))

    def said_nothing(self) -> None:
        """Find that nothing was said; what was is not found again."""
        said, self._said = self._said, []
        assert said == []

    def said_only(self, told: str) -> None:
        """Find that nothing but this was said."""
        self._said = [one for one in self._said if told not in one]
        self.said_nothing()

    def passes(self, told: str) -> None:
        """Find that this was said, as browsers do of some answers, and pass it."""
        assert any(told in one for one in self._said), self._said
        self._said = [one for one in self._said if told not in one]

    def _take(self, message: ConsoleMessage) -> None:
        is_ours = "blocked by Playwright" not in message.text
        if message.type in {"error", "warning"} and is_ours:
            self._said.append(message.text)


@dataclass
class Phone:
    """One page of the app."""

    page: Page
    home: Bench
    url: str
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        self.console = Console(self.page)

    async def enter(self, token: str) -> None:
        """Come in by the address that the hub's terminal shows."""
        await self.page.goto(f"{self.url}/#{token}")
        await self.is_live()

    async def is_live(self) -> None:
        await expect(self.page.locator("html")).to_have_attribute("data-link", "live")

    async def go(self, *parts: str) -> None:
        """Follow an address inside the app."""
        where = "/".join(quote(part, safe="") for part in parts)
        await self.page.evaluate("(hash) => { location.hash = hash }", f"#/{where}")

    async def visit(self, device: str) -> None:
        """Open the page of a device and wait until it is drawn."""
        await self.go("device", device)
        product = device.rpartition("-")[0]
        await expect(self.page.locator(f"article[data-product='{product}']")).to_be_visible()
        await expect(self.page.locator("[data-address]").first).to_be_visible()

    def part(self, address: str) -> Locator:
        """Return what stands for a part on the page of a device."""
        return self.page.locator(f"[data-address='{address}']")

    def tile(self, device: str) -> Locator:
        """Return the tile of a device on the first page."""
        return self.page.locator(f"[data-device='{device}']")

    async def held(self, device: str, address: str) -> Scalar:
        """Return what the hub holds of a property."""
        value: Scalar = (await self.home.get(f"/api/v1/devices/{device}"))["twin"][address]["value"]
        return value

    async def stands_well(self) -> None:
        """Find the page as a small phone needs it: nothing beside it, nothing small or nameless."""
        await self.page.set_viewport_size(SMALL_PHONE)
        await self.page.evaluate(_DRAWN)
        assert not (beside := await self.page.evaluate(_BESIDE)), beside
        assert not (small := await self.page.evaluate(_SMALL_TARGETS)), small
        assert not (nameless := await self.page.evaluate(_NAMELESS)), nameless

    async def stands_large(self) -> None:
        """Find the page readable for somebody who has text twice as large."""
        await self.page.set_viewport_size(PHONE)
        await self.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert not (beside := await self.page.evaluate(_BESIDE)), beside
        await self.page.evaluate("() => { document.documentElement.style.fontSize = '' }")


async def browser_of_a_phone(
    browser: Browser, *, keeps_shell: bool = False, **look: Any
) -> BrowserContext:
    """Return what a browser is on a phone of its own, which has seen nothing yet.

    Args:
        keeps_shell: Whether the app may install itself, and open without the hub.
        look: Further options of Playwright's, such as `viewport` or `color_scheme`.
    """
    workers = "allow" if keeps_shell else "block"
    return await browser.new_context(**{**HELD, "service_workers": workers, **look})


@asynccontextmanager
async def phone_of(
    home: Bench, browser: Browser, url: str = "", *, keeps_shell: bool = False, **look: Any
) -> AsyncIterator[Phone]:
    """Give a phone that nobody has let in yet, until the block ends; see `browser_of_a_phone`.

    Args:
        url: Where it looks for the hub; where that is by itself if it is left out.
    """
    context = await browser_of_a_phone(browser, keeps_shell=keeps_shell, **look)
    try:
        yield Phone(await context.new_page(), home, url or home.url)
    finally:
        await context.close()
