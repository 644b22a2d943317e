"""Automations over the API: made, checked against product specs, shown, streamed, by rights."""

from re import fullmatch
from typing import Any

import pytest

from hub.core.automations.records import Automation
from protocol.ids import DeviceId
from simulators.band import Band
from tests.hub.api.bench import PLUG, PURIFIER, ROUTER, Bench
from tests.hub.api.ear import listening
from tests.hub.api.test_causes import SOMEBODY, person
from tests.hub.api.test_people import arrive, as_

Json = Any
PATH = "/api/v1/automations"
BAND = DeviceId("band-0001")
ON: Json = {"type": "set", "device": PLUG, "properties": {"outlet.on": True}}
AIR: Json = {"type": "property", "device": PURIFIER, "address": "air.pm2_5", "above": 50}
WORN: Json = {"type": "event", "device": PURIFIER, "event": "filter.worn"}
HOSTILE = ["x" * 10_240, "", "line\nbreak", "\u202edlrow", "\u200b"]


async def make(home: Bench, headers: Json = None, **body: Json) -> Json:
    given = {"name": "Clean", "triggers": [AIR], "actions": [ON], **body}
    return await home.ask("POST", PATH, given, status=201, headers=headers)


@pytest.fixture
async def both(home: Bench) -> Bench:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    return home


async def test_an_automation_is_made_shown_changed_and_removed(both: Bench) -> None:
    when: Json = [
        {**AIR, "is": None, "below": 90.5, "for_s": 60.0},
        {"type": "event", "device": PURIFIER, "event": "filter.worn", "arguments": {}},
        {"type": "presence", "device": PLUG, "is": "unreachable", "for_s": 0.0},
        {"type": "time", "at": "22:30", "days": ["mon", "sun"]},
    ]
    purifier_on = {"type": "property", "device": PURIFIER, "address": "purifier.power"}
    within: Json = [
        {"type": "time", "from": "22:00", "until": "06:00", "days": ["mon"]},
        {**purifier_on, "is": True, "above": None, "below": None},
    ]
    conditions = [
        {"type": "presence", "device": PLUG, "is": "online"},
        {"type": "any", "of": [{"type": "none", "of": within}, *within]},
    ]
    done: Json = [
        {**ON, "group": None, "hidden": []},
        {"type": "wait", "for_s": 600.0},
        {"type": "call", "device": PURIFIER, "action": "filter.reset"}
        | {"arguments": {}, "hidden": []},
        {"type": "notify", "text": "Aired 🌬 <b>"},
    ]
    body: Json = {"icon": "air", "mode": "restart", "triggers": when, "conditions": conditions}
    made = await make(both, name="Küche <b>", actions=done, **body)
    me = made["author"]
    assert me
    assert made == {
        "id": made["id"],
        "name": "Küche <b>",
        **body,
        "is_enabled": True,
        "actions": done,
        "author": me,
        "next_at": made["next_at"],
        "last_run": None,
        "problem": None,
    }
    path = f"{PATH}/{made['id']}"
    assert await both.get(path) == made
    assert (await both.get(PATH))["automations"] == [made]
    again = {key: made[key] for key in ("triggers", "conditions", "actions")}
    assert await both.ask("PATCH", path, again) == made
    off = await both.ask("PATCH", path, {"is_enabled": False, "name": "Off", "mode": None})
    assert (off["is_enabled"], off["name"], off["actions"]) == (False, "Off", done)
    await make(both, name="Clean")
    taken = await both.problem("PATCH", path, 409, body={"name": "clean"})
    assert taken["code"] == "name-taken"
    await both.ask("DELETE", path, status=204)
    assert (await both.problem("GET", path, 404))["code"] == "automation-unknown"


REFUSED: list[tuple[str, Json]] = [
    ("409 mention-unknown triggers.0.device", {"triggers": [{**AIR, "device": "plug-9999"}]}),
    ("409 part-unknown triggers.1.address", {"triggers": [AIR, {**AIR, "address": "air.gold"}]}),
    ("422 ECO-VALUE-002 triggers.0.above", {"triggers": [{**AIR, "above": 1001}]}),
    ("422 ECO-VALUE-001 triggers.0.is", {"triggers": [{**AIR, "above": None, "is": "much"}]}),
    ("422 ECO-VALUE-001 triggers.0.above", {"triggers": [{**AIR, "address": "purifier.power"}]}),
    ("409 claim-unclear triggers.0", {"triggers": [{**AIR, "is": 60}]}),
    ("409 claim-unclear triggers.0", {"triggers": [{**AIR, "below": 50}]}),
    ("409 claim-unclear triggers.0.for_s", {"triggers": [{**AIR, "above": None, "for_s": 5}]}),
    ("409 location-missing triggers.0", {"triggers": [{"type": "sun", "at": "sunset"}]}),
    ("422 body-invalid triggers.0.at", {"triggers": [{"type": "time", "at": "24:00"}]}),
    ("409 part-unknown triggers.0.event", {"triggers": [{**WORN, "event": "air.gold"}]}),
    (
        "409 part-unknown triggers.0.arguments.by",
        {"triggers": [{**WORN, "arguments": {"by": 1}}]},
    ),
    ("409 claim-unclear conditions.0", {"conditions": [{**AIR, "above": None}]}),
    ("409 location-missing conditions.0", {"conditions": [{"type": "sun", "is": "up"}]}),
    (
        "409 part-unknown conditions.0.of.0.address",
        {"conditions": [{"type": "any", "of": [{**AIR, "address": "air.gold"}]}]},
    ),
    (
        "422 ECO-VALUE-001 actions.0.properties.outlet.on",
        {"actions": [{**ON, "properties": {"outlet.on": 7}}]},
    ),
    (
        "409 ECO-CMD-002 actions.1.properties.outlet.power_w",
        {"actions": [ON, {**ON, "properties": {"outlet.power_w": 7}}]},
    ),
    ("409 action-unclear actions.0", {"actions": [{**ON, "device": None}]}),
    (
        "409 mention-unknown actions.0.scene",
        {"actions": [{"type": "scene", "scene": "scene-00000000"}]},
    ),
    (
        "409 mention-unknown actions.0.group",
        {"actions": [{**ON, "device": None, "group": "group-00000000"}]},
    ),
    (
        "409 ECO-CMD-003 actions.0.action",
        {"actions": [{"type": "call", "device": PLUG, "action": "outlet.explode"}]},
    ),
    ("409 hidden-unknown actions.0.hidden", {"actions": [{**ON, "hidden": ["outlet.pin"]}]}),
    ("422 body-invalid actions", {"actions": []}),
    ("422 body-invalid actions", {"actions": [ON] * 33}),
    (
        "422 body-invalid actions.0.text",
        {"actions": [{"type": "notify", "text": "\u202ex"}]},
    ),
    *(("422 body-invalid name", {"name": name}) for name in HOSTILE),
]


@pytest.mark.parametrize(
    ("told", "part"), REFUSED, ids=[f"{n}-{told}" for n, (told, _) in enumerate(REFUSED)]
)
async def test_what_does_not_fit_is_refused_where_it_is_wrong(
    both: Bench, told: str, part: Json
) -> None:
    status, code, path = told.split()
    body = {"name": "Clean", "triggers": [AIR], "actions": [ON], **part}
    problem = await both.problem("POST", PATH, int(status), body=body)
    assert (problem["code"], problem["path"]) == (code, path)
    assert (await both.get(PATH))["automations"] == []


async def test_all_that_is_wrong_is_told_at_once(both: Bench) -> None:
    wide = {"type": "none", "of": [AIR] * 32}
    body = {"name": "x", "triggers": [{**AIR, "above": -1}], "actions": [ON]}
    told = await both.problem("POST", PATH, 422, body={**body, "conditions": [wide]})
    assert [one["path"] for one in told["errors"]] == [
        "conditions",
        "triggers.0.above",
    ]


async def test_a_password_is_kept_and_never_shown(both: Bench) -> None:
    await both.bring(ROUTER)
    properties = {"guest_wifi.on": True, "guest_wifi.password": "correct horse"}
    action = {"type": "set", "device": ROUTER, "properties": properties}
    made = await make(both, actions=[action])
    [shown] = made["actions"]
    assert shown["properties"] == {"guest_wifi.on": True}
    assert shown["hidden"] == ["guest_wifi.password"]
    path = f"{PATH}/{made['id']}"
    assert await both.ask("PATCH", path, {"actions": [shown]}) == made
    [kept] = both.home.hub.arrangement._all.values()
    assert "correct horse" in str(kept)


async def test_a_device_that_left_is_a_problem_and_the_rest_stays(both: Bench) -> None:
    made = await make(both)
    async with listening(both) as ear:
        [snapshot] = [told for told in ear.heard if told["type"] == "snapshot"]
        assert snapshot["automations"] == [made]
        path = f"{PATH}/{made['id']}"
        changed = await both.ask("PATCH", path, {"icon": "air"})
        assert (await ear.hear("automation"))["automation"] == changed
        await both.ask("DELETE", f"/api/v1/devices/{PLUG}", status=204)
        problem = (await both.get(path))["problem"]
        assert (problem["code"], problem["path"]) == ("mention-unknown", "actions.0.device")
        renamed = await both.ask("PATCH", path, {"name": "Still", "triggers": [AIR]})
        [kept] = renamed["actions"]
        assert (kept["device"], kept["hidden"]) == (PLUG, ["outlet.on"])
        await both.ask("DELETE", path, status=204)
        assert (await ear.hear("automation_removed"))["id"] == made["id"]


async def test_what_tells_of_a_body_is_for_automations_of_its_wearer(both: Bench) -> None:
    await both.bring(BAND, Band)
    wearer = await arrive(both, "Ada", role="member")
    other = await arrive(both, "Bo", role="member")
    owner = await arrive(both, "Cy", role="owner")
    grant = {"right": "see", "devices": [BAND]}
    granted = await arrive(both, "Di", role="member", grants=[grant])
    person = f"/api/v1/people/{wearer['person']['id']}"
    await both.ask("PATCH", person, {"wears": [BAND]})
    pulse: Json = {"type": "property", "device": BAND, "address": "heart.rate", "above": 150}
    body: Json = {"name": "Rest", "triggers": [pulse], "actions": [ON]}
    for who in (other, owner):
        told = await both.ask("POST", PATH, body, status=409, headers=as_(who))
        assert (told["code"], told["path"]) == ("mention-unknown", "triggers.0")
    told = await both.ask("POST", PATH, body, status=403, headers=as_(granted))
    assert told["code"] == "wearer-only"
    async with listening(both, token=other["access"]) as ear:
        made = await make(both, headers=as_(wearer), **body)
        assert made["author"] == wearer["person"]["id"]
        for who in (other, owner):
            assert (await both.ask("GET", PATH, headers=as_(who)))["automations"] == []
            await both.ask("GET", f"{PATH}/{made['id']}", status=404, headers=as_(who))
        seen = await make(both, headers=as_(other), name="Seen")
        assert (await ear.hear("automation"))["automation"] == seen
        change = {"triggers": [AIR, pulse]}
        path = f"{PATH}/{seen['id']}"
        hidden = await both.ask("PATCH", path, change, headers=as_(wearer))
        assert hidden["author"] == wearer["person"]["id"]
        assert (await ear.hear("automation_removed"))["id"] == seen["id"]
        assert made["id"] not in str(ear.heard)
    listed = (await both.ask("GET", PATH, headers=as_(wearer)))["automations"]
    assert [one["id"] for one in listed] == [made["id"], seen["id"]]


async def test_a_guest_sees_automations_of_their_devices_and_changes_none(both: Bench) -> None:
    grant = {"right": "control", "devices": [PLUG]}
    guest = as_(await arrive(both, "Gil", role="guest", grants=[grant]))
    await make(both)
    mine = await make(both, name="Mine", triggers=[{"type": "time", "at": "07:00"}])
    listed = (await both.ask("GET", PATH, headers=guest))["automations"]
    assert [one["id"] for one in listed] == [mine["id"]]
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{mine['id']}")):
        told = await both.ask(method, path, {"name": "x"}, status=403, headers=guest)
        assert told["code"] == "right-missing"


async def runs(home: Bench, automation: Json) -> Json:
    return (await home.get(f"{PATH}/{automation['id']}/runs"))["runs"]


async def ran(home: Bench, automation: Json, count: int = 1) -> Json:
    """Wait until an automation has so many traces whose commands have all ended."""

    def is_done() -> bool:
        found = home.home.hub.automations.runs(automation["id"])
        orders = [order for run in found for done in run.done for order in done.orders]
        return len(found) >= count and all(one.status not in OPEN for one in orders)

    await home.until(is_done, "the run has ended")
    return await runs(home, automation)


OPEN = {"open", "accepted", "delivered"}


async def test_a_value_sets_it_off_when_it_becomes_so_and_the_trace_says_why(both: Bench) -> None:
    both.report(PURIFIER, {"air.pm2_5": 10.0, "purifier.power": True})
    power = {"type": "property", "device": PURIFIER, "address": "purifier.power", "is": True}
    async with listening(both) as ear:
        made = await make(both, conditions=[power])
        both.report(PURIFIER, {"air.pm2_5": 80.0})
        [run] = await ran(both, made)
        assert (run["end"], run["late_s"], run["ignored"]) == ("done", 0.0, 0)
        trigger = run["trigger"]
        assert (trigger["place"], trigger["value"], trigger["was"]) == (0, 80.0, 10.0)
        assert run["conditions"] == [{"path": "0", "holds": True, "value": True}]
        [action] = run["actions"]
        [result] = action["results"]
        assert (result["device"], result["status"]) == (PLUG, "confirmed")
        assert both.value(PLUG, "outlet.on") is True
        receipt = both.home.hub.commands.record(result["command"])
        assert receipt.by is not None
        assert (receipt.by.type, receipt.by.id) == ("automation", made["id"])
        both.report(PURIFIER, {"air.pm2_5": 90.0})
        both.report(PURIFIER, {"air.pm2_5": 20.0})
        both.report(PURIFIER, {"air.pm2_5": 60.0, "purifier.power": False})
        found = await ran(both, made, 2)
        assert [one["end"] for one in found] == ["conditions", "done"]
        assert (await both.get(f"{PATH}/{made['id']}"))["last_run"]["id"] == run["id"]
        assert (await ear.hear("automation_run"))["run"]["automation"] == made["id"]


async def test_a_person_runs_it_by_hand_and_a_guest_only_what_they_control(both: Bench) -> None:
    made = await make(both, is_enabled=False, actions=[ON, {"type": "notify", "text": "Done 🎉"}])
    run = await both.ask("POST", f"{PATH}/{made['id']}/run")
    assert (run["end"], run["trigger"]["type"]) == ("done", "person")
    [found] = await ran(both, made)
    assert found["actions"][0]["results"][0]["status"] == "confirmed"
    [notice, *_] = (await both.get("/api/v1/notifications"))["notifications"]
    assert (notice["text"], notice["device"], notice["automation"]) == ("Done 🎉", None, made["id"])
    grants = [{"right": "see", "devices": [PLUG]}]
    looker = as_(await arrive(both, "Lu", role="guest", grants=grants))
    mine = await make(both, name="Mine", triggers=[])
    await both.ask("POST", f"{PATH}/{mine['id']}/run", status=403, headers=looker)


async def test_a_trace_tells_who_has_run_it_and_guests_that_it_was_somebody(both: Bench) -> None:
    given = await arrive(both, "Ada", role="member")
    grant = {"right": "control", "devices": [PLUG]}
    guest = await arrive(both, "Gil", role="guest", grants=[grant])
    made = await make(both, name="Mine", triggers=[])
    path = f"{PATH}/{made['id']}"
    async with listening(both) as ear, listening(both, None, guest["access"]) as theirs:
        run = await both.ask("POST", f"{path}/run", headers=as_(given))
        heard = (await ear.hear("automation_run"))["run"]["trigger"]
        assert (heard["person"], heard["by"]) == (given["person"]["id"], person(given))
        veiled = (await theirs.hear("automation_run"))["run"]["trigger"]
        assert veiled == {**heard, "person": None, "by": SOMEBODY}
        await both.ask("POST", f"{path}/run", headers=as_(guest))
        while (await theirs.hear("automation_run"))["run"]["id"] == run["id"]:
            continue
        own = theirs.heard[-1]["run"]["trigger"]
        assert (own["person"], own["by"]) == (guest["person"]["id"], person(guest))
        assert "Ada" not in str(theirs.heard)
        assert given["person"]["id"] not in str(theirs.heard)
    assert run["trigger"] == heard
    assert [one["trigger"] for one in await ran(both, made, 2)] == [own, heard]
    shown = await both.ask("GET", f"{path}/runs", headers=as_(guest))
    assert [one["trigger"] for one in shown["runs"]] == [own, veiled]


async def test_activity_and_commands_tell_who_has_run_it(both: Bench) -> None:
    given = await arrive(both, "Ada", role="member")
    made = await make(both, name="Mine", triggers=[])
    await both.ask("POST", f"{PATH}/{made['id']}/run", headers=as_(given))
    await ran(both, made)
    by = person(given, through={"type": "automation", "id": made["id"], "name": "Mine"})
    asked = f"/api/v1/activity?kind=run&person={given['person']['id']}"
    [entry] = (await both.get(asked))["entries"]
    assert (entry["by"], entry["automation"]) == (by, made["id"])
    [command] = (await both.get(f"/api/v1/devices/{PLUG}/commands"))["commands"]
    assert command["by"] == by


async def test_one_that_sets_itself_off_is_switched_off_and_people_are_told(both: Bench) -> None:
    off: Json = {**ON, "properties": {"outlet.on": False}}
    shows = {"type": "property", "device": PLUG, "address": "outlet.on"}
    first = await make(both, name="On again", triggers=[{**shows, "is": False}])
    second = await make(both, name="Off", triggers=[{**shows, "is": True}], actions=[off])
    await both.ask("PATCH", f"/api/v1/devices/{PLUG}/properties", ON_NOW)
    await both.ask("PATCH", f"/api/v1/devices/{PLUG}/properties", OFF_NOW)

    async def halted() -> Json:
        listed = (await both.get(PATH))["automations"]
        return [one for one in listed if not one["is_enabled"]]

    for _ in range(500):
        if found := await halted():
            break
    [one] = found
    assert one["id"] in {first["id"], second["id"]}
    assert one["problem"]["code"] == "loop"
    assert "→" in one["problem"]["detail"]
    told = (await both.get("/api/v1/notifications"))["notifications"]
    assert {n["code"] for n in told if "was switched off" in n["text"]} == {"loop"}
    again = await both.ask("PATCH", f"{PATH}/{one['id']}", {"is_enabled": True})
    assert (again["is_enabled"], again["problem"]) == (True, None)


ON_NOW: Json = {"properties": {"outlet.on": True}, "wait_s": 5}
OFF_NOW: Json = {"properties": {"outlet.on": False}, "wait_s": 5}


async def test_an_author_who_leaves_leaves_it_off(both: Bench) -> None:
    author = await arrive(both, "Ada", role="member")
    made = await make(both, headers=as_(author))
    person = f"/api/v1/people/{author['person']['id']}"
    await both.ask("PATCH", person, {"role": "guest"})
    await both.until(
        lambda: not both.home.hub.arrangement.get(Automation, made["id"]).is_enabled, "off"
    )
    shown = await both.get(f"{PATH}/{made['id']}")
    assert shown["problem"]["code"] == "author-gone"
    told = await both.problem("POST", f"{PATH}/{made['id']}/run", 409)
    assert told["code"] == "author-gone"
    mine = await both.ask("PATCH", f"{PATH}/{made['id']}", {"mode": "queued", "is_enabled": True})
    assert (mine["problem"], mine["is_enabled"]) == (None, True)


async def test_a_draft_is_tried_on_what_is_recorded(both: Bench) -> None:
    clock = both.home.clock
    begin = clock.iso(clock.now_s() - 60.0)
    for value in (10.0, 80.0, 20.0, 90.0):
        both.report(PURIFIER, {"air.pm2_5": value})
        await both.until(lambda v=value: both.value(PURIFIER, "air.pm2_5") == v, "reported")
        before_ms = clock.iso(clock.now_s())
        await both.until(lambda b=before_ms: clock.iso(clock.now_s()) > b, "a millisecond later")
    draft = {"name": "Draft", "triggers": [AIR, WORN], "actions": [ON]}
    until = clock.iso(clock.now_s() + 60.0)
    body: Json = {"automation": draft, "from": begin, "until": until}
    told = await both.ask("POST", f"{PATH}/try", body)
    assert [run["trigger"]["value"] for run in told["runs"]] == [80.0, 90.0]
    assert [run["actions"][0]["results"][0]["status"] for run in told["runs"]] == ["not-sent"] * 2
    assert told["runs"][0]["at"] >= begin
    assert ("triggers.1", "event") in {(one["path"], one["code"]) for one in told["unknown"]}
    long_ago = {**body, "from": clock.iso(clock.now_s() - 26 * 3_600)}
    told = await both.ask("POST", f"{PATH}/try", long_ago)
    [gap] = [one for one in told["unknown"] if one["code"] == "gap"]
    assert fullmatch(r"for 1 d [12] h of 1 d 2 h nothing is recorded", gap["detail"])
    assert gap["span_s"] == pytest.approx(26 * 3_600, abs=300)
    assert (await both.get(PATH))["automations"] == []
    made = await make(both)
    again = await both.ask("POST", f"{PATH}/try", {**body, "automation": made["id"]})
    assert len(again["runs"]) == 2
    bad = {**body, "until": begin}
    assert (await both.problem("POST", f"{PATH}/try", 409, body=bad))["code"] == "window-invalid"
    wrong = {**draft, "triggers": [{**AIR, "above": 7_000}]}
    told = await both.problem("POST", f"{PATH}/try", 422, body={**body, "automation": wrong})
    assert told["code"] == "ECO-VALUE-002"
