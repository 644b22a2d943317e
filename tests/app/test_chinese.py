"""What the hub says in words of its own is told to a Chinese reader in Chinese."""

import re

import pytest
from playwright.async_api import expect

from tests.app.people import Another
from tests.app.phone import Phone
from tests.hub.api.bench import Bench
from tests.hub.api.test_people import INVITES, PEOPLE, arrive

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LATIN = re.compile(r"[A-Za-z]{2,}")
FAN = "fan-0001"
ON_WHEN_ON = {
    "triggers": [{"type": "property", "device": FAN, "address": "fan.on", "is": True}],
    "actions": [{"type": "set", "device": "light-0001", "properties": {"light.on": True}}],
}


async def chinese(phone: Phone) -> None:
    await phone.go("settings")
    await phone.page.get_by_role("button", name="中文").click()


async def test_audit_is_told_in_chinese(another: Another, home: Bench) -> None:
    invite = await home.ask("POST", INVITES, {"name": "Gil", "role": "guest"}, status=201)
    await home.ask("DELETE", f"{INVITES}/{invite['id']}", status=204)
    await home.ask("PATCH", "/api/v1/hub", {"mode": "strict"})
    phone = await another()
    await phone.enter(home.token)
    await chinese(phone)
    await phone.go("activity", "kind", "people")
    rows = phone.page.locator(".happening-text > span[dir]")
    await expect(rows.nth(0)).to_have_text(re.compile("^已撤回对 .Gil. 的邀请.身份.访客$"))
    await expect(rows.nth(1)).to_have_text(re.compile("^已邀请 .Gil..身份.访客$"))
    await phone.go("activity", "kind", "home")
    await expect(rows.first).to_have_text(re.compile("^对新加入的设备.违反协议时拒绝$"))
    joined = phone.page.locator("a.happening-link", has_text="设备已加入").locator("span[dir]")
    assert not [text for text in await joined.all_inner_texts() if LATIN.search(text)]


async def test_a_right_is_told_in_words_with_names(another: Another, home: Bench) -> None:
    gil = await arrive(home, "Gil", role="guest")
    room = await home.ask("POST", "/api/v1/rooms", {"name": "厨房"}, status=201)
    grant = {"right": "control", "rooms": [room["id"]]}
    path = f"{PEOPLE}/{gil['person']['id']}"
    await home.ask("PATCH", path, {"grants": [grant]})
    await home.ask("DELETE", f"/api/v1/rooms/{room['id']}", status=204)
    phone = await another()
    await phone.enter(home.token)
    first = phone.page.locator(".happening-text > span[dir]").first
    await phone.go("activity", "kind", "people")
    await expect(first).to_have_text("\u2068Gil\u2069 got a right: May control \u2068厨房\u2069")
    await chinese(phone)
    await phone.go("activity", "kind", "people")
    await expect(first).to_have_text(re.compile("^授予 .Gil. 权限.可以控制.厨房.$"))
    await home.ask("DELETE", path, status=204)


async def test_a_member_is_not_told_that_a_guest_may_do_nothing(
    another: Another, home: Bench
) -> None:
    member = await arrive(home, "Mo", role="member")
    guest = await arrive(home, "Gil", role="guest", grants=[{"right": "see", "home": True}])
    phone = await another()
    await phone.enter(member["access"])
    await chinese(phone)
    await phone.go("people", guest["person"]["id"])
    page = phone.page
    await expect(page.get_by_role("heading", name="Gil")).to_be_visible()
    await expect(page.get_by_text("还没有任何权限")).to_have_count(0)
    await phone.go("people", member["person"]["id"])
    await expect(page.get_by_role("heading", name="Mo")).to_be_visible()
    for one in (guest, member):
        await home.ask("DELETE", f"{PEOPLE}/{one['person']['id']}", status=204)


@pytest.mark.parametrize(("place", "within"), [("", ".tile"), ("hub", "dl")], ids=["home", "hub"])
async def test_what_stands_before_a_value_has_the_colon_of_the_language(
    another: Another, home: Bench, place: str, within: str
) -> None:
    phone = await another()
    await phone.enter(home.token)
    await chinese(phone)
    await phone.go(place)
    told = phone.page.locator(f"main {within}")
    await expect(told.first).to_be_visible()
    texts = await told.all_inner_texts()
    assert [text for text in texts if re.search(r"\S: ", text)] == []


async def test_the_hub_and_a_trial_are_told_in_chinese(another: Another, home: Bench) -> None:
    phone = await another()
    await phone.enter(home.token)
    await chinese(phone)
    page = phone.page
    await phone.go("hub")
    link = page.locator(".parts li", has_text="代理连接")
    await expect(link).to_contain_text("中枢与代理通信正常")
    clock = page.locator(".parts li", has_text="时钟")
    assert not LATIN.search(await clock.inner_text())
    made = await home.ask("POST", "/api/v1/automations", {"name": "一", **ON_WHEN_ON}, status=201)
    await phone.go("automations", made["id"], "edit")
    await page.get_by_role("button", name="1 天").click()
    await expect(page.locator(".unknown")).to_contain_text("没有记录")
    unknown = page.locator(".unknown span[dir]")
    assert not LATIN.search(await unknown.first.inner_text())
    await home.ask("DELETE", f"/api/v1/automations/{made['id']}", status=204)


async def test_units_have_chinese_words(another: Another, home: Bench) -> None:
    phone = await another()
    await phone.enter(home.token)
    await chinese(phone)
    told = await phone.page.evaluate(
        """async () => { const { convert } = await import('/app/units.js');
        return ['step', 'bpm', 'kilocalorie', 'rpm'].map((unit) => convert(1, unit).symbol) }"""
    )
    assert told == ["步", "次/分", "千卡", "转/分"]


async def test_the_hubs_own_machine_has_a_name_in_both_languages(
    another: Another, home: Bench
) -> None:
    invite = await home.ask("POST", INVITES, {"role": "guest"}, status=201)
    await home.ask("DELETE", f"{INVITES}/{invite['id']}", status=204)
    phone = await another()
    await phone.enter(home.token)
    first = phone.page.locator(".happening").first
    await phone.go("activity", "kind", "people")
    await expect(first).to_contain_text("by the hub's own machine")
    await chinese(phone)
    await phone.go("activity", "kind", "people")
    await expect(first).to_contain_text("中枢本机")
