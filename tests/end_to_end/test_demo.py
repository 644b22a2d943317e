"""`ecohub demo` as somebody who types it meets it: from nothing to a home, and back to nothing."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import pytest

from hub.cli import demo_home
from hub.cli.access import Access
from hub.cli.children import Children
from hub.cli.client import HubClient
from hub.cli.demo_home import DemoHome, Plan, products
from hub.cli.demo_places import NAMES
from hub.cli.demo_rooms import ROOMS, furnish
from tests.end_to_end.app_on_demo import try_the_app
from tests.end_to_end.waiting import until

ROOT = Path(__file__).parents[2]
ONLINE_WITHIN_S = 90.0
STOP_WITHIN_S = 5.0
MAKE_STOPS_WITHIN_S = 20.0
"""The demo's own end is promised, and only it is held to 5 s."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


@dataclass
class Demo:
    """A running demo."""

    process: asyncio.subprocess.Process
    folder: Path

    async def online(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), ONLINE_WITHIN_S)
        assert line, await self.complaint()
        document: dict[str, Any] = json.loads(line)
        return document

    async def complaint(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def stop(self, number: int, within_s: float = STOP_WITHIN_S) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), within_s)

    def parts(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return children


@asynccontextmanager
async def demo(folder: Path, *words: str, **environment: str) -> AsyncIterator[Demo]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "hub.cli", "demo", "--json", "--data", str(folder), *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )  # fmt: skip
    try:
        yield Demo(process, folder)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ecohub(*words: str, data: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "hub.cli", *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "ECOHUB_DATA": str(data)},
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, out.decode()


def part_of(process: psutil.Process) -> str:
    """Return which part of a demo a process is."""
    words = process.cmdline()
    return "devices" if "simulate" in words else "hub" if "run" in words else "other"


async def has_broker(client: HubClient) -> bool:
    return (await client.api.show_hub())["broker"]["status"] == "ok"


def all_gone(parts: list[psutil.Process], within_s: float = 5.0) -> bool:
    _, alive = psutil.wait_procs(parts, timeout=within_s)
    return not alive


async def test_demo_becomes_a_home_that_can_be_commanded_and_leaves_nothing(
    tmp_path: Path, broker_kind: str
) -> None:
    async with demo(tmp_path, "--broker", broker_kind) as running:
        home = await running.online()
        assert {device["product"] for device in home["devices"]} == set(products())
        assert len(home["devices"]) >= 14
        assert {d["presence"]["status"] for d in home["devices"]} <= {"online", "asleep"}
        sleepers = {d["product"] for d in home["devices"] if d["sleep"] is not None}
        assert sleepers >= {"climate-sensor", "door-sensor"}
        behind = {d["product"] for d in home["devices"] if d["gateway"] == "gateway-0001"}
        assert behind == {"band", "earphones"}
        assert all(d["name"] == NAMES[d["product"]] for d in home["devices"])
        assert broker_kind in home["broker"]
        async with HubClient(Access(home["url"], home["token"])) as client:
            assert (await client.api.show_hub())["has_place"]
        code, out = await ecohub("set", "purifier", "fan.level=3", data=tmp_path)
        assert (code, out.split()[-3]) == (0, "confirmed"), out
        code, out = await ecohub("set", "purifier", "fan.level=9", data=tmp_path)
        assert code == 1
        assert "ECO-VALUE-002" in out
        code, out = await ecohub("doctor", "--json", data=tmp_path)
        assert json.loads(out)["status"] == "ok", out
        parts = running.parts()
        assert await running.stop(signal.SIGINT) == 0
        assert all_gone(parts, 0.1)
    assert not (tmp_path / "run.json").exists()


async def test_demo_ends_cleanly_on_sigterm_before_anything_is_online(tmp_path: Path) -> None:
    async with demo(tmp_path) as running:
        await until((tmp_path / "logs" / "hub.log").exists, "its hub to be started")
        parts = running.parts()
        assert await running.stop(signal.SIGTERM) == 0
        assert all_gone(parts, 0.1)
        assert await running.complaint() == ""


async def test_demo_serves_the_app_and_leaves_nothing_behind_when_killed(tmp_path: Path) -> None:
    async with demo(tmp_path) as running:
        home = await running.online()
        await try_the_app(home, tmp_path)
        parts = running.parts()
        assert {"hub", "devices"} <= {part_of(part) for part in parts}
        running.process.kill()
        assert await asyncio.to_thread(all_gone, parts, 10.0)


async def test_devices_that_die_end_the_demo_with_their_last_words(tmp_path: Path) -> None:
    async with demo(tmp_path) as running:
        await running.online()
        next(part for part in running.parts() if part_of(part) == "devices").kill()
        assert await asyncio.wait_for(running.process.wait(), STOP_WITHIN_S + 1) == 1
        complaint = await running.complaint()
        assert "devices was killed by signal 9" in complaint
        assert "devices.log" in complaint


async def test_hub_that_cannot_start_ends_the_demo_with_5_and_why(tmp_path: Path) -> None:
    async with demo(tmp_path, ECOHUB_BROKER__KIND="rabbit") as running:
        assert await asyncio.wait_for(running.process.wait(), 40) == 5
        complaint = await running.complaint()
        assert "ECOHUB_BROKER__KIND" in complaint
        assert "mosquitto" in complaint


async def test_devices_that_find_no_hub_by_mdns_are_given_its_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOHUB_DISCOVERY__ENABLED", "false")
    monkeypatch.setattr(demo_home, "MDNS_WITHIN_S", 1.0)
    told: list[str] = []
    async with Children(tmp_path) as children:
        home = DemoHome(Plan(tmp_path, products()), children, told.append)
        access = await home.start_hub()
        async with HubClient(access) as client:
            await home.start_devices(client)
            devices = await home.all_here(client, access.url)
            await furnish(client, devices)
            rooms = (await client.api.list_rooms())["rooms"]
            scenes = (await client.api.list_scenes())["scenes"]
            automations = (await client.api.list_automations())["automations"]
    assert len(devices) == len(products())
    assert [room["name"] for room in rooms] == [name for name, *_ in ROOMS], "not twice"
    homeless = {device["product"] for device in devices if device["room"] is None}
    assert homeless == {"band", "earphones"}
    assert {scene["name"] for scene in scenes} == {"Film evening", "Good night"}
    assert [one["problem"] for one in automations] == [None]
    (words,) = told
    assert f"they are given {access.url}" in words


async def test_demos_that_start_at_the_same_moment_come_up_side_by_side(tmp_path: Path) -> None:
    async with demo(tmp_path / "one") as one, demo(tmp_path / "two") as two:
        first, second = await asyncio.gather(one.online(), two.online())
        assert first["url"] != second["url"]
        for home in (first, second):
            assert {device["product"] for device in home["devices"]} == set(products())
        assert await two.stop(signal.SIGTERM) == 0
        assert await one.stop(signal.SIGTERM) == 0


async def test_port_that_is_taken_at_the_last_moment_is_replaced_by_another(
    tmp_path: Path,
) -> None:
    """The check says that the ports are free; they are not."""
    with socket.socket() as api, socket.socket() as mqtt:
        for taken in (api, mqtt):
            taken.bind(("", 0))
            taken.listen()
        ports = iter((api.getsockname()[1], mqtt.getsockname()[1]))
        told: list[str] = []
        async with Children(tmp_path) as children:
            plan = Plan(tmp_path, products(), "embedded")
            home = DemoHome(plan, children, told.append, find_port=lambda _: next(ports))
            access = await home.start_hub()
            async with HubClient(access) as client:
                await until(partial(has_broker, client), "the broker")


def heed_interrupts() -> None:
    """Undo that a shell starts what goes to its background with SIGINT ignored, tests and all."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_make_demo_is_one_line_of_json_and_ends_when_make_alone_is_told_to(
    tmp_path: Path, number: signal.Signals
) -> None:
    """A make that is sent SIGINT waits for its children and tells them nothing."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    program = venv / "bin" / "ecohub"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m hub.cli "$@"\n')
    program.chmod(0o755)
    (venv / ".installed").touch()
    process = await asyncio.create_subprocess_exec(
        "make", f"VENV={venv}", "demo", f"ARGS=--json --data {tmp_path}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        # Below another make, as in `make check`, it would say on stdout which folder it enters.
        env={name: value for name, value in os.environ.items() if "MAKE" not in name},
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )  # fmt: skip
    running = Demo(process, tmp_path)
    try:
        assert (await running.online())["url"]
        parts = running.parts()
        await running.stop(number, MAKE_STOPS_WITHIN_S)
        assert process.stdout is not None
        assert await process.stdout.read() == b""
        assert all_gone(parts, 0.1)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
