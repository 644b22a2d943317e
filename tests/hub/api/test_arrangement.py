"""Rooms, groups, scenes and many commands over the API."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from hub.core.arrangement.records import Scene, Undo
from protocol.ids import DeviceId
from tests.hub.api.bench import PHYSICS, PLUG, PURIFIER, ROUTER, Bench
from tests.hub.api.ear import Ear, listening
from tests.hub.api.test_people import arrive, as_

Json = Any
API = "/api/v1"
STRANGER = "smart-plug-9999"
ON, OFF = {"outlet.on": True}, {"outlet.on": False}
HOSTILE = [
    "x" * 10_240,
    "",
    "  \u2003 ",
    "line\nbreak",
    "tab\t",
    "\u202edlrow",
    "\u2066hidden\u2069",
    "\u200b",
    "\x7f",
]


async def make(home: Bench, what: str, **body: Json) -> Json:
    return await home.ask("POST", f"{API}/{what}", body, status=201)


async def activate(home: Bench, path: str, status: int = 200, **body: Json) -> Json:
    return await home.ask("POST", f"{API}/{path}", body, status=status)


def values_of(results: Json) -> list[str]:
    return [
        one["receipt"]["status"] if "receipt" in one else one["problem"]["code"] for one in results
    ]


async def test_floors_and_rooms_are_made_changed_and_removed(home: Bench) -> None:
    floor = await make(home, "floors", name="Upstairs", level=1)
    room = await make(home, "rooms", name="Küche 🍳 <b>", icon="pot", floor=floor["id"])
    assert await home.get(f"{API}/rooms") == {"rooms": [room]}
    taken = await home.problem("POST", f"{API}/rooms", 409, body={"name": "küche 🍳 <B>"})
    assert taken["code"] == "name-taken"
    floor_path, room_path = f"{API}/floors/{floor['id']}", f"{API}/rooms/{room['id']}"
    assert (await home.problem("DELETE", floor_path, 409))["code"] == "not-empty"
    changed = await home.ask("PATCH", room_path, {"floor": None, "name": None})
    assert changed == {**room, "floor": None}
    assert await home.ask("PATCH", floor_path, {"level": 2}) == {**floor, "level": 2}
    await home.ask("DELETE", floor_path, status=204)
    await home.problem("GET", floor_path, 404)
    assert (await home.problem("GET", f"{API}/rooms/kitchen", 404))["code"] == "room-unknown"
    gone = await home.problem("PATCH", room_path, 409, body={"floor": floor["id"]})
    assert gone["code"] == "mention-unknown"


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_is_one_line_that_can_be_seen(home: Bench, name: str) -> None:
    for what in ("rooms", "floors"):
        told = await home.problem("POST", f"{API}/{what}", 422, body={"name": name})
        assert told["path"] == "name"


async def test_a_device_has_a_room_an_icon_and_those_who_like_it(home: Bench) -> None:
    await home.bring(PLUG)
    room = await make(home, "rooms", name="Hall")
    path = f"{API}/devices/{PLUG}"
    body = {"room": room["id"], "icon": "lamp", "is_favourite": True, "name": "Lamp"}
    shown = await home.ask("PATCH", path, body)
    assert {key: shown[key] for key in body} == body
    listed = (await home.get(f"{API}/devices"))["devices"][0]
    assert (listed["room"], listed["icon"]) == (room["id"], "lamp")
    full = await home.problem("DELETE", f"{API}/rooms/{room['id']}", 409)
    assert PLUG in full["detail"]
    shown = await home.ask("PATCH", path, {"room": None, "is_favourite": False})
    assert (shown["room"], shown["is_favourite"], shown["icon"]) == (None, False, "lamp")
    await home.ask("DELETE", f"{API}/rooms/{room['id']}", status=204)
    assert (await home.problem("PATCH", path, 409, body={"room": room["id"]}))["status"] == 409


async def test_a_group_is_set_and_shows_who_lags(home: Bench) -> None:
    await home.bring(PLUG)
    other = await bring_plug(home, "smart-plug-0002")
    odd = {"name": "Odd", "members": [PLUG, PURIFIER]}
    assert (await home.problem("POST", f"{API}/groups", 409, body=odd))["code"] == "mention-unknown"
    await home.bring(PURIFIER)
    refused = await home.problem("POST", f"{API}/groups", 409, body=odd)
    assert refused["code"] == "group-incompatible"
    assert PURIFIER in refused["detail"]
    group = await make(home, "groups", name="Plugs", members=[PLUG, other])
    path = f"{API}/groups/{group['id']}"
    told = await home.ask("PATCH", f"{path}/properties", {"properties": ON, "id": "g1"})
    assert values_of(told["results"]) == ["confirmed", "confirmed"]
    again = await home.ask("PATCH", f"{path}/properties", {"properties": ON, "id": "g1"})
    assert again == told
    assert (await home.get(path))["state"] == "on"
    home.air.deaf.add(other)
    body = {"properties": OFF, "wait_s": 0.5, "expires_in_s": 1}
    told = await home.ask("PATCH", f"{path}/properties", body, status=202)
    assert values_of(told["results"]) == ["confirmed", "accepted"]
    shown = await home.get(path)
    assert shown["state"] == "mixed"
    [lag] = shown["lagging"]
    assert (lag["device"], lag["wanted"], lag["reason"]) == (other, False, "accepted")
    bad = {"properties": {"outlet.on": 7}, "all_or_nothing": True}
    refused = await home.problem("PATCH", f"{path}/properties", 409, body=bad)
    assert [one["path"] for one in refused["errors"]] == ["commands.0", "commands.1"]
    assert (await home.ask("PATCH", path, {"members": [PLUG]}))["members"] == [PLUG]
    await home.ask("DELETE", path, status=204)
    assert await home.get(f"{API}/groups") == {"groups": []}


async def test_a_scene_is_captured_activated_and_undone(home: Bench) -> None:
    await home.bring(PLUG)
    await home.ask("PATCH", f"{API}/devices/{PLUG}/properties", {"properties": ON})
    scene = await make(home, "scenes", name="As now", capture=[PLUG])
    assert scene["steps"][0]["properties"]["outlet.on"] is True
    await home.ask("PATCH", f"{API}/devices/{PLUG}/properties", {"properties": OFF})
    path = f"scenes/{scene['id']}/activate"
    done = await activate(home, path, id="s1")
    assert values_of(done["results"]) == ["confirmed"]
    assert home.value(PLUG, "outlet.on") is True
    assert (await activate(home, path, id="s1"))["undo"] == done["undo"]
    back = await activate(home, f"undo/{done['undo']}")
    assert home.value(PLUG, "outlet.on") is False
    await activate(home, f"undo/{back['undo']}")
    assert home.value(PLUG, "outlet.on") is True
    kept = await asyncio.to_thread(lambda: list(home.home.hub.arrangement.every(Undo)))
    assert done["undo"] in [undo.id for undo in kept]


async def test_a_scene_with_a_device_that_left_does_the_rest_and_says_so(home: Bench) -> None:
    await home.bring(PLUG)
    other = await bring_plug(home, "smart-plug-0002")
    await home.bring(PURIFIER)
    steps = [
        {"device": PLUG, "properties": ON},
        {"device": other, "properties": ON},
        {"device": PURIFIER, "action": "filter.reset"},
    ]
    scene = await make(home, "scenes", name="All", steps=steps)
    assert scene["missing"] == []
    await home.ask("DELETE", f"{API}/devices/{other}", status=204)
    assert (await home.get(f"{API}/scenes/{scene['id']}"))["missing"] == [other]
    done = await activate(home, f"scenes/{scene['id']}/activate")
    assert values_of(done["results"]) == ["confirmed", "device-unknown", "applied"]
    assert [one["address"] for one in done["not_undone"]] == ["filter.reset"]
    whole = {"all_or_nothing": True}
    path = f"{API}/scenes/{scene['id']}/activate"
    refused = await home.problem("POST", path, 409, body=whole)
    assert refused["code"] == "batch-refused"
    assert [one["path"] for one in refused["errors"]] == ["commands.1"]
    renamed = await home.ask("PATCH", f"{API}/scenes/{scene['id']}", {"name": "Most"})
    assert (renamed["name"], len(renamed["steps"])) == ("Most", 3)
    await home.problem("POST", f"{API}/scenes", 409, body={"name": "Bad", "steps": steps[1:2]})
    bad = {"name": "Bad", "steps": [{"device": PLUG, "properties": ON, "action": "filter.reset"}]}
    await home.problem("POST", f"{API}/scenes", 409, body=bad)
    await home.ask("DELETE", f"{API}/scenes/{scene['id']}", status=204)


async def test_what_a_scene_hides_stays_when_its_steps_are_sent_back(home: Bench) -> None:
    await home.bring(ROUTER)
    other = await bring_plug(home, "smart-plug-0002")
    secret = {"wifi.ssid": "attic", "guest_wifi.password": "not for everybody"}
    steps = [{"device": ROUTER, "properties": secret}, {"device": other, "properties": ON}]
    scene = await make(home, "scenes", name="All", steps=steps)
    path = f"{API}/scenes/{scene['id']}"
    await home.ask("DELETE", f"{API}/devices/{other}", status=204)
    shown = (await home.get(path))["steps"]
    assert [step["hidden"] for step in shown] == [["guest_wifi.password"], ["outlet.on"]]
    held = home.home.hub.arrangement.get(Scene, scene["id"])
    await home.ask("PATCH", path, {"steps": shown})
    assert home.home.hub.arrangement.get(Scene, scene["id"]).steps == held.steps
    shown[0]["properties"]["wifi.ssid"] = "cellar"
    await home.ask("PATCH", path, {"steps": shown[:1]})
    [step] = home.home.hub.arrangement.get(Scene, scene["id"]).steps
    assert step.values == {**secret, "wifi.ssid": "cellar"}
    shown[0]["hidden"] = ["wifi.channel"]
    refused = await home.problem("PATCH", path, 409, body={"steps": shown[:1]})
    assert refused["code"] == "hidden-unknown"


async def test_many_commands_have_a_result_each_or_none_is_sent(home: Bench) -> None:
    await home.bring(PLUG)
    commands = [
        {"device": PLUG, "properties": ON, "id": "a"},
        {"device": STRANGER, "properties": ON},
        {"device": PLUG, "properties": {"outlet.on": "yes"}},
    ]
    body = {"commands": commands, "all_or_nothing": True}
    refused = await home.problem("POST", f"{API}/commands", 409, body=body)
    assert [one["path"] for one in refused["errors"]] == ["commands.1", "commands.2"]
    await home.problem("GET", f"{API}/commands/a", 404)
    told = await home.ask("POST", f"{API}/commands", {"commands": commands})
    assert values_of(told["results"]) == ["confirmed", "device-unknown", "ECO-VALUE-001"]
    assert (await home.get(f"{API}/commands/a"))["status"] == "confirmed"
    assert await home.ask("POST", f"{API}/commands", {"commands": commands[:1]})


async def test_a_command_for_later_is_kept_begun_in_time_and_can_be_cancelled(home: Bench) -> None:
    await home.bring(PLUG)
    clock = home.home.clock
    at = clock.iso(clock.now_s() + 0.4)
    body: Json = {"commands": [{"device": PLUG, "properties": ON, "id": "p1"}], "execute_at": at}
    told = await home.ask("POST", f"{API}/commands", body, status=202)
    receipt = told["results"][0]["receipt"]
    assert (receipt["status"], receipt["execute_at"]) == ("accepted", at)
    record = home.home.hub.commands.find(receipt["scope"], "p1")
    assert record is not None
    after = await home.home.finished(record.id, 5.0)
    assert after.status == "confirmed"
    assert clock.iso(after.history[1].at_s) >= at
    await home.problem("DELETE", f"{API}/commands/p1", 409)
    commands = [{"device": PLUG, "properties": OFF, "id": "p2"}]
    body = {"commands": commands, "execute_at": clock.iso(clock.now_s() + 3_600)}
    await home.ask("POST", f"{API}/commands", body, status=202)
    cancelled = await home.ask("DELETE", f"{API}/commands/p2")
    assert (cancelled["status"], cancelled["reason"]) == ("failed", "cancelled")


@pytest.mark.parametrize(
    ("shift_s", "code"), [(-61.0, "execute-at-past"), (32 * 86_400.0, "execute-at-far")]
)
async def test_a_phone_with_a_wrong_clock_is_told_the_hubs_time(
    home: Bench, shift_s: float, code: str
) -> None:
    clock = home.home.clock
    body = {"commands": [{"device": PLUG, "properties": ON}]}
    at = clock.iso(clock.now_s() + shift_s)
    told = await home.problem("POST", f"{API}/commands", 409, body={**body, "execute_at": at})
    assert told["code"] == code
    assert clock.iso(clock.now_s())[:13] in told["detail"]
    for text, status in (
        ("tomorrow", 422),
        ("2026-11-21T20:43:00", 422),
        ("2026-02-31T00:00Z", 409),
    ):
        bad = {**body, "execute_at": text}
        await home.problem("POST", f"{API}/commands", status, body=bad)


async def test_the_stream_tells_all_of_it_and_a_resume_misses_nothing(home: Bench) -> None:
    await home.bring(PLUG)
    first = await make(home, "rooms", name="Hall")
    async with listening(home) as ear:
        [snapshot] = [told for told in ear.heard if told["type"] == "snapshot"]
        assert snapshot["rooms"] == [first]
        assert (await ear.hear("favourites"))["devices"] == []
        await home.ask("PATCH", f"{API}/devices/{PLUG}", {"is_favourite": True})
        assert (await ear.hear("favourites"))["devices"] == [PLUG]
        place = dict(ear.place)
    floor = await make(home, "floors", name="Ground")
    group = await make(home, "groups", name="Plugs", members=[PLUG])
    scene = await make(home, "scenes", name="Now", capture=[PLUG])
    await home.ask("DELETE", f"{API}/rooms/{first['id']}", status=204)
    async with listening(home, place) as ear:
        assert (await ear.hear("floor"))["floor"] == floor
        assert (await ear.hear("group"))["group"].items() <= group.items()
        assert (await ear.hear("scene"))["scene"].items() <= scene.items()
        assert (await ear.hear("room_removed"))["id"] == first["id"]
        assert await kept_by(ear) == {"favourites": [PLUG]}
        await home.ask("DELETE", f"{API}/devices/{PLUG}", status=204)
        assert (await ear.hear("group"))["group"]["members"] == []


async def kept_by(ear: Ear) -> Mapping[str, Json]:
    return {t["type"]: t["devices"] for t in ear.heard if t["type"] == "favourites"}


async def bring_plug(home: Bench, device: str) -> DeviceId:
    """Bring a second plug."""
    return (await home.bring(DeviceId(device), PHYSICS[PLUG])).id


async def test_a_router_is_no_member_of_plugs(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(ROUTER)
    body = {"name": "Odd", "members": [PLUG, ROUTER]}
    told = await home.problem("POST", f"{API}/groups", 409, body=body)
    assert told["code"] == "group-incompatible"


async def test_a_guest_knows_of_what_their_devices_make_up(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    hall = await make(home, "rooms", name="Hall")
    await make(home, "rooms", name="Cellar")
    await home.ask("PATCH", f"{API}/devices/{PLUG}", {"room": hall["id"]})
    reset = {"device": PURIFIER, "action": "filter.reset"}
    mine = await make(home, "scenes", name="Mine", steps=[{"device": PLUG, "properties": ON}])
    steps = [{"device": PLUG, "properties": ON}, reset]
    other = await make(home, "scenes", name="Other", steps=steps)
    group = await make(home, "groups", name="Air", members=[PURIFIER])
    grant = {"right": "control", "rooms": [hall["id"]]}
    guest = as_(await arrive(home, "Gil", role="guest", grants=[grant]))
    assert (await home.ask("GET", f"{API}/rooms", headers=guest))["rooms"] == [hall]
    [seen] = (await home.ask("GET", f"{API}/scenes", headers=guest))["scenes"]
    assert seen["id"] == mine["id"]
    assert (await home.ask("GET", f"{API}/groups", headers=guest))["groups"] == []
    for path in (f"scenes/{other['id']}", f"groups/{group['id']}"):
        await home.problem("GET", f"{API}/{path}", 404, headers=guest)
    await home.ask("PATCH", f"{API}/devices/{PLUG}", {"room": None})
    assert (await home.ask("GET", f"{API}/rooms", headers=guest))["rooms"] == []


async def test_a_guest_does_what_grants_give_and_no_more(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    grant = {"right": "control", "devices": [PLUG]}
    guest = as_(await arrive(home, "Gil", role="guest", grants=[grant]))
    mine = await make(home, "scenes", name="Mine", steps=[{"device": PLUG, "properties": ON}])
    path = f"{API}/scenes/{mine['id']}/activate"
    done = await home.ask("POST", path, {}, headers=guest)
    assert values_of(done["results"]) == ["confirmed"]
    await home.problem("POST", f"{API}/rooms", 403, body={"name": "Mine"}, headers=guest)
    commands = [
        {"device": PLUG, "properties": OFF},
        {"device": PURIFIER, "action": "filter.reset"},
    ]
    told = await home.ask("POST", f"{API}/commands", {"commands": commands}, headers=guest)
    assert values_of(told["results"]) == ["confirmed", "device-unknown"]
    clock = home.home.clock
    later = {"commands": commands, "execute_at": clock.iso(clock.now_s() + 60)}
    await home.problem("POST", f"{API}/commands", 403, body=later, headers=guest)
    path = f"{API}/devices/{PLUG}"
    assert (await home.ask("PATCH", path, {"is_favourite": True}, headers=guest))["is_favourite"]
    assert not (await home.get(path))["is_favourite"]
    await home.problem("PATCH", path, 403, body={"name": "Mine"}, headers=guest)
