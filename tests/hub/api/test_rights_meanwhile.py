"""Rights that change while a request, a frame or another change is on its way."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.api.dispatch import BODY_WITHIN_S
from protocol.ids import Address
from tests.hub.api.bench import PLUG, Bench
from tests.hub.api.ear import listening
from tests.hub.api.test_people import ME, PEOPLE, SESSIONS, arrive, as_
from tests.hub.api.test_people_stream import grants, guest_of, listening_as

Json = Any
ON, OFF = {"outlet.on": True}, {"outlet.on": False}


async def waits(home: Bench, so_many: int) -> None:
    """Wait until so many changes of people wait for their turn."""
    turn = home.home.people._ledger.changing
    await home.until(lambda: len(turn._waiters or ()) == so_many, "they wait")


@pytest.mark.parametrize(
    ("taken", "left"),
    [({"grants": []}, "grants"), ({"role": "guest"}, "role")],
    ids=["grants", "role"],
)
async def test_who_takes_another_name_meanwhile_keeps_no_right_that_was_taken(
    home: Bench, taken: Json, left: str
) -> None:
    grant = {"right": "control", "home": True}
    given = await arrive(home, "Gil", role="member", grants=[grant])
    place = f"{PEOPLE}/{given['person']['id']}"
    async with asyncio.TaskGroup() as tasks, home.home.people._ledger.changing:
        tasks.create_task(home.ask("PATCH", place, taken))
        await waits(home, 1)
        renamed = home.ask("PATCH", ME, {"name": "Gilbert"}, headers=as_(given))
        tasks.create_task(renamed)
        await waits(home, 2)
    shown = await home.get(place)
    assert shown["name"] == "Gilbert"
    assert shown[left] == taken[left]


async def test_who_loses_a_right_is_told_nothing_more_in_the_same_turn(home: Bench) -> None:
    await home.bring(PLUG)
    given = await guest_of(home, PLUG)
    async with listening_as(home, given) as ear:
        await grants(home, given)
        home.report(PLUG, ON)
        home.report(PLUG, OFF)
        await ear.hear("snapshot")
        assert ear.devices == {}
        assert [told["type"] for told in ear.heard if told["type"] == "values"] == []


async def test_a_phone_that_was_cut_off_is_told_nothing_more_in_the_same_turn(home: Bench) -> None:
    await home.bring(PLUG)
    given = await guest_of(home, PLUG)
    async with listening_as(home, given) as ear:
        await home.ask("DELETE", f"{SESSIONS}/{given['session']}", status=204)
        home.report(PLUG, ON)
        assert await ear.close_code() == 4401
        assert "values" not in str(ear.heard[2:])


@pytest.mark.parametrize(
    ("end", "status"), [("session", 401), ("grants", 404)], ids=["session", "grants"]
)
async def test_a_body_that_comes_after_the_right_has_ended_is_too_late(
    home: Bench, end: str, status: int
) -> None:
    await home.bring(PLUG)
    given = await guest_of(home, PLUG)
    body = json.dumps({"properties": OFF, "wait_s": 0}).encode()
    place = urlsplit(home.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        head = (
            f"PATCH /api/v1/devices/{PLUG}/properties HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Bearer {given['access']}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
        )
        writer.write(head.encode())
        async with asyncio.timeout(BODY_WITHIN_S):
            await reader.readuntil(b"\r\n\r\n")  # it is let in, and goes on
            if end == "session":
                await home.ask("DELETE", f"{SESSIONS}/{given['session']}", status=204)
            else:
                await grants(home, given)
            writer.write(body)
            answer = await reader.readline()
    finally:
        writer.close()
    assert f" {status} ".encode() in answer
    assert not home.home.hub.commands.of(PLUG)


async def test_a_guest_who_comes_back_hears_no_name_that_an_owner_was_told(home: Bench) -> None:
    await home.bring(PLUG)
    ada, gil = await arrive(home, "Ada"), await guest_of(home, PLUG)
    async with listening_as(home, gil) as ear:
        place, known = dict(ear.place), ear.devices
    async with listening(home) as owner:
        path = f"/api/v1/devices/{PLUG}/properties"
        await home.ask("PATCH", path, {"properties": OFF}, headers=as_(ada))
        twin = home.home.hub.devices[PLUG].reported
        await home.until(lambda: twin.causes, "it was Ada who did it")
        await owner.say(type="ping", ref="told")
        await owner.hear("pong", ref="told")
        assert "Ada" in json.dumps([one for one in owner.heard if one["type"] == "values"])
        power = Address("outlet.power_w")
        home.report(PLUG, {**ON, power: float(twin[power].value or 0) + 1})
        await home.until(lambda: not twin.causes, "nobody did that")
    async with listening_as(home, gil, place) as ear:
        ear.devices = known
        await ear.say(type="ping", ref="now")
        await ear.hear("pong", ref="now")
        assert [told for told in ear.heard if told["type"] == "values"]
        assert "Ada" not in json.dumps(ear.heard)
