"""Who asked for what: kept with each command, and told to those who may know."""

from typing import Any

from tests.hub.api.bench import PLUG, Bench
from tests.hub.api.ear import listening
from tests.hub.api.test_arrangement import OFF, ON, make
from tests.hub.api.test_people import arrive, as_

Json = Any
API = "/api/v1"
SOMEBODY = {"type": "person", "id": None, "name": None}
SET = f"{API}/devices/{PLUG}/properties"


async def asked(home: Bench, who: Json | None = None) -> list[Json]:
    """Return who asked for the commands of the plug, the latest first."""
    headers = as_(who) if who else {}
    told = await home.ask("GET", f"{API}/devices/{PLUG}/commands", headers=headers)
    return [one["by"] for one in told["commands"]]


def person(given: Json, **more: Json) -> Json:
    shown = given["person"]
    by = {"type": "person", "id": shown["id"], "name": shown["name"], "phone": "Phone"}
    return {**by, **more}


async def test_a_receipt_says_who_asked_and_from_which_phone(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    told = await home.ask("PATCH", SET, {"properties": ON}, headers=as_(given))
    assert told["by"] == person(given)
    async with listening(home, None, given["access"]) as ear:
        await ear.say(type="set", device=PLUG, properties=OFF, ref=1)
        accepted = await ear.hear("accepted", ref=1)
        assert accepted["receipt"]["by"] == person(given)
    await home.ask("POST", f"{API}/devices/{PLUG}/actions/outlet.reset_energy", {})
    program, *_ = await asked(home)
    assert (program["type"], program["name"]) == ("program", "local")


async def test_a_receipt_says_what_was_used(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    group = await make(home, "groups", name="All", members=[PLUG])
    scene = await make(home, "scenes", name="On", steps=[{"device": PLUG, "properties": ON}])
    await home.ask(
        "PATCH", f"{API}/groups/{group['id']}/properties", {"properties": OFF}, headers=as_(given)
    )
    done = await home.ask("POST", f"{API}/scenes/{scene['id']}/activate", {}, headers=as_(given))
    await home.ask("POST", f"{API}/undo/{done['undo']}", {}, headers=as_(given))
    wall_s = home.home.clock.wall_s(home.home.clock.now_s())
    at = home.home.clock.iso(home.home.clock.mono_s(wall_s + 600))
    body = {"commands": [{"device": PLUG, "properties": ON}], "execute_at": at, "wait_s": 0}
    await home.ask("POST", f"{API}/commands", body, status=202, headers=as_(given))
    plan, undo, activated, grouped = await asked(home)
    used = {"type": "scene", "id": scene["id"], "name": "On"}
    assert activated == person(given, through=used)
    assert undo["through"] == {"type": "undo", "id": done["undo"], "name": "On"}
    assert grouped["through"] == {"type": "group", "id": group["id"], "name": "All"}
    assert plan["through"] == {"type": "plan", "id": "", "name": ""}


async def test_a_guest_is_told_no_name_but_the_own(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    grant = {"right": "control", "devices": [PLUG]}
    guest = await arrive(home, "Gil", role="guest", grants=[grant])
    async with listening(home, None, guest["access"]) as ear:
        await home.ask("PATCH", SET, {"properties": ON}, headers=as_(given))
        theirs = await ear.hear("receipt")
        assert theirs["receipt"]["by"] == SOMEBODY
        own = await home.ask("PATCH", SET, {"properties": OFF}, headers=as_(guest))
        assert own["by"] == person(guest)
        while (await ear.hear("receipt"))["receipt"]["by"] == SOMEBODY:
            continue
        assert "Ada" not in str(ear.heard)
    assert await asked(home, guest) == [person(guest), SOMEBODY]
    assert [one["name"] for one in await asked(home, given)] == ["Gil", "Ada"]


async def test_a_value_tells_what_has_made_it_so(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    guest = await arrive(home, "Gil", role="guest", grants=[{"right": "see", "devices": [PLUG]}])
    async with listening(home) as ear, listening(home, None, guest["access"]) as theirs:
        told = await home.ask("PATCH", SET, {"properties": OFF}, headers=as_(given))
        heard = await ear.hear("values", cause=told["command"])
        cause = heard["values"]["outlet.on"]["cause"]
        assert cause["command"] == told["command"]
        assert cause["by"] == person(given)
        heard = await theirs.hear("values", cause=told["command"])
        assert heard["values"]["outlet.on"]["cause"] == {**cause, "by": SOMEBODY}
        shown = await home.get(f"{API}/devices/{PLUG}")
        assert shown["twin"]["outlet.on"]["cause"] == cause
        shown = await home.ask("GET", f"{API}/devices/{PLUG}", headers=as_(guest))
        assert shown["twin"]["outlet.on"]["cause"]["by"] == SOMEBODY
        [listed] = (await home.ask("GET", f"{API}/devices", headers=as_(guest)))["devices"]
        assert listed["twin"]["outlet.on"]["cause"]["by"] == SOMEBODY
        home.report(PLUG, {"outlet.on": True})
        while (await ear.hear("values"))["values"].get("outlet.on", {}).get("value") is not True:
            continue
        assert "cause" not in ear.devices[PLUG]["twin"]["outlet.on"]
    assert "cause" not in (await home.get(f"{API}/devices/{PLUG}"))["twin"]["outlet.on"]
    assert "Ada" not in str(theirs.heard)
