"""Rights that change while a request, a frame or another change is on its way."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.api.dispatch import BODY_WITHIN_S
from hub.core.commands import CommandRequest
from protocol.ids import Address, CommandId
from protocol.messages import Presence as PresenceMessage
from protocol.messages import Sleep
from protocol.receipt import Status
from tests.hub.api.bench import GATEWAY, PLUG, Bench
from tests.hub.api.ear import listening
from tests.hub.api.test_households import BAND, announce, tell
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


@pytest.mark.parametrize(
    ("end", "why"),
    [("session", "session_ended"), ("grants", "not_allowed"), ("until", "not_allowed")],
    ids=["session", "grants", "until"],
)
async def test_what_waits_for_a_sleeper_is_given_up_when_the_right_has_ended(
    home: Bench, end: str, why: str
) -> None:
    await home.bring(PLUG)
    await home.bring(GATEWAY)
    tell(home, announce(home, sleep=Sleep(interval_s=600)))
    connection = home.home.hub.devices[GATEWAY].record.connection
    tell(home, PresenceMessage(status="asleep", epoch=1, connection=connection))
    at = home.home.clock.iso(home.home.clock.now_s() + 3_600)
    given = await guest_of(home, BAND, until=at)
    body = {"properties": ON, "expires_in_s": 7 * 86_400, "wait_s": 0}
    place = f"/api/v1/devices/{BAND}/properties"
    receipt = await home.ask("PATCH", place, body, status=202, headers=as_(given))
    action = Address("outlet.reset_energy")
    scope = "automation-0a1b2c3d"  # its author was asked when it was sent
    other = await home.home.command(
        CommandRequest(BAND, scope, CommandId("run-1.0.0"), {}, action=action, ttl_s=3_600.0)
    )
    if end == "session":
        await home.ask("DELETE", f"{SESSIONS}/{given['session']}", status=204)
    elif end == "grants":
        await grants(home, given)
    else:
        home.time.ahead_s += 3_601
    commands = home.home.hub.commands
    record = commands.record(receipt["command"])
    await home.until(lambda: commands.record(record.id).is_final, "it is given up")
    assert commands.record(record.id).status is Status.FAILED
    assert commands.record(record.id).reason == why
    if end != "until":
        assert not commands.record(other.id).is_final
