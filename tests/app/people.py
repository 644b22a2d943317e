"""What tests of people do again and again: somebody is invited, comes in, and taps."""

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page, expect

from hub.core.people.records import DropInvite, DropPerson, DropSession, PeopleSave
from tests.app.phone import Phone
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES, PEOPLE

Another = Callable[[], Awaitable[Phone]]


async def put_out(home: Bench) -> None:
    """Have a home without people, though the last owner cannot leave by themselves."""
    register = home.home.people.register
    gone: list[PeopleSave] = [DropSession(id_) for id_ in register.sessions]
    gone += [DropInvite(id_) for id_ in register.invites]
    gone += [DropPerson(id_) for id_ in register.people]
    await home.home.people._ledger.write(gone)


async def tap(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def enter(phone: Phone, link: str, name: str = "") -> None:
    """Open an invite and come in."""
    await phone.page.goto(link)
    await expect(phone.page.locator(".invited")).to_be_visible()
    if name:
        await phone.page.get_by_label("Your name").fill(name)
    await tap(phone.page, "Come in")
    await phone.is_live()


async def guest(phone: Phone, home: Bench, *grants: Any) -> Any:
    """Let a guest in with a phone."""
    offer = {"role": "guest", "name": "Gil", "grants": grants}
    sent = await home.ask("POST", INVITES, offer, status=201)
    await enter(phone, sent["link"])
    [person] = (await home.get(PEOPLE))["people"]
    return person


async def invited_to_the_hall(phone: Phone) -> str:
    """Make an invite by tapping, and return its link."""
    page = phone.page
    await phone.go("people", "invite")
    await expect(page.get_by_role("button", name="Make the invite")).to_be_disabled()
    await tap(page, "Hall")
    await page.get_by_role("group", name="For how long").get_by_text("An hour").click()
    await expect(page.locator(".summary")).to_contain_text("May control \u2068Hall\u2069, until")
    await tap(page, "Make the invite")
    return await page.locator(".sent-link").inner_text()
