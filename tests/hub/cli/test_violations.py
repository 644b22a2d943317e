"""violations: a table for people, a file for the maker."""

import json
from pathlib import Path

from tests.hub.cli.command_line import at
from tests.hub.cli.fake_hub import PURIFIER, FakeHub

BROKEN = {
    "rule": "ECO-VALUE-002",
    "leaf": "state",
    "path": "values.fan.level",
    "sample": "99",
    "detail": "99 is above 3",
    "text": "A number is within its range.",
    "fix": "Send no other.",
    "count": 3,
    "first_at": "2026-11-22T05:00:00.000Z",
    "last_at": "2026-11-22T05:00:00.000Z",
}


async def test_broken_rules_are_shown_with_their_fix(hub: FakeHub) -> None:
    hub.answers[f"devices/{PURIFIER}/violations"] = {"violations": [BROKEN]}
    ended = await at(hub, "violations", "purifier")
    assert ended.code == 0
    assert "ECO-VALUE-002" in ended.out
    assert "state values.fan.level" in ended.out
    hub.answers[f"devices/{PURIFIER}/violations"] = {"violations": []}
    assert "broke no rule" in (await at(hub, "violations", "purifier")).err


async def test_they_are_written_for_the_maker(hub: FakeHub, tmp_path: Path) -> None:
    report = {"format": 1, "violations": [{"rule": "ECO-VALUE-002"}]}
    hub.answers[f"devices/{PURIFIER}/violations/export"] = report
    file = tmp_path / "field.json"
    ended = await at(hub, "violations", "purifier", "--export", str(file))
    assert json.loads(file.read_text("utf-8")) == report
    assert "1 broken rules" in ended.out
    ended = await at(hub, "violations", "purifier", "--export", str(tmp_path))
    assert ended.code == 2
