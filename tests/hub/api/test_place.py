"""Where the home is: told by an owner, kept, and followed by the sun of automations."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.clock import Clock
from hub.core.records import SavePlace
from hub.store import Store, StoreFullError
from tests.hub.api.bench import Bench, bench
from tests.hub.api.ear import listening
from tests.hub.api.test_audit import audited
from tests.hub.api.test_people import arrive, as_

Json = Any

HUB, PLACE = "/api/v1/hub", "/api/v1/hub/place"
AUTOMATIONS = "/api/v1/automations"
BERLIN: Json = {"latitude": 52.52, "longitude": 13.4}
DUSK: Json = {
    "name": "Dusk",
    "triggers": [{"type": "sun", "at": "sunset"}],
    "actions": [{"type": "notify", "text": "It is dark"}],
}


async def test_an_owner_tells_where_the_home_is_and_the_sun_follows(home: Bench) -> None:
    refused = await home.problem("POST", AUTOMATIONS, 409, body=DUSK)
    assert refused["code"] == "location-missing"
    assert "PUT /hub/place" in refused["remedy"]
    told = await home.ask("PUT", PLACE, BERLIN)
    assert (told["has_place"], told["place"]) == (True, BERLIN)
    made = await home.ask("POST", AUTOMATIONS, DUSK, status=201)
    dusk = f"{AUTOMATIONS}/{made['id']}"
    async with listening(home) as phone:
        in_berlin = (await home.get(dusk))["next_at"]
        await home.ask("PUT", PLACE, {"latitude": -33.9, "longitude": 151.2})
        in_sydney = (await phone.hear("automation"))["automation"]["next_at"]
        assert in_sydney not in {in_berlin, None}
        assert (await home.get(dusk))["next_at"] == in_sydney
        await home.ask("DELETE", PLACE, status=204)
        nowhere = (await phone.hear("automation"))["automation"]
    assert nowhere["next_at"] is None
    assert nowhere["problem"]["code"] == "location-missing"
    assert (await home.get(HUB))["has_place"] is False


async def test_the_place_outlives_the_hub_and_so_does_that_there_is_none(tmp_path: Path) -> None:
    async with bench(tmp_path) as home:
        await home.ask("PUT", PLACE, BERLIN)
    async with bench(tmp_path) as home:
        assert (await home.get(HUB))["place"] == BERLIN
        await home.ask("POST", AUTOMATIONS, DUSK, status=201)
        await home.ask("DELETE", PLACE, status=204)
        await home.ask("DELETE", PLACE, status=204)
    async with bench(tmp_path) as home:
        assert (await home.get(HUB))["place"] is None
    store = await asyncio.to_thread(Store.open, tmp_path / "data", Clock())
    assert store.load().place == SavePlace(None)  # whatever hub.toml says
    await asyncio.to_thread(store.close)


async def test_owners_alone_are_told_where_the_home_is(home: Bench) -> None:
    people = {role: await arrive(home, role, role=role) for role in ("owner", "member", "guest")}
    await home.ask("PUT", PLACE, BERLIN, headers=as_(people["owner"]))
    for role, person in people.items():
        hub = await home.ask("GET", HUB, headers=as_(person))
        assert (hub["has_place"], hub["place"]) == (True, BERLIN if role == "owner" else None)
        if role != "owner":
            await home.problem("PUT", PLACE, 403, body=BERLIN, headers=as_(person))
            await home.problem("DELETE", PLACE, 403, headers=as_(person))
    told = [one for one in await audited(home) if one[0] == "setting"]
    assert told == [("setting", "owner", "place told")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"latitude": 90.01, "longitude": 0}, id="north of the pole"),
        pytest.param({"latitude": 0, "longitude": -180.5}, id="around the earth"),
        pytest.param({"latitude": 0}, id="half a place"),
        pytest.param({"latitude": "52", "longitude": 13}, id="a text"),
        pytest.param({"latitude": True, "longitude": 13}, id="a truth"),
        pytest.param({"latitude": None, "longitude": None}, id="nothing"),
        pytest.param({**BERLIN, "altitude": 34}, id="too much"),
    ],
)
async def test_what_is_no_place_on_earth_changes_nothing(home: Bench, body: Json) -> None:
    await home.ask("PUT", PLACE, BERLIN)
    await home.problem("PUT", PLACE, 422, body=body)
    assert (await home.get(HUB))["place"] == BERLIN


async def test_a_place_that_cannot_be_kept_is_not_taken(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(store: Store, writes: object) -> None:
        raise StoreFullError("The disk is full", "Make room.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "commit", full)
        await home.problem("PUT", PLACE, 503, body=BERLIN)
    assert (await home.get(HUB))["place"] is None
    assert home.home.hub.arrangement.has_sun is False
