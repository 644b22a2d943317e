"""Who is out of a home: shut out and told why, or by their own hand; nothing of it is left."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.app.people import Another, enter, guest, invited_to_the_hall, tap
from tests.app.phone import Phone
from tests.end_to_end.waiting import until
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES, PEOPLE, SESSIONS, arrive

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("app"),
    pytest.mark.usefixtures("empty_house"),
]

HOUR_MS = 3_600_000
REVOKED = 4401

_log = logging.getLogger(__name__)

_WATCH = """() => { window.seen = []; new MutationObserver(() => {
    if (document.querySelector("[data-device]")) window.seen.push(location.href);
  }).observe(document, {subtree: true, childList: true}); }"""

_NOTE = """(() => {
  const now = () => performance.timeOrigin + performance.now();
  window.noted = {};
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", ({code}) => (window.noted.closed ??= [now(), code]));
    }
  };
  new MutationObserver(() => {
    if (!document.querySelector(".out")) return;
    window.noted.out ??= [now(), document.querySelectorAll("[data-device]").length];
  }).observe(document, {subtree: true, childList: true});
})()"""
"""Notes when the stream is closed and why, and when the page says so and how many devices it then
shows; milliseconds by the clock that pages share."""

_NOTE_TAP = """() => addEventListener("click", () => {
  window.tapped = performance.timeOrigin + performance.now();
}, {capture: true, once: true})"""


@pytest.mark.usefixtures("hall")
async def test_a_guest_of_an_hour_is_shut_out_while_the_app_is_open_and_told_why(
    phone: Phone, another: Another, home: Bench
) -> None:
    page, lost = phone.page, await another()
    await lost.page.add_init_script(_NOTE)
    await enter(lost, await invited_to_the_hall(phone), "Gil")
    await expect(lost.page.locator(".tile")).to_have_count(1)
    [person] = (await home.get(PEOPLE))["people"]
    await phone.go("people", person["id"])
    await page.get_by_role("button", name="Sign out: Linux device").click()
    await page.evaluate(_NOTE_TAP)
    await tap(page, "Tap again to confirm")
    out = lost.page.locator(".out")
    await expect(out).to_contain_text("signed out of Test home")
    await expect(page.locator(".phones")).to_contain_text("No phone is let in")
    tapped = await page.evaluate("() => window.tapped")
    noted = await lost.page.evaluate("() => window.noted")
    (closed, code), (told, devices) = noted["closed"], noted["out"]
    assert (code, devices) == (REVOKED, 0)
    assert closed <= told
    _log.info("closed after %.0f ms, told after %.0f ms", closed - tapped, told - tapped)
    await lost.stands_well()
    await lost.page.reload()
    await expect(out).to_contain_text("signed out of Test home")


async def test_a_phone_that_was_shut_out_while_it_slept_shows_nothing_of_the_home(
    another: Another, home: Bench
) -> None:
    lost = await another()
    person = await arrive(home, "Mo")
    again = {"person": person["person"]["id"]}
    await enter(lost, (await home.ask("POST", INVITES, again, status=201))["link"])
    kept = "async () => Boolean(await (await import('/app/keep.js')).fetchKept('home'))"
    await lost.page.wait_for_function(kept)
    await lost.page.goto("about:blank")
    for session in (await home.get(SESSIONS))["sessions"]:
        await home.ask("DELETE", f"{SESSIONS}/{session['id']}", status=204)
    await lost.page.clock.install()
    await lost.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    await lost.page.add_init_script(f"({_WATCH})()")
    await lost.page.goto(lost.url)
    await expect(lost.page.locator(".out")).to_contain_text("signed out of Test home")
    assert await lost.page.evaluate("() => window.seen") == []


async def test_a_refresh_token_that_is_used_twice_shuts_the_phone_out(
    another: Another, home: Bench
) -> None:
    robbed = await another()
    await robbed.page.clock.install()
    await guest(robbed, home, {"right": "see", "home": True})
    old = await robbed.page.evaluate("() => JSON.parse(localStorage.session).refresh")
    await robbed.page.clock.fast_forward(HOUR_MS)
    await robbed.go("people")
    await robbed.page.wait_for_function(
        "(was) => JSON.parse(localStorage.session).refresh !== was", arg=old
    )
    body = {"refresh": old, "id": "a-thief"}
    told = await home.problem("POST", f"{SESSIONS}/refresh", 401, body=body)
    assert told["code"] == "refresh-reused"
    await expect(robbed.page.locator(".out")).to_contain_text("signed out of Test home")


async def test_who_signs_out_leaves_nothing_behind(another: Another, home: Bench) -> None:
    leaving = await another()
    await guest(leaving, home, {"right": "see", "home": True})
    await leaving.go("settings")
    await tap(leaving.page, "Sign out of this hub")
    await expect(leaving.page.get_by_label("Code or token")).to_be_visible()
    await expect(leaving.page.locator(".out")).to_have_count(0)

    async def is_gone() -> bool:
        return not (await home.get(SESSIONS))["sessions"]

    await until(is_gone, "the hub has forgotten the phone")


async def test_a_phone_is_invited_beside_another_and_the_rest_signed_out(
    another: Another, home: Bench
) -> None:
    first, second = await another(), await another()
    sent = await home.ask("POST", INVITES, {"role": "owner", "name": "Ada"}, status=201)
    await enter(first, sent["link"])
    await first.go("people")
    await first.page.locator(".person-row").click()
    await first.page.get_by_role("link", name="Another phone").click()
    await tap(first.page, "Make the invite")
    link = await first.page.locator(".sent-link").inner_text()
    await second.page.goto(link)
    await expect(second.page.get_by_role("main")).to_contain_text("one of Ada's")
    await tap(second.page, "Come in")
    await second.is_live()
    await expect(first.page.locator(".sent")).to_contain_text("They are here")
    [person] = (await home.get(PEOPLE))["people"]
    await first.go("people", person["id"])
    await expect(first.page.locator(".phone-row")).to_have_count(2)
    await tap(first.page, "Sign out all others")
    await first.page.get_by_role("button", name="Tap again").click()
    await expect(second.page.locator(".out")).to_be_visible()
    await expect(first.page.locator(".phone-row")).to_have_count(1)
