import json
from typing import Any

import pytest

from hub.cli.lines import lines_of
from tests.hub.cli.fake_hub import PURIFIER, RECORDED

FRAMES: list[dict[str, Any]] = json.loads(RECORDED.read_text("utf-8"))["stream"]
AT = "2026-11-21T20:43:00.123Z"
PRESENCE = {"status": "unreachable", "reason": "lost", "since": AT}
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
