"""The inbox: what has run down leads to what sets it back, and everybody reads for themselves."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from hub.core.outcome import Outcome
from protocol.ids import Address, DeviceId
from simulators.light import Light
from tests.app.people import Another, enter
from tests.app.phone import Phone
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("app"),
    pytest.mark.usefixtures("empty_house"),
]

GOING = DeviceId("light-0004")
PURIFIER = DeviceId("air-purifier-0001")


@pytest_asyncio.fixture(loop_scope="session")
async def worn(home: Bench) -> AsyncIterator[None]:
    """A filter that is nearly used up, and an alarm-like message, both unread."""
    now_s, inbox = home.home.clock.now_s(), home.home.hub.inbox
    inbox.add("worn", PURIFIER, "The filter", now_s, Outcome(), Address("filter.life"))
    inbox.add("released", PURIFIER, "It is back.", now_s, Outcome())
    yield
    await home.ask("DELETE", "/api/v1/notifications", status=204)


@pytest.mark.usefixtures("worn")
async def test_a_worn_filter_leads_to_its_reset(another: Another, home: Bench) -> None:
    phone = await another()
    sent = await home.ask("POST", INVITES, {"role": "member", "name": "Mo"}, status=201)
    await enter(phone, sent["link"])
    await phone.go("inbox")
    row = phone.page.locator(".notice[data-kind=worn]")
    await expect(row).to_contain_text("it is nearly used up")
    await phone.stands_well()
    await phone.stands_large()
    await row.locator(".action-button").click()
    await row.get_by_role("button", name="Tap again to confirm").click()
    await expect(phone.page.locator(".said")).to_contain_text("Done")
    await row.get_by_role("link").click()
    await expect(phone.page.locator("article[data-product='air-purifier']")).to_be_visible()
    await phone.go("inbox")
    await expect(row.get_by_role("button", name="Mark as not read")).to_be_visible()
    await expect(row.locator(".badge")).to_have_count(0)
    phone.console.said_nothing()


@pytest.mark.usefixtures("worn")
async def test_who_reads_a_message_reads_it_for_themselves(another: Another, home: Bench) -> None:
    phones: list[Phone] = []
    for name in ("Ada", "Mo"):
        sent = await home.ask("POST", INVITES, {"role": "member", "name": name}, status=201)
        phones.append(await another())
        await enter(phones[-1], sent["link"])
        await phones[-1].go("inbox")
    ada, mo = (phone.page.locator(".notice[data-kind=released] .badge") for phone in phones)
    await phones[0].page.get_by_role("button", name="Mark all as read").click()
    await expect(ada).to_have_count(0)
    await expect(mo).to_have_count(1)


async def test_who_is_gone_is_told_by_name_and_leads_nowhere(another: Another, home: Bench) -> None:
    await home.bring(GOING, Light)
    await home.ask("PATCH", f"/api/v1/devices/{GOING}", {"name": "Porch"})
    action = {"type": "notify", "text": "Ding"}
    body = {"name": "Bell", "triggers": [], "actions": [action]}
    bell = await home.ask("POST", "/api/v1/automations", body, status=201)
    await home.ask("POST", f"/api/v1/automations/{bell['id']}/run", {})
    inbox = home.home.hub.inbox
    inbox.add("released", GOING, "It is back.", home.home.clock.now_s(), Outcome())
    await home.ask("DELETE", f"/api/v1/automations/{bell['id']}", status=204)
    await home.ask("DELETE", f"/api/v1/devices/{GOING}", status=204)
    home.air.devices.pop(GOING)
    phone = await another()
    await phone.enter(home.token)
    page = phone.page
    await expect(page.locator(".needs")).to_contain_text("Bell")
    await phone.go("inbox")
    for kind, name in (("automation", "Bell"), ("released", "Porch")):
        row = page.locator(f".notice[data-kind={kind}]")
        await expect(row.locator("bdi")).to_have_text(name)
        await expect(row.get_by_role("link")).to_have_count(0)
    await home.ask("DELETE", "/api/v1/notifications", status=204)
