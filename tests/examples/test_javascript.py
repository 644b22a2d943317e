"""The remote in JavaScript against a real hub, in Node, with its own WebSocket and with ours."""

import asyncio
import os
import shutil
import stat
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
    started: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await self.node(REMOTE, *words)

    async def node(self, program: Path, *words: str) -> asyncio.subprocess.Process:
        """Start a program that is told where the hub is; it is ended with the test."""
        process = await asyncio.create_subprocess_exec(
            *(NODE or "node", *self.options, str(program)),
            *(f"http://127.0.0.1:{self.cable.port}", *words),
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.started.append(process)
        return process

    async def end(self) -> None:
        for process in self.started:
            if process.returncode is None:
                process.kill()
                await process.communicate()

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
        remote = Remote(home, cable, tmp_path, chosen)
        try:
            yield remote
        finally:
            await remote.end()
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
        await line(out, "the line is broken")
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


@dataclass
class Program:
    """A program of somebody's own that has taken hub.mjs along; it is paired."""

    remote: Remote
    text: str

    async def start(self) -> asyncio.subprocess.Process:
        await self.remote.pair()
        place = self.remote.folder / "program.mjs"
        place.write_text(OPENED.replace("HERE", str(REMOTE.parent)) + self.text)
        return await self.remote.node(place)


OPENED = """
import { fileStore } from "HERE/files.mjs";
import { Hub } from "HERE/hub.mjs";
const hub = new Hub(process.argv[2], fileStore("javascript-tokens.json"), 300);
await hub.open();
"""
FOLLOWING = """
for await (const { type, reason } of hub.live()) console.log(type, reason ?? "");
"""
FILTERED = """
try {
  for await (const change of hub.live({ rooms: 7 })) console.log(change.type);
} catch (problem) {
  console.log(problem.status, problem.code, problem.path);
  process.exit();
}
"""


ARRANGING = """
for await (const change of hub.live()) {
  console.log("rooms", JSON.stringify([...hub.rooms.values()].map(({ name }) => name)));
}
"""


async def test_rooms_are_kept_true_as_well(remote: Remote) -> None:
    home = remote.home
    hall = await home.ask("POST", "/api/v1/rooms", {"name": "Hall"}, status=201)
    process = await Program(remote, ARRANGING).start()
    assert process.stdout is not None
    await line(process.stdout, 'rooms ["Hall"]')
    place = f"/api/v1/rooms/{hall['id']}"
    await home.ask("PATCH", place, {"name": "Entrance"})
    await line(process.stdout, 'rooms ["Entrance"]')
    await home.ask("POST", "/api/v1/rooms", {"name": "Attic"}, status=201)
    await line(process.stdout, 'rooms ["Entrance","Attic"]')
    await home.ask("DELETE", place, status=204)
    await line(process.stdout, 'rooms ["Attic"]')
    process.kill()
    await process.communicate()


async def test_a_line_that_died_without_a_word_is_given_up(remote: Remote) -> None:
    process = await Program(remote, FOLLOWING).start()
    assert process.stdout is not None
    await line(process.stdout, "snapshot")
    remote.cable.loses_answers = True
    assert await line(process.stdout, "broken") == "broken the hub has gone silent"
    remote.cable.loses_answers = False
    await line(process.stdout, "resumed")
    process.kill()
    await process.communicate()


async def test_a_filter_that_makes_no_sense_is_said_and_not_tried_for_ever(remote: Remote) -> None:
    process = await Program(remote, FILTERED).start()
    assert process.stdout is not None
    assert await line(process.stdout, "4") == "422 body-invalid only.rooms"
    await process.communicate()


async def test_who_is_signed_out_hears_it_and_follows_no_more(remote: Remote) -> None:
    await remote.pair()
    process = await remote.start("watch")
    assert process.stdout is not None
    await line(process.stdout, "0 devices")
    session = (await remote.home.ask("GET", "/api/v1/sessions"))["sessions"][0]["id"]
    await remote.home.ask("DELETE", f"/api/v1/sessions/{session}", status=204)
    await line(process.stdout, "the line is broken")
    async with asyncio.timeout(WITHIN_S):
        _, said = await process.communicate()
    assert b"refresh-wrong" in said
    assert process.returncode == 1
    assert not (remote.folder / "javascript-tokens.json").exists()
