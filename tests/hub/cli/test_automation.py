"""`ecohub automation` against a whole hub."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.hub.api.bench import PLUG, PURIFIER, Bench
from tests.hub.cli.command_line import Ended, run

Json = Any
Cli = Callable[..., Awaitable[Ended]]

FILE = f"""
name = "Clean\u202e [red]"
[[triggers]]
type = "property"
device = "{PURIFIER}"
address = "air.pm2_5"
above = 50
[[actions]]
type = "set"
device = "{PLUG}"
properties = {{ "outlet.on" = true }}
"""


async def test_an_automation_is_added_run_tried_switched_and_removed(
    home: Bench, tmp_path: Path
) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)

    async def cli(*words: str) -> Ended:
        return await run(home, "automation", *words)

    file = tmp_path / "clean.toml"
    await asyncio.to_thread(file.write_text, FILE)
    refused = await cli("add", str(file))
    assert (refused.code, "name" in refused.err) == (1, True)
    await asyncio.to_thread(file.write_text, FILE.replace("\u202e", ""))
    assert "Clean [red]" in (await cli("add", str(file))).out
    listed = await cli("list", "--json")
    [made] = listed.document["automations"]
    ran = await cli("run", "clean [RED]")
    assert (ran.code, PLUG in ran.out, "done" in ran.out) == (0, True, True)
    found = await cli("runs", made["id"])
    assert "local" in found.out, "who pressed it"
    assert (await cli("runs", made["id"], "--json")).document["runs"][0]["end"] == "done"
    tried = await cli("try", made["id"], "--json")
    assert tried.document["runs"] == []
    assert "set off by" in (await cli("try", made["id"], "--days", "0.5")).out
    assert "is off" in (await cli("off", made["id"])).out
    assert "off" in (await cli("list")).out
    assert "is on" in (await cli("on", made["id"])).out
    shown = (await cli("show", made["id"])).document
    await removed_and_made_again(cli, tmp_path / "copy.json", shown)


async def removed_and_made_again(cli: Cli, copy: Path, shown: Json) -> None:
    assert "is gone" in (await cli("remove", shown["id"])).out
    await asyncio.to_thread(copy.write_text, json.dumps(shown))
    assert (await cli("add", str(copy))).code == 0
    assert (await cli("run", "nothing")).code == 2
    await asyncio.to_thread(copy.write_text, "{")
    for path in (copy, copy.with_name("none.json")):
        assert (await cli("add", str(path))).code == 2
