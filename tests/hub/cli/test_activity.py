"""What has happened, on the command line."""

import pytest

from tests.hub.api.bench import PLUG, Bench
from tests.hub.api.test_arrangement import OFF, ON
from tests.hub.api.test_causes import SET
from tests.hub.api.test_people import arrive, as_
from tests.hub.cli.command_line import run


async def test_it_says_who_did_what_and_how_to_go_on(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert "nothing has happened" in (await run(home, "activity")).err
    await home.bring(PLUG)
    given = await arrive(home, "Ada", role="member")
    for values in (OFF, ON):
        await home.ask("PATCH", SET, {"properties": values}, headers=as_(given))
    ended = await run(home, "activity", "--limit", "2")
    assert [line.split()[-6:] for line in ended.out.splitlines() if "Ada" in line] == [
        ["(Phone)", PLUG, "outlet.on", "off", "->", "on"],
        ["(Phone)", PLUG, "outlet.on", "on", "->", "off"],
    ]
    last = (await run(home, "activity", "--limit", "2", "--json")).document["entries"][-1]["id"]
    assert f"ecohub activity --before {last}" in ended.err
    earlier = await run(home, "activity", "--before", str(last))
    assert "pair Phone" in earlier.out
    assert "outlet.on" not in earlier.out
    assert "pair Phone" not in (await run(home, "activity", "plug")).out
