"""The example plug, as a partner runs it, against a real hub."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.processes import ROOT, Cold
from tests.end_to_end.waiting import until

PLUG = "example-plug-00c0ffee"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(Cold(), tmp_path)
    await hub.start()
    yield hub
    await hub.close()


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "plug.json"


def start(hub: Hub, memory: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(ROOT / "examples/plug/plug.py"), "--memory", str(memory)]
    command += ["--hub", f"http://127.0.0.1:{hub.api_port}", "--code", CODE]
    return subprocess.Popen(command)  # noqa: S603 - the example


@pytest.fixture
async def plug(hub: Hub, memory: Path) -> AsyncIterator["subprocess.Popen[bytes]"]:
    await hub.api.open_window(CODE)
    process = start(hub, memory)
    yield process
    process.kill()
    process.wait()


async def is_online(hub: Hub) -> bool:
    return PLUG in await hub.api.online()


async def test_it_joins_is_commanded_and_says_goodbye(
    hub: Hub, plug: "subprocess.Popen[bytes]"
) -> None:
    await until(lambda: is_online(hub), "the plug online")
    answer = await hub.api.set(PLUG, {"outlet.on": False}, wait_s=10)
    assert answer.body["status"] == "confirmed", answer
    os.kill(plug.pid, signal.SIGTERM)
    assert plug.wait(10) == 0
    presence = await hub.api.presence(PLUG)
    assert presence == "unreachable shutdown"
