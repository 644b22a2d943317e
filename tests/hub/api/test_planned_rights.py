"""A planned command is asked again when its time comes: may who planned it still do it?"""

from typing import Any

import pytest

from hub.clock import Clock
from tests.hub.api.bench import PLUG, Bench
from tests.hub.api.test_activity import told
from tests.hub.api.test_arrangement import OFF
from tests.hub.api.test_people import PEOPLE, SESSIONS, arrive, as_

Json = Any


async def plan(home: Bench, who: Json, monkeypatch: pytest.MonkeyPatch) -> Json:
    """Have somebody plan to switch the plug off, and stop the clock until `due`."""
    clock = home.home.clock
    stands_s = clock.wall_s(clock.now_s())
    monkeypatch.setattr(Clock, "wall_s", lambda self, now_s: stands_s)
    at = f"{clock.iso(clock.now_s() + 30.0)}"
    body = {"commands": [{"device": PLUG, "properties": OFF}], "execute_at": at, "wait_s": 0}
    told = await home.ask("POST", "/api/v1/commands", body, status=202, headers=as_(who))
    return told["results"][0]["receipt"]


async def ended(home: Bench, receipt: Json, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Let the time come, and return how the command has ended and why."""
    monkeypatch.undo()
    record = home.home.hub.commands
    wall_s = Clock.wall_s
    monkeypatch.setattr(Clock, "wall_s", lambda self, now_s: wall_s(self, now_s) + 31.0)
    await home.until(lambda: record.record(receipt["command"]).is_final, "the end")
    found = record.record(receipt["command"])
    return str(found.status), found.reason


async def test_a_phone_that_was_cut_off_has_nothing_done(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.bring(PLUG)
    member = await arrive(home, "Mo", role="member")
    receipt = await plan(home, member, monkeypatch)
    await home.ask("DELETE", f"{SESSIONS}/{member['session']}", status=204)
    assert await ended(home, receipt, monkeypatch) == ("failed", "session_ended")
    assert home.value(PLUG, "outlet.on") is True
    [entry] = await told(home, kind="command")
    assert (entry["status"], entry["text"]) == ("failed", "session_ended")


@pytest.mark.parametrize(
    ("grants", "end"),
    [
        ([], ("failed", "not_allowed")),
        ([{"right": "see", "devices": [PLUG]}], ("failed", "not_allowed")),
        ([{"right": "control", "devices": [PLUG]}], ("confirmed", "")),
    ],
    ids=["nothing", "see", "control"],
)
async def test_who_may_not_control_it_any_more_has_nothing_done(
    home: Bench, monkeypatch: pytest.MonkeyPatch, grants: list[Json], end: tuple[str, str]
) -> None:
    await home.bring(PLUG)
    member = await arrive(home, "Mo", role="member")
    receipt = await plan(home, member, monkeypatch)
    path = f"{PEOPLE}/{member['person']['id']}"
    await home.ask("PATCH", path, {"role": "guest", "grants": grants})
    assert await ended(home, receipt, monkeypatch) == end
