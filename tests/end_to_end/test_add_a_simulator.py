"""docs/add-a-simulator.md and docs/add-a-fault.md, followed word for word."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.pages import PYTHON, Block, blocks, flat, run, save, words_of
from tests.end_to_end.processes import ROOT, Cold, Program
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DEVICE = "night-light-0001"


def commands(found: list[Block]) -> dict[str, Block]:
    """Return the blocks to be run by what they begin with: their program, or ecohub's verb."""
    blocks_of: dict[str, Block] = {}
    for block in found:
        if block.kind == "sh":
            words = block.text.split()
            blocks_of[words[1] if words[0].endswith("ecohub") else "python"] = block
    return blocks_of


@asynccontextmanager
async def simulated(block: Block, hub: Hub, folder: Path) -> AsyncIterator[None]:
    """Start devices as a page says, and let them in."""
    words = [str(folder / w) if w.endswith(".py") else w for w in words_of(block.text.strip())]
    await hub.start()
    await hub.api.open_window(CODE)
    program = Program(Cold(), folder / "devices")
    try:
        program.start(words, {"ECOHUB_URL": f"http://127.0.0.1:{hub.api_port}"})
        yield
        assert program.is_running
    finally:
        await program.kill()


async def test_whoever_follows_the_page_has_a_simulator_in_a_home(
    make_hub: MakeHub, tmp_path: Path
) -> None:
    page = blocks("add-a-simulator.md")
    save([*blocks("add-a-product.md"), *page], tmp_path)
    steps = commands(page)
    tried = subprocess.run(  # noqa: ASYNC221 - our own page; nothing else runs yet
        [sys.executable, "try_it.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert flat(tried.stdout) in {flat(block.text) for block in page if block.kind == "text"}
    hub = make_hub(BROKER__KIND="embedded")
    async with simulated(steps["simulate"], hub, tmp_path):
        await until(lambda: is_online(hub), "the device")
        where = {"ECOHUB_DATA": str(hub.data), "ECOHUB_URL": f"http://127.0.0.1:{hub.api_port}"}
        assert "confirmed" in run(steps["set"], tmp_path, where)
        twin = (await hub.api.get(f"/devices/{DEVICE}"))["twin"]
        assert twin["light.on"]["value"] is True


async def is_online(hub: Hub) -> bool:
    return DEVICE in await hub.api.online()


def test_whoever_follows_the_page_has_a_fault(tmp_path: Path) -> None:
    page = blocks("add-a-fault.md")
    shutil.copytree(ROOT / "simulators", tmp_path / "simulators")
    function, row = (block for block in page if block.kind == "python")
    spoiling = tmp_path / "simulators" / function.name
    spoiling.write_text(spoiling.read_text("utf-8") + "\n\n" + function.text, "utf-8")
    faults = tmp_path / "simulators" / row.name
    lines = faults.read_text("utf-8").splitlines(keepends=True)
    above = next(number for number, line in enumerate(lines) if '"half": Kind' in line)
    lines.insert(above, row.text)
    text = "".join(lines).replace("beyond, half, undeclared", "beyond, half, stuck, undeclared")
    faults.write_text(text, "utf-8")
    paths = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    listed = next(block for block in page if block.kind == "sh")
    told = next(flat(block.text) for block in page if block.kind == "text")
    assert told in run(listed, tmp_path, paths)
    known = run(Block("sh", "", f"{PYTHON} -c '{WHOSE}'"), tmp_path, paths)
    assert known == str(tmp_path / "simulators" / "__init__.py")
    checked = next(block for block in page if block.kind == "sh" and PYTHON in block.text)
    tests = checked.text.replace(" tests/", f" -c {ROOT / 'pyproject.toml'} {ROOT / 'tests'}/")
    told = run(replace(checked, text=tests), tmp_path, paths)
    assert " passed" in told, told
    assert "failed" not in told, told


WHOSE = "import simulators; print(simulators.__file__)"
