import copy

import pytest

from tests.hub.cli.command_line import at
from tests.hub.cli.fake_hub import PURIFIER, FakeHub


async def test_devices_are_listed_with_presence_and_values_with_units(hub: FakeHub) -> None:
    ended = await at(hub, "devices")
    assert ended.code == 0
    assert PURIFIER in ended.out
    assert "● online" in ended.out
    assert "µg/m³" in ended.out


async def test_json_is_what_the_api_said_and_one_document(hub: FakeHub) -> None:
    ended = await at(hub, "devices", "--json")
    assert ended.document == hub.answers["devices"]
    assert ended.out.count("\n") == 1


async def test_home_without_devices_says_how_to_let_one_in(hub: FakeHub) -> None:
    hub.answers["devices"] = {"devices": []}
    ended = await at(hub, "devices")
    assert (ended.code, ended.out) == (0, "")
    assert "ecohub join" in ended.err


async def test_wrong_token_ends_with_4(hub: FakeHub) -> None:
    ended = await at(hub, "devices", token="eco_wrong")
    assert ended.code == 4
    assert "make another" in ended.err


async def test_wrong_token_ends_with_4_on_the_stream_too(hub: FakeHub) -> None:
    ended = await at(hub, "watch", token="eco_wrong")
    assert ended.code == 4


@pytest.mark.parametrize("text", [PURIFIER, "air-pur", "Air purifier", "purifier", "air P"])
async def test_device_is_shown_by_id_name_or_a_part_of_either(hub: FakeHub, text: str) -> None:
    ended = await at(hub, "show", text)
    assert ended.code == 0
    assert "judged strictly" in ended.out
    assert "filter.reset" in ended.out
    assert "a whole number 1..3" in ended.out


async def test_unknown_device_is_told_with_the_closest_one(hub: FakeHub) -> None:
    ended = await at(hub, "show", "air-purifire-0001")
    assert ended.code == 2
    assert f"did you mean {PURIFIER}" in ended.err


async def test_ambiguous_device_is_told_with_all_that_are_meant(hub: FakeHub) -> None:
    ended = await at(hub, "show", "000")
    assert ended.code == 2
    assert "names 4 devices" in ended.err


async def test_text_of_a_device_cannot_reach_the_terminal_raw(hub: FakeHub) -> None:
    hub.device()["name"] = "evil\x1b[2J[bold]"
    ended = await at(hub, "devices")
    assert "\x1b[2J" not in ended.out
    assert "evil\\x1b[2J[bold]" in ended.out


async def test_violations_are_shown_with_rule_and_fix(hub: FakeHub) -> None:
    broken = {
        "rule": "ECO-VALUE-002",
        "leaf": "state",
        "path": "values.fan.level",
        "sample": "9",
        "detail": "9 is outside 1..3",
        "text": "",
        "fix": "Send a value in range.",
        "count": 12,
        "first_at": "2026-11-21T20:43:00.123Z",
        "last_at": "2026-11-21T20:43:00.123Z",
    }
    hub.answers[f"devices/{PURIFIER}"]["violations"] = [broken]
    ended = await at(hub, "show", PURIFIER)
    assert "ECO-VALUE-002" in ended.out
    assert "Send a value in range." in ended.out


async def test_set_shows_each_step_of_the_receipt_once(hub: FakeHub) -> None:
    ended = await at(hub, "set", "purifier", "fan.level=3")
    assert ended.code == 0
    steps = [line.split()[0] for line in ended.out.splitlines()]
    assert steps == ["accepted", "delivered", "applied", "confirmed"]
    method, kind, said = hub.asked[-1]
    assert (method, kind, said["properties"]) == ("WS", "set", {"fan.level": 3})


async def test_set_with_json_prints_the_final_receipt(hub: FakeHub) -> None:
    ended = await at(hub, "set", "purifier", "fan.level=3", "--json")
    assert (ended.code, ended.document["status"]) == (0, "confirmed")
    assert [item["address"] for item in ended.document["items"]] == ["fan.level"]


async def test_set_that_the_hub_refuses_ends_with_1_and_names_the_rule(hub: FakeHub) -> None:
    hub.frames = [f for f in hub.frames if f["type"] in {"hello", "snapshot", "problem"}]
    ended = await at(hub, "set", "purifier", "fan.level=9")
    assert ended.code == 1
    assert "ECO-VALUE-002" in ended.err
    assert "→" in ended.err


async def test_refusal_with_json_is_one_json_line_on_stderr(hub: FakeHub) -> None:
    hub.frames = [f for f in hub.frames if f["type"] in {"hello", "snapshot", "problem"}]
    ended = await at(hub, "set", "purifier", "fan.level=9", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert '"code": "ECO-VALUE-002"' in ended.err


async def test_command_that_fails_ends_with_1_and_the_reason_of_each_item(hub: FakeHub) -> None:
    final = next(f for f in reversed(hub.frames) if f["type"] == "receipt")
    item = {"address": "fan.level", "status": "rejected", "error": "jammed", "message": "stuck"}
    final["receipt"] |= {"status": "rejected", "reason": "device said no", "items": [item]}
    ended = await at(hub, "set", "purifier", "fan.level=3")
    assert ended.code == 1
    assert "rejected: device said no" in ended.err
    assert "fan.level: jammed stuck" in ended.err


async def test_stream_that_ends_before_the_receipt_does_ends_with_3(hub: FakeHub) -> None:
    hub.frames = [f for f in hub.frames if f["type"] in {"hello", "snapshot", "accepted"}]
    hub.is_hanging_up = True
    ended = await at(hub, "set", "purifier", "fan.level=3")
    assert ended.code == 3
    assert "closed the stream" in ended.err


async def test_device_without_a_known_product_spec_cannot_be_commanded(hub: FakeHub) -> None:
    view = hub.answers[f"devices/{PURIFIER}"]
    view["spec"] = None
    view["presence"]["status"] = "interviewing"
    ended = await at(hub, "set", "purifier", "fan.level=3")
    assert ended.code == 1
    assert "interviewing" in ended.err


async def test_action_is_called_with_its_address(hub: FakeHub) -> None:
    ended = await at(hub, "call", "purifier", "filter.reset")
    assert ended.code == 0
    assert hub.asked[-1][2]["action"] == "filter.reset"


async def test_unknown_action_is_told_with_those_there_are(hub: FakeHub) -> None:
    ended = await at(hub, "call", "purifier", "filter.wash")
    assert ended.code == 2
    assert "there are: filter.reset" in ended.err


async def test_rename_and_unjoin_reach_the_device_that_was_meant(hub: FakeHub) -> None:
    renamed = await at(hub, "rename", "purifier", "Bedroom")
    assert renamed.code == 0
    assert ("PATCH", f"devices/{PURIFIER}", {"name": "Bedroom"}) in hub.asked
    gone = await at(hub, "unjoin", "purifier", "--json")
    assert gone.document == {"device": PURIFIER}
    assert ("DELETE", f"devices/{PURIFIER}", None) in hub.asked


async def test_discover_shows_state_questions_and_adverts(hub: FakeHub) -> None:
    advert = hub.answers["discovery"]["seen"][0]
    advert |= {"device": "", "name": "odd", "problem": "ECO-DISC-002 at id: wrong"}
    ended = await at(hub, "discover", "--wait", "0")
    assert ended.code == 0
    assert "mDNS is ready" in ended.out
    assert "ECO-DISC-002" in ended.out
    again = await at(hub, "discover", "--wait", "0", "--json")
    assert again.document == hub.answers["discovery"]


async def test_join_opens_the_window_shows_who_comes_and_closes_it(hub: FakeHub) -> None:
    newcomer = {**copy.deepcopy(hub.device()), "id": "air-purifier-0002"}
    before = copy.deepcopy(hub.answers["devices"])
    after = {"devices": [*before["devices"], newcomer]}
    hub.later["devices"] = [before, after]
    hub.answers["join/window"]["is_open"] = False
    ended = await at(hub, "join", "1234-5678", "--json")
    assert ended.code == 0
    assert [device["id"] for device in ended.document["devices"]] == ["air-purifier-0002"]
    opened = next(
        body for method, place, body in hub.asked if (method, place) == ("POST", "join/window")
    )
    assert (opened["code"], opened["devices"]) == ("1234-5678", 1)
    assert hub.asked[-1][:2] == ("DELETE", "join/window")


async def test_join_waits_for_the_one_that_is_let_in_when_the_window_has_closed(
    hub: FakeHub,
) -> None:
    newcomer = {**copy.deepcopy(hub.device()), "id": "air-purifier-0002"}
    before = copy.deepcopy(hub.answers["devices"])
    hub.later["devices"] = [before, before, {"devices": [*before["devices"], newcomer]}]
    window = {**hub.answers["join/window"], "is_open": True}
    closed = {**window, "is_open": False, "joining": 1}
    hub.later["join/window"] = [window, closed, {**closed, "joining": 0}]
    ended = await at(hub, "join", "1234-5678", "--json")
    assert ended.code == 0, ended.err
    assert [device["id"] for device in ended.document["devices"]] == ["air-purifier-0002"]


async def test_join_that_nobody_answers_ends_with_1(hub: FakeHub) -> None:
    hub.answers["join/window"]["is_open"] = False
    ended = await at(hub, "join", "1234-5678")
    assert ended.code == 1
    assert "0 of 1 joined" in ended.err


async def test_something_that_is_no_hub_is_told_so(hub: FakeHub) -> None:
    hub.page = "<html>a router</html>"
    ended = await at(hub, "devices")
    assert ended.code == 3
    assert "is no hub" in ended.err


def with_a_household(hub: FakeHub) -> tuple[str, str]:
    """Make the first device a gateway and the last one a child of it that sleeps."""
    devices = hub.answers["devices"]["devices"]
    gateway, child = devices[0], devices[-1]
    child["gateway"] = gateway["id"]
    child["presence"] |= {"status": "asleep", "next_wake_at": "2020-01-01T00:00:00.000Z"}
    child["sleep"] = {"interval_s": 600, "next_wake_at": "2020-01-01T00:00:00.000Z"}
    return gateway["id"], child["id"]


async def test_children_stand_behind_their_gateway_and_say_when_they_wake(hub: FakeHub) -> None:
    gateway, child = with_a_household(hub)
    ended = await at(hub, "devices")
    told = [line.strip() for line in ended.out.splitlines()]
    lines = [line for line in told if line.startswith((gateway, "└"))]
    assert [line.split()[0] for line in lines] == [gateway, "└"]
    assert child in lines[1]
    assert "wakes overdue" in lines[1]


async def test_a_gateway_is_sent_away_only_when_that_is_meant(hub: FakeHub) -> None:
    gateway, _child = with_a_household(hub)
    ended = await at(hub, "unjoin", gateway)
    assert ended.code == 2
    assert "1 devices, which leave with it" in ended.err
    assert ("DELETE", f"devices/{gateway}", None) not in hub.asked
    ended = await at(hub, "unjoin", gateway, "--yes")
    assert ended.code == 0
    assert ("DELETE", f"devices/{gateway}", None) in hub.asked


async def test_show_tells_of_sleep_household_and_wishes(hub: FakeHub) -> None:
    view = hub.answers[f"devices/{PURIFIER}"]
    view |= {"sleep": {"interval_s": 600, "next_wake_at": "2020-01-01T00:00:00.000Z"}}
    view |= {"waits": 3, "gateway": "gateway-0001", "wants_gateway": "gateway-0002"}
    view |= {"children": ["band-0001"], "max_children": 64}
    ended = await at(hub, "show", "purifier")
    assert "wakes every 10 min, next overdue" in ended.out
    assert "commands that wait for it: 3" in ended.out
    assert "behind gateway gateway-0001" in ended.out
    assert f"ecohub move {PURIFIER} gateway-0002" in ended.out
    assert "speaks for band-0001 (1 of 64)" in ended.out


async def test_move_asks_for_the_gateway_that_was_meant(hub: FakeHub) -> None:
    gateway, child = with_a_household(hub)
    hub.answers[f"devices/{child}/move"] = {"id": child, "gateway": gateway}
    ended = await at(hub, "move", child, gateway, "--json")
    assert ended.code == 0
    assert ("POST", f"devices/{child}/move", {"gateway": gateway}) in hub.asked


async def test_a_gateway_shows_its_children_and_may_be_given_more(hub: FakeHub) -> None:
    family = hub.answers[f"devices/{PURIFIER}"]
    family |= {"children": ["band-0001", "door-0001"], "max_children": 64}
    ended = await at(hub, "gateway", PURIFIER)
    assert ended.out.splitlines() == [f"{PURIFIER}: 2 of at most 64", "└ band-0001", "└ door-0001"]
    hub.answers[f"devices/{PURIFIER}/children"] = {**family, "max_children": 100}
    ended = await at(hub, "gateway", PURIFIER, "--at-most", "100", "--let-in", "lamp-0001")
    assert ended.out.startswith(f"{PURIFIER}: 2 of at most 100")
    assert "lamp-0001 may come back" in ended.out
    assert ("PATCH", f"devices/{PURIFIER}", {"max_children": 100}) in hub.asked
    assert ("POST", f"devices/{PURIFIER}/children", {"child": "lamp-0001"}) in hub.asked


async def test_a_device_that_is_no_gateway_is_said_to_be_none(hub: FakeHub) -> None:
    hub.answers[f"devices/{PURIFIER}"]["max_children"] = None
    ended = await at(hub, "gateway", PURIFIER, "--at-most", "3")
    assert ended.code != 0
    assert f"{PURIFIER} is no gateway" in ended.err
    assert {method for method, _, _ in hub.asked} == {"GET"}


@pytest.mark.parametrize(
    ("reason", "items", "says"),
    [
        ("asleep", [], "the command ended rejected: asleep"),
        ("", [], "the command ended rejected: no reason was given"),
        ("", [("outlet.on", "acme:overload")], "the command ended rejected\n"),
        ("too hot", [("outlet.on", "acme:overload")], "the command ended rejected: too hot\n"),
    ],
)
async def test_command_that_is_refused_says_the_reasons_that_were_given(
    hub: FakeHub, reason: str, items: list[tuple[str, str]], says: str
) -> None:
    receipt = next(frame["receipt"] for frame in hub.frames if "receipt" in frame)
    receipt["status"], receipt["is_final"], receipt["reason"] = "rejected", True, reason
    receipt["items"] = [{"address": a, "error": e, "message": "Unplug it."} for a, e in items]
    ended = await at(hub, "set", PURIFIER, "purifier.power=on")
    assert ended.code == 1
    assert says in ended.err
    assert all(f"{address}: {error} Unplug it." in ended.err for address, error in items)
