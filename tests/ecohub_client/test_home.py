"""The copy of a home, frame by frame."""

import copy
import json
from typing import Any

import pytest

from ecohub_client import Home
from tests.hub.cli.fake_hub import PURIFIER, RECORDED

Json = Any
FRAMES: list[Json] = json.loads(RECORDED.read_text("utf-8"))["stream"]
AT = "2026-11-21T20:43:00.123Z"
SNAPSHOT = next(frame for frame in FRAMES if frame["type"] == "snapshot")
PRESENCE = {"status": "unreachable", "reason": "lost", "since": AT}


@pytest.fixture
def home() -> Home:
    made = Home()
    made.take(copy.deepcopy(SNAPSHOT))
    return made


def take(home: Home, **frame: Json) -> None:
    told: Json = {"seq": SNAPSHOT["seq"] + 1, **frame}
    home.take(told)


def test_values_are_laid_over_those_known(home: Home) -> None:
    take(home, type="values", device=PURIFIER, values={"fan.level": {"value": 3, "at": AT}})
    assert home.value(PURIFIER, "fan.level") == 3
    assert "air.pm2_5" in home.devices[PURIFIER]["twin"]
    assert home.place == {"stream": SNAPSHOT["stream"], "seq": SNAPSHOT["seq"] + 1}


def test_presence_is_what_was_told_last(home: Home) -> None:
    take(home, type="presence", device=PURIFIER, presence=PRESENCE)
    shown: Json = home.devices[PURIFIER]["presence"]
    assert shown == PRESENCE


def test_a_device_comes_and_goes(home: Home) -> None:
    newcomer = {**copy.deepcopy(SNAPSHOT["devices"][0]), "id": "air-purifier-0002"}
    take(home, type="device", device=newcomer)
    assert list(home.devices)[-1] == "air-purifier-0002"
    take(home, type="removed", device="air-purifier-0002")
    assert "air-purifier-0002" not in home.devices


@pytest.mark.parametrize("kind", ["floor", "room", "group", "scene", "automation"])
def test_what_people_arrange_comes_changes_and_goes(home: Home, kind: str) -> None:
    table: Json = getattr(home, f"{kind}s")
    take(home, type=kind, **{kind: {"id": "one", "name": "a"}})
    take(home, type=kind, **{kind: {"id": "two", "name": "b"}})
    take(home, type=kind, **{kind: {"id": "one", "name": "c"}})
    assert [one["name"] for one in table.values()] == ["c", "b"]
    take(home, type=f"{kind}_removed", id="one")
    take(home, type=f"{kind}_removed", id="one")
    assert list(table) == ["two"]


@pytest.mark.parametrize(
    "kind", ["values", "presence", "removed", "receipt", "automation_run", "new_removed", "new"]
)
def test_a_frame_about_a_stranger_or_unknown_changes_nothing(home: Home, kind: str) -> None:
    before = copy.deepcopy(vars(home))
    take(home, type=kind, device="nobody-0001", values={}, presence=PRESENCE, id="x", run={})
    assert {**vars(home), "place": None} == {**before, "place": None}
