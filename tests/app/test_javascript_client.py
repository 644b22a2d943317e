"""The client in JavaScript as a page of somebody's own takes it along, in a browser over http."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.app.people import put_out
from tests.end_to_end.processes import ROOT
from tests.hub.api.bench import PLUG, Bench

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(60),
    pytest.mark.xdist_group("app"),
]

CLIENT = ROOT / "examples" / "javascript"
PAIR_AND_SET = """async ([code, device]) => {
  const { Hub, browserStore } = await import("/mine/hub.mjs");
  const first = new Hub(location.origin, browserStore("tokens"));
  const { role } = await first.pair(code, "A page", "Wilma");
  const hub = new Hub(location.origin, browserStore("tokens"));
  const isPaired = await hub.open();
  const { status } = await hub.set(device, { "outlet.on": true });
  for await (const change of hub.live({ devices: [device] })) {
    if (hub.devices.get(device).twin["outlet.on"].value) break;
  }
  return { role, isPaired, status, devices: [...hub.devices.keys()] };
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(home: Bench, browser: Browser) -> AsyncIterator[Page]:
    """A page of the hub's that asks for nothing by itself, beside which the client lies."""

    async def serve(route: Route) -> None:
        text = (CLIENT / route.request.url.rpartition("/")[2]).read_text("utf-8")
        await route.fulfill(body=text, content_type="text/javascript")

    context = await browser.new_context(service_workers="block")
    one = await context.new_page()
    await one.route("**/mine/*", serve)
    await one.goto(f"{home.url}/api/v1/docs")
    yield one
    await context.close()
    await put_out(home)


async def test_a_page_pairs_commands_and_follows(page: Page, home: Bench) -> None:
    code = (await home.ask("POST", "/api/v1/pair/window", {}))["code"]
    told = await page.evaluate(PAIR_AND_SET, [code, PLUG])
    shown = {"role": "owner", "isPaired": True, "status": "confirmed", "devices": [PLUG]}
    assert told == shown
    kept = json.loads(await page.evaluate("localStorage.getItem('tokens')"))
    assert kept["access"].startswith("eca_")
