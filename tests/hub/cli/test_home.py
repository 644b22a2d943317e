"""`ecohub rooms` and `ecohub scene` against a hub that answers as a real one does."""

from typing import Any

from tests.hub.cli.command_line import at
from tests.hub.cli.fake_hub import FakeHub

ROOM = {"id": "room-7f3a91c2", "name": "Hall\u202e [red]", "icon": "", "floor": None}
SCENE: dict[str, Any] = {
    "id": "scene-7f3a91c2",
    "name": "Film night",
    "icon": "",
    "room": None,
    "devices": [],
}


async def test_rooms_are_listed_with_their_devices(hub: FakeHub) -> None:
    hub.answers["rooms"] = {"rooms": [ROOM]}
    for number, device in enumerate(hub.answers["devices"]["devices"]):
        device["room"] = None if number else ROOM["id"]
    ended = await at(hub, "rooms")
    assert ended.code == 0
    assert "\u202e" not in ended.out
    [line] = [line for line in ended.out.splitlines() if "Hall" in line]
    assert hub.device()["name"] in line


async def test_a_scene_is_activated_by_name_and_says_what_did_not_work(hub: FakeHub) -> None:
    receipt: dict[str, Any] = next(f["receipt"] for f in hub.frames if "receipt" in f)
    receipt = {**receipt, "status": "confirmed", "reason": ""}
    gone = {"detail": "no device lamp-0001 in this home", "code": "device-unknown"}
    results = [{"device": "a", "receipt": receipt}]
    done = {"results": results, "undo": "undo-7f3a91c2", "not_undone": []}
    hub.answers["scenes"] = {"scenes": [SCENE]}
    hub.answers[f"scenes/{SCENE['id']}/activate"] = done
    ended = await at(hub, "scene", "film NIGHT")
    assert ended.code == 0
    assert "ecohub scene --undo undo-7f3a91c2" in ended.out
    results.append({"device": "lamp-0001", "problem": gone})
    ended = await at(hub, "scene", "Film night")
    assert ended.code != 0
    assert "1 of 2 devices did not do it" in ended.err
    hub.answers["undo/undo-7f3a91c2"] = {**done, "results": results[:1], "undo": None}
    assert (await at(hub, "scene", "--undo", "undo-7f3a91c2")).code == 0
    assert "Film night" in (await at(hub, "scene")).out
    assert (await at(hub, "scene", "Breakfast")).code == 2
