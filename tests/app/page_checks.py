"""What every page is held to, asked in the page itself: see page_checks.js."""

from pathlib import Path

from playwright.async_api import Page

from tests.app.phone import PHONE, SMALL_PHONE

HERE = Path(__file__).parent
AXE = HERE / "axe"
CHECKS = HERE / "page_checks.js"
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
    ask = "([language, hasAxe]) => window.pageChecks.atOnce(language, hasAxe)"
    found: list[str] = await page.evaluate(ask, [LANGUAGES[language], has_axe])
    await page.set_viewport_size(PHONE)
    large: list[str] = await page.evaluate("() => window.pageChecks.atLargeText()")
    return found + large
