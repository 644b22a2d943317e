"""SIGKILL at any moment: what the hub has acknowledged is there when it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random

import pytest

from tests.end_to_end.api import LOST, Api
from tests.end_to_end.conftest import MakeHub, has_mosquitto
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.joining import JoinRefusedError, join, let_in
from tests.end_to_end.ledger import Asked, Ledger
from tests.end_to_end.waiting import until

KILLS = {"mosquitto": 50, "embedded": 10} if has_mosquitto else {"embedded": 50}
LEAST, MOST = 20, 60
"""Acknowledgements between two kills."""

LAMPS = 5
JOINS = 20
SEED = 2026
BOOT_CHANCE = 0.3
"""How likely a device loses power in a round: no action may be sent to it again then."""

WISHES = (
    (None, ("lamp.level",)),
    (None, ("lamp.level", "lamp.on")),
    (None, ("lamp.on", "lamp.pin")),
    (None, ("lamp.pin",)),
    ("lamp.blink", ("times",)),
)


@dataclass
class Load:
    """What clients and devices do to a hub until it is gone."""

    hub: Hub
    ledger: Ledger
    chance: Random
    numbers: "count[int]" = field(default_factory=count)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work until the block ends."""
        works = [self._commands(lamp) for lamp in self.ledger.lamps.values()]
        unanswered = list(self.ledger.doubtful.values())
        works += [self._doubts(unanswered), self._members(), self._boots(), self._listen()]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, LOST):
                raise result

    async def _commands(self, lamp: Lamp) -> None:
        while True:
            asked = self._wish(lamp)
            self.ledger.doubtful[asked.id] = asked
            await self._ask(asked)

    def _wish(self, lamp: Lamp) -> Asked:
        action, addresses = self.chance.choice(WISHES)
        values = {
            "lamp.level": self.chance.randrange(101),
            "lamp.on": self.chance.random() < 0.5,
            "lamp.pin": str(self.chance.randrange(10_000)),
            "times": self.chance.randrange(1, 10),
        }
        more = {
            "wait_s": self.chance.choice([0, 0, 0.1, 1]),
            "expires_in_s": self.chance.choice([1, 10, 10, 90]),
        }
        wanted = {address: values[address] for address in addresses}
        return Asked(f"c{next(self.numbers)}", lamp.id, wanted, action, more)

    async def _doubts(self, unanswered: list[Asked]) -> None:
        """Ask again what was never answered: the hub may know of it or not."""
        for asked in unanswered:
            await self._ask(asked)

    async def _ask(self, asked: Asked) -> None:
        answer = await asked.ask(self.hub.api)
        assert answer.status in {200, 202, 429}, answer
        self.ledger.doubtful.pop(asked.id, None)
        if asked.receipt is not None:
            self.ledger.keep(asked)

    async def _listen(self) -> None:
        """Hear every receipt over the stream, as a phone does."""
        async for frame in self.hub.api.stream():
            if frame["type"] == "receipt":
                self.ledger.hear(frame["receipt"])

    async def _members(self) -> None:
        """Let devices join, be renamed and go."""
        api = self.hub.api
        await api.open_window(CODE, devices=JOINS)
        for _ in range(JOINS):
            device = f"guest-{next(self.numbers):05d}"
            with suppress(JoinRefusedError):
                self.ledger.keep_join(await join(api, device))
                await self._rename(api, device)
                if self.chance.random() < 0.3:
                    await self._send_away(api, device)

    async def _rename(self, api: Api, device: str) -> None:
        name = f"Guest {next(self.numbers)}"
        answer = await api.ask("PATCH", f"/devices/{device}", {"name": name})
        assert answer.status == 200, answer
        self.ledger.names[device] = name

    async def _send_away(self, api: Api, device: str) -> None:
        credentials = self.ledger.doubt(device)
        answer = await api.ask("DELETE", f"/devices/{device}")
        assert answer.status == 204, answer
        self.ledger.keep_leave(credentials)

    async def _boots(self) -> None:
        if self.chance.random() < BOOT_CHANCE:
            await asyncio.sleep(self.chance.uniform(0.0, 0.2))
            self.chance.choice(list(self.ledger.lamps.values())).boot()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_sigkills_under_load_lose_nothing_that_was_acknowledged(
    make_hub: MakeHub, broker_kind: str
) -> None:
    print(f"seed {SEED}")  # noqa: T201 - shown when the test fails
    chance = Random(SEED)  # noqa: S311 - not for secrets
    hub = make_hub(BROKER__KIND=broker_kind)
    await hub.start()
    names = [f"lamp-{number:04d}" for number in range(LAMPS)]
    lamps = {c.device: Lamp(c) for c in await let_in(hub, *names)}
    load = Load(hub, Ledger(lamps), chance)
    ledger = load.ledger
    async with living(*lamps.values()):
        await until(lambda: _all_online(hub, lamps), "all lamps online")
        for kill in range(KILLS[broker_kind]):
            enough = ledger.acknowledged + chance.randrange(LEAST, MOST)
            async with load.running():
                await until(partial(ledger.holds, enough), f"load before kill {kill}")
                await asyncio.sleep(chance.uniform(0.0, 0.03))
                await hub.kill()
            await _start_again(hub, chance)
            await ledger.check(hub, chance)
        await until(lambda: _all_online(hub, lamps), "all lamps online again")
        await until(lambda: _nothing_open(hub), "the end of all commands", 30)
        await ledger.check_all(hub)
        for lamp in lamps.values():
            await until(partial(_shows, hub, lamp), f"the twin of {lamp.id}")
    assert [line for line in hub.log() if line["level"] == "error"] == []
    assert ledger.acknowledged >= KILLS[broker_kind] * LEAST
    assert ledger.heard >= KILLS[broker_kind] * LEAST
    print(f"{len(ledger.commands)} commands, {len(ledger.joined)} joined, {len(ledger.left)} left")  # noqa: T201


async def _start_again(hub: Hub, chance: Random) -> None:
    """Start the hub; at times kill it on its way, at times do not wait for its broker."""
    while chance.random() < 0.1:
        hub.launch()
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        await hub.kill()
    if chance.random() < 0.5:
        hub.launch()
        await hub.serving()
    else:
        await hub.start()


async def _all_online(hub: Hub, lamps: dict[str, Lamp]) -> bool:
    return lamps.keys() <= await hub.api.online()


async def _nothing_open(hub: Hub) -> bool:
    return bool((await hub.api.get("/hub"))["open_commands"] == 0)


async def _shows(hub: Hub, lamp: Lamp) -> bool:
    twin = (await hub.api.get(f"/devices/{lamp.id}"))["twin"]
    return all(twin[address]["value"] == value for address, value in lamp.values.items())
