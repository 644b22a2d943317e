"""The remote in JavaScript against a real hub, in Node, with its own WebSocket and with ours."""

import asyncio
import os
import shutil
import stat
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.drivers.cable import Cable
from tests.end_to_end.processes import ROOT
from tests.hub.api.bench import PLUG, PURIFIER, Bench, bench

REMOTE = ROOT / "examples" / "javascript" / "remote.mjs"
NODE = shutil.which("node")
WITHIN_S = 60.0

pytestmark = pytest.mark.skipif(
    NODE is None and os.environ.get("CI") != "true",
    reason="no node on this machine: apt install nodejs",
)

OURS = "delete globalThis.WebSocket"


@dataclass
class Remote:
    """The remote at the end of a cable, with tokens of its own.

    Attributes:
        options: For node.
    """

    home: Bench
    cable: Cable
    folder: Path
    options: Sequence[str]

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        url = f"http://127.0.0.1:{self.cable.port}"
        return await asyncio.create_subprocess_exec(
            *(NODE or "node", *self.options, str(REMOTE), url, *words),
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *words: str) -> tuple[int, str]:
        """Run it to its end; return its exit code and what it said."""
        process = await self.start(*words)
        async with asyncio.timeout(WITHIN_S):
            out, err = await process.communicate()
        return process.returncode or 0, (out + err).decode()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[asyncio.StreamReader]:
        process = await self.start("watch")
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            process.kill()
            await process.communicate()

    async def pair(self) -> tuple[int, str]:
        code = (await self.home.ask("POST", "/api/v1/pair/window", {}))["code"]
        return await self.run("pair", code, "Ada")


async def line(out: asyncio.StreamReader, beginning: str) -> str:
    """Return the next line that begins so."""
    async with asyncio.timeout(WITHIN_S):
        while text := (await out.readline()).decode().strip():
            if text.startswith(beginning):
                return text
    raise AssertionError(f"it ended without {beginning!r}")


@pytest.fixture(params=["own", "ours"])
async def remote(
    tmp_path: Path, request: pytest.FixtureRequest, options: Sequence[str]
) -> AsyncIterator[Remote]:
    without = tmp_path / "without.cjs"
    without.write_text(OURS)
    chosen = options if request.param == "own" else ["--require", str(without)]
    async with bench(tmp_path) as home:
        cable = Cable(home.api.port)
        await cable.mend()
        yield Remote(home, cable, tmp_path, chosen)
        await cable.cut()


@pytest.fixture(scope="session")
def options() -> Sequence[str]:
    """How this node is made to have a WebSocket, if it can."""
    asked = [NODE or "node", "--version"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603 - node
    number = int(version.strip().lstrip("v").partition(".")[0])
    return ["--experimental-websocket"] if number in {20, 21} else []


async def test_it_pairs_lists_and_sets(remote: Remote) -> None:
    await remote.home.bring(PLUG)
    assert await remote.pair() == (0, "paired: Ada is owner\n")
    tokens = remote.folder / "javascript-tokens.json"
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600
    assert await remote.run("list") == (0, f"{PLUG}  online  Smart plug\n")
    done = f"{PLUG} outlet.on=true: confirmed\n"
    assert await remote.run("set", PLUG, "outlet.on=true") == (0, done)
    assert remote.home.value(PLUG, "outlet.on") is True
    code, said = await remote.run("set", PLUG, "outlet.colour=1")
    assert code == 1
    assert "ECO-CMD" in said


async def test_it_renews_its_tokens(remote: Remote) -> None:
    await remote.pair()
    before = (remote.folder / "javascript-tokens.json").read_text()
    remote.home.home.people.sessions._access.clear()  # as if half an hour had gone by
    assert (await remote.run("list"))[0] == 0
    assert (remote.folder / "javascript-tokens.json").read_text() != before


async def test_it_follows_changes_over_a_broken_line(remote: Remote) -> None:
    await remote.home.bring(PURIFIER)
    await remote.pair()
    async with remote.watching() as out:
        assert await line(out, "1 devices") == "1 devices"
        remote.home.report(PURIFIER, {"air.pm2_5": 71.0})
        await line(out, f"{PURIFIER}  air.pm2_5 = 71")
        await remote.cable.cut()
        remote.home.report(PURIFIER, {"air.pm2_5": 72.0})
        await remote.cable.mend()
        await line(out, "back, from change")
        await line(out, f"{PURIFIER}  air.pm2_5 = 72")


async def test_a_command_whose_answer_is_lost_is_one_command(remote: Remote) -> None:
    await remote.home.bring(PLUG)
    await remote.pair()
    remote.cable.loses_answers = True
    process = await remote.start("set", PLUG, "outlet.on=true")
    commands = remote.home.home.hub.commands
    async with asyncio.timeout(WITHIN_S):
        while not commands.of(PLUG):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.02)
    await remote.cable.cut()
    remote.cable.loses_answers = False
    await remote.cable.mend()
    async with asyncio.timeout(WITHIN_S):
        out, _ = await process.communicate()
    assert b"confirmed" in out
    assert len(commands.of(PLUG)) == 1


async def test_who_has_not_paired_is_told_how(remote: Remote) -> None:
    code, said = await remote.run("list")
    assert code == 1
    assert "not paired yet" in said
    assert (await remote.run())[0] == 2
