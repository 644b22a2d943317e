"""docs/api.md as an app developer follows it: its calls are made, its programs are run."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.pages import Block, blocks, run, save
from tests.end_to_end.processes import ROOT
from tests.end_to_end.test_demo import demo
from tests.end_to_end.test_readme import assert_shown

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        (shutil.which("node") is None or shutil.which("curl") is None)
        and os.environ.get("CI") != "true",
        reason="no node or no curl on this machine: apt install nodejs curl",
    ),
]

EXPORT = re.compile(r'^export (\w+)=(\S+)(?: +# "([^"]+)"(.*))?$', re.MULTILINE)
ANYTHING = "..."

Json = Any


class Reader:
    """Somebody who types what the page shows, with their own values in place of the page's."""

    def __init__(self, folder: Path, **known: str) -> None:
        self.folder, self.environment = folder, dict(known)
        self.said = ""

    def type(self, block: Block) -> None:
        """Run a block line by line, as far as a line of the page goes."""
        said: list[str] = []
        for line in block.text.replace("\\\n", " ").splitlines():
            given = EXPORT.match(line)
            if given is None:
                said.append(run(Block("sh", "", line), self.folder, self.environment))
                self.said = said[-1]
                continue
            name, value, field, _ = given.groups()
            if field is None:
                self.environment[name] = value
            elif name not in {"URL", "TOKEN"}:
                self.environment[name] = json.loads(self.said)[field]
        self.said = " ".join(one for one in said if not one.startswith("{")) or self.said


def same(shown: Json, told: Json) -> None:
    """Check what was told against what is shown; `...` stands for anything."""
    match shown:
        case dict():
            for key, one in shown.items():
                if one != ANYTHING:
                    same(one, told[key])
        case _:
            assert_shown(shown, told)


async def test_the_page_holds_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    page = blocks("api.md")
    folder = tmp_path / "ecohub"
    folder.mkdir()
    (folder / "examples").symlink_to(ROOT / "examples")
    save(page, folder)
    kinds = [block.kind for block in page]
    assert kinds.count("json") >= 6
    assert kinds.count("text") == 3
    async with demo(tmp_path / "data") as running:
        home = await running.online()
        reader = Reader(folder, URL=home["url"], TOKEN=home["token"])
        for block in page:
            match block.kind:
                case "sh":
                    reader.type(block)
                case "json":
                    same(json.loads(block.text), json.loads(reader.said))
                case "text":
                    expected = re.escape(" ".join(block.text.split())).replace(r"\.\.\.", ".*")
                    assert re.fullmatch(expected, reader.said), reader.said
