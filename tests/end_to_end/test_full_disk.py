"""The disk of a running hub fills up: it promises nothing, serves on, and recovers."""

import pytest

from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import JoinRefusedError, let_in
from tests.end_to_end.processes import Cold
from tests.end_to_end.volume import volume
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(90)

NO_ROOM = (503, 507)
TRIES = 2_000


async def test_on_a_full_disk_nothing_is_promised_and_everything_else_goes_on(
    make_hub: MakeHub, broker_kind: str
) -> None:
    hub = make_hub(BROKER__KIND=broker_kind)
    with volume(hub.data, "size=6m,mode=0700") as disk:
        hub.program.launcher = Cold(*disk.prefix)
        await hub.start()
        (lamp,) = [Lamp(c) for c in await let_in(hub, "lamp-0001")]
        async with living(lamp):
            await until(lambda: hub.are_online(lamp), "the lamp")
            told = await hub.api.set(lamp.id, {"lamp.level": 20}, id="before", wait_s=10)
            assert told.body["status"] == "confirmed"
            disk.fill()
            refused = await refuses_what_it_cannot_keep(hub, lamp)
            await serves_what_it_has(hub, lamp, refused)
            disk.drop()
            await until(lambda: accepts(hub, lamp), "the disk to be used again")
            await until(hub.is_ready, "a healthy hub")
            disk.fill()
            await hub.kill()
            assert "room" in (await hub.complaint())["detail"]
            disk.drop()
            await hub.start()
            assert (await hub.api.get("/commands/before"))["status"] == "confirmed"
            await has_done_nothing(hub, lamp, refused)
        await hub.kill()


async def refuses_what_it_cannot_keep(hub: Hub, lamp: Lamp) -> str:
    """Find that a command, a join, a name and an unjoining are refused; return the command."""
    for number in range(TRIES):  # what was free in the files themselves is used up first
        refused_id = f"refused-{number}"
        asked = await hub.api.set(lamp.id, {"lamp.level": 99}, id=refused_id, wait_s=0)
        if asked.status in NO_ROOM:
            break
    assert asked.status in NO_ROOM, asked
    assert asked.body["code"] == "store-full"
    assert asked.body["remedy"] == "Free some space there."
    with pytest.raises(JoinRefusedError) as refused:
        await let_in(hub, "lamp-0002")
    assert refused.value.answer.body["code"] == "store-full"
    for method, body in (("PATCH", {"name": "Bedside"}), ("DELETE", None)):
        answer = await hub.api.ask(method, f"/devices/{lamp.id}", body)
        assert (answer.status in NO_ROOM, answer.body["code"]) == (True, "store-full")
    return refused_id


async def serves_what_it_has(hub: Hub, lamp: Lamp, refused: str) -> None:
    """Find that reads and telemetry go on, and that health says what is wrong."""
    lamp.say("state", lamp.state({"lamp.warmth": 4.5}))
    await until(lambda: shows(hub, lamp, 4.5), "telemetry")
    assert (await hub.api.get("/commands/before"))["status"] == "confirmed"
    await has_done_nothing(hub, lamp, refused)
    store = (await hub.api.health())["store"]
    assert store["status"] == "degraded"
    assert "No room" in store["detail"]
    assert "Free some space" in store["remedy"]
    repeated = await hub.api.set(lamp.id, {"lamp.level": 20}, id="before")
    assert repeated.body["status"] == "confirmed"
    assert await hub.api.presence(lamp.id) == "online announced"


async def has_done_nothing(hub: Hub, lamp: Lamp, refused: str) -> None:
    """Find nothing of what was refused."""
    assert (await hub.api.ask("GET", f"/commands/{refused}")).status == 404
    listed = [(d["id"], d["name"]) for d in (await hub.api.get("/devices"))["devices"]]
    assert listed == [(lamp.id, "Lamp")]


async def shows(hub: Hub, lamp: Lamp, warmth: float) -> bool:
    twin = (await hub.api.get(f"/devices/{lamp.id}"))["twin"]
    return bool(twin["lamp.warmth"]["value"] == warmth)


async def accepts(hub: Hub, lamp: Lamp) -> bool:
    answer = await hub.api.set(lamp.id, {"lamp.level": 30}, wait_s=5)
    return answer.status == 200
