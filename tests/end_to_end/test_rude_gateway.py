"""A gateway that lies: a thousand children, itself, other people's devices, and no gateway."""

import json
from contextlib import AsyncExitStack
from functools import partial

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.device import DOCUMENT, Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(120)

PARTS = json.loads(DOCUMENT)
CHILDREN = {
    "name": "gateway",
    "title": {"en": "Gateway"},
    "properties": [
        {
            "name": "children",
            "title": {"en": "Children"},
            "format": "uint16",
            "access": ["read", "notify"],
        }
    ],
}
GATEWAY = json.dumps(
    {
        **PARTS,
        "product": "gate-1",
        "class": "gateway",
        "services": [*PARTS["services"], CHILDREN],
    }
).encode()
MOST = 64
THOUSAND = 1_000


def claim(lamp: Lamp, child: str, **more: Json) -> None:
    """Announce a child, right or wrong."""
    about = lamp.announcement(serial=f"sn-{child}", **more)
    lamp.publish(lamp.encoded(f"eco/1/{lamp.id}/{child}/announce", about))


async def rules(hub: Hub, device: str) -> dict[str, int]:
    """Return how often a device broke each rule."""
    counts: dict[str, int] = {}
    for found in (await hub.api.get(f"/devices/{device}/violations"))["violations"]:
        counts[found["rule"]] = counts.get(found["rule"], 0) + found["count"]
    return counts


class Gate(Lamp):
    """The lamp of the other tests, as a gateway."""

    def announcement(self, **more: Json) -> dict[str, Json]:
        product = "gate-1" if self.document == GATEWAY else "lamp-1"
        return super().announcement(**{"product": product, **more})


async def test_a_gateway_that_lies_is_refused_rule_by_rule_and_nobody_else_notices(
    hub: Hub,
) -> None:
    async with AsyncExitStack() as stack:
        found = await let_in(hub, "lamp-good", "gate-rude", "lamp-rude")
        good, rude = Lamp(found[0]), Lamp(found[2])
        gate = Gate(found[1], GATEWAY)
        gate.values["gateway.children"] = 0
        await stack.enter_async_context(living(good, gate, rude))
        await until(lambda: hub.are_online(good, gate, rude), "all three")
        lamp = {"product": "lamp-1", "spec": good.announcement()["spec"]}
        claim(rude, "child-of-a-lamp", **lamp)
        for child in (gate.id, good.id, "another-gate"):
            more = lamp if child != "another-gate" else {}
            claim(gate, child, **more)
        state = gate.state(gate.values, full=True)
        gate.publish(gate.encoded(f"eco/1/{gate.id}/another-gate/state", state))
        await until(partial(has_broken, hub, gate.id, "ECO-CHILD-009", 2), "claims to be refused")
        await until(partial(has_broken, hub, gate.id, "ECO-CHILD-018", 1), "a gateway as a child")
        for number in range(THOUSAND):
            claim(gate, f"child-{number:04d}", **lamp)
        await until(partial(is_judged, hub, gate.id), "all of them to be judged", 60)
        devices = {d["id"]: d for d in (await hub.api.get("/devices"))["devices"]}
        assert len(devices) <= 3 + MOST
        assert "child-of-a-lamp" not in devices
        assert devices[good.id]["presence"]["status"] == "online"
        told = await hub.api.set(good.id, {"lamp.level": 12}, wait_s=15)
        assert told.body["status"] == "confirmed"
        assert (await hub.api.get(f"/devices/{good.id}"))["violations"] == []
        assert good.verdicts == []
        health = await hub.api.health()
        assert {health[name]["status"] for name in ("store", "link", "broker")} == {"ok"}


async def has_broken(hub: Hub, device: str, rule: str, times: int) -> bool:
    return (await rules(hub, device)).get(rule, 0) >= times


async def is_judged(hub: Hub, gate: str) -> bool:
    """Say whether each of the thousand is taken, refused, or was not read for its rate."""
    broken = await rules(hub, gate)
    refused = broken.get("ECO-CHILD-010", 0)
    return refused > 0 and refused + broken.get("ECO-RATE-001", 0) >= THOUSAND - MOST
