"""A device is added over the page, at a hub of its own that devices reach by HTTP and MQTT."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, Route, async_playwright, expect

from tests.app.conftest import CHROMIUM
from tests.app.phone import Phone, phone_of
from tests.app.qr_video import film
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.joining import JoinRefusedError, join
from tests.end_to_end.processes import Warm
from tests.hub.api.bench import Bench

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

WRONG = "8765-4321"
SLOWLY_MS = 30_000
"""For what a process of its own has to do on a busy machine."""

ADVERT = {
    "kind": "device",
    "name": "lamp",
    "device": "smart-plug-0009",
    "host": "192.0.2.7",
    "port": 0,
    "addresses": ["192.0.2.7"],
    "interface": "lan",
    "first_at": "2026-11-22T10:00:00Z",
    "last_at": "2026-11-22T10:00:00Z",
    "times": 1,
    "txt": {"product": "smart-plug", "class": "smart_plug", "join": "yes"},
    "said_goodbye": False,
    "problem": "",
}


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    launcher = Warm(tmp_path_factory.mktemp("warm"))
    yield launcher
    launcher.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hub(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """A hub of its own, with the embedded broker."""
    made = Hub(warm, tmp_path_factory.mktemp("hub"), {"ECOHUB_BROKER__KIND": "embedded"})
    await made.start()
    yield made
    await made.close()


@asynccontextmanager
async def at_the_page(browser: Browser, hub: Hub, home: Bench) -> AsyncIterator[Phone]:
    try:
        async with phone_of(home, browser, hub.api.url) as phone:
            await phone.enter(hub.api.token)
            await phone.go("add")
            await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Add a device")
            yield phone
            phone.console.said_nothing()
    finally:
        await hub.api.ask("DELETE", "/join/window")


@pytest_asyncio.fixture(loop_scope="session")
async def adding(browser: Browser, hub: Hub, home: Bench) -> AsyncIterator[Phone]:
    async with at_the_page(browser, hub, home) as phone:
        yield phone


async def test_a_device_is_let_in_named_and_there(
    adding: Phone, hub: Hub, warm: Warm, tmp_path: Path
) -> None:
    page = adding.page
    await hub.api.ask("POST", "/rooms", {"name": "Kitchen"})
    await page.get_by_text("The device does not find the hub?").click()
    await expect(page.get_by_text(f"127.0.0.1:{hub.api_port}")).to_be_visible()
    await adding.stands_well()
    await adding.stands_large()
    await page.get_by_label("Eight digits").fill("1234 5678")
    await page.get_by_role("button", name="Let it join").click()
    await expect(page.get_by_text("Waiting for the device to call")).to_be_visible()
    async with Fleet(warm, tmp_path, hub, "smart-plug"):
        new = page.locator("[data-newcomer]")
        await expect(new.get_by_text("It is part of the home")).to_be_visible(timeout=SLOWLY_MS)
        await expect(new.get_by_text("Online")).to_be_visible(timeout=SLOWLY_MS)
        await expect(page.get_by_label("Eight digits")).to_have_value("")
        await expect(new.get_by_text("Not certified")).to_be_visible()
        await new.get_by_label("Name").fill("Kettle")
        await new.get_by_role("button", name="Keep the name").click()
        await new.get_by_role("button", name="Kitchen").click()
        await expect(new.get_by_role("button", name="Kitchen")).to_have_attribute(
            "aria-pressed", "true"
        )
        await adding.stands_well()
        await adding.stands_large()
        await new.get_by_role("link", name="Open its page").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Kettle")
        await expect(adding.part("outlet.on")).to_be_visible()


async def test_a_wrong_code_is_said_and_mended_while_the_window_is_open(
    adding: Phone, hub: Hub
) -> None:
    page = adding.page
    await page.get_by_label("Eight digits").fill(WRONG)
    await page.get_by_role("button", name="Let it join").click()
    await expect(page.get_by_text("5 wrong codes close it")).to_be_visible()
    with pytest.raises(JoinRefusedError):
        await join(hub.api, "lamp-0001")
    await expect(page.get_by_text("lamp-0001 has another setup code")).to_be_visible()
    await expect(page.get_by_text("4 wrong codes close it")).to_be_visible()
    await page.get_by_label("Eight digits").fill(CODE)
    await page.get_by_role("button", name="Try this code").click()
    await expect(page.get_by_text("lamp-0001 has another setup code")).to_have_count(0)
    await join(hub.api, "lamp-0001")
    new = page.locator("[data-newcomer='lamp-0001']")
    await expect(new.get_by_text("It is part of the home")).to_be_visible()
    await hub.api.ask("DELETE", "/devices/lamp-0001")


async def test_five_wrong_codes_and_a_cancel_end_the_wait(adding: Phone, hub: Hub) -> None:
    page = adding.page
    await page.get_by_label("Eight digits").fill("12")
    await page.get_by_role("button", name="Let it join").click()
    await expect(page.get_by_role("alert")).to_contain_text("eight digits")
    await page.get_by_label("Eight digits").fill(WRONG)
    await page.get_by_role("button", name="Let it join").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("Closed again, nobody has come in")).to_be_visible()
    await page.get_by_role("button", name="Let it join").click()
    await expect(page.get_by_text("Waiting for the device to call")).to_be_visible()
    for number in range(5):
        with pytest.raises(JoinRefusedError):
            await join(hub.api, f"lamp-{number:04d}")
    await expect(page.get_by_text("Closed after too many wrong codes")).to_be_visible()
    await expect(page.get_by_label("Eight digits")).to_have_value("8765-4321")


async def test_a_device_that_is_heard_is_picked(adding: Phone) -> None:
    page = adding.page

    async def answer(route: Route) -> None:
        report = {"status": "ready", "detail": "", "remedy": "", "seen": [ADVERT], "questions": []}
        await route.fulfill(json=report)

    await expect(page.get_by_text("The hub cannot listen to the network")).to_be_visible()
    await page.route("**/api/v1/discovery", answer)
    await page.get_by_role("button", name="waits to be let in").click()
    await expect(page.get_by_role("heading", name="Setup code of smart-plug-0009")).to_be_visible()
    await expect(page.get_by_label("Eight digits")).to_be_focused()
    await adding.stands_well()
    await adding.stands_large()


@pytest_asyncio.fixture(loop_scope="session")
async def seeing_browser(browser: Browser, tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser with a camera that looks at the label of a device."""
    film(tmp_path / "label.y4m", "ECO:12345678/SMART-PLUG-0001")
    async with async_playwright() as playwright:
        started = await _seeing(playwright, tmp_path / "label.y4m")
        yield started
        await started.close()


async def _seeing(playwright: Playwright, view: Path) -> Browser:
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    return await playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-dev-shm-usage",
            *flags,
            f"--use-file-for-fake-video-capture={view}",
        ],
    )


async def test_the_camera_reads_the_label_and_the_window_opens(
    seeing_browser: Browser, hub: Hub, home: Bench
) -> None:
    async with at_the_page(seeing_browser, hub, home) as phone:
        await phone.page.get_by_role("button", name="Scan").click()
        await expect(phone.page.get_by_text("Waiting for smart-plug-0001 to call")).to_be_visible(
            timeout=SLOWLY_MS
        )
        assert (await hub.api.get("/join/window"))["is_open"]


async def test_without_a_camera_the_page_says_why(browser: Browser, hub: Hub, home: Bench) -> None:
    async with phone_of(home, browser, hub.api.url) as phone:
        await phone.page.add_init_script("delete Navigator.prototype.mediaDevices")
        await phone.enter(hub.api.token)
        await phone.go("add")
        await expect(
            phone.page.get_by_text("browsers give it to a page over https")
        ).to_be_visible()
        link = phone.page.get_by_role("link", name="How to open this page over https")
        await expect(link).to_have_attribute("href", "/trust")
        assert await phone.page.get_by_role("button", name="Scan").count() == 0


LABELS = {
    "ECO:12345678": ["1234-5678", ""],
    "ECO:12345678/ACME-SOCKET-00C0FFEE": ["1234-5678", "acme-socket-00c0ffee"],
    "eco:12345678/acme-socket-00c0ffee/2/x": ["1234-5678", "acme-socket-00c0ffee"],
    " 1234 5678 ": ["1234-5678", ""],
    "12345678": ["1234-5678", ""],
    "1234-567": None,
    "ECO:123456789": None,
    "ECO:12345678/-": None,
    "https://example.org/12345678": None,
    "": None,
}


@pytest.mark.parametrize("text", LABELS, ids=lambda text: text or "nothing")
async def test_a_label_is_read_as_the_protocol_has_it(text: str, phone: Phone) -> None:
    found = await phone.page.evaluate(
        "async (text) => (await import('/app/later/label.js')).readLabel(text)", text
    )
    assert (found and [found["code"], found["device"]]) == LABELS[text]


async def test_a_guest_adds_nothing(phone: Phone) -> None:
    page = phone.page

    async def answer(route: Route) -> None:
        told = await (await route.fetch()).json()
        await route.fulfill(json={**told, "role": "guest", "rights": ["see"]})

    await page.route("**/api/v1/me", answer)
    await page.reload()
    await phone.go("add")
    await expect(page.get_by_text("Devices are added by owners")).to_be_visible()
    await phone.go("settings")
    assert await page.get_by_role("link", name="Add a device").count() == 0
    await page.unroute("**/api/v1/me")
    await page.reload()
