"""One home with every product and one browser, for all tests of the app."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from importlib.metadata import entry_points

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from protocol.ids import DeviceId
from tests.app.people import put_out
from tests.app.phone import PHONE, Phone, phone_of
from tests.drivers.cable import Cable
from tests.hub.api.bench import Bench, bench

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOW = "Chromium is not installed: apt install chromium"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """A hub with a simulated device of each product."""
    async with bench(tmp_path_factory.mktemp("app")) as running:
        for entry in entry_points(group="ecohub.simulators"):
            await running.bring(DeviceId(f"{entry.name}-0001"), entry.load())
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        assert "CI" not in os.environ, HOW
        pytest.skip(HOW)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_phone(home: Bench, browser: Browser) -> AsyncIterator[Phone]:
    async with phone_of(home, browser) as one:
        await one.enter(home.token)
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def phone(shared_phone: Phone) -> AsyncIterator[Phone]:
    """A phone that is in, on the first page; its settings stay, and its console has to be clean."""
    await shared_phone.page.set_viewport_size(PHONE)
    await shared_phone.go("")
    await shared_phone.page.locator(".filters .chip").first.click()  # all devices
    yield shared_phone
    shared_phone.console.said_nothing()


@pytest_asyncio.fixture(loop_scope="session")
async def own_phone(home: Bench, browser: Browser) -> AsyncIterator[Phone]:
    """A phone that is in, for a test that changes its settings."""
    async with phone_of(home, browser) as one:
        await one.enter(home.token)
        yield one
        one.console.said_nothing()


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(home: Bench, browser: Browser) -> AsyncIterator[Phone]:
    """A phone that nobody has let in yet."""
    async with phone_of(home, browser) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def another(home: Bench, browser: Browser) -> AsyncIterator[Callable[[], Awaitable[Phone]]]:
    """Brings further phones that nobody has let in yet."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(phone_of(home, browser))


@pytest_asyncio.fixture(loop_scope="session")
async def cable(home: Bench) -> AsyncIterator[Cable]:
    """A way to the hub that may be cut and mended."""
    made = Cable(home.api.port)
    await made.mend()
    yield made
    await made.cut()


@pytest_asyncio.fixture(loop_scope="session")
async def far_phone(home: Bench, browser: Browser, cable: Cable) -> AsyncIterator[Phone]:
    """A phone that reaches the hub through the cable, and keeps the shell of the app."""
    url = f"http://127.0.0.1:{cable.port}"
    async with phone_of(home, browser, url, keeps_shell=True) as one:
        await one.enter(home.token)
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def empty_house(home: Bench) -> AsyncIterator[None]:
    """A home without people: the last owner, too, is put out for the next test."""
    await put_out(home)
    yield
    await put_out(home)


@pytest_asyncio.fixture(loop_scope="session")
async def hall(home: Bench) -> AsyncIterator[None]:
    """A room with the light in it."""
    room = await home.ask("POST", "/api/v1/rooms", {"name": "Hall"}, status=201)
    await home.ask("PATCH", "/api/v1/devices/light-0001", {"room": room["id"]})
    yield
    await home.ask("PATCH", "/api/v1/devices/light-0001", {"room": None})
    await home.ask("DELETE", f"/api/v1/rooms/{room['id']}", status=204)
