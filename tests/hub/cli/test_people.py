"""pair, people and invite, against a real hub."""

import asyncio
import json
from typing import Any

from hub.cli.qr import drawn, pairing_link
from tests.hub.api.bench import PLUG, Bench
from tests.hub.cli.command_line import run


async def come(home: Bench, name: str, code: str) -> Any:
    body = {"code": code, "person": name, "device": f"{name}'s phone"}
    return await home.ask("POST", "/api/v1/pair", body)


async def opened(home: Bench) -> str:
    """Wait for the window that a command opens, and return the code that it shows."""
    pairing = home.home.people.pairing
    await home.until(lambda: pairing.window().is_open, "a window")
    window = pairing._window._window
    assert window is not None
    return window.code


async def test_pair_shows_a_code_and_says_who_has_come(home: Bench) -> None:
    running = asyncio.create_task(run(home, "pair"))
    code = await opened(home)
    await come(home, "Ada", code)
    ended = await running
    assert ended.code == 0
    assert f"{code[:4]}-{code[4:]}" in ended.out
    assert "█" in ended.out
    assert "Ada has paired Ada's phone" in ended.out
    assert not home.home.people.pairing.window().is_open


async def test_pair_as_json_tells_the_code_and_then_who_has_come(home: Bench) -> None:
    running = asyncio.create_task(run(home, "pair", "--role", "member", "--json"))
    given = await come(home, "Mo", await opened(home))
    first, last = map(json.loads, (await running).out.splitlines())
    assert first["link"].endswith(f"/#pair={first['code']}")
    assert first["role"] == "member"
    assert last["paired"]["person"] == given["person"]["id"]


async def test_pair_ends_with_1_when_five_wrong_codes_have_closed_the_window(home: Bench) -> None:
    running = asyncio.create_task(run(home, "pair"))
    code = await opened(home)
    wrong = "00000000" if code != "00000000" else "00000001"
    for _ in range(5):
        body = {"code": wrong, "person": "Eve", "device": "x"}
        await home.problem("POST", "/api/v1/pair", 403, body=body)
    ended = await running
    assert ended.code == 1
    assert "nobody paired" in ended.err


async def test_a_further_phone_is_the_same_person(home: Bench) -> None:
    running = asyncio.create_task(run(home, "pair"))
    ada = await come(home, "Ada", await opened(home))
    await running
    running = asyncio.create_task(run(home, "pair", "--person", "ada"))
    again = await come(home, "whoever", await opened(home))
    await running
    assert again["person"] == ada["person"]
    ended = await run(home, "pair", "--person", "bo")
    assert ended.code == 2
    assert "no person 'bo'" in ended.err


async def test_people_are_listed_changed_cut_off_and_removed(home: Bench) -> None:
    assert "nobody has paired yet" in (await run(home, "people")).err
    sent = (await run(home, "invite", "Mo", "--role", "member", "--json")).document
    mo = await come(home, "x", sent["code"])
    ended = await run(home, "people")
    assert "Mo" in ended.out
    assert mo["session"] in ended.out
    changed = (await run(home, "people", "mo", "--role", "guest", "--json")).document
    assert changed["people"][0]["role"] == "guest"
    ended = await run(home, "people", "--end", mo["session"], "--json")
    assert ended.document["sessions"] == []
    assert (await run(home, "people", "Mo", "--remove", "--json")).document["people"] == []
    assert (await run(home, "people", "--remove")).code == 2


async def test_an_invite_says_what_and_how_long(home: Bench) -> None:
    await home.bring(PLUG)
    until = "2099-12-01T12:00:00.000Z"
    words = ("--device", "plug", "--address", "outlet.on", "--look", "--until", until)
    sent = (await run(home, "invite", "Gil", *words, "--json")).document
    [grant] = sent["grants"]
    assert (grant["right"], grant["devices"]) == ("see", [PLUG])
    assert (grant["addresses"], grant["until"]) == (["outlet.on"], until)
    await come(home, "x", sent["code"])
    ended = await run(home, "people")
    assert f"see {PLUG} (outlet.on) until {until}" in " ".join(ended.out.split())
    shown = await run(home, "invite", "Hal")
    assert "type the code" in shown.out


def test_a_qr_leads_to_the_app_with_the_code() -> None:
    assert pairing_link("http://h:1", "12-34") == "http://h:1/#pair=12-34"
    assert len(drawn("http://192.168.1.20:8321/#pair=1234-5678").splitlines()) < 24
