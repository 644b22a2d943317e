"""A home in which something of everything is there, so that no page is empty."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hub.core.outcome import Outcome
from protocol.ids import DeviceId
from protocol.messages import Presence
from simulators.fan import Fan
from simulators.light import Light
from simulators.robot_cleaner import RobotCleaner
from tests.hub.api.bench import PLUG, PURIFIER, SENSOR, Bench, bench
from tests.hub.api.test_people import arrive

LAMP, CLEANER, FAN = DeviceId("light-0001"), DeviceId("robot-cleaner-0001"), DeviceId("fan-0001")


_AT_DUSK = {
    "name": "Clear the air <b>",
    "triggers": [
        {"type": "property", "device": PURIFIER, "address": "air.pm2_5", "above": 35, "for_s": 300},
        {"type": "event", "device": PURIFIER, "event": "filter.worn"},
        {"type": "time", "at": "22:30", "days": ["mon", "tue"]},
    ],
    "conditions": [
        {"type": "time", "from": "22:00", "until": "06:00"},
        {"type": "any", "of": [{"type": "presence", "device": FAN, "is": "unreachable"}]},
    ],
    "actions": [
        {"type": "set", "device": LAMP, "properties": {"light.on": True, "light.brightness": 40}},
        {"type": "wait", "for_s": 90},
        {"type": "notify", "text": "🌬 <script>"},
    ],
}


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[tuple[Bench, dict[str, str], str]]:
    """Run such a home; yields it, ids by word for the addresses of pages, and its owner's token."""
    async with bench(folder) as home:
        for device in (PURIFIER, PLUG, SENSOR):
            await home.bring(device)
        for device, physics in ((LAMP, Light), (CLEANER, RobotCleaner), (FAN, Fan)):
            await home.bring(device, physics)
        ids: dict[str, str] = {"lamp": LAMP, "purifier": PURIFIER, "sensor": SENSOR, "fan": FAN}
        ids |= await _arrange(home)
        owner = await _invite(home, ids["room"])
        people = (await home.get("/api/v1/people"))["people"]
        ids |= {person["role"]: person["id"] for person in people}
        await _happen(home)
        yield home, ids, owner


async def _arrange(home: Bench) -> dict[str, str]:
    """Make floors, rooms, a group, a scene."""

    async def made(path: str, **body: Any) -> str:
        id_: str = (await home.ask("POST", f"/api/v1/{path}", body, status=201))["id"]
        return id_

    ids = {"floor": await made("floors", name="Upstairs", level=1)}
    ids["room"] = await made("rooms", name="Living room", icon="sofa", floor=ids["floor"])
    other = await made("rooms", name="Kitchen", icon="kitchen")
    for device, room in ((LAMP, ids["room"]), (PURIFIER, ids["room"]), (PLUG, other)):
        await home.ask("PATCH", f"/api/v1/devices/{device}", {"room": room})
    await home.ask("PATCH", f"/api/v1/devices/{FAN}", {"name": "Fan <b>&amp;</b> אב 🛋️"})
    ids["group"] = await made("groups", name="All lamps", icon="light", members=[LAMP])
    ids["automation"] = await made("automations", **_AT_DUSK)
    await home.ask("POST", f"/api/v1/automations/{ids['automation']}/run")
    ids["scene"] = await made("scenes", name="Film night", icon="scene", capture=[LAMP, PLUG])
    return ids


async def _invite(home: Bench, room: str) -> str:
    """Let an owner, a member and a guest in, and leave an invite open."""
    owner = await arrive(home, "Ada", role="owner")
    await arrive(home, "Mo", role="member")
    grant = {"right": "control", "rooms": [room], "until": "2099-12-01T12:00:00Z"}
    hours = [{"days": ["mon", "fri"], "begin": "18:00", "end": "22:00"}]
    await arrive(home, "Gil", role="guest", grants=[{**grant, "hours": hours}])
    await home.ask("POST", "/api/v1/invites", {"role": "guest", "grants": [grant]}, status=201)
    token: str = owner["access"]
    headers = {"Authorization": f"Bearer {token}"}
    await home.ask("PATCH", f"/api/v1/devices/{LAMP}", {"is_favourite": True}, headers=headers)
    return token


async def _happen(home: Bench) -> None:
    """Have commands done, notices made, a fault, something worn, and a device lost."""
    lamp = f"/api/v1/devices/{LAMP}/properties"
    for level in (20, 80):
        values = {"light.on": True, "light.brightness": level}
        await home.ask("PATCH", lamp, {"properties": values, "wait_s": 5})
    now_s = home.home.clock.now_s()
    for text in ("It is back.", "It broke rules <b>again</b>."):
        home.home.hub.inbox.add("released", PURIFIER, text, now_s, Outcome())
    home.report(PURIFIER, {"filter.life": 3, "air.pm2_5": 180})
    twin = home.home.hub.devices[FAN].record
    lost = Presence(status="offline", epoch=twin.epoch, connection=twin.connection, reason="lost")
    home.air.devices.pop(FAN)
    home.air.tell(FAN, lost)
    await home.until(lambda: home.home.hub.devices[FAN].presence == "unreachable", "lost")
