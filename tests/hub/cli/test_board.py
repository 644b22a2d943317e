import copy
import json
from typing import Any

import pytest

from hub.cli.board import Board
from hub.cli.lines import lines_of
from tests.hub.cli.fake_hub import PURIFIER, RECORDED

FRAMES: list[dict[str, Any]] = json.loads(RECORDED.read_text("utf-8"))["stream"]
AT = "2026-11-21T20:43:00.123Z"
SNAPSHOT = next(frame for frame in FRAMES if frame["type"] == "snapshot")
PRESENCE = {"status": "unreachable", "reason": "lost", "since": AT}


@pytest.fixture
def board() -> Board:
    made = Board()
    made.take(copy.deepcopy(SNAPSHOT))
    return made


def test_values_are_laid_over_those_known(board: Board) -> None:
    told = {"fan.level": {"value": 3, "at": AT}}
    board.take({"type": "values", "seq": 9, "device": PURIFIER, "values": told})
    twin = board.devices[PURIFIER]["twin"]
    assert twin["fan.level"]["value"] == 3
    assert "air.pm2_5" in twin


def test_presence_is_what_was_told_last(board: Board) -> None:
    board.take({"type": "presence", "seq": 9, "device": PURIFIER, "presence": PRESENCE})
    assert board.devices[PURIFIER]["presence"] == PRESENCE


def test_device_comes_and_goes(board: Board) -> None:
    newcomer = copy.deepcopy(board.devices[PURIFIER]) | {"id": "air-purifier-0002"}
    board.take({"type": "device", "seq": 9, "device": newcomer})
    assert list(board.devices)[-1] == "air-purifier-0002"
    board.take({"type": "removed", "seq": 10, "device": "air-purifier-0002"})
    assert "air-purifier-0002" not in board.devices


@pytest.mark.parametrize("kind", ["values", "presence", "removed", "receipt", "hello", "new"])
def test_frame_about_a_stranger_or_unknown_changes_nothing(board: Board, kind: str) -> None:
    before = copy.deepcopy(board.devices)
    frame = {"type": kind, "seq": 9, "device": "nobody-0001", "values": {}, "presence": PRESENCE}
    board.take(frame)
    assert board.devices == before


BROKEN = {
    "rule": "ECO-VALUE-002",
    "path": "values.fan.level",
    "detail": "9 is outside 1..3",
    "count": 3,
}
WORN = {"type": "event", "device": PURIFIER, "event": "filter.worn", "arguments": {"a": 1}}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ({"type": "presence", "device": PURIFIER, "presence": PRESENCE}, "unreachable (lost)"),
        ({**WORN, "at": AT}, "filter.worn! a=1"),
        ({"type": "removed", "device": PURIFIER}, "has left the home"),
        ({"type": "coalesced", "dropped": 7}, "7 changes were overtaken"),
        (
            {"type": "violation", "device": PURIFIER, "violation": BROKEN},
            "breaks ECO-VALUE-002 at values.fan.level: 9 is outside 1..3 (3 times)",
        ),
    ],
)
def test_frame_is_told_in_a_line(frame: dict[str, Any], told: str) -> None:
    (line,) = lines_of(frame, {})
    assert told in line.plain


def test_recorded_frames_are_told_without_those_for_programs() -> None:
    told = {frame["type"]: len(list(lines_of(frame, {}))) for frame in FRAMES}
    assert told["hello"] == told["accepted"] == told["problem"] == 0
    assert told["snapshot"] == told["receipt"] == 1
    assert told["values"] >= 1
