"""What was before a guest's visit does not exist for the guest: one home, asked in every way."""

from typing import Any

import pytest

from tests.hub.api.bench import PLUG, Bench
from tests.hub.api.test_arrangement import OFF, ON
from tests.hub.api.test_causes import SET
from tests.hub.api.test_inbox import notify, unread
from tests.hub.api.test_people import PEOPLE, arrive, as_

Json = Any
DEVICE = f"/api/v1/devices/{PLUG}"
HISTORY = f"{DEVICE}/history?address=outlet.on&from=2026-01-01T00:00:00Z"
SEES = {"right": "see", "devices": [PLUG]}


@pytest.fixture
async def gil(home: Bench) -> Json:
    """A guest who comes after somebody has switched the plug off and on."""
    await home.bring(PLUG)
    for properties in (OFF, ON):
        await home.ask("PATCH", SET, {"properties": properties})
    return await arrive(home, "Gil", role="guest", grants=[SEES])


async def past(home: Bench, who: Json) -> dict[str, list[Any]]:
    """Return what somebody is told of the past: values, commands and activity, oldest first."""
    told = {}
    [series] = (await home.ask("GET", HISTORY, headers=as_(who)))["series"]
    told["history"] = [point["value"] for point in series["points"]]
    commands = await home.ask("GET", f"{DEVICE}/commands", headers=as_(who))
    told["commands"] = [
        [item["address"] for item in one["items"]] for one in reversed(commands["commands"])
    ]
    page = await home.ask("GET", f"/api/v1/activity?device={PLUG}", headers=as_(who))
    told["activity"] = [one["value"] for one in reversed(page["entries"])]
    return told


async def test_a_guest_is_told_of_nothing_before_the_visit(home: Bench, gil: Json) -> None:
    assert await past(home, gil) == {"history": [True], "commands": [], "activity": []}
    await home.ask("PATCH", SET, {"properties": OFF})
    during = await past(home, gil)
    assert during["history"] == [True, False]
    assert during["commands"] == [["outlet.on"]]
    assert during["activity"] == [False]
    mo = await arrive(home, "Mo")
    assert (await past(home, mo))["activity"] == [False, True, False]
    csv = await home.ask("GET", f"{HISTORY}&format=csv", headers=as_(gil))
    assert len(csv.splitlines()) == 1 + len(during["history"])


async def test_a_span_before_the_visit_is_empty(home: Bench, gil: Json) -> None:
    span = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
    told = await home.ask("GET", f"{DEVICE}/history?{span}", headers=as_(gil))
    assert told["series"] == []


async def test_what_is_granted_later_begins_then_and_goes_on_when_it_lasts_longer(
    home: Bench, gil: Json
) -> None:
    place = f"{PEOPLE}/{gil['person']['id']}"
    await home.ask("PATCH", place, {"grants": []})
    await home.ask("PATCH", SET, {"properties": OFF})
    await home.ask("PATCH", place, {"grants": [SEES]})
    assert (await past(home, gil))["activity"] == []
    await home.ask("PATCH", SET, {"properties": ON})
    await home.ask("PATCH", place, {"grants": [{**SEES, "until": "2036-01-01T00:00:00Z"}]})
    assert (await past(home, gil))["activity"] == [True]


async def test_notices_of_before_the_visit_are_no_guests(home: Bench) -> None:
    await home.bring(PLUG)
    await notify(home)
    guest = await arrive(home, "Gil", role="guest", grants=[SEES])
    during = await notify(home)
    assert await unread(home, guest) == [during]
