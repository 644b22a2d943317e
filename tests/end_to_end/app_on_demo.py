"""The app on a running demo, as its owner meets it: from the terminal's link to a scene undone."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Expect, Page, async_playwright

from tests.app.phone import DESK, HELD, Console
from tests.end_to_end.browsers import CHROMIUM
from tests.end_to_end.waiting import until

LIGHT, SCENE = "light-0001", "Good night"
HOW = "all but the app is tried: it needs Chromium, apt install chromium"
WITHIN_S = 60.0
SOON_MS = 30_000.0
expect = Expect()
expect.set_options(timeout=SOON_MS)


@dataclass
class Owner:
    """Somebody with a phone, who has come in by the link of `ecohub pair`.

    Attributes:
        home: The line that the demo has printed.
    """

    page: Page
    home: dict[str, Any]

    async def held(self) -> bool:
        """Return whether the hub holds the light to be on."""
        answer = await self.page.request.get(
            f"{self.home['url']}/api/v1/devices/{LIGHT}",
            headers={"Authorization": f"Bearer {self.home['token']}"},
        )
        is_on: bool = (await answer.json())["twin"]["light.on"]["value"]
        return is_on

    async def comes_in(self, data: Path) -> None:
        """Open the link that the terminal shows, say who one is, and be the owner."""
        pairing = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "hub.cli", "pair", "--json",
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "ECOHUB_DATA": str(data)},
        )  # fmt: skip
        assert pairing.stdout is not None
        opened = json.loads(await asyncio.wait_for(pairing.stdout.readline(), WITHIN_S))
        await self.page.goto(opened["link"])
        await self.page.get_by_label("Your name").fill("Ada")
        await self.page.get_by_role("button", name="Come in").click()
        live = expect(self.page.locator("html"))
        await live.to_have_attribute("data-link", "live")
        told, _ = await asyncio.wait_for(pairing.communicate(), WITHIN_S)
        assert json.loads(told)["paired"]["name"] == "Ada"
        await self.page.evaluate("() => { location.hash = '#/people' }")
        await expect(self.page.locator(".person-row")).to_contain_text("Owner")
        await self.page.get_by_role("link", name="Home").click()
        tiles = self.page.locator("[data-device]")
        await expect(tiles).to_have_count(len(self.home["devices"]))

    async def switches(self, *, to: bool) -> None:
        """Switch the light, and see it confirmed."""
        await self.page.locator(f"[data-device='{LIGHT}'] .tile-link").click()
        main = self.page.locator("[data-address='light.on']")
        switch = main.get_by_role("switch")
        if await self.held() is not to:
            await switch.click()
        await self.sees(to=to)
        await expect(main).not_to_contain_class("going")
        await expect(switch).to_have_attribute("aria-checked", str(to).lower())
        await expect(main.locator(".hero-value")).to_have_text("On" if to else "Off")
        await self.page.get_by_role("link", name="Home").click()

    async def sees(self, *, to: bool) -> None:
        async def is_so() -> bool:
            return await self.held() is to

        await until(is_so, f"the light is {to}", WITHIN_S)

    async def goes_to_bed_and_gets_up(self) -> None:
        """Carry out a scene on the first page, and take it back."""
        said = expect(self.page.locator(".said"))
        lit = self.page.locator(f"[data-device='{LIGHT}'].lit")
        await expect(lit).to_have_count(1)
        await self.page.get_by_role("button", name=SCENE, exact=True).click()
        await said.to_contain_text(f"{SCENE}: Done")
        await expect(lit).to_have_count(0)
        await self.sees(to=False)
        await self.page.get_by_role("button", name=f"Undo {SCENE}").click()
        await said.to_contain_text(f"Undo {SCENE}: Done")
        await expect(lit).to_have_count(1)
        await self.sees(to=True)

    async def reads_the_automation(self) -> None:
        """See what the home does by itself, as a sentence."""
        await self.page.get_by_role("link", name="Automations").click()
        known = self.page.locator(".auto", has_text="Clear the air")
        await expect(known).to_contain_text("PM2.5")
        await expect(known.get_by_role("switch")).to_have_attribute("aria-checked", "true")

    async def sits_down_at_a_desktop(self) -> None:
        """See all rooms at once where no finger can push them aside."""
        await self.page.set_viewport_size(DESK)
        await self.page.get_by_role("link", name="Home").click()
        last = self.page.locator(".filters .chip").last
        await expect(last).to_be_in_viewport(ratio=1)


async def try_the_app(home: dict[str, Any], data: Path) -> None:
    """Go the main ways of the app on a running demo; skips where there is no browser."""
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", HOW
        pytest.skip(HOW)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = await browser.new_context(**HELD)
        context.set_default_timeout(SOON_MS)
        owner = Owner(await context.new_page(), home)
        console = Console(owner.page)
        await owner.comes_in(data)
        await owner.switches(to=True)
        await owner.goes_to_bed_and_gets_up()
        await owner.switches(to=False)
        await owner.reads_the_automation()
        await owner.sits_down_at_a_desktop()
        console.said_nothing()
        await browser.close()
