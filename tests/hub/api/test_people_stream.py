"""The stream as each person has it: rights are asked again for every event."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from hub.core.people.access import Moment
from protocol.ids import DeviceId
from simulators.band import Band
from simulators.product import Product
from tests.hub.api import bench as benches
from tests.hub.api.bench import PLUG, PURIFIER, Bench
from tests.hub.api.ear import Ear, listening, opened
from tests.hub.api.test_people import PEOPLE, SESSIONS, arrive, as_

Json = Any
BAND = DeviceId("band-0001")


def listening_as(home: Bench, given: Json, resume: Json = None) -> AbstractAsyncContextManager[Ear]:
    return listening(home, resume, given["access"])


async def guest_of(home: Bench, *devices: str, right: str = "control", **more: Json) -> Json:
    grant = {"right": right, "devices": list(devices), **more}
    return await arrive(home, "Gil", role="guest", grants=[grant])


async def grants(home: Bench, given: Json, *of: Json) -> None:
    await home.ask("PATCH", f"{PEOPLE}/{given['person']['id']}", {"grants": list(of)})


async def test_a_guest_hears_of_granted_devices_alone(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    given = await guest_of(home, PLUG)
    async with listening_as(home, given) as ear:
        assert set(ear.devices) == {PLUG}
        home.report(PURIFIER, {"fan.level": 3})
        home.report(PLUG, {"outlet.on": True})
        await ear.hear("values", device=PLUG)
        assert not [told for told in ear.heard if PURIFIER in str(told)]


async def test_a_guest_commands_what_is_granted_and_nothing_else(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    given = await guest_of(home, PLUG, addresses=["outlet.on"])
    async with listening_as(home, given) as ear:
        await ear.say(type="set", device=PURIFIER, properties={"fan.level": 3}, ref=1)
        assert (await ear.hear("problem", ref=1))["problem"]["code"] == "device-unknown"
        await ear.say(type="call", device=PLUG, action="outlet.reset_energy", ref=2)
        assert (await ear.hear("problem", ref=2))["problem"]["code"] == "right-missing"
        await ear.say(type="set", device=PLUG, properties={"outlet.on": True}, ref=3)
        await ear.hear("accepted", ref=3)
    assert not home.home.hub.commands.of(PURIFIER)


async def test_a_grant_that_comes_and_goes_is_seen_at_once(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    given = await guest_of(home, PLUG)
    async with listening_as(home, given) as ear, asyncio.timeout(5):
        await grants(home, given, {"right": "see", "home": True})
        await ear.hear("snapshot")
        assert set(ear.devices) == {PLUG, PURIFIER}
        await grants(home, given)
        await ear.hear("snapshot")
        assert ear.devices == {}
        home.report(PLUG, {"outlet.on": True})
        await ear.say(type="ping", ref="now")
        await ear.hear("pong", ref="now")
        assert not [told for told in ear.heard[-2:] if told["type"] == "values"]


async def test_who_comes_back_after_a_grant_has_gone_gets_a_snapshot(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    given = await guest_of(home, PLUG, PURIFIER)
    async with listening_as(home, given) as ear:
        place = dict(ear.place)
    async with listening_as(home, given, place) as ear:
        assert ear.heard[-1]["type"] == "resumed"
    await grants(home, given, {"right": "see", "devices": [PLUG]})
    async with listening_as(home, given, place) as ear:
        assert ear.heard[-1]["type"] == "snapshot"
        assert set(ear.devices) == {PLUG}


async def test_a_phone_on_the_stream_is_seen_now_and_that_is_kept(home: Bench) -> None:
    given = await arrive(home)

    async def seen() -> str:
        [session] = (await home.get(SESSIONS))["sessions"]
        return str(session["seen_at"])

    async def kept_s() -> float:
        _, [session], _ = await home.home.store.people()
        return session.seen_at_s

    before_s = await kept_s()
    async with listening_as(home, given), asyncio.timeout(30):
        times = [await seen()]
        while len(times) < 3:
            now = await seen()
            times += [now] if now != times[-1] else []
        assert times == sorted(times)
    await home.home.people.sessions.keep_seen()
    [session] = home.home.people.register.sessions.values()
    assert await kept_s() == pytest.approx(session.seen_at_s, abs=0.01)
    assert session.seen_at_s > before_s


async def test_an_hour_that_ends_ends_on_the_stream(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.bring(PLUG)
    hours = {"days": ["mon"], "begin": "09:00", "end": "10:00"}
    given = await guest_of(home, PLUG, hours=[hours])
    sights, minute = home.home.people.sights, [9 * 60 + 59]
    monkeypatch.setattr(sights, "moment", lambda: Moment(1_790_000_059.0, 0, minute[0]))
    sights.revision += 1
    async with listening_as(home, given) as ear, asyncio.timeout(5):
        assert set(ear.devices) == {PLUG}
        minute[0] += 1
        await ear.hear("snapshot")
        assert ear.devices == {}
        place = f"/api/v1/devices/{PLUG}"
        await home.problem("GET", place, 404, headers=as_(given))


async def test_an_owner_who_becomes_a_guest_sees_as_one(home: Bench) -> None:
    await home.bring(PLUG)
    await arrive(home, "Ada", role="owner")
    given = await arrive(home, "Bo", role="owner")
    async with listening_as(home, given) as ear, asyncio.timeout(5):
        assert set(ear.devices) == {PLUG}
        await home.ask("PATCH", f"{PEOPLE}/{given['person']['id']}", {"role": "guest"})
        await ear.hear("snapshot")
        assert ear.devices == {}


async def test_a_revoked_session_loses_its_streams(home: Bench) -> None:
    given, other = await arrive(home, "Ada"), await arrive(home, "Bo")
    async with listening_as(home, given) as ear, listening_as(home, other) as stays:
        await home.ask("DELETE", f"{SESSIONS}/{given['session']}", status=204)
        assert await ear.close_code() == 4401
        await stays.say(type="ping")
        await stays.hear("pong")
    async with opened(home) as ear:
        await ear.say(type="auth", token=given["access"])
        assert await ear.close_code() == 4401


async def test_a_stream_outlives_the_access_token_that_opened_it(home: Bench) -> None:
    given = await arrive(home)
    async with listening_as(home, given) as ear:
        await home.ask("POST", f"{SESSIONS}/refresh", {"refresh": given["refresh"]})
        home.home.people.sessions._access.clear()
        await asyncio.sleep(0.6)
        await ear.say(type="ping")
        await ear.hear("pong")


@pytest.fixture
async def worn(home: Bench, monkeypatch: pytest.MonkeyPatch) -> Json:
    """Return somebody who wears a band."""
    physics = {**benches.PHYSICS, BAND: Band}
    monkeypatch.setattr(benches, "PHYSICS", physics)
    monkeypatch.setitem(benches.PRODUCTS, BAND, Product.read(Band.document()))
    await home.bring(BAND)
    given = await arrive(home, "Wu", role="member")
    wears = {"wears": [BAND]}
    await home.ask("PATCH", f"{PEOPLE}/{given['person']['id']}", wears)
    return given


async def test_what_a_band_tells_is_its_wearers(home: Bench, worn: Json) -> None:
    other, place = await arrive(home, "Mo", role="member"), f"/api/v1/devices/{BAND}"
    private = {"heart.rate", "activity.steps", "wearable.worn"}
    own = await home.ask("GET", place, headers=as_(worn))
    assert private <= set(own["twin"])
    for headers in (as_(other), {}):
        shown = await home.ask("GET", place, headers=headers)
        assert not private & set(shown["twin"])
        assert "battery.level" in shown["twin"]
    traced = (await home.get(f"{place}/trace"))["messages"]
    assert traced
    assert all(not one["payload"] and not one["text"] for one in traced)
    for headers in (as_(other), {}):
        asked = f"{place}/history?address=heart.rate"
        told = await home.ask("GET", asked, headers=headers)
        assert told["series"] == []
    async with listening_as(home, worn) as mine, listening_as(home, other) as theirs:
        assert "heart.rate" in mine.devices[BAND]["twin"]
        assert "heart.rate" not in theirs.devices[BAND]["twin"]
        home.report(BAND, {"heart.rate": 77, "battery.level": 50})
        told = await mine.hear("values", device=BAND)
        assert told["values"]["heart.rate"]["value"] == 77
        told = await theirs.hear("values", device=BAND)
        assert set(told["values"]) == {"battery.level"}


async def test_a_wearer_may_be_seen_by_whom_it_was_granted(home: Bench, worn: Json) -> None:
    place = f"/api/v1/devices/{BAND}"
    nurse = await guest_of(home, BAND, right="see", addresses=["heart.rate"])
    visitor = await arrive(home, "Vi", role="guest", grants=[{"right": "see", "home": True}])
    assert set((await home.ask("GET", place, headers=as_(nurse)))["twin"]) == {"heart.rate"}
    assert "heart.rate" not in (await home.ask("GET", place, headers=as_(visitor)))["twin"]


async def test_a_device_that_leaves_takes_its_grants_along(home: Bench, worn: Json) -> None:
    person = f"{PEOPLE}/{worn['person']['id']}"
    await home.ask("DELETE", f"/api/v1/devices/{BAND}", status=204)
    assert (await home.get(person))["wears"] == []
    body = {"wears": ["gone-000001"]}
    assert (await home.problem("PATCH", person, 404, body=body))["code"] == "device-unknown"
