"""Take the pictures of docs/app.md from a running demo home.

Usage: python scripts/app-pictures.py URL TOKEN FOLDER
"""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LOOKS = (("light", "light", PHONE, 2.0), ("dark", "dark", PHONE, 2.0), ("desk", "light", DESK, 1.0))
PAGES = {
    "home": "",
    "light": "device/light-0001",
    "purifier": "device/air-purifier-0001",
    "cleaner": "device/robot-cleaner-0001",
    "history": "device/air-purifier-0001/air.pm2_5",
    "inbox": "inbox",
    "hub": "hub",
    "settings": "settings",
}
SETTLES_MS = 1_500


async def take(browser: Browser, url: str, token: str, folder: Path) -> None:
    """Take every page in every look."""
    for name, scheme, size, scale in LOOKS:
        context = await browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a TypedDict
            color_scheme=scheme,  # type: ignore[arg-type]  # a Literal
            device_scale_factor=scale,
            locale="en-GB",
        )
        page = await context.new_page()
        await page.goto(f"{url}/#{token}")
        await page.wait_for_selector("[data-link=live] .tile")
        for title, route in PAGES.items():
            await page.evaluate("(hash) => { location.hash = hash }", f"#/{route}")
            await page.wait_for_timeout(SETTLES_MS)
            await page.screenshot(path=folder / f"{title}-{name}.png")
        await context.close()


async def main(url: str, token: str, folder: Path) -> None:
    """Start the browser and end it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        await take(browser, url, token, folder)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
