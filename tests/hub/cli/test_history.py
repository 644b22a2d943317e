"""`ecohub history`, against a hub that answers what it is told to."""

import json
from typing import Any

import pytest

from tests.hub.cli.command_line import at
from tests.hub.cli.fake_hub import PURIFIER, FakeHub


def series(address: str, format_: str, values: list[Any], **more: Any) -> dict[str, Any]:
    """Return a series with one value a minute from 10:00 on."""
    points = [
        {"at": f"2026-11-21T10:{minute:02d}:00.000Z", "value": value}
        for minute, value in enumerate(values)
    ]
    told = {"address": address, "format": format_, "unit": None, "resolution_s": 0}
    rest = {"complete_from": points[0]["at"], "points": points, "gaps": [], "gaps_left_out": 0}
    return {**told, **rest, **more}


def answer(*found: dict[str, Any]) -> dict[str, Any]:
    return {
        "device": PURIFIER,
        "from": "2026-11-21T10:00:00.000Z",
        "to": "2026-11-21T10:36:00.000Z",
        "now": "2026-11-21T10:36:00.000Z",
        "series": list(found),
    }


@pytest.fixture
def told(hub: FakeHub) -> FakeHub:
    gap = {
        "from": "2026-11-21T10:09:00.000Z",
        "to": "2026-11-21T10:18:00.000Z",
        "reason": "unreachable",
        "detail": "lost",
    }
    half = [float(n) for n in range(9)]
    hub.answers[f"devices/{PURIFIER}/history"] = answer(
        series("air.pm2_5", "float", half, gaps=[gap]),
        series("purifier.on", "bool", [True, False]),
        series("purifier.song", "string", ["one", "two\x1b[2J"]),
    )
    return hub


async def test_a_signal_is_a_line_with_what_is_not_known(told: FakeHub) -> None:
    ended = await at(told, "history", "purifier", "air.pm2_5", "--since", "1h")
    assert ended.code == 0, ended.err
    line = next(one for one in ended.out.splitlines() if "▁" in one).strip()
    assert len(line) == 72
    assert line.startswith("▁▁")
    assert line[18:36] == "·" * 18
    assert line.endswith("█")
    assert "min 0" in ended.out
    assert "max 8" in ended.out
    assert "unreachable (lost)" in ended.out


async def test_switches_tell_their_share_and_texts_their_changes(told: FakeHub) -> None:
    ended = await at(told, "history", PURIFIER, "purifier.on", "purifier.song")
    assert "on 3% of the time" in ended.out
    assert "two\\x1b[2J" in ended.out
    assert "\x1b[2J" not in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())


async def test_without_an_address_each_property_is_one_line(told: FakeHub) -> None:
    ended = await at(told, "history", PURIFIER)
    pm, on, song, times = ended.out.splitlines()
    assert pm.startswith("air.pm2_5")
    assert "▁▂▃▄▅▆▇█" in pm
    assert pm.endswith("  8 µg/m³")
    assert "█▁▁▁" in on
    assert "two\\x1b[2J" in song
    assert len(times) <= 80


async def test_json_is_what_the_api_said(told: FakeHub) -> None:
    ended = await at(told, "history", PURIFIER, "air.pm2_5", "--json")
    assert ended.document == told.answers[f"devices/{PURIFIER}/history"]


async def test_csv_comes_through_as_it_is(told: FakeHub) -> None:
    ended = await at(told, "history", PURIFIER, "--csv")
    assert json.loads(ended.out) == told.answers[f"devices/{PURIFIER}/history"]


@pytest.mark.parametrize("since", ["yesterday", "5", "-3h", "9999999d"])
async def test_a_time_that_makes_no_sense_is_told(told: FakeHub, since: str) -> None:
    ended = await at(told, "history", PURIFIER, "--since", since)
    assert ended.code == 2


async def test_what_the_hub_refuses_is_told(hub: FakeHub) -> None:
    ended = await at(hub, "history", PURIFIER, "air.pm")
    assert ended.code == 1
