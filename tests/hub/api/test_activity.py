"""What has happened, over the API: who did what, told to those who see it."""

from typing import Any

import pytest

from protocol.messages import Presence
from simulators.band import Band
from simulators.product import Product
from tests.hub.api import bench as benches
from tests.hub.api.bench import PLUG, PURIFIER, Bench
from tests.hub.api.ear import listening
from tests.hub.api.test_arrangement import OFF, ON
from tests.hub.api.test_causes import SET, SOMEBODY, person
from tests.hub.api.test_people import arrive, as_
from tests.hub.api.test_people_stream import BAND

Json = Any
ACTIVITY = "/api/v1/activity"


async def told(home: Bench, who: Json | None = None, **asked: Json) -> list[Json]:
    """Return what somebody is told of, the latest first."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    headers = as_(who) if who else {}
    page = await home.ask("GET", f"{ACTIVITY}?{query}", headers=headers)
    return list(page["entries"])


async def test_a_change_tells_who_made_it(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    receipt = await home.ask("PATCH", SET, {"properties": OFF}, headers=as_(given))
    [entry] = await told(home, kind="change")
    assert entry["by"] == person(given)
    assert (entry["device"], entry["address"]) == (PLUG, "outlet.on")
    assert (entry["value"], entry["was"], entry["command"]) == (False, True, receipt["command"])
    assert await told(home, kind="command") == []
    assert await told(home, person=given["person"]["id"], kind="change") == [entry]
    assert await told(home, person="person-000000000000") == []
    assert await told(home, device=PURIFIER) == []


async def test_a_command_without_a_change_is_told_with_its_end(home: Bench) -> None:
    await home.bring(PLUG)
    await home.ask("PATCH", SET, {"properties": ON})  # it is on already
    await home.ask("POST", f"/api/v1/devices/{PLUG}/actions/outlet.reset_energy", {})
    home.air.deaf.add(PLUG)
    late = {"properties": OFF, "expires_in_s": 1, "wait_s": 5}
    await home.ask("PATCH", SET, late)
    expired, ran, same = await told(home, kind="command")
    assert (expired["status"], expired["address"]) == ("expired", "outlet.on")
    assert (ran["status"], ran["address"]) == ("applied", "outlet.reset_energy")
    assert same["status"] == "confirmed"
    assert same["by"]["type"] == "program"


async def test_a_device_that_is_lost_and_found_is_told_of_but_no_start(home: Bench) -> None:
    pretend = await home.bring(PLUG)
    assert await told(home, kind="presence") == []
    known = home.home.hub.devices[PLUG].record
    home.air.devices.pop(PLUG)
    lost = Presence(status="offline", epoch=known.epoch, connection=known.connection, reason="lost")
    home.air.tell(PLUG, lost)
    await home.until(lambda: home.home.hub.devices[PLUG].presence == "unreachable", "lost")
    [one] = await told(home, kind="presence")
    assert (one["status"], one["text"], one["by"]) == ("unreachable", "lost", None)
    home.air.connect(pretend)
    await home.until(lambda: home.home.hub.devices[PLUG].presence == "online", "back")
    assert [one["status"] for one in await told(home, kind="presence")] == ["online", "unreachable"]


async def test_new_entries_are_told_on_the_stream(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    guest = await arrive(home, "Gil", role="guest", grants=[{"right": "see", "devices": [PLUG]}])
    other = await arrive(home, "Eve", role="guest")
    async with (
        listening(home, None, given["access"]) as ear,
        listening(home, None, guest["access"]) as theirs,
        listening(home, None, other["access"]) as blind,
    ):
        await home.ask("PATCH", SET, {"properties": OFF}, headers=as_(given))
        heard = await ear.hear("activity")
        assert [heard["entry"]] == await told(home, given, kind="change")
        veiled = await theirs.hear("activity")
        assert veiled["entry"] == {**heard["entry"], "by": SOMEBODY}
        assert [veiled["entry"]] == await told(home, guest, kind="change")
        await blind.say(type="ping", ref=1)
        await blind.hear("pong", ref=1)
        assert "activity" not in [one["type"] for one in blind.heard]
    assert await told(home, other) == []
    assert await told(home, guest, person=given["person"]["id"]) == []


async def test_what_a_wearer_does_is_the_wearers(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(benches.PRODUCTS, BAND, Product.read(Band.document()))
    await home.bring(BAND, Band)
    wearer = await arrive(home, "Wu", role="member")
    other = await arrive(home, "Mo", role="member")
    path = f"/api/v1/people/{wearer['person']['id']}"
    await home.ask("PATCH", path, {"wears": [BAND]})
    goal = {"properties": {"activity.goal_steps": 9000}, "wait_s": 0}
    body = f"/api/v1/devices/{BAND}/properties"
    await home.ask("PATCH", body, goal, status=202, headers=as_(wearer))
    band = home.home.hub.devices[BAND].reported
    await home.until(lambda: band["activity.goal_steps"].value == 9000, "set")  # type: ignore[index]
    assert [one["address"] for one in await told(home, wearer, device=BAND)] == [
        "activity.goal_steps"
    ]
    assert await told(home, other, device=BAND) == []
    assert await told(home, device=BAND) == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "before=-1",
        "before=x",
        "kind=party",
        f"before={'9' * 17}",
    ],
    ids=str,
)
async def test_a_question_that_makes_no_sense_is_refused(home: Bench, query: str) -> None:
    refused = await home.problem("GET", f"{ACTIVITY}?{query}", 422)
    assert refused["code"] == "query-invalid"


async def test_what_a_device_did_is_forgotten_when_it_leaves(home: Bench) -> None:
    await home.bring(PLUG)
    await home.ask("PATCH", SET, {"properties": OFF})
    assert await told(home, device=PLUG, kind="change")
    await home.ask("DELETE", f"/api/v1/devices/{PLUG}", status=204)
    assert await told(home, device=PLUG, kind="change") == []


async def test_pages_lead_to_the_beginning(home: Bench) -> None:
    await home.bring(PLUG)
    for on in (OFF, ON, OFF, ON, OFF):
        await home.ask("PATCH", SET, {"properties": on})
    found: list[int] = []
    before = ""
    while True:
        page = await home.get(f"{ACTIVITY}?kind=change&limit=2{before}")
        found += [entry["id"] for entry in page["entries"]]
        if not page["more"]:
            break
        before = f"&before={found[-1]}"
        await home.ask("PATCH", SET, {"properties": ON})
        await home.ask("PATCH", SET, {"properties": OFF})
    assert len(found) == 5
    assert found == sorted(set(found), reverse=True)


async def test_a_run_is_told_to_those_for_whom_its_automation_is(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(benches.PRODUCTS, BAND, Product.read(Band.document()))
    await home.bring(PLUG)
    await home.bring(BAND, Band)
    wearer, other = await arrive(home, "Wu", role="member"), await arrive(home, "Mo", role="member")
    grant = {"right": "control", "devices": [PLUG]}
    guest = await arrive(home, "Gil", role="guest", grants=[grant])
    path = f"/api/v1/people/{wearer['person']['id']}"
    await home.ask("PATCH", path, {"wears": [BAND]})
    pulse = {"type": "property", "device": BAND, "address": "heart.rate", "above": 150}
    action = {"type": "set", "device": PLUG, "properties": OFF}
    made = [
        await home.ask(
            "POST",
            "/api/v1/automations",
            {"name": name, "triggers": triggers, "actions": [action]},
            status=201,
            headers=as_(wearer),
        )
        for name, triggers in (("Rest", [pulse]), ("Plain", []))
    ]
    async with listening(home, None, other["access"]) as ear:
        for automation in made:
            url = f"/api/v1/automations/{automation['id']}/run"
            await home.ask("POST", url, headers=as_(wearer))
        await ear.hear("activity")
        while ear.heard[-1]["entry"]["kind"] != "run":
            await ear.hear("activity")
        plain = ear.heard[-1]["entry"]
    rest, secret = made[1]["id"], made[0]["id"]
    assert (plain["automation"], plain["status"]) == (rest, "done")
    used = {"type": "automation", "id": rest, "name": "Plain"}
    assert plain["by"] == person(wearer, through=used)
    path = f"/api/v1/devices/{PLUG}/commands"
    commands = (await home.ask("GET", path, headers=as_(other)))["commands"]
    assert [one["by"] for one in commands] == [person(wearer, through=used), person(wearer)]
    assert await told(home, other, kind="run") == [plain]
    assert [one["automation"] for one in await told(home, wearer, kind="run")] == [rest, secret]
    assert await told(home, guest, kind="run") == []
    await home.ask("DELETE", f"/api/v1/automations/{rest}", status=204, headers=as_(wearer))
    assert await told(home, other, kind="run") == []
