"""People in the app: who is invited, what a guest finds, who is shut out and told why."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from hub.core.people.wearables import is_wearable
from protocol.ids import DeviceId
from tests.app.people import Another, enter, guest, invited_to_the_hall, tap
from tests.app.phone import Phone
from tests.end_to_end.waiting import until
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES, PEOPLE, arrive

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("app"),
    pytest.mark.usefixtures("empty_house"),
]

LIGHT, SENSOR = "light-0001", "environment-sensor-0001"
HOSTILE = "<img src=x onerror=alert(1)> \U0001f6cb\ufe0f \u05d0\u05d1 " + "W" * 20
HOUR_MS = 3_600_000

_WATCH = """() => { window.seen = []; new MutationObserver(() => {
    if (document.querySelector("[data-device]")) window.seen.push(location.href);
  }).observe(document, {subtree: true, childList: true}); }"""


async def test_a_member_is_invited_by_a_link_and_comes_with_a_phone(
    phone: Phone, another: Another
) -> None:
    page = phone.page
    await phone.go("people")
    await page.get_by_role("link", name="Invite").click()
    await tap(page, "Member")
    await page.get_by_label("Who is it for?").fill(HOSTILE)
    await tap(page, "Make the invite")
    await expect(page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    link = await page.locator(".sent-link").inner_text()
    assert (await page.locator(".sent-code b").inner_text()) in link
    await phone.stands_well()
    await phone.stands_large()

    second = await another()
    await _come_in_by(link, second)
    await expect(page.locator(".sent")).to_contain_text("They are here")
    await page.get_by_role("link", name="People and phones").click()
    await expect(page.locator(".person-row")).to_contain_text("<img src=x")
    await phone.stands_well()
    await page.locator(".person-row").click()
    await expect(page.locator(".phone-row")).to_contain_text("Linux device")
    await phone.stands_well()
    await phone.stands_large()
    second.console.said_nothing()


async def _come_in_by(link: str, second: Phone) -> None:
    await second.page.goto(link)
    door = second.page.get_by_role("main")
    await expect(door).to_contain_text("You are invited to Test home")
    await expect(door).to_contain_text("<img src=x")
    await expect(second.page.locator(".invited")).to_contain_text("Member")
    assert "pair=" not in second.page.url
    await second.stands_well()
    await tap(second.page, "Come in")
    await second.is_live()
    await expect(second.tile(LIGHT)).to_be_visible()


@pytest.mark.usefixtures("hall")
async def test_a_guest_is_given_a_room_for_an_hour_and_finds_no_more(
    phone: Phone, another: Another, home: Bench
) -> None:
    visitor = await another()
    await enter(visitor, await invited_to_the_hall(phone), "Gil")
    await expect(visitor.page.locator(".tile")).to_have_count(1)
    await expect(visitor.page.locator(".visit")).to_contain_text("You are a guest here until")
    await visitor.go("device", SENSOR)
    title = visitor.page.get_by_role("heading", level=1)
    await expect(title).to_have_text("There is no such device")
    await visitor.go("people", "invite")
    await expect(title).to_have_text("Only owners invite")
    await visitor.go("settings")
    await expect(title).to_have_text("Settings")
    places = await visitor.page.locator(".place").all_inner_texts()
    assert not {"Add a device", "Scenes", "Groups", "Automations"} & set(places)
    token = await visitor.page.evaluate("() => JSON.parse(localStorage.session).access")
    headers = {"Authorization": f"Bearer {token}"}
    told = await home.problem("GET", f"/api/v1/devices/{SENSOR}", 404, headers=headers)
    assert told["code"] == "device-unknown"
    was = await visitor.held(LIGHT, "light.on")
    await visitor.visit(LIGHT)
    await visitor.part("light.on").get_by_role("switch").click()
    await until(lambda: _is_other(visitor, was), "the guest has switched the light")
    visitor.console.said_nothing()


async def _is_other(visitor: Phone, was: object) -> bool:
    return await visitor.held(LIGHT, "light.on") != was


@pytest.mark.usefixtures("hall")
async def test_a_guest_whose_hour_is_over_sees_so_and_nothing_else(
    phone: Phone, another: Another, home: Bench
) -> None:
    visitor = await another()
    await enter(visitor, await invited_to_the_hall(phone), "Gil")
    await expect(visitor.tile(LIGHT)).to_be_visible()
    [person] = (await home.get(PEOPLE))["people"]
    clock = home.home.clock
    grant = {**person["grants"][0], "until": clock.iso(clock.now_s() + 1.5)}
    await home.ask("PATCH", f"{PEOPLE}/{person['id']}", {"grants": [grant]})
    over = visitor.page.locator(".visit-over")
    await expect(over).to_contain_text("Your visit has ended")
    await expect(visitor.page.locator("[data-device]")).to_have_count(0)
    await visitor.stands_well()
    await visitor.page.add_init_script(f"({_WATCH})()")
    await visitor.page.reload()
    await expect(over).to_contain_text("Ask somebody of Test home")
    assert await visitor.page.evaluate("() => window.seen") == []
    visitor.console.said_nothing()


@pytest.mark.parametrize(
    ("parts", "answered"),
    [
        (("device", LIGHT), "[data-address]"),
        (("device", LIGHT, "light.on"), ".history table"),
        (("activity",), ".happenings"),
    ],
    ids=["device", "history", "activity"],
)
async def test_a_visit_that_ends_says_so_on_the_page_where_the_guest_is(
    parts: tuple[str, ...], answered: str, another: Another, home: Bench
) -> None:
    visitor = await another()
    person = await guest(visitor, home, {"right": "control", "devices": [LIGHT]})
    await visitor.visit(LIGHT)
    await visitor.go(*parts)
    # What is still asked for when the visit ends is answered with 404, which browsers write down.
    await expect(visitor.page.locator(answered).first).to_be_attached()
    await expect(visitor.page.locator(".visit, .visit-over")).to_have_count(0)
    over = {**person["grants"][0], "until": "2026-01-01T00:00:00Z"}
    await home.ask("PATCH", f"{PEOPLE}/{person['id']}", {"grants": [over]})
    await expect(visitor.page.locator(".visit-over")).to_contain_text("Your visit has ended")
    await visitor.stands_well()
    await visitor.go("settings")
    await expect(visitor.page.locator(".visit-over")).to_have_count(0)
    await expect(visitor.page.get_by_role("button", name="Sign out of this hub")).to_be_visible()
    await visitor.go("people")
    await expect(visitor.page.locator(".rights")).to_contain_text("\u2068Light\u2069")
    visitor.console.said_nothing()


async def test_who_comes_with_a_name_that_is_taken_says_another(
    another: Another, home: Bench
) -> None:
    visitor = await another()
    offer = {"role": "guest", "name": "Gil", "grants": [{"right": "see", "home": True}]}
    sent = await home.ask("POST", INVITES, offer, status=201)
    await arrive(home, "gil")
    await visitor.page.goto(sent["link"])
    await expect(visitor.page.locator(".invited")).to_be_visible()
    await expect(visitor.page.get_by_label("Your name")).to_have_count(0)
    await tap(visitor.page, "Come in")
    await expect(visitor.page.locator("#trouble")).to_have_text("Another one is called so already")
    visitor.console.passes("409")
    await visitor.page.get_by_label("Your name").fill("Gil Two")
    await visitor.stands_well()
    await tap(visitor.page, "Come in")
    await visitor.is_live()
    names = {person["name"] for person in (await home.get(PEOPLE))["people"]}
    assert names == {"gil", "Gil Two"}
    visitor.console.said_nothing()


async def test_what_a_guest_may_only_see_has_no_controls(another: Another, home: Bench) -> None:
    visitor = await another()
    await guest(visitor, home, {"right": "see", "devices": [LIGHT]})
    await expect(visitor.tile(LIGHT)).to_be_visible()
    await expect(visitor.page.get_by_role("switch")).to_have_count(0)
    await visitor.visit(LIGHT)
    await expect(visitor.part("light.brightness")).to_have_attribute("data-kind", "sensor")
    await expect(visitor.page.get_by_role("switch")).to_have_count(0)
    await expect(visitor.page.locator("[data-kind=action]")).to_have_count(0)
    await visitor.go("people")
    await expect(visitor.page.locator(".rights")).to_contain_text("May see \u2068Light\u2069")
    await expect(visitor.page.get_by_role("link", name="Another phone")).to_have_count(0)
    await visitor.stands_well()


async def test_rights_are_changed_and_taken_away_by_tapping(
    phone: Phone, another: Another, home: Bench
) -> None:
    page, visitor = phone.page, await another()
    person = await guest(visitor, home, {"right": "see", "devices": [LIGHT]})
    await phone.go("people", person["id"])
    await page.get_by_role("button", name="Change: May see").click()
    await tap(page, "See and control")
    await tap(page, "At certain hours")
    await tap(page, "Keep")
    row = page.locator(".right-row")
    await expect(row).to_contain_text("May control \u2068Light\u2069, Mon to Fri 08:00 to 17:00")
    await row.get_by_role("button", name="Take away").click()
    await tap(page, "Tap again to confirm")
    await expect(page.locator(".rights")).to_contain_text("May do nothing yet")
    await expect(visitor.page.locator(".visit-over")).to_contain_text(
        "Nothing has been opened", timeout=20_000
    )


async def test_the_last_owner_stays_one_and_is_told_why(another: Another, home: Bench) -> None:
    owner = await another()
    page = owner.page
    sent = await home.ask("POST", INVITES, {"role": "owner", "name": "Ada"}, status=201)
    await enter(owner, sent["link"])
    await owner.go("people")
    await page.locator(".person-row").click()
    await tap(page, "Member")
    await expect(page.get_by_text("You would no longer be an owner")).to_be_visible()
    await tap(page, "Member")
    await expect(page.locator(".said")).to_contain_text("last owner")
    await page.get_by_label("Name", exact=True).fill("Ada L.")
    await tap(page, "Set")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ada L.")


async def test_an_invite_is_withdrawn_and_then_lets_nobody_in(
    phone: Phone, another: Another, home: Bench
) -> None:
    sent = await home.ask("POST", INVITES, {"name": HOSTILE}, status=201)
    await phone.go("people")
    await phone.page.get_by_role("button", name="Withdraw the invite").click()
    await phone.stands_well()
    await tap(phone.page, "Tap again to confirm")
    await expect(phone.page.locator(".open-invite")).to_have_count(0)
    late = await another()
    await late.page.goto(sent["link"])
    await expect(late.page.get_by_role("alert")).not_to_be_empty()
    await late.stands_well()


async def test_a_phone_whose_clock_is_wrong_works_and_tells_true_ages(
    another: Another, home: Bench
) -> None:
    wrong = await another()
    page = wrong.page
    await page.clock.install(time=datetime.now(UTC) - timedelta(days=400))
    sent = await home.ask("POST", INVITES, {"role": "member", "name": "Mo"}, status=201)
    await enter(wrong, sent["link"])
    await wrong.go("people")
    await expect(page.locator(".person-row")).to_contain_text("seen just now")
    before = await page.evaluate("() => JSON.parse(localStorage.session).refresh")
    await page.clock.fast_forward(HOUR_MS)
    await page.locator(".person-row").click()
    await expect(page.locator(".phone-row")).to_contain_text("Last seen just now")
    await page.wait_for_function(
        "(was) => JSON.parse(localStorage.session).refresh !== was", arg=before
    )
    home.home.people.sessions._access.clear()
    await page.get_by_label("Name", exact=True).fill("Mona")
    await tap(page, "Set")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mona")
    await wrong.is_live()


async def test_an_owner_says_whose_a_band_is(phone: Phone, home: Bench) -> None:
    given = (await arrive(home, "Mo"))["person"]
    await phone.visit("band-0001")
    await expect(phone.part("heart.rate")).to_have_count(1)
    await phone.go("people", given["id"])
    chip = phone.page.get_by_role("group", name="Worn by Mo").get_by_role("button")
    devices = home.home.hub.devices.values()
    worn = {device.record.name for device in devices if is_wearable(device)}
    await expect(chip).to_have_count(len(worn))
    assert set(await chip.all_inner_texts()) == worn
    band = home.home.hub.devices[DeviceId("band-0001")].record.name
    await chip.filter(has_text=band).click()
    await expect(chip.filter(has_text=band)).to_have_attribute("aria-pressed", "true")
    assert (await home.get(f"{PEOPLE}/{given['id']}"))["wears"] == ["band-0001"]
    await phone.go("device", "band-0001")
    await expect(phone.part("battery.level")).to_have_count(1)
    await expect(phone.part("heart.rate")).to_have_count(0)
