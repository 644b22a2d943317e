"""A stream that tells of some rooms, devices and addresses alone."""

from typing import Any

import pytest

from tests.hub.api.bench import PLUG, PURIFIER, SENSOR, Bench
from tests.hub.api.ear import Ear, listening, opened
from tests.hub.api.test_arrangement import bring_plug, make
from tests.hub.api.test_people import arrive, as_

Json = Any


async def room(home: Bench, name: str, *devices: str) -> str:
    made = await home.ask("POST", "/api/v1/rooms", {"name": name}, status=201)
    for device in devices:
        await home.ask("PATCH", f"/api/v1/devices/{device}", {"room": made["id"]})
    return str(made["id"])


async def up_to_now(ear: Ear, mark: str) -> list[Json]:
    """Hear all that has been told so far, and return it."""
    await ear.say(type="ping", ref=mark)
    await ear.hear("pong", ref=mark)
    return ear.heard


def named(ear: Ear, what: str) -> list[Json]:
    return [told for told in ear.heard if what in str(told)]


async def test_a_stream_of_a_device_tells_of_no_other(home: Bench) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    hall = await room(home, "Hall", PURIFIER)
    async with listening(home, only={"devices": [PLUG]}) as ear:
        assert set(ear.devices) == {PLUG}
        assert ear.heard[-1]["rooms"] == []
        home.report(PURIFIER, {"fan.level": 3})
        await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", {"name": "Airy"})
        home.report(PLUG, {"outlet.power_w": 7.5})
        await home.until(lambda: home.value(PLUG, "outlet.power_w") == 7.5, "told the hub")
        await up_to_now(ear, "now")
        assert ear.devices[PLUG]["twin"]["outlet.power_w"]["value"] == 7.5
        assert not named(ear, PURIFIER)
        assert not named(ear, hall)
        assert [one["type"] for one in ear.heard].count("snapshot") == 1


async def test_a_device_that_comes_into_a_heard_room_is_told_and_one_that_leaves_goes(
    home: Bench,
) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    hall = await room(home, "Hall", PLUG)
    async with listening(home, only={"rooms": [hall]}) as ear:
        assert set(ear.devices) == {PLUG}
        assert [one["id"] for one in ear.heard[-1]["rooms"]] == [hall]
        await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", {"room": hall})
        await up_to_now(ear, "moved in")
        assert set(ear.devices) == {PLUG, PURIFIER}
        home.report(PURIFIER, {"fan.level": 3})
        await ear.hear("values", device=PURIFIER)
        await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", {"room": None})
        await up_to_now(ear, "moved out")
        assert set(ear.devices) == {PLUG}
        before = len(ear.heard)
        home.report(PURIFIER, {"fan.level": 2})
        await home.until(lambda: home.value(PURIFIER, "fan.level") == 2, "told the hub")
        assert PURIFIER not in str((await up_to_now(ear, "later"))[before:])


async def test_rooms_and_devices_add_up_and_addresses_narrow_each(home: Bench) -> None:
    for device in (PLUG, PURIFIER, SENSOR):
        await home.bring(device)
    hall = await room(home, "Hall", PURIFIER)
    only = {"rooms": [hall], "devices": [PLUG], "addresses": ["outlet.on", "air.pm2_5"]}
    async with listening(home, only=only) as ear:
        assert {device: set(one["twin"]) for device, one in ear.devices.items()} == {
            PLUG: {"outlet.on"},
            PURIFIER: {"air.pm2_5"},
        }
        assert ear.devices[PLUG]["visible"] == ["outlet.on"]
        home.report(PLUG, {"outlet.power_w": 3.0})
        home.report(PURIFIER, {"air.pm2_5": 31.0, "fan.level": 3})
        told = await ear.hear("values", device=PURIFIER)
        assert set(told["values"]) == {"air.pm2_5"}
        assert not named(ear, "outlet.power_w")


async def test_what_is_not_there_yet_is_heard_once_it_comes(home: Bench) -> None:
    async with listening(home, only={"devices": [PLUG], "rooms": ["room-00000000"]}) as ear:
        assert ear.devices == {}
        await home.bring(PLUG)
        await ear.hear("values", device=PLUG)
        assert set(ear.devices) == {PLUG}


async def test_who_comes_back_with_the_same_filter_goes_on(home: Bench) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    async with listening(home, only={"devices": [PLUG, SENSOR]}) as ear:
        place = dict(ear.place)
    home.report(PURIFIER, {"fan.level": 3})
    home.report(PLUG, {"outlet.on": True})
    await home.until(lambda: home.value(PLUG, "outlet.on"), "told the hub")
    async with opened(home) as ear:
        ear.place, ear.devices = dict(place), {PLUG: {"twin": {}}}
        only = {"devices": [SENSOR, PLUG, PLUG]}
        await ear.say(type="auth", token=home.token, resume=place, only=only)
        await ear.hear("resumed")
        await ear.hear("values", device=PLUG)
        assert not named(ear, PURIFIER)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"devices": [PLUG]}, None),
        (None, {"devices": [PLUG]}),
        ({"devices": [PLUG]}, {"devices": [PURIFIER]}),
        ({"devices": [PLUG]}, {"devices": [PLUG], "addresses": ["outlet.on"]}),
    ],
    ids=["none any more", "one now", "another one", "a narrower one"],
)
async def test_who_comes_back_with_another_filter_gets_a_snapshot(
    home: Bench, first: Json, then: Json
) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    async with listening(home, only=then) as ear:  # known to the hub, but not how it was reached
        fresh = ear.devices
    async with listening(home, only=first) as ear:
        place = dict(ear.place)
    async with listening(home, place, only=then) as ear:
        assert ear.heard[-1]["type"] == "snapshot"
        assert set(ear.devices) == set(fresh)


async def test_an_empty_filter_lets_all_through(home: Bench) -> None:
    await home.bring(PLUG)
    async with listening(home) as ear:
        place = dict(ear.place)
    async with listening(home, place, only={}) as ear:
        assert ear.heard[-1]["type"] == "resumed"


async def test_commands_are_not_filtered_nor_the_receipts_of_ones_own(home: Bench) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    given = await arrive(home, "Ada")
    other = await arrive(home, "Bo")
    async with listening(home, token=given["access"], only={"devices": [PLUG]}) as ear:
        wanted = {"properties": {"fan.level": 3}, "id": "theirs", "wait_s": 10}
        place = f"/api/v1/devices/{PURIFIER}/properties"
        await home.ask("PATCH", place, wanted, headers=as_(other))
        await ear.say(type="set", ref=1, id="own", device=PURIFIER, properties={"fan.level": 2})
        await ear.hear("accepted", ref=1)
        while not (told := await ear.hear("receipt"))["receipt"]["is_final"]:
            assert told["receipt"]["id"] == "own"
        assert told["receipt"]["status"] == "confirmed"
        assert PURIFIER not in {one.get("device") for one in ear.heard}
        assert not named(ear, "theirs")


async def test_a_filter_shows_a_guest_no_more_than_the_grant(home: Bench) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    hall = await room(home, "Hall", PURIFIER)
    grant = {"right": "see", "devices": [PLUG], "addresses": ["outlet.on"]}
    given = await arrive(home, "Gil", role="guest", grants=[grant])
    only = {"rooms": [hall], "devices": [PLUG], "addresses": ["outlet.on", "outlet.power_w"]}
    async with listening(home, token=given["access"], only=only) as ear:
        assert set(ear.devices) == {PLUG}
        assert set(ear.devices[PLUG]["twin"]) == {"outlet.on"}
        home.report(PURIFIER, {"fan.level": 3})
        home.report(PLUG, {"outlet.power_w": 3.0, "outlet.on": True})
        told = await ear.hear("values", device=PLUG)
        assert set(told["values"]) == {"outlet.on"}
        grants = [{"right": "see", "rooms": [hall]}]
        await home.ask("PATCH", f"/api/v1/people/{given['person']['id']}", {"grants": grants})
        await ear.hear("snapshot")
        assert set(ear.devices) == {PURIFIER}
        assert ear.devices[PURIFIER]["twin"] == {}


async def test_what_a_person_likes_is_told_by_every_filter(home: Bench) -> None:
    await home.bring(PLUG)
    await home.ask("PATCH", f"/api/v1/devices/{PLUG}", {"is_favourite": True})
    async with listening(home, only={"devices": [SENSOR]}) as ear:
        assert (await ear.hear("favourites"))["devices"] == [PLUG]


async def test_groups_scenes_and_automations_are_told_where_all_that_they_name_is_heard(
    home: Bench,
) -> None:
    other = await bring_plug(home, "smart-plug-0002")
    await home.bring(PLUG)
    for name, members in (("one", [PLUG]), ("both", [PLUG, other])):
        steps = [{"device": one, "properties": {"outlet.on": True}} for one in members]
        actions = [{"type": "set", **step} for step in steps]
        morning = [{"type": "time", "at": "07:30"}]
        await make(home, "groups", name=name, members=members)
        await make(home, "scenes", name=name, steps=steps)
        await make(home, "automations", name=name, triggers=morning, actions=actions)
    async with listening(home, only={"devices": [PLUG]}) as ear:
        told = ear.heard[-1]
        for kind in ("groups", "scenes", "automations"):
            assert [one["name"] for one in told[kind]] == ["one"], kind
    async with listening(home, only={"devices": [PLUG], "addresses": ["outlet.power_w"]}) as ear:
        assert ear.heard[-1]["automations"] == []


@pytest.mark.parametrize(
    ("only", "path"),
    [
        ({"rooms": "room-00000000"}, "only.rooms"),
        ({"rooms": []}, "only.rooms"),
        ({"rooms": ["Kitchen"]}, "only.rooms.0"),
        ({"devices": [7]}, "only.devices.0"),
        ({"devices": [f"plug-{number:06d}" for number in range(257)]}, "only.devices"),
        ({"addresses": ["outlet.on", "on"]}, "only.addresses.1"),
        ({"room": ["room-00000000"]}, "only.room"),
        ([PLUG], "only"),
    ],
    ids=range(8),
)
async def test_a_filter_that_makes_no_sense_is_said_and_ends_the_stream(
    home: Bench, only: Json, path: str
) -> None:
    async with opened(home) as ear:
        await ear.next()
        await ear.say(type="auth", token=home.token, only=only)
        told = (await ear.hear("problem", ref=None))["problem"]
        assert (told["code"], told["path"]) == ("body-invalid", path)
        assert told["detail"].startswith(path)
        assert "asyncapi.json" in told["remedy"]
        assert await ear.close_code() == 4400
