"""A device that dies without a word is unreachable soon, for a stated reason, and may come back."""

import pytest

from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.lamp_process import lamp_process
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(60)


async def test_a_device_that_freezes_is_unreachable_and_back_when_it_thaws(hub: Hub) -> None:
    (credentials,) = await let_in(hub, "lamp-0001")

    async def is_seen(presence: str) -> bool:
        return await hub.api.presence("lamp-0001") == presence

    with lamp_process(credentials) as lamp:
        await until(lambda: is_seen("online announced"), "the lamp", 30)
        lamp.freeze()
        late = await hub.api.set(
            "lamp-0001", {"lamp.level": 1}, id="late", wait_s=0, expires_in_s=1
        )
        assert late.status == 202
        await until(lambda: is_seen("unreachable lost"), "the hub to miss it")
        shown = await hub.api.get("/devices/lamp-0001")
        assert shown["twin"]["lamp.level"]["is_stale"]
        await until(lambda: has_expired(hub, "late"), "the command's end")
        lamp.thaw()
        await until(lambda: is_seen("online announced"), "the lamp again")
        answer = await hub.api.set("lamp-0001", {"lamp.level": 2}, wait_s=10)
        assert answer.body["status"] == "confirmed"
        assert (await hub.api.get("/commands/late"))["status"] == "expired"


async def has_expired(hub: Hub, command: str) -> bool:
    return bool((await hub.api.get(f"/commands/{command}"))["status"] == "expired")
