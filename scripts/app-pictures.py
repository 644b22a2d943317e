"""Take the pictures of docs/app.md from a running demo home, which gets people first.

Usage: python scripts/app-pictures.py URL TOKEN FOLDER [PAGE ...]
"""

import asyncio
import base64
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import APIRequestContext, Browser, Page, async_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LOOKS = (
    ("light", "light", PHONE, 1.5),
    ("dark", "dark", PHONE, 1.5),
    ("desk", "light", DESK, 1.0),
)
QUALITY = 78
SETTLES_MS = 1_500

PAGES = {
    "home": "",
    "light": "device/light-0001",
    "purifier": "device/air-purifier-0001",
    "cleaner": "device/robot-cleaner-0001",
    "history": "device/air-purifier-0001/air.pm2_5",
    "edit": "edit/light-0001",
    "rooms": "rooms",
    "groups": "groups/{group}",
    "scenes": "scenes/{scene}",
    "automations": "automations",
    "automation": "automations/{automation}/edit",
    "add": "add",
    "people": "people",
    "guest": "people/{guest}",
    "invite": "people/invite",
    "activity": "activity",
    "inbox": "inbox",
    "hub": "hub",
    "settings": "settings",
}
"""Route by name of picture; the door is taken before anybody is in."""


@dataclass
class Household:
    """A demo home over its API.

    Attributes:
        token: Of an owner.
    """

    api: APIRequestContext
    url: str
    token: str

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the hub; what it refuses ends the script."""
        answer = await self.api.fetch(
            f"{self.url}/api/v1{path}",
            method=method,
            data=body,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        if not answer.ok:
            sys.exit(f"{method} {path}: {await answer.text()}")
        return None if answer.status == 204 else await answer.json()

    async def first(self, kind: str) -> str:
        """Return the id of the first of a kind."""
        found: str = (await self.ask("GET", f"/{kind}"))[kind][0]["id"]
        return found

    async def arrange(self) -> None:
        """Make a group, which the demo has none of, unless it is there."""
        if not (await self.ask("GET", "/groups"))["groups"]:
            lamps = {"name": "All lamps", "icon": "light", "members": ["light-0001"]}
            await self.ask("POST", "/groups", lamps)

    async def come_in(self, name: str, **offer: Any) -> str:
        """Let somebody in by an invite, and return their token."""
        code = (await self.ask("POST", "/invites", offer))["code"]
        body = {"code": code, "device": f"{name}'s phone"}
        if "person" not in offer:
            body["person"] = name
        token: str = (await self.ask("POST", "/pair", body))["access"]
        return token

    async def people(self) -> str:
        """Have an owner, a member and a guest, and return the owner's token."""
        here = (await self.ask("GET", "/people"))["people"]
        known = {one["name"]: one["id"] for one in here}
        if "Mo" not in known:
            room = await self.first("rooms")
            hours = [{"days": ["mon", "fri"], "begin": "18:00", "end": "22:00"}]
            grant = {"right": "control", "rooms": [room], "hours": hours}
            await self.come_in("Mo", role="member")
            await self.come_in("Gil", role="guest", grants=[grant])
        return await self.come_in(
            "Ada", **({"person": known["Ada"]} if "Ada" in known else {"role": "owner"})
        )

    async def live(self) -> None:
        """Have something happen that somebody wanted."""
        await self.ask("POST", f"/scenes/{await self.first('scenes')}/activate", {"wait_s": 5})
        for device, address, value in (
            ("light-0001", "light.brightness", 70),
            ("light-0001", "light.color_temperature", 3_000),
            ("air-purifier-0001", "purifier.mode", 0),
            ("fan-0001", "fan.on", True),
        ):
            body = {"properties": {address: value}, "wait_s": 5}
            await self.ask("PATCH", f"/devices/{device}/properties", body)


async def take(page: Page, place: Path) -> None:
    """Take a picture as WebP, which Playwright's own call does not write."""
    await page.wait_for_timeout(SETTLES_MS)
    session = await page.context.new_cdp_session(page)
    how = {"format": "webp", "quality": QUALITY}
    shot = await session.send("Page.captureScreenshot", how)
    await asyncio.to_thread(place.write_bytes, base64.b64decode(shot["data"]))


async def take_all(browser: Browser, home: Household, ids: dict[str, str], folder: Path) -> None:
    """Take the pages that are asked for, else every one, in every look."""
    for look, scheme, size, scale in LOOKS:
        context = await browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a TypedDict
            color_scheme=scheme,  # type: ignore[arg-type]  # a Literal
            device_scale_factor=scale,
            locale="en-GB",
        )
        page = await context.new_page()
        await page.goto(home.url)
        await page.wait_for_selector("main.enter input")
        await take(page, folder / f"door-{look}.webp")
        await page.goto(f"{home.url}/#{home.token}")
        await page.reload()
        await page.wait_for_selector("[data-link=live] .tile")
        for title in sys.argv[4:] or PAGES:
            route = PAGES[title]
            await page.evaluate("(hash) => { location.hash = hash }", f"#/{route.format(**ids)}")
            await take(page, folder / f"{title}-{look}.webp")
        await context.close()


async def main(url: str, token: str, folder: Path) -> None:
    """Arrange the home, start the browser, take the pictures, end it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        home = Household(await playwright.request.new_context(), url, token)
        await home.arrange()
        home.token = await home.people()
        await home.live()
        ids = {kind[:-1]: await home.first(kind) for kind in ("groups", "scenes", "automations")}
        people = (await home.ask("GET", "/people"))["people"]
        ids |= {person["role"]: person["id"] for person in people}
        await take_all(browser, home, ids, folder)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
