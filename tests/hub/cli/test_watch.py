import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.hub.cli.fake_hub import PURIFIER, TOKEN, FakeHub


@asynccontextmanager
async def watching(hub: FakeHub, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hub.cli", "watch", *words),
        *("--hub", hub.url, "--token", TOKEN),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 20)).decode()


async def test_watch_prints_the_frames_and_ends_with_0_at_ctrl_c(hub: FakeHub) -> None:
    async with watching(hub, "--json") as process:
        assert json.loads(await line(process))["type"] == "snapshot"
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_watch_tells_a_person_in_lines(hub: FakeHub) -> None:
    async with watching(hub) as process:
        assert "4 devices, 4 online" in await line(process)


async def test_watch_of_one_device_asks_for_it_alone(hub: FakeHub) -> None:
    at = "2026-11-21T20:43:00.123Z"
    told = {"air.pm2_5": {"value": 12.5, "at": at}}
    receipt = {"id": "own", "device": "router-0001", "status": "accepted", "reason": ""}
    hub.greeting = [
        {"type": "receipt", "seq": 90, "receipt": {**receipt, "history": [{"at": at}]}},
        {"type": "values", "seq": 91, "device": PURIFIER, "values": told},
    ]
    async with watching(hub, "purifier") as process:
        assert "devices" in await line(process)
        assert f"{PURIFIER} air.pm2_5 12.5 µg/m³" in await line(process)
    assert hub.wanted == [{"devices": [PURIFIER]}]


async def test_watch_resumes_where_a_stream_that_broke_off_had_come_to(hub: FakeHub) -> None:
    presence: dict[str, Any] = {
        "type": "presence",
        "seq": 777,
        "device": PURIFIER,
        "presence": {
            "status": "unreachable",
            "reason": "lost",
            "since": "2026-11-21T20:43:00.123Z",
        },
    }
    hub.greeting = [presence]
    hub.is_hanging_up = True
    async with watching(hub, "--json") as process:
        kinds = [json.loads(await line(process))["type"] for _ in range(4)]
        assert kinds == ["snapshot", "presence", "snapshot", "presence"]
    stream = next(frame["stream"] for frame in hub.frames if frame["type"] == "hello")
    assert hub.resumed == [None, {"stream": stream, "seq": 777}]
