"""Who let whom and what in, over the API: told to those who may do so themselves."""

from typing import Any

import pytest

from hub.core.activity import RIGHT_OF
from hub.store import Store, StoreFullError
from tests.hub.api.bench import PLUG, Bench
from tests.hub.api.test_activity import ACTIVITY, told
from tests.hub.api.test_people import INVITES, PAIR, PEOPLE, WINDOW, arrive, as_

Json = Any
AUDIT = "&".join(f"kind={kind}" for kind in RIGHT_OF)


async def audited(home: Bench, who: Json | None = None) -> list[tuple[str, str, str]]:
    """Return kind, who did it, and role and words of each entry, the earliest first."""
    headers = as_(who) if who else {}
    page = await home.ask("GET", f"{ACTIVITY}?{AUDIT}&limit=200", headers=headers)
    found = [
        (
            one["kind"],
            (one["by"] or {}).get("name", ""),
            f"{one.get('status', '')} {one.get('text', '')}".strip(),
        )
        for one in page["entries"]
    ]
    return found[::-1]


async def test_who_let_whom_in_is_told_to_owners_alone(home: Bench) -> None:
    owner = await arrive(home, "Ada", role="owner")
    guest = await arrive(home, "Gil", role="guest")
    member = await arrive(home, "Mo", role="member")
    path, headers = f"{PEOPLE}/{guest['person']['id']}", as_(owner)
    grant = {"right": "control", "devices": ["lamp-0001"], "addresses": ["light.on"]}
    await home.ask("PATCH", path, {"grants": [grant]}, headers=headers)
    await home.ask("PATCH", path, {"grants": [], "role": "member"}, headers=headers)
    await home.ask("DELETE", path, status=204, headers=headers)
    sent = await home.ask("POST", INVITES, {"name": "Bo"}, status=201, headers=headers)
    await home.ask("DELETE", f"{INVITES}/{sent['id']}", status=204, headers=headers)
    assert await audited(home, owner) == [
        ("invite", "local", "owner"),
        ("pair", "Ada", "Phone"),
        ("invite", "local", "guest"),
        ("pair", "Gil", "Phone"),
        ("invite", "local", "member"),
        ("pair", "Mo", "Phone"),
        ("grant", "Ada", "control lamp-0001 (light.on)"),
        ("role", "Ada", "guest -> member"),
        ("revoke", "Ada", "control lamp-0001 (light.on)"),
        ("revoke", "Ada", "Gil"),
        ("invite", "Ada", "guest Bo"),
        ("revoke", "Ada", "guest Bo"),
    ]
    assert await audited(home, member) == []
    mine = await told(home, owner, person=guest["person"]["id"], limit=200)
    assert {one["kind"] for one in mine} == {"pair", "grant", "role", "revoke"}


async def test_a_right_is_told_with_the_names_of_its_places(home: Bench) -> None:
    await home.bring(PLUG)
    room = await home.ask("POST", "/api/v1/rooms", {"name": "Hall"}, status=201)
    guest = await arrive(home, "Gil", role="guest")
    path = f"{PEOPLE}/{guest['person']['id']}"
    grant = {"right": "see", "rooms": [room["id"]], "devices": [PLUG]}
    changed = await home.ask("PATCH", path, {"grants": [grant]})
    await home.ask("DELETE", f"/api/v1/rooms/{room['id']}", status=204)
    [entry] = await told(home, kind="grant")
    assert entry["text"] == "see Hall, Smart plug"
    assert (entry["code"], entry["parameters"]) == ("right-given", {"person": "Gil"})
    assert entry["grant"] == changed["grants"][0]
    assert entry["places"] == {room["id"]: "Hall", PLUG: "Smart plug"}


async def test_a_phone_that_is_cut_off_is_told_of(home: Bench) -> None:
    member = await arrive(home, "Mo", role="member")
    await home.ask("DELETE", f"/api/v1/sessions/{member['session']}", status=204)
    [entry] = await told(home, kind="revoke")
    assert (entry["person"], entry["text"]) == (member["person"]["id"], "Phone")


async def test_wrong_codes_are_told_of_once_in_a_while(home: Bench) -> None:
    await home.ask("POST", WINDOW, {})
    for _ in range(3):
        body = {"code": "0000-0000", "person": "Eve", "device": "x"}
        await home.problem("POST", PAIR, 403, body=body)
    assert await audited(home) == [("refused", "", "pairing code")]


async def test_devices_and_settings_are_told_of_with_who_did_it(home: Bench) -> None:
    await home.bring(PLUG)
    owner = await arrive(home, "Ada", role="owner")
    device, headers = f"/api/v1/devices/{PLUG}", as_(owner)
    await home.ask("PATCH", "/api/v1/hub", {"mode": "warn"}, headers=headers)
    await home.ask("PATCH", device, {"mode": "warn", "max_children": 7}, headers=headers)
    await home.ask("DELETE", device, status=204, headers=headers)
    assert [one for one in await audited(home) if one[1] == "Ada" and one[0] != "pair"] == [
        ("setting", "Ada", "mode = warn"),
        ("setting", "Ada", "mode = warn"),
        ("setting", "Ada", "max_children = 7"),
        ("unjoin", "Ada", "Smart plug"),
    ]


async def test_what_cannot_be_kept_is_not_told_as_done(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await arrive(home, "Mo", role="member")
    before = await audited(home)

    async def full(store: Store, writes: object) -> None:
        raise StoreFullError("The disk is full", "Make room.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "commit", full)
        path = f"{PEOPLE}/{member['person']['id']}"
        await home.problem("PATCH", path, 503, body={"role": "guest"})
    assert await audited(home) == before


async def test_audit_is_on_the_disk_with_what_it_tells_of(home: Bench) -> None:
    await arrive(home, "Mo", role="member")
    rows = home.home.store._writer.control.execute("SELECT record FROM audit ORDER BY id")
    assert [one for (text,) in rows for one in ("Mo", "Phone") if one in text]
