"""People over the API: who comes, who they are, who goes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.core.people.records import SessionId
from hub.security import FAILURE_BURST
from tests.hub.api.bench import PLUG, Bench, bench

Json = Any
ME = "/api/v1/me"
PEOPLE = "/api/v1/people"
SESSIONS = "/api/v1/sessions"
INVITES = "/api/v1/invites"
WINDOW = "/api/v1/pair/window"
PAIR = "/api/v1/pair"
REFRESH = "/api/v1/sessions/refresh"

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - as a Chinese keyboard has them


async def arrive(home: Bench, name: str = "Ada", **offer: Json) -> Json:
    """Let somebody in by an invite."""
    sent = await home.ask("POST", INVITES, {"role": "member", **offer}, status=201)
    return await home.ask("POST", PAIR, {"code": sent["code"], "person": name, "device": "Phone"})


def as_(given: Json) -> dict[str, str]:
    return {"Authorization": f"Bearer {given['access']}"}


async def test_who_knows_the_code_of_the_window_becomes_an_owner_once(home: Bench) -> None:
    opened = await home.ask("POST", WINDOW, {})
    assert opened["is_open"]
    assert opened["role"] == "owner"
    assert opened["link"] == f"{home.url}/#pair={opened['code']}"
    body = {"code": opened["code"], "person": "Ada", "device": "Ada's phone"}
    given = await home.ask("POST", PAIR, body, headers={"Authorization": ""})
    assert given["person"]["role"] == "owner"
    window = await home.get(WINDOW)
    assert not window["is_open"]
    assert window["paired"]["name"] == "Ada"
    me = await home.ask("GET", ME, headers=as_(given))
    assert me["person"]["id"] == given["person"]["id"]
    assert "people" in me["rights"]
    told = await home.problem("POST", PAIR, 403, body=body)
    assert told["code"] == "pairing-closed"


async def test_a_link_names_the_hub_as_others_reach_it(home: Bench) -> None:
    by_name = {"Host": home.url.removeprefix("http://").replace("127.0.0.1", "localhost")}
    opened = await home.ask("POST", WINDOW, {}, headers=by_name)
    assert opened["link"].startswith(f"{home.url}/#pair=")


async def test_five_wrong_codes_close_the_window(home: Bench) -> None:
    code = (await home.ask("POST", WINDOW, {}))["code"]
    wrong = "0000-0000" if code != "0000-0000" else "0000-0001"
    for left in (4, 3, 2, 1, 0):
        body = {"code": wrong, "person": "Eve", "device": "x"}
        told = await home.problem("POST", PAIR, 403, body=body)
        assert told["code"] == "code-wrong"
        assert (await home.get(WINDOW))["guesses_left"] == left
    body = {"code": code, "person": "Ada", "device": "x"}
    assert (await home.problem("POST", PAIR, 403, body=body))["code"] == "pairing-closed"
    assert (await home.get(PEOPLE))["people"] == []


async def test_a_code_may_be_typed_wide_and_other_digits_are_a_wrong_code(home: Bench) -> None:
    code = (await home.ask("POST", WINDOW, {}))["code"].replace("-", "")
    body = {"code": code.translate(ARABIC), "person": "Ada", "device": "x"}
    assert (await home.problem("POST", PAIR, 403, body=body))["code"] == "code-wrong"
    await home.ask("POST", PAIR, {**body, "code": code.translate(WIDE)})


async def test_wrong_codes_of_invites_do_not_close_the_window(home: Bench) -> None:
    code = (await home.ask("POST", WINDOW, {}))["code"]
    for _ in range(6):
        body = {"code": "AAAA-BBBB-CCCC", "person": "Eve", "device": "x"}
        assert (await home.problem("POST", PAIR, 403, body=body))["code"] == "code-wrong"
    await home.ask("POST", PAIR, {"code": code, "person": "Ada", "device": "x"})


async def test_a_code_may_be_typed_carelessly(home: Bench) -> None:
    sent = await home.ask("POST", INVITES, {"name": "Bo"}, status=201)
    typed = f" {sent['code'].lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}"
    given = await home.ask("POST", PAIR, {"code": typed, "device": "x"})
    assert given["person"]["name"] == "Bo"
    assert given["person"]["role"] == "guest"


async def test_an_invite_is_good_once_and_not_after_it_was_taken_back(home: Bench) -> None:
    sent = await home.ask("POST", INVITES, {"name": "Bo"}, status=201)
    body = {"code": sent["code"], "device": "x"}
    await home.ask("POST", PAIR, body)
    assert (await home.get(INVITES))["invites"] == []
    await home.problem("POST", PAIR, 403, body=body)
    again = await home.ask("POST", INVITES, {"name": "Cy"}, status=201)
    await home.ask("DELETE", f"{INVITES}/{again['id']}", status=204)
    await home.problem("DELETE", f"{INVITES}/{again['id']}", 404)
    await home.problem("POST", PAIR, 403, body={"code": again["code"], "device": "x"})


async def test_somebody_new_has_to_say_who_they_are(home: Bench) -> None:
    code = (await home.ask("POST", WINDOW, {}))["code"]
    told = await home.problem("POST", PAIR, 409, body={"code": code, "device": "x"})
    assert told["code"] == "name-missing"
    await home.ask("POST", PAIR, {"code": code, "person": "Ada", "device": "x"})


async def test_a_second_phone_of_a_person_is_no_second_person(home: Bench) -> None:
    ada = await arrive(home)
    person = ada["person"]["id"]
    opened = await home.ask("POST", WINDOW, {"person": person})
    assert opened["role"] == "member"
    tablet = await home.ask("POST", PAIR, {"code": opened["code"], "device": "Tablet"})
    assert tablet["person"] == ada["person"]
    assert len((await home.get(PEOPLE))["people"]) == 1
    listed = (await home.ask("GET", SESSIONS, headers=as_(tablet)))["sessions"]
    assert [(one["device"], one["is_mine"]) for one in listed] == [
        ("Phone", False),
        ("Tablet", True),
    ]


async def test_tokens_rotate_and_the_old_refresh_token_ends_the_session(home: Bench) -> None:
    first = await arrive(home)
    second = await home.ask("POST", REFRESH, {"refresh": first["refresh"]})
    assert second["session"] == first["session"]
    assert second["refresh"] != first["refresh"]
    await home.ask("GET", ME, headers=as_(second))
    told = await home.problem("POST", REFRESH, 401, body={"refresh": first["refresh"]})
    assert "used before" in told["detail"]
    await home.problem("GET", ME, 401, headers=as_(second))
    await home.problem("POST", REFRESH, 401, body={"refresh": second["refresh"]})


async def test_a_lost_answer_is_given_again_to_the_same_request(home: Bench) -> None:
    first = await arrive(home)
    body = {"refresh": first["refresh"], "id": "try-1"}
    second = await home.ask("POST", REFRESH, body)
    assert await home.ask("POST", REFRESH, body) == second
    await home.problem("POST", REFRESH, 401, body={**body, "id": "try-2"})
    await home.problem("GET", ME, 401, headers=as_(second))


async def test_a_refresh_token_that_is_made_up_ends_nothing(home: Bench) -> None:
    given = await arrive(home)
    head, family, secret = given["refresh"].split(".")
    for wrong in ("x", "ecr_", f"{head}.{'A' * 22}.{secret}", f"{head}.{family}", "ü" * 40):
        await home.problem("POST", REFRESH, 401, body={"refresh": wrong})
    await home.ask("POST", REFRESH, {"refresh": given["refresh"]})


async def test_a_revoked_session_and_a_removed_person_get_nothing_more(home: Bench) -> None:
    ada, bo = await arrive(home, "Ada"), await arrive(home, "Bo")
    await home.problem("DELETE", f"{SESSIONS}/{ada['session']}", 404, headers=as_(bo))
    await home.ask("DELETE", f"{SESSIONS}/{bo['session']}", status=204, headers=as_(bo))
    await home.problem("GET", ME, 401, headers=as_(bo))
    await home.ask("DELETE", f"{PEOPLE}/{ada['person']['id']}", status=204)
    await home.problem("GET", ME, 401, headers=as_(ada))
    await home.problem("POST", REFRESH, 401, body={"refresh": ada["refresh"]})
    assert (await home.get(SESSIONS))["sessions"] == []


async def test_the_last_owner_stays_one(home: Bench) -> None:
    ada = await arrive(home, "Ada", role="owner")
    place = f"{PEOPLE}/{ada['person']['id']}"
    for ask in ({"method": "DELETE"}, {"method": "PATCH", "body": {"role": "guest"}}):
        told = await home.problem(path=place, status=409, **ask)
        assert told["code"] == "last-owner"
    bo = await arrive(home, "Bo", role="owner")
    changed = await home.ask("PATCH", place, {"role": "member"}, headers=as_(bo))
    assert changed["role"] == "member"
    await home.problem("DELETE", place, 403, headers=as_(ada))


async def test_members_know_each_other_and_guests_themselves_alone(home: Bench) -> None:
    ada, guest = await arrive(home, "Ada"), await arrive(home, "Gil", role="guest")
    grants = [{"right": "see", "home": True}]
    await home.ask("PATCH", f"{PEOPLE}/{guest['person']['id']}", {"grants": grants})
    seen = (await home.ask("GET", PEOPLE, headers=as_(ada)))["people"]
    assert [(one["name"], one["grants"]) for one in seen] == [("Ada", []), ("Gil", [])]
    [own] = (await home.ask("GET", PEOPLE, headers=as_(guest)))["people"]
    assert own["grants"][0]["right"] == "see"
    await home.problem("GET", f"{PEOPLE}/{ada['person']['id']}", 404, headers=as_(guest))


async def test_an_offer_to_somebody_who_is_here_says_nothing_else_of_them(home: Bench) -> None:
    ada = await arrive(home)
    body = {"person": ada["person"]["id"], "role": "owner"}
    for place in (WINDOW, INVITES):
        assert (await home.problem("POST", place, 409, body=body))["code"] == "offer-mixed"
    unknown = {"person": "person-000000000000"}
    for place in (WINDOW, INVITES):
        told = await home.problem("POST", place, 404, body=unknown)
        assert told["code"] == "person-unknown"


async def test_what_turns_or_hides_text_is_no_name(home: Bench) -> None:
    code = (await home.ask("POST", WINDOW, {}))["code"]
    tricks = ("", " ", "a\x00", "\u202eAda", "a\u2066b", "\u200b", "\ufeff", "x" * 65, "\n")
    for name in (*tricks, "\u061cAda", "\xad", "\u3164", "\u2800", "\ufe0f"):
        body = {"code": code, "person": name, "device": "x"}
        assert (await home.problem("POST", PAIR, 422, body=body))["path"] == "person"
    name = "<b>Zoë</b> 👩‍👩‍👧 أحمد"
    given = await home.ask("POST", PAIR, {"code": code, "person": name, "device": "x"})
    assert given["person"]["name"] == name


async def test_many_phones_whose_access_token_has_run_out_are_no_guessers(home: Bench) -> None:
    headers = {"Authorization": f"Bearer eca_{'x' * 43}"}
    for _ in range(FAILURE_BURST + 5):
        assert (await home.problem("GET", ME, 401, headers=headers))["code"] == "token-wrong"


async def test_sessions_are_bounded(home: Bench) -> None:
    given = await arrive(home)
    people = home.home.people
    session = next(iter(people.register.sessions.values()))
    many = {SessionId(f"session-{n:012x}"): n for n in range(255)}
    people.register.sessions.update({i: replace(session, id=i) for i in many})
    sent = await home.ask("POST", INVITES, {"person": given["person"]["id"]}, status=201)
    body = {"code": sent["code"], "device": "The 257th"}
    assert (await home.problem("POST", PAIR, 409, body=body))["code"] == "too-many-sessions"
    del people.register.sessions[SessionId("session-000000000000")]
    await home.ask("POST", PAIR, body)


async def test_an_invite_tells_what_it_is_for_and_stays_good(home: Bench) -> None:
    await home.bring(PLUG)
    room = await home.ask("POST", "/api/v1/rooms", {"name": "Hall"}, status=201)
    grant = {"right": "control", "rooms": [room["id"]], "devices": [PLUG, "gone-0001"]}
    offer = {"name": "Gil", "grants": [grant]}
    sent = await home.ask("POST", INVITES, offer, status=201)
    nobody = {"Authorization": ""}
    told = await home.ask("POST", f"{PAIR}/look", {"code": sent["code"]}, headers=nobody)
    assert (told["home"], told["by"], told["role"], told["name"]) == (
        "Test home",
        None,
        "guest",
        "Gil",
    )
    assert told["places"] == {room["id"]: "Hall", PLUG: home.home.hub.devices[PLUG].record.name}
    assert not told["is_known"]
    ada = await arrive(home, "Ada", role="owner")
    hers = await home.ask("POST", INVITES, offer, status=201, headers=as_(ada))
    told_of_hers = await home.ask("POST", f"{PAIR}/look", {"code": hers["code"]}, headers=nobody)
    assert told_of_hers["by"] == hers["by"] == "Ada"
    assert sent["qr"][0].startswith("1111111")
    assert {*"".join(sent["qr"])} == {"0", "1"}
    given = await home.ask("POST", PAIR, {"code": sent["code"], "device": "x"})
    assert (await home.ask("GET", ME, headers=as_(given)))["places"] == told["places"]
    again = await home.ask("POST", INVITES, {"person": given["person"]["id"]}, status=201)
    told = await home.ask("POST", f"{PAIR}/look", {"code": again["code"]}, headers=nobody)
    assert told["is_known"]
    assert told["name"] == "Gil"
    spent = await home.problem("POST", f"{PAIR}/look", 403, body={"code": sent["code"]})
    assert spent["code"] == "code-wrong"


async def test_looking_at_the_windows_code_tells_nothing_and_costs_no_guess(home: Bench) -> None:
    opened = await home.ask("POST", WINDOW, {})
    await home.problem("POST", f"{PAIR}/look", 403, body={"code": opened["code"]})
    assert (await home.get(WINDOW))["guesses_left"] == opened["guesses_left"]


async def test_everybody_names_themselves_and_their_own_phones(home: Bench) -> None:
    gil, mo = await arrive(home, "Gil", role="guest"), await arrive(home, "Mo")
    changed = await home.ask("PATCH", ME, {"name": "Gilbert"}, headers=as_(gil))
    assert changed["name"] == "Gilbert"
    told = await home.problem("PATCH", ME, 404, body={"name": "x"})
    assert told["code"] == "person-unknown"
    place = f"{SESSIONS}/{gil['session']}"
    renamed = await home.ask("PATCH", place, {"device": "Old phone"}, headers=as_(gil))
    assert renamed["device"] == "Old phone"
    assert renamed["is_mine"]
    await home.problem("PATCH", place, 404, body={"device": "x"}, headers=as_(mo))
    await home.ask("GET", ME, headers=as_(gil))


async def test_no_two_people_of_a_home_are_called_the_same(home: Bench) -> None:
    ada, gil = await arrive(home, "Ada", role="owner"), await arrive(home, "Gil", role="guest")
    place = f"{PEOPLE}/{gil['person']['id']}"
    sent = await home.ask("POST", INVITES, {"role": "member"}, status=201)
    comes = {"code": sent["code"], "person": "ADA", "device": "Phone"}
    for method, path, body in (
        ("PATCH", ME, {"name": "ada"}),
        ("PATCH", ME, {"name": "A\xadd\u200ca\u3164"}),
        ("PATCH", place, {"name": "Ada"}),
        ("POST", INVITES, {"name": "Ada"}),
        ("POST", WINDOW, {"name": "Ada"}),
        ("POST", PAIR, comes),
    ):
        headers = as_(gil) if path == ME else {}
        told = await home.problem(method, path, 409, body=body, headers=headers)
        assert told["code"] == "name-taken", path
        assert "choose another name" in told["remedy"]
    assert not (await home.get(WINDOW))["is_open"]
    given = await home.ask("POST", PAIR, {**comes, "person": "Ada Two"})
    assert given["person"]["name"] == "Ada Two"
    again = await home.ask("POST", INVITES, {"person": ada["person"]["id"]}, status=201)
    other = await home.ask("POST", PAIR, {**comes, "code": again["code"]})
    assert other["person"]["id"] == ada["person"]["id"]
    await home.ask("PATCH", ME, {"name": "ADA"}, headers=as_(ada))


@pytest.mark.parametrize("end", ["removed", "member"])
async def test_who_is_no_owner_any_more_leaves_no_way_in_behind(home: Bench, end: str) -> None:
    await arrive(home, "Ada", role="owner")
    eve = await arrive(home, "Eve", role="owner")
    mine = await home.ask("POST", INVITES, {"role": "owner"}, status=201)
    sent = await home.ask("POST", INVITES, {"role": "owner"}, status=201, headers=as_(eve))
    opened = await home.ask("POST", WINDOW, {}, headers=as_(eve))
    place = f"{PEOPLE}/{eve['person']['id']}"
    if end == "removed":
        await home.ask("DELETE", place, status=204)
    else:
        await home.ask("PATCH", place, {"role": "member"})
    for code in (sent["code"], opened["code"]):
        await home.problem("POST", PAIR, 403, body={"code": code, "person": "Bo", "device": "x"})
    assert [one["id"] for one in (await home.get(INVITES))["invites"]] == [mine["id"]]
    await home.ask("POST", PAIR, {"code": mine["code"], "person": "Bo", "device": "x"})


async def test_a_device_says_what_of_it_somebody_may_control(home: Bench) -> None:
    await home.bring(PLUG)
    seen = {"right": "see", "devices": [PLUG]}
    some = {"right": "control", "devices": [PLUG], "addresses": ["outlet.on"]}
    place = f"/api/v1/devices/{PLUG}"
    cases: tuple[tuple[str, list[Json], Json], ...] = (
        ("Gil", [seen], []),
        ("Hal", [seen, some], ["outlet.on"]),
        ("Ida", [some], None),
    )
    for name, grants, controls in cases:
        given = await arrive(home, name, role="guest", grants=grants)
        shown = await home.ask("GET", place, headers=as_(given))
        assert shown["controllable"] == controls
        [summary] = (await home.ask("GET", "/api/v1/devices", headers=as_(given)))["devices"]
        assert summary["controllable"] == controls
        assert summary["visible"] == shown["visible"]
        assert summary["visible"] == (None if seen in grants else ["outlet.on"])
        spec = await home.ask("GET", f"{place}/spec", headers=as_(given))
        assert spec == shown["spec"]
        named = [p["name"] for s in spec["services"] for p in s.get("properties", ())]
        assert (named == ["on"]) is (seen not in grants)
    whole = await home.get(place)
    assert whole["visible"] is whole["controllable"] is None


async def test_a_hub_that_stops_keeps_when_phones_were_seen(tmp_path: Path) -> None:
    async with bench(tmp_path) as home:
        given = await arrive(home)
        await home.ask("GET", ME, headers=as_(given))
        people = home.home.people
        [session] = people.register.sessions.values()
        seen_at_s = people.sessions.seen_at_s(session)
        assert seen_at_s > session.seen_at_s, "it is not written at each request"
    [session] = people.register.sessions.values()
    assert session.seen_at_s == seen_at_s
