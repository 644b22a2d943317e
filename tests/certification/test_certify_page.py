"""docs/certify.md against the code: scenarios, hooks and limits are what the page says."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from certification import suite
from certification.driving import hooks
from certification.driving.parameters import HookTable
from certification.suite import player
from certification.suite.registry import Scenario

PAGE = Path(__file__).parents[2] / "docs" / "certify.md"


def row(one: Scenario) -> str:
    marks = [*one.features, *(f"not {name}" for name in one.without)]
    marks += [f"hook {one.needs}"] if one.needs else []
    marks += ["basic"] if one.is_basic else []
    return f"| `{one.name}` | {one.text} | {', '.join(marks)} |"


def test_every_scenario_has_its_row_in_the_order_of_a_run() -> None:
    table = re.search(r"<!-- scenarios -->\n(.*?)<!-- end -->", PAGE.read_text(), re.S)
    assert table is not None
    head = ["| scenario | what happens | for |", "|---|---|---|"]
    assert table[1].splitlines() == [*head, *map(row, suite.ORDER)]


def test_every_hook_has_its_row() -> None:
    text = PAGE.read_text().partition("## Hooks")[2].partition("## Time")[0]
    told = set(re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| (.*?) \|", text, re.M))))
    assert told == set(HookTable.model_fields)
    assert set(hooks.OF_THE_CATALOGUE) <= told
    assert set(hooks.QUESTIONS) == told - {"run"}


def test_limits_are_those_of_the_player() -> None:
    text = " ".join(PAGE.read_text().split())
    for least_s, more_s in (player.SCENARIO_S, player.RUN_S):
        assert f"{least_s:.0f} s (and {more_s:,.0f} s x scale)" in text


@pytest.mark.xdist_group("certify")
@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_simulated_purifier_is_hardened_by_what_the_page_says(tmp_path: Path) -> None:
    part = PAGE.read_text().partition("## Simulated devices")[2].partition("\n## ")[0]
    (hooks,) = re.findall(r"```toml\n(.*?)```", part, re.S)
    init, run = re.findall(r"```sh\n(.*?)```", part, re.S)
    assert await typed(init, tmp_path)
    private = tmp_path / "device.eco.private.toml"
    text = private.read_text()
    private.write_text(text.replace("[network]", f"{hooks}\n[network]"))
    assert "Reaches level 3, Hardened, as asked for." in await typed(run, tmp_path)
    assert "| `air-purifier` | Hardened |" in part


async def typed(command: str, folder: Path) -> str:
    """Return what a command prints that is typed as the page has it, and goes well."""
    found = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = await asyncio.create_subprocess_shell(
        command,
        cwd=folder,
        env={**os.environ, "PATH": found},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()
    return out.decode()
