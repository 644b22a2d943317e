"""The app over https for real: hub and browser on machines of their own, with a cable between."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Error, Page, Playwright, async_playwright, expect

from tests.app.phone import Console
from tests.end_to_end.browsers import browser_on, need_them, trust
from tests.end_to_end.namespaces import Machine, Network, are_there, ip, network
from tests.end_to_end.processes import Program, Warm
from tests.end_to_end.waiting import until

CODE = "1234-5678"
START_WITHIN_S = 60.0
SOON_MS = 30_000.0
HUB = "10.78.0.1"
HTTP, HTTPS = f"http://{HUB}:8321", f"https://{HUB}:8322"
PLUG = "smart-plug-0001"

_IS_KEPT = """async () => {
  const {fetchKept} = await import("/app/keep.js");
  return ((await fetchKept("home"))?.devices.length ?? 0) > 0;
}"""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("https"),
    pytest.mark.netns,
    pytest.mark.mosquitto,
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        not are_there() and os.environ.get("CI") != "true",
        reason="network namespaces need root and iproute2",
    ),
]


@dataclass
class World:
    """A hub with a plug, a phone that trusts it, one that does not, and cables to both."""

    hub: Machine
    phone: Machine
    trusting: BrowserContext
    stranger: BrowserContext
    pairings: int = 0

    async def invited(self) -> tuple[str, Program]:
        """Open the window, and return the link that `ecohub pair` shows."""
        self.pairings += 1
        pair = self.hub.start(f"pair-{self.pairings}", "pair", "--json")
        told = json.loads(await pair.first_line(START_WITHIN_S))
        return told["link"], pair

    async def value(self) -> bool:
        shown = await self.hub.ecohub("show", PLUG)
        is_on: bool = shown["twin"]["outlet.on"]["value"]
        return is_on

    async def tells(self, *, is_on: bool) -> bool:
        return await self.value() is is_on

    def cable(self, state: str) -> None:
        """Pull the phone's cable (`down`), or put it in again (`up`)."""
        ip("-n", self.phone.name, "link", "set", "eth0", state)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> AsyncIterator[World]:
    need_them()
    folder = tmp_path_factory.mktemp("https")
    async with AsyncExitStack() as stack:
        net: Network = await stack.enter_async_context(network(folder, warm))
        hub, phone, other = (net.machine(name) for name in ("hub", "phone", "other"))
        for number, machine in enumerate((phone, other)):
            net.cable(hub, f"eth{number}", machine, "eth0")
        _switch(hub)
        phone.address("eth0", "10.78.0.2/24")
        other.address("eth0", "10.78.0.3/24")
        started = hub.start("hub", "run", "--json", "--config", os.devnull)
        await started.first_line(START_WITHIN_S)
        plug = hub.start("plug", "simulate", "smart-plug", "--code", CODE, "--hub", HTTP)
        playwright: Playwright = await stack.enter_async_context(async_playwright())
        authority = folder / "authority.pem"
        exporting = hub.start("export", "authority", "export", str(authority))
        assert await exporting.ended(START_WITHIN_S) == 0, exporting.tail()
        trust(phone, authority)
        here = World(
            hub,
            phone,
            await stack.enter_async_context(browser_on(phone, playwright)),
            await stack.enter_async_context(browser_on(other, playwright)),
        )
        await hub.ecohub("join", CODE, "--for", "60")
        assert plug.is_running, plug.tail()
        yield here


def _switch(hub: Machine) -> None:
    """Join the hub's cables to one network."""
    ip("-n", hub.name, "link", "add", "br0", "type", "bridge")
    for port in ("eth0", "eth1"):
        ip("-n", hub.name, "link", "set", port, "master", "br0")
        ip("-n", hub.name, "link", "set", port, "up")
    hub.address("br0", f"{HUB}/24")


@pytest_asyncio.fixture(loop_scope="module")
async def page(world: World) -> AsyncIterator[Page]:
    """A page of the phone that trusts the hub, on which nobody is yet; its console stays clean."""
    async with _new_page(world) as opened:
        console = Console(opened)
        yield opened
        console.said_nothing()


@pytest_asyncio.fixture(loop_scope="module")
async def page_that_loses_the_hub(world: World) -> AsyncIterator[Page]:
    """The same, whose console may say that nobody answers."""
    async with _new_page(world) as opened:
        yield opened


@asynccontextmanager
async def _new_page(world: World) -> AsyncIterator[Page]:
    """Give a page, and have the phone forget afterwards what it kept for both doors."""
    page = await world.trusting.new_page()
    try:
        yield page
    finally:
        cdp = await page.context.new_cdp_session(page)
        for origin in (HTTP, HTTPS):
            await cdp.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        await page.close()


async def come_in(world: World, page: Page, at: str = HTTPS) -> None:
    """Pair by the link that the hub's terminal shows, opened at one of the doors."""
    link, pair = await world.invited()
    await page.goto(link.replace(HTTP, at))
    await _name(world, page)
    assert await pair.ended(START_WITHIN_S) == 0, pair.tail()


async def _name(world: World, page: Page) -> None:
    await page.get_by_label("Your name").fill(f"Ada {world.pairings}")
    await page.get_by_role("button", name="Come in").click()
    await expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=SOON_MS)


async def test_without_the_authority_the_browser_refuses(world: World) -> None:
    page = await world.stranger.new_page()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        await page.goto(HTTPS)
    await page.close()


async def test_the_walk_through_says_once_the_phone_trusts_the_hub(
    world: World, page: Page
) -> None:
    stranger = await world.stranger.new_page()
    await stranger.goto(f"{HTTP}/trust")
    await expect(stranger.get_by_text("On which device are you?")).to_be_visible()
    await expect(stranger.get_by_text("This phone trusts the hub")).to_be_hidden()
    told = (await world.hub.ecohub("authority", "show"))["authority"]["fingerprint"]
    await expect(stranger.locator(".trust-print")).to_have_text(told)
    await stranger.close()
    await page.goto(f"{HTTP}/trust")
    await expect(page.get_by_text("This phone trusts the hub")).to_be_visible()
    await page.get_by_role("link", name="Open the app over https").click()
    await expect(page).to_have_url(f"{HTTPS}/")
    assert await page.evaluate("isSecureContext")


async def test_a_phone_that_trusts_nobody_yet_pairs_over_http_and_is_told_what_is_missing(
    world: World,
) -> None:
    page = await world.stranger.new_page()
    console = Console(page)
    await come_in(world, page, HTTP)
    await page.goto(f"{HTTP}/#/settings")
    await expect(page.get_by_text("came over plain http")).to_be_visible()
    await expect(page.get_by_role("link", name="Let this phone trust")).to_have_attribute(
        "href", "/trust"
    )
    console.said_nothing()
    await page.get_by_role("button", name="Go on over https").click()
    await expect(page.locator(".said")).to_contain_text("does not trust the hub yet")
    assert page.url.startswith(HTTP), "the session stays where it is"
    await expect(page.locator("html")).to_have_attribute("data-link", "live")
    await page.close()


async def test_the_code_goes_along_from_the_door_to_https(world: World, page: Page) -> None:
    link, pair = await world.invited()
    assert link.startswith(HTTP), "a phone without the authority can open it"
    await page.goto(link)
    await page.get_by_role("button", name="Go on over https").click()
    await page.wait_for_url(f"{HTTPS}/", timeout=SOON_MS)
    await _name(world, page)
    assert await pair.ended(START_WITHIN_S) == 0, pair.tail()


async def test_a_session_goes_along_from_http_to_https(world: World, page: Page) -> None:
    await come_in(world, page, HTTP)
    sessions = await world.hub.ecohub("people")
    await page.goto(f"{HTTP}/#/settings")
    await page.get_by_role("button", name="Go on over https").click()
    await page.wait_for_url(f"{HTTPS}/", timeout=SOON_MS)
    await expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=SOON_MS)
    assert len((await world.hub.ecohub("people"))["sessions"]) == len(sessions["sessions"])
    await page.goto(f"{HTTP}/")
    await expect(page.get_by_role("button", name="Come in")).to_be_visible()


async def test_devices_are_seen_live_and_controlled(world: World, page: Page) -> None:
    await come_in(world, page)
    switch = page.locator(f"[data-device='{PLUG}']").get_by_role("switch")
    for state in ("off", "on"):
        await world.hub.ecohub("set", PLUG, f"outlet.on={state}")
        shown = "true" if state == "on" else "false"
        await expect(switch).to_have_attribute("aria-checked", shown, timeout=SOON_MS)
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    await until(lambda: world.tells(is_on=False), "the plug is off", START_WITHIN_S)


async def test_a_secure_context_gives_camera_and_installing(world: World, page: Page) -> None:
    await come_in(world, page)
    assert await page.evaluate("isSecureContext && 'getUserMedia' in navigator.mediaDevices")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    cdp = await page.context.new_cdp_session(page)
    manifest = await cdp.send("Page.getAppManifest")
    assert (manifest["url"], manifest["errors"]) == (f"{HTTPS}/app.webmanifest", [])
    assert (await cdp.send("Page.getInstallabilityErrors"))["installabilityErrors"] == []
    await page.goto(f"{HTTPS}/#/settings")
    await expect(page.get_by_text("The app opens without the hub, too")).to_be_visible()


async def test_the_app_opens_without_the_hub_and_is_whole_again_when_it_is_back(
    world: World, page_that_loses_the_hub: Page
) -> None:
    page = page_that_loses_the_hub
    await come_in(world, page)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tile = page.locator(f"[data-device='{PLUG}']")
    await expect(tile).to_be_visible(timeout=SOON_MS)
    await until(lambda: page.evaluate(_IS_KEPT), "the home is kept on the phone", START_WITHIN_S)
    world.cable("down")
    try:
        await page.reload()
        await expect(tile).to_be_visible(timeout=SOON_MS)
        await expect(page.locator(".away-bar.shown")).to_be_visible(timeout=SOON_MS)
    finally:
        world.cable("up")
    await expect(page.locator("html")).to_have_attribute("data-link", "live", timeout=SOON_MS)
    console = Console(page)
    before = await world.value()
    await tile.get_by_role("switch").click()
    await until(lambda: world.tells(is_on=not before), "the plug follows", START_WITHIN_S)
    console.said_nothing()


async def test_a_phone_that_is_cut_off_is_out_at_once(
    world: World, page_that_loses_the_hub: Page
) -> None:
    page, console = page_that_loses_the_hub, Console(page_that_loses_the_hub)
    await come_in(world, page)
    session = (await world.hub.ecohub("people"))["sessions"][-1]
    await world.hub.ecohub("people", "--end", session["id"])
    await expect(page.get_by_role("button", name="Come in")).to_be_visible(timeout=SOON_MS)
    console.said_only("status of 401")
