"""Commands for a time of day at a real hub: together, over a kill, and late."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until

Json = Any
LAMPS = 10


@dataclass
class TimedLamp(Lamp):
    """A lamp that notes when it was told each command, Unix seconds."""

    times: dict[str, float] = field(default_factory=dict)

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        now_s = time.time()
        super().arrived(topic, payload, is_retained=is_retained)
        leaf, message = self.heard[-1]
        if leaf == "command":
            self.times.setdefault(message["id"], now_s)


def in_s(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def plan(hub: Hub, lamps: list[TimedLamp], at: datetime, name: str) -> list[str]:
    """Plan for each lamp to go on, and return the commands' ids on the wire."""
    commands = [
        {"device": lamp.id, "properties": {"lamp.on": True}, "id": f"{name}-{number}"}
        for number, lamp in enumerate(lamps)
    ]
    body = {"commands": commands, "all_or_nothing": True, "execute_at": at.isoformat()}
    answer = await hub.api.ask("POST", "/commands", body)
    assert answer.status == 202, answer
    return [one["receipt"]["command"] for one in answer.body["results"]]


async def receipts(hub: Hub, name: str) -> list[Json]:
    return [await hub.api.get(f"/commands/{name}-{number}") for number in range(LAMPS)]


async def all_are(hub: Hub, name: str, status: str) -> bool:
    return {receipt["status"] for receipt in await receipts(hub, name)} == {status}


async def all_online(hub: Hub) -> bool:
    return len(await hub.api.online()) == LAMPS


async def test_ten_lamps_go_on_together_and_what_a_kill_made_late_is_done_or_told(
    make_hub: MakeHub,
) -> None:
    hub = make_hub()
    await hub.start()
    joined = await let_in(hub, *(f"lamp-{number:04}" for number in range(LAMPS)))
    lamps = [TimedLamp(credentials) for credentials in joined]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(living(*lamps))
        await until(lambda: all_online(hub), "ten lamps online")
        at = in_s(1.5)
        commands = await plan(hub, lamps, at, "together")
        await until(lambda: all_are(hub, "together", "confirmed"), "all are on")
        told = [lamp.times[command] for lamp, command in zip(lamps, commands, strict=True)]
        assert min(told) >= at.timestamp()
        assert max(told) - min(told) < 1.0

        at = in_s(1.5)
        commands = await plan(hub, lamps, at, "late")
        await hub.kill()
        await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))  # its time passes
        await hub.start()
        await until(lambda: all_are(hub, "late", "confirmed"), "done late")
        done = [sum(lamp.done[command] for lamp in lamps) for command in commands]
        assert done == [1] * LAMPS
