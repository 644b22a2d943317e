"""trace, release, mode and inbox: what a person sees of devices that break rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cli.lines import lines_of
from hub.cli.trace import newer
from tests.hub.cli.command_line import at
from tests.hub.cli.fake_hub import PURIFIER, FakeHub

TRACE = f"devices/{PURIFIER}/trace"


async def test_a_trace_tells_each_message_on_a_line_with_what_became_of_it(hub: FakeHub) -> None:
    ended = await at(hub, "trace", "purifier")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert len(lines) == len(hub.answers[TRACE]["messages"])
    assert '▲ state    taken     {"epoch": 1, "seq": 4, "values": {"fan.level": 2}}' in lines[0]
    assert "refused   ECO-VALUE-002" in lines[1]
    assert "\x1b" not in ended.out
    assert "1234 messages were dropped unread" in lines[3]
    assert "▼ command  sent" in lines[4]


async def test_a_trace_as_json_is_one_line_a_message(hub: FakeHub) -> None:
    ended = await at(hub, "trace", PURIFIER, "--json")
    assert len(ended.out.splitlines()) == len(hub.answers[TRACE]["messages"])
    hub.answers[TRACE] = {"messages": []}
    ended = await at(hub, "trace", PURIFIER)
    assert (ended.code, ended.out) == (0, "")
    assert "has said nothing" in ended.err


@given(st.lists(st.integers(0, 1), max_size=12), st.lists(st.integers(0, 9), max_size=6))
def test_who_follows_a_trace_sees_what_is_new(before: list[int], more: list[int]) -> None:
    def told(numbers: list[int]) -> Any:
        return [{"n": n} for n in numbers]

    kept = (before + [n + 2 for n in more])[-8:]
    fresh = newer(told(before[-8:]), told(kept))
    assert fresh == told([n + 2 for n in more][-8:])


async def test_a_device_is_released_by_name(hub: FakeHub) -> None:
    ended = await at(hub, "release", "purifier")
    assert ended.code == 0
    assert ("POST", f"devices/{PURIFIER}/release", None) in hub.asked
    assert f"{PURIFIER} is online now" in ended.out


@pytest.mark.parametrize(
    ("arguments", "asked", "told"),
    [
        ((), None, "newcomers: strict"),
        (("warn",), ("PATCH", "hub", {"mode": "warn", "of_all": False}), "newcomers"),
        (("warn", "--all"), ("PATCH", "hub", {"mode": "warn", "of_all": True}), PURIFIER),
        (("warn", "purifier"), ("PATCH", f"devices/{PURIFIER}", {"mode": "warn"}), PURIFIER),
    ],
)
async def test_mode_is_shown_and_changed(
    hub: FakeHub, arguments: tuple[str, ...], asked: object, told: str
) -> None:
    ended = await at(hub, "mode", *arguments)
    assert ended.code == 0
    assert asked is None or asked in hub.asked
    assert told in ended.out


async def test_mode_takes_two_words_only(hub: FakeHub) -> None:
    assert (await at(hub, "mode", "lenient")).code == 2


async def test_the_inbox_is_shown_read_and_emptied(hub: FakeHub) -> None:
    ended = await at(hub, "inbox", "--read")
    assert "in quarantine: it broke rules" in ended.out
    assert ("PATCH", "notifications", {"is_read": True}) in hub.asked
    assert (await at(hub, "inbox", "--json", "--empty")).document == hub.answers["notifications"]
    assert ("DELETE", "notifications", None) in hub.asked
    hub.answers["notifications"] = {"notifications": []}
    assert "nothing in the inbox" in (await at(hub, "inbox")).err


async def test_show_tells_why_a_device_is_in_quarantine(hub: FakeHub) -> None:
    refused = {"at": "", "leaf": "state", "rule": "ECO-VALUE-002", "path": "", "size": 9}
    hub.answers[f"devices/{PURIFIER}"]["quarantine"] = {
        "reason": "broke_rules",
        "refused": [{**refused, "text": "{'values': {'fan.level': 9}}"}],
    }
    ended = await at(hub, "show", PURIFIER)
    assert "in quarantine: it broke rules 20 times" in ended.out
    assert "ECO-VALUE-002 {'values'" in ended.out
    assert f"ecohub release {PURIFIER}" in ended.out


def test_a_notification_is_a_line_until_it_is_read(hub: FakeHub) -> None:
    notices = hub.answers["notifications"]["notifications"]
    frames = [{"type": "notification", "notification": notice} for notice in notices]
    unread, read = ([str(line) for line in lines_of(frame, {})] for frame in frames)
    assert "in quarantine" in unread[0]
    assert read == []
