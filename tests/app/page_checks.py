"""What every page is held to, asked in the page itself: see page_checks.js."""

from pathlib import Path

from playwright.async_api import Page

from tests.app.phone import DESK, PHONE, SMALL_PHONE, TABLET

HERE = Path(__file__).parent
AXE = HERE / "axe"
CHECKS = HERE / "page_checks.js"
_ASK = "([language, hasAxe]) => window.pageChecks.atOnce(language, hasAxe)"
LANGUAGES = {"en": "en", "zh": "zh-Hans"}
"""By language of the app: what the document then says."""


async def prepare(page: Page) -> None:
    """Bring the checks into a page."""
    await page.evaluate((AXE / "axe.min.js").read_text() + ";0")
    await page.evaluate(CHECKS.read_text())


async def wrongs(page: Page, language: str, *, has_axe: bool = True) -> list[str]:
    """Return what is wrong with a page on a small phone, and with large text on a usual one.

    Args:
        has_axe: Whether axe looks as well, which takes most of the time.
    """
    await page.set_viewport_size(SMALL_PHONE)
    found: list[str] = await page.evaluate(_ASK, [LANGUAGES[language], has_axe])
    await page.set_viewport_size(PHONE)
    large: list[str] = await page.evaluate("() => window.pageChecks.atLargeText()")
    return found + large


async def wrongs_at_large(page: Page, language: str) -> list[str]:
    """Return what is wrong with a page on a desktop, where axe looks as well, and on a tablet."""
    found: list[str] = []
    for size in (DESK, TABLET):
        await page.set_viewport_size(size)
        given = [LANGUAGES[language], size is DESK]
        found += [f"at {size['width']} px: {one}" for one in await page.evaluate(_ASK, given)]
    await page.set_viewport_size(PHONE)
    return found
