"""Following a home over lines that break: the copy is the home, nothing is missed."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest

from ecohub_client import Change, Home, Hub, Live, ProblemError
from ecohub_client.shapes import Only
from hub.api import problems
from tests.drivers.cable import Cable
from tests.hub.api.bench import PLUG, PURIFIER, SCHEMAS, SENSOR, Bench
from tests.hub.api.test_people import arrive

Json = Any
TABLES = [
    name
    for name, schema in SCHEMAS["Snapshot"]["properties"].items()
    if schema.get("type") == "array"
]


def url_of(cable: Cable) -> str:
    return f"http://127.0.0.1:{cable.port}"


def shown(home: Home) -> Json:
    """Return all of a copy, in its order."""
    tables: Mapping[str, Mapping[str, Json]] = {name: getattr(home, name) for name in TABLES}
    assert all(key == one["id"] for table in tables.values() for key, one in table.items())
    return {name: list(table.values()) for name, table in tables.items()}


async def fresh(hub: Hub, only: Only | None) -> Json:
    """Return what a snapshot says now."""
    async with hub.stream(only=only) as stream:
        told: Json = await stream.receive()
        assert told["type"] == "snapshot"
        return {name: told[name] for name in TABLES}


async def follow(live: Live) -> None:
    async for _ in live:
        pass


async def agreed(hub: Hub, live: Live, only: Only | None) -> None:
    """Wait until the copy is what a snapshot says."""
    truth: Json = None
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            while not live.is_live or shown(live.home) != truth:
                await asyncio.sleep(0.01)
                truth = await fresh(hub, only)
    assert shown(live.home) == truth


async def until(live: Live, kind: str) -> Change:
    async with asyncio.timeout(15):
        async for change in live:
            if change["type"] == kind:
                return change
    raise AssertionError(kind)


async def test_the_first_change_is_the_whole_home(home: Bench, hub: Hub) -> None:
    await home.bring(PURIFIER)
    live = hub.live()
    assert not hub.home.is_known
    await until(live, "snapshot")
    assert list(hub.home.devices) == [PURIFIER]
    home.report(PURIFIER, {"air.pm2_5": 77.0})
    while hub.home.value(PURIFIER, "air.pm2_5") != 77.0:
        await until(live, "values")
    assert hub.home.value(PURIFIER, "air.nothing") is None
    assert hub.home.value("nobody-0001", "air.pm2_5") is None


async def test_a_broken_line_is_said_and_what_was_missed_follows(
    home: Bench, cable: Cable, hub: Hub
) -> None:
    await home.bring(PURIFIER)
    live = hub.live()
    await until(live, "snapshot")
    await cable.cut()
    broken = await until(live, "broken")
    assert broken["type"] == "broken"
    assert broken["reason"].startswith("the line to the hub is broken")
    assert not live.is_live
    home.report(PURIFIER, {"air.pm2_5": 78.0})
    await home.until(lambda: home.value(PURIFIER, "air.pm2_5") == 78.0, "told")
    await cable.mend()
    await until(live, "resumed")
    assert live.is_live
    await until(live, "values")
    assert live.home.value(PURIFIER, "air.pm2_5") == 78.0


async def test_what_is_asked_for_alone_is_followed_over_a_broken_line(
    home: Bench, cable: Cable, hub: Hub
) -> None:
    for device in (PURIFIER, PLUG):
        await home.bring(device)
    live = hub.live(only={"devices": [PURIFIER], "addresses": ["air.pm2_5"]})
    await until(live, "snapshot")
    await cable.cut()
    await until(live, "broken")
    home.report(PLUG, {"outlet.on": True})
    home.report(PURIFIER, {"air.pm2_5": 78.0, "fan.level": 3})
    await home.until(lambda: home.value(PURIFIER, "air.pm2_5") == 78.0, "told")
    await cable.mend()
    await until(live, "resumed")
    while hub.home.value(PURIFIER, "air.pm2_5") != 78.0:
        await until(live, "values")
    assert {one: set(told["twin"]) for one, told in hub.home.devices.items()} == {
        PURIFIER: {"air.pm2_5"}
    }


async def test_a_filter_that_makes_no_sense_is_told_to_who_asked(home: Bench, hub: Hub) -> None:
    live = hub.live(only={"rooms": ["Kitchen"]})
    with pytest.raises(ProblemError, match=r"only\.rooms\.0"):
        await anext(live)


async def test_a_line_that_is_not_there_yet_is_waited_for(
    home: Bench, cable: Cable, hub: Hub
) -> None:
    await cable.cut()
    live = hub.live()
    waiting = asyncio.create_task(until(live, "snapshot"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.3)
    await cable.mend()
    await waiting


async def test_giving_up_waiting_loses_nothing(home: Bench, hub: Hub) -> None:
    await home.bring(PURIFIER)
    live = hub.live()
    await until(live, "snapshot")
    home.air.devices.pop(PURIFIER)
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(anext(live), 0.2)
    for number in range(20):
        home.report(PURIFIER, {"air.pm2_5": float(number)})
    heard: list[object] = []
    async with asyncio.timeout(15):
        while len(heard) < 20:
            try:
                change = await asyncio.wait_for(anext(live), 0.001)
            except TimeoutError:
                continue
            if change["type"] == "values":
                heard.append(change["values"]["air.pm2_5"]["value"])
    assert heard == [float(number) for number in range(20)]


async def test_nothing_is_left_running_when_the_block_ends(home: Bench, cable: Cable) -> None:
    before = asyncio.all_tasks()
    async with Hub(url_of(cable), token=home.token) as hub:
        following = asyncio.create_task(follow(hub.live()))
        await home.until(lambda: hub.home.is_known, "live")
    await following  # it ends, since there are no more changes
    await home.until(lambda: home.api.metrics.streams == 0, "the hub has seen it go")
    left = {one.get_name() for one in asyncio.all_tasks() - before}
    assert not [name for name in left if "renew" in name], left


async def test_a_session_that_is_ended_ends_the_changes(home: Bench, cable: Cable) -> None:
    given = await arrive(home, "Ada", role="owner")
    async with Hub(url_of(cable), token=given["access"]) as hub:
        live = hub.live()
        await until(live, "snapshot")
        await home.ask("DELETE", f"/api/v1/sessions/{given['session']}", status=204)
        with pytest.raises(ProblemError) as end:
            await follow(live)
        assert end.value.status == 401


async def test_a_stream_whose_token_is_over_is_opened_with_a_new_one(
    home: Bench, cable: Cable
) -> None:
    code = (await home.ask("POST", "/api/v1/pair/window", {}))["code"]
    async with Hub(url_of(cable)) as hub:
        await hub.pair(code, person="Ada", device="Script")
        live = hub.live()
        await until(live, "snapshot")
        home.home.people.sessions._access.clear()  # as if half an hour had gone by
        await cable.cut()
        await cable.mend()
        await until(live, "resumed")


async def test_who_was_never_let_in_is_told(home: Bench) -> None:
    async with Hub(home.url) as hub:
        with pytest.raises(ProblemError) as end:
            await anext(hub.live())
        assert end.value.code == "token-wrong"


async def test_a_busy_hub_is_asked_again(
    home: Bench, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def soon(status: int, code: str, detail: str, remedy: str, _: object) -> problems.ProblemError:
        return problems.refused(status, code, detail, remedy, {"Retry-After": "1"})

    monkeypatch.setattr("hub.api.stream.MAX_PHONES", 0)
    monkeypatch.setattr("hub.api.stream.refused", soon)
    began_s = monotonic()
    waiting = asyncio.create_task(until(hub.live(), "snapshot"))
    await home.until(lambda: home.api.metrics.requests[503] > 0, "sent away")
    monkeypatch.undo()
    await waiting
    assert monotonic() - began_s > 1.0


class Life:
    """A home in which something happens at each step, and the hands of who lives there."""

    def __init__(self, home: Bench, cable: Cable, seed: int) -> None:
        self.home, self.cable = home, cable
        self.chance = random.Random(seed)  # noqa: S311 - a failing run has to be run again
        self.made: dict[str, list[str]] = {"floors": [], "rooms": [], "groups": [], "scenes": []}
        self.guest: Json = {}
        self.is_cut = False
        self.count = 0

    async def begin(self) -> None:
        for device in (PURIFIER, PLUG, SENSOR):
            await self.home.bring(device)
            self.home.air.devices.pop(device)
        grant = {"right": "control", "devices": [PLUG]}
        self.guest = await arrive(self.home, "Gil", role="guest", grants=[grant])

    async def step(self) -> None:
        self.count += 1
        match self.chance.choices(range(6), weights=[40, 12, 14, 8, 6, 14])[0]:
            case 0:
                self.report()
            case 1:
                await self.change_device()
            case 2:
                await self.make()
            case 3:
                await self.drop()
            case 4:
                await self.grant()
            case _:
                await self.turn_cable()

    def report(self) -> None:
        chance = self.chance
        if PURIFIER in self.home.home.hub.devices:
            self.home.report(PURIFIER, {"air.pm2_5": float(chance.randint(0, 300))})
        self.home.report(PLUG, {"outlet.on": chance.choice([True, False])})

    async def change_device(self) -> None:
        room = self.chance.choice([None, *self.made["rooms"]])
        body = {"name": f"Name {self.count}", "room": room, "is_favourite": self.count % 2 == 0}
        device = self.chance.choice([PURIFIER, PLUG, SENSOR])
        if device in self.home.home.hub.devices:
            await self.home.ask("PATCH", f"/api/v1/devices/{device}", body)

    async def make(self) -> None:
        kind = self.chance.choice(list(self.made))
        extra: Json = {"groups": {"members": [PLUG]}, "scenes": {"capture": [PLUG]}}.get(kind, {})
        body = {"name": f"Name {self.count}", **extra}
        made = await self.home.ask("POST", f"/api/v1/{kind}", body, status=201)
        self.made[kind].append(made["id"])
        name = {"name": f"Other {self.count}"}
        await self.home.ask("PATCH", f"/api/v1/{kind}/{made['id']}", name)

    async def drop(self) -> None:
        kind = self.chance.choice(["groups", "scenes"])
        if self.made[kind]:
            gone = self.made[kind].pop(self.chance.randrange(len(self.made[kind])))
            await self.home.ask("DELETE", f"/api/v1/{kind}/{gone}", status=204)
        elif self.count % 3 == 0 and SENSOR in self.home.home.hub.devices:
            await self.home.ask("DELETE", f"/api/v1/devices/{SENSOR}", status=204)

    async def grant(self) -> None:
        devices = self.chance.sample([PLUG, PURIFIER], self.chance.randint(0, 2))
        grants = [{"right": "see", "devices": devices}] if devices else []
        place = f"/api/v1/people/{self.guest['person']['id']}"
        await self.home.ask("PATCH", place, {"grants": grants})

    async def turn_cable(self) -> None:
        await (self.cable.mend() if self.is_cut else self.cable.cut())
        self.is_cut = not self.is_cut

    async def whole(self) -> None:
        if self.is_cut:
            await self.turn_cable()


@pytest.mark.parametrize("seed", [5, 2026])
async def test_a_copy_over_lost_lines_equals_a_fresh_snapshot_for_each_role_and_filter(
    home: Bench, cable: Cable, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecohub_client.live.FIRST_WAIT_S", 0.02)
    monkeypatch.setattr("ecohub_client.live.LONGEST_WAIT_S", 0.1)
    life = Life(home, cable, seed)
    await life.begin()
    tokens = [home.token, home.token, life.guest["access"]]
    async with (
        Hub(url_of(cable), token=tokens[0]) as owner,
        Hub(url_of(cable), token=tokens[1]) as other,
        Hub(url_of(cable), token=tokens[2]) as guest,
    ):
        part: Only = {"devices": [PLUG, SENSOR], "addresses": ["outlet.on", "climate.humidity"]}
        hubs = [
            (hub, hub.live(only=only), only)
            for hub, only in ((owner, None), (other, part), (guest, None))
        ]
        following = [asyncio.create_task(follow(live)) for _, live, _ in hubs]
        for _ in range(8):
            for _ in range(25):
                await life.step()
            await life.whole()
            for hub, live, only in hubs:
                await agreed(hub, live, only)
        assert set(other.home.devices) == set(owner.home.devices) - {PURIFIER}
        assert owner.home.favourites == list(home.home.hub.arrangement.favourites(owner_of(home)))
    for task in following:
        await task


def owner_of(home: Bench) -> str:
    principal = home.home.who(home.token)
    assert principal is not None
    return principal.person or principal.scope
