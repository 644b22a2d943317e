"""A phone with the app on it, as a person holds it."""

from dataclasses import dataclass, field
from urllib.parse import quote

from playwright.async_api import ConsoleMessage, Locator, Page, expect

from protocol.messages import Scalar
from tests.hub.api.bench import Bench

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 320, "height": 640}
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

_BESIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > width + 0.5)
    .map((one) => one.outerHTML.slice(0, 90));
}"""


@dataclass
class Phone:
    """One page of the app.

    Attributes:
        complaints: What the console has said, and errors that nobody caught.
    """

    page: Page
    home: Bench
    url: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, page: Page, home: Bench, url: str) -> "Phone":
        phone = cls(page, home, url)
        page.on("console", phone._take)
        page.on("pageerror", lambda error: phone.complaints.append(str(error)))
        return phone

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
        await self.page.set_viewport_size(SMALL_PHONE)  # type: ignore[arg-type]  # a TypedDict
        assert not (beside := await self.page.evaluate(_BESIDE)), beside
        assert not (small := await self.page.evaluate(_SMALL_TARGETS)), small
        assert not (nameless := await self.page.evaluate(_NAMELESS)), nameless

    async def stands_large(self) -> None:
        """Find the page readable for somebody who has text twice as large."""
        await self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict
        await self.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert not (beside := await self.page.evaluate(_BESIDE)), beside
        await self.page.evaluate("() => { document.documentElement.style.fontSize = '' }")

    def was_refused(self, status: int) -> None:
        """Find that the console tells of answers with this status, as browsers do, and pass it."""
        told = f"status of {status}"
        assert any(told in complaint for complaint in self.complaints)
        self.complaints = [one for one in self.complaints if told not in one]

    def _take(self, message: ConsoleMessage) -> None:
        is_ours = "blocked by Playwright" not in message.text
        if message.type in {"error", "warning"} and is_ours:
            self.complaints.append(message.text)
