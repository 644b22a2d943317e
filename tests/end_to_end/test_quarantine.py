"""A device in quarantine stays there when the hub is killed, and comes back when it is let out."""

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(90)

BREAKS = 20


async def test_quarantine_outlives_a_kill_and_ends_by_release(hub: Hub) -> None:
    (credentials,) = await let_in(hub, "lamp-0001")
    lamp = Lamp(credentials)
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")
        lamp.is_stubborn = True
        await hub.api.set(lamp.id, {"lamp.level": 77}, id="open", wait_s=0)
        for _ in range(BREAKS):
            lamp.say("state", lamp.state({"lamp.level": 900}))
        await until(lambda: has_presence(hub, lamp, "quarantined broke_rules"), "quarantine")
        receipt = await hub.api.get("/commands/open")
        assert (receipt["status"], receipt["reason"]) == ("failed", "quarantined")
        before = await hub.api.get(f"/devices/{lamp.id}")
        await hub.kill()
        await hub.start()
        await stays_out(hub, lamp, before)
        await comes_back(hub, lamp)


async def stays_out(hub: Hub, lamp: Lamp, before: Json) -> None:
    """Find it in quarantine as before, judged, and not believed."""
    await until(lambda: has_announced(hub, lamp), "the lamp to be back")
    lamp.say("state", lamp.state({"lamp.warmth": 4.5}))
    lamp.say("state", lamp.state({"lamp.level": 900}))
    await until(lambda: is_refused_again(hub, lamp), "it to be judged")
    after = await hub.api.get(f"/devices/{lamp.id}")
    assert after["quarantine"] == before["quarantine"]
    assert after["presence"] == before["presence"]
    assert after["twin"]["lamp.warmth"]["value"] != 4.5
    assert (await hub.api.get("/commands/open"))["status"] == "failed"
    refused = await hub.api.set(lamp.id, {"lamp.level": 5}, wait_s=0)
    assert (refused.status, refused.body["code"]) == (409, "device-not-ready")


async def comes_back(hub: Hub, lamp: Lamp) -> None:
    """Release it, and find it served as any other."""
    lamp.is_stubborn = False
    answer = await hub.api.ask("POST", f"/devices/{lamp.id}/release")
    assert answer.body["presence"]["status"] == "online"
    answer = await hub.api.set(lamp.id, {"lamp.level": 6}, wait_s=15)
    assert answer.body["status"] == "confirmed"
    kinds = [n["kind"] for n in (await hub.api.get("/notifications"))["notifications"]]
    assert kinds == ["released", "quarantined"]


async def has_presence(hub: Hub, lamp: Lamp, presence: str) -> bool:
    return await hub.api.presence(lamp.id) == presence


async def trace(hub: Hub, lamp: Lamp) -> list[Json]:
    found: list[Json] = (await hub.api.get(f"/devices/{lamp.id}/trace"))["messages"]
    return found


async def has_announced(hub: Hub, lamp: Lamp) -> bool:
    return any(one["leaf"] == "announce" for one in await trace(hub, lamp))


async def is_refused_again(hub: Hub, lamp: Lamp) -> bool:
    states = [one["fate"] for one in await trace(hub, lamp) if one["leaf"] == "state"]
    return "refused" in states and "judged" in states
