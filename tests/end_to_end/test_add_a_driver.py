"""docs/add-a-driver.md, followed word for word."""

import os
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hub.broker.port import free_port
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.pages import Block, blocks, run, save, words_of
from tests.end_to_end.processes import ROOT, Cold, clean_environment
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DEVICE = "night-light-0001"
PORT = "7070"


@pytest.fixture
def page(tmp_path: Path) -> dict[str, Block]:
    """The blocks to be run by their last words; the files lie in the folder, at a free port."""
    found, port = blocks("add-a-driver.md"), str(free_port("127.0.0.1"))
    found = [replace(block, text=block.text.replace(PORT, port)) for block in found]
    save([*blocks("add-a-product.md"), *found], tmp_path)
    return {block.commands[-1].split()[1]: block for block in found if block.kind == "sh"}


def install(package: Path) -> None:
    """Do what pip does for an editable package that is nothing but entry points and modules."""
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    made = package / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    made.mkdir()
    rows = [
        f"{name} = {place}" for name, place in project["entry-points"]["ecohub.drivers"].items()
    ]
    (made / "entry_points.txt").write_text("[ecohub.drivers]\n" + "\n".join(rows) + "\n")
    named = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (made / "METADATA").write_text(named)


@contextmanager
def started_stick(block: Block, folder: Path) -> Iterator[None]:
    (command,) = block.commands
    process = subprocess.Popen(  # noqa: S603 - our own page
        [sys.executable, *command.split()[1:]],
        cwd=folder,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
    )
    try:
        yield
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def started_hub(block: Block, folder: Path, paths: str) -> AsyncIterator[Hub]:
    (command,) = block.commands
    words = [str(folder / word) if word.endswith(".toml") else word for word in words_of(command)]
    settings = {"ECOHUB_BROKER__KIND": "embedded", "PYTHONPATH": paths}
    hub = Hub(Cold(), folder, settings)
    try:
        hub.program.start([*words, "--json"], hub.environment)
        await hub.serving()
        yield hub
        assert hub.program.is_running
    finally:
        await hub.close()


def test_the_driver_of_the_page_passes_the_conformance_suite(
    page: dict[str, Block], tmp_path: Path
) -> None:
    suite = replace(page["-m"], text=page["-m"].commands[-1] + " -p no:cacheprovider")
    told = run(suite, tmp_path, {"PYTHONPATH": f"{tmp_path / 'line'}{os.pathsep}{ROOT}"})
    assert " passed" in told
    assert "failed" not in told
    assert "error" not in told


async def test_whoever_follows_the_page_has_a_device_of_the_family_in_a_home(
    page: dict[str, Block], tmp_path: Path
) -> None:
    install(tmp_path / "line")
    async with started_hub(page["run"], tmp_path, str(tmp_path / "line")) as hub:
        where = {"ECOHUB_DATA": str(hub.data), "ECOHUB_URL": f"http://127.0.0.1:{hub.api_port}"}
        with started_stick(page["line/stick.py"], tmp_path):
            await until(lambda: is_online(hub), "the device")
            told = run(page["show"], tmp_path, where)
            assert "confirmed" in told
            assert "30 %" in told
        await until(lambda: is_out_of_reach(hub), "the lost line")
        with started_stick(page["line/stick.py"], tmp_path):
            await until(lambda: is_online(hub), "the device again")


async def is_online(hub: Hub) -> bool:
    return DEVICE in await hub.api.online()


async def is_out_of_reach(hub: Hub) -> bool:
    return not await is_online(hub)
