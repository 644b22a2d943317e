import asyncio
import json

from hub.core.people.records import Role
from protocol.presence import Presence
from tests.hub.api.bench import PLUG, PRODUCTS, PURIFIER, ROUTER, Bench

SET = f"/api/v1/devices/{PURIFIER}/properties"


async def test_a_home_without_devices_lists_none(home: Bench) -> None:
    assert await home.get("/api/v1/devices") == {"devices": []}


async def test_a_device_is_listed_with_presence_and_values(home: Bench) -> None:
    await home.bring(PURIFIER)
    listed = (await home.get("/api/v1/devices"))["devices"]
    assert len(listed) == 1
    device = listed[0]
    assert device["id"] == PURIFIER
    assert device["name"] == "Air purifier"
    assert device["class"] == "air_purifier"
    assert device["presence"]["status"] == "online"
    assert set(device["presence"]) == {"status", "reason", "since"}
    assert device["twin"]["fan.level"]["value"] in {1, 2, 3}


async def test_one_device_is_shown_with_spec_twin_ages_and_identity(home: Bench) -> None:
    await home.bring(PURIFIER)
    device = await home.get(f"/api/v1/devices/{PURIFIER}")
    assert device["spec"] == json.loads(PRODUCTS[PURIFIER].document)
    assert device["identity"]["serial"] == f"SIM-{PURIFIER}"
    level = device["twin"]["fan.level"]
    assert 0 <= level["age_s"] < 60
    assert not level["is_stale"]
    assert device["violations"] == []


async def test_values_of_a_device_out_of_reach_are_stale(home: Bench) -> None:
    pretend = await home.bring(PURIFIER)
    home.air.devices.pop(PURIFIER)
    home.air.tell(PURIFIER, *pretend.leave())
    found = home.home.hub.devices[PURIFIER]
    await home.until(lambda: found.presence is Presence.UNREACHABLE, "out of reach")
    device = await home.get(f"/api/v1/devices/{PURIFIER}")
    assert device["presence"]["status"] == "unreachable"
    assert all(value["is_stale"] for value in device["twin"].values())


async def test_a_set_is_confirmed_by_the_device(home: Bench) -> None:
    await home.bring(PURIFIER)
    receipt = await home.ask("PATCH", SET, {"properties": {"fan.level": 3}})
    assert receipt["status"] == "confirmed"
    assert receipt["is_final"]
    assert receipt["items"] == [{"address": "fan.level", "status": "confirmed"}]
    assert receipt["history"][0]["status"] == "accepted"
    assert receipt["device"] == PURIFIER
    assert home.value(PURIFIER, "fan.level") == 3


async def test_a_value_out_of_range_is_refused_with_rule_path_and_remedy(home: Bench) -> None:
    await home.bring(PURIFIER)
    told = await home.problem("PATCH", SET, 422, body={"properties": {"fan.level": 9}})
    assert told["code"] == "ECO-VALUE-002"
    assert told["path"] == "properties.fan.level"
    assert told["type"] == "/api/v1/rules/ECO-VALUE-002"
    assert told["remedy"] == "send a whole number 1..3"
    rule = await home.get(told["type"])
    assert rule["id"] == "ECO-VALUE-002"


async def test_all_that_is_wrong_with_a_set_is_told_at_once(home: Bench) -> None:
    await home.bring(PURIFIER)
    body = {"properties": {"fan.level": 9, "air.pm2_5": 1, "no.such": 1}}
    told = await home.problem("PATCH", SET, 422, body=body)
    assert {error["code"] for error in told["errors"]} == {
        "ECO-VALUE-002",
        "ECO-CMD-001",
        "ECO-CMD-002",
    }
    assert home.air.devices[PURIFIER]


async def test_the_same_id_and_body_give_the_same_receipt(home: Bench) -> None:
    await home.bring(PURIFIER)
    body = {"id": "phone-1", "properties": {"fan.level": 3}}
    first = await home.ask("PATCH", SET, body)
    again = await home.ask("PATCH", SET, body)
    assert first == again
    assert first["id"] == "phone-1"


async def test_the_same_id_with_another_body_is_refused(home: Bench) -> None:
    await home.bring(PURIFIER)
    await home.ask("PATCH", SET, {"id": "phone-1", "properties": {"fan.level": 3}})
    body = {"id": "phone-1", "properties": {"fan.level": 2}}
    told = await home.problem("PATCH", SET, 409, body=body)
    assert told["code"] == "command-id-taken"
    assert home.value(PURIFIER, "fan.level") == 3


async def test_a_command_that_stays_open_is_answered_202_and_found_later(home: Bench) -> None:
    await home.bring(PURIFIER)
    home.air.deaf.add(PURIFIER)
    body = {"id": "phone-2", "properties": {"fan.level": 3}, "wait_s": 0, "expires_in_s": 60}
    receipt = await home.ask("PATCH", SET, body, status=202)
    assert (receipt["status"], receipt["is_final"]) == ("accepted", False)
    detail = await home.get(f"/api/v1/devices/{PURIFIER}")
    assert detail["twin"]["fan.level"]["desired"]["value"] == 3
    home.air.deaf.clear()
    repeated = await home.ask("PATCH", SET, {**body, "wait_s": 10})
    assert repeated["status"] == "confirmed"
    assert await home.get("/api/v1/commands/phone-2") == repeated
    assert await home.get(f"/api/v1/commands/{repeated['command']}") == repeated
    listed = await home.get(f"/api/v1/devices/{PURIFIER}/commands")
    assert listed == {"commands": [repeated]}


async def test_commands_of_one_device_do_not_wait_for_those_of_another(home: Bench) -> None:
    await home.bring(PURIFIER)
    await home.bring(PLUG)
    home.air.deaf.add(PURIFIER)
    waiting = asyncio.create_task(
        home.ask("PATCH", SET, {"properties": {"fan.level": 3}, "wait_s": 5})
    )
    body = {"properties": {"outlet.on": True}}
    receipt = await home.ask("PATCH", f"/api/v1/devices/{PLUG}/properties", body)
    assert receipt["status"] == "confirmed"
    assert not waiting.done()
    home.air.deaf.clear()
    assert (await waiting)["status"] == "confirmed"


async def test_an_action_ends_applied(home: Bench) -> None:
    await home.bring(PURIFIER)
    path = f"/api/v1/devices/{PURIFIER}/actions/filter.reset"
    receipt = await home.ask("POST", path, {"arguments": {}})
    assert (receipt["status"], receipt["action"]) == ("applied", "filter.reset")
    assert receipt["items"] == []


async def test_an_action_that_the_product_does_not_have_is_refused(home: Bench) -> None:
    await home.bring(PURIFIER)
    path = f"/api/v1/devices/{PURIFIER}/actions/filter.explode"
    assert (await home.problem("POST", path, 404, body={}))["code"] == "ECO-CMD-003"
    body = {"arguments": {"loudly": True}}
    path = f"/api/v1/devices/{PURIFIER}/actions/filter.reset"
    told = await home.problem("POST", path, 409, body=body)
    assert (told["code"], told["path"]) == ("ECO-CMD-004", "arguments.loudly")


async def test_a_property_that_the_product_does_not_have_conflicts_with_it(home: Bench) -> None:
    await home.bring(PURIFIER)
    for address, code in (("no.such", "ECO-CMD-001"), ("air.pm2_5", "ECO-CMD-002")):
        told = await home.problem("PATCH", SET, 409, body={"properties": {address: 1}})
        assert (told["code"], told["path"]) == (code, f"properties.{address}")


async def test_what_is_written_only_is_never_shown(home: Bench) -> None:
    await home.bring(ROUTER)
    home.air.deaf.add(ROUTER)
    path = f"/api/v1/devices/{ROUTER}/properties"
    body = {"properties": {"guest_wifi.password": "correct horse"}, "wait_s": 0}
    receipt = await home.ask("PATCH", path, body, status=202)
    detail = await home.get(f"/api/v1/devices/{ROUTER}")
    desired = detail["twin"]["guest_wifi.password"]["desired"]
    assert desired["command"] == receipt["command"]
    listed = await home.get("/api/v1/devices")
    assert "correct horse" not in json.dumps([receipt, detail, listed])


async def test_a_device_is_renamed_and_judged_otherwise(home: Bench) -> None:
    await home.bring(PURIFIER)
    body = {"name": "Bedroom", "mode": "warn"}
    shown = await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", body)
    assert (shown["name"], shown["mode"]) == ("Bedroom", "warn")
    listed = (await home.get("/api/v1/devices"))["devices"][0]
    assert (listed["name"], listed["mode"]) == ("Bedroom", "warn")


async def test_a_device_that_is_unjoined_is_gone(home: Bench) -> None:
    await home.bring(PURIFIER)
    await home.ask("DELETE", f"/api/v1/devices/{PURIFIER}", status=204)
    assert await home.get("/api/v1/devices") == {"devices": []}
    for path in ("", "/commands", "/spec", "/violations"):
        told = await home.problem("GET", f"/api/v1/devices/{PURIFIER}{path}", 404)
        assert told["code"] == "device-unknown"


async def test_a_broken_rule_is_shown_with_fix_and_count(home: Bench) -> None:
    await home.bring(PURIFIER)
    home.report(PURIFIER, {"air.pm2_5": -4000.0})
    home.report(PURIFIER, {"air.pm2_5": -4000.0})
    await home.until(lambda: home.home.hub.devices[PURIFIER].violations, "seen")
    violations = (await home.get(f"/api/v1/devices/{PURIFIER}/violations"))["violations"]
    found = next(one for one in violations if one["rule"] == "ECO-VALUE-002")
    assert found["path"] == "values.air.pm2_5"
    assert found["fix"]
    assert (await home.get(f"/api/v1/devices/{PURIFIER}"))["violations"] == violations


async def test_the_spec_is_served_byte_for_byte(home: Bench) -> None:
    await home.bring(PURIFIER)
    url = f"{home.url}/api/v1/devices/{PURIFIER}/spec"
    headers = {"Authorization": f"Bearer {home.token}"}
    async with home.session.get(url, headers=headers) as response:
        assert await response.read() == PRODUCTS[PURIFIER].document


async def test_commands_of_another_token_are_not_found(home: Bench) -> None:
    await home.bring(PURIFIER)
    await home.ask("PATCH", SET, {"id": "phone-1", "properties": {"fan.level": 3}})
    mine, home.token = home.token, await home.home.security.mint("another", Role.OWNER)
    assert (await home.problem("GET", "/api/v1/commands/phone-1", 404))["code"] == "command-unknown"
    receipt = await home.ask("PATCH", SET, {"id": "phone-1", "properties": {"fan.level": 2}})
    assert receipt["status"] == "confirmed"
    home.token = mine
    assert (await home.get("/api/v1/commands/phone-1"))["scope"] != receipt["scope"]
