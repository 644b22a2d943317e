"""Gateways and their children, with a real hub: who is there, who is lost with whom, who moves."""

import pytest

from protocol.ids import DeviceId
from tests.end_to_end.api import Json
from tests.end_to_end.families import Family, family, found, is_seen, sim
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(90)


async def view(hub: Hub, device: str) -> Json:
    return await hub.api.get(f"/devices/{device}")


async def receipt(hub: Hub, command: str, *finals: str) -> Json:
    async def is_over() -> bool:
        return (await hub.api.get(f"/commands/{command}"))["status"] in finals

    await until(is_over, f"{command} to be {' or '.join(finals)}", 30)
    return await hub.api.get(f"/commands/{command}")


async def is_clean(hub: Hub, one: Family) -> None:
    """Find that nobody of a family has broken a rule."""
    for name in (one.name, one.plug_id, one.band_id):
        assert (await view(hub, name))["violations"] == [], name


async def test_a_band_appears_behind_its_gateway_and_is_commanded(hub: Hub) -> None:
    async with family(hub) as (_, one):
        assert (await view(hub, one.band_id))["gateway"] == one.name
        assert sorted((await view(hub, one.name))["children"]) == [one.band_id, one.plug_id]
        told = await hub.api.set(one.plug_id, {"outlet.on": False}, wait_s=10)
        assert told.body["status"] == "confirmed"
        asked = await hub.api.set(one.band_id, {"activity.goal_steps": 9_000}, id="goal", wait_s=0)
        assert asked.status == 202
        steps = [s["status"] for s in (await receipt(hub, "goal", "confirmed"))["history"]]
        assert steps == ["accepted", "delivered", "applied", "confirmed"]
        ran = await hub.api.call(one.band_id, "wearable.notify", arguments={"text": "hi"}, id="n1")
        assert ran.status in {200, 202}
        await receipt(hub, "n1", "applied")
        await is_clean(hub, one)


async def test_children_are_lost_with_their_gateway_and_come_back_with_it(hub: Hub) -> None:
    async with family(hub) as (home, one):
        home.may_dial.clear()
        one.vanish()
        lost = "unreachable gateway_lost"
        await until(lambda: one.are_seen(lost, lost), "the children to be missed")
        home.may_dial.set()
        await one.settle()
        told = await hub.api.set(one.plug_id, {"outlet.on": False}, wait_s=10)
        assert told.body["status"] == "confirmed"
        await is_clean(hub, one)


async def test_children_whose_gateway_says_goodbye_are_gone_with_that_reason(hub: Hub) -> None:
    async with family(hub) as (_, one):
        one.link.leave()
        gone = "unreachable gateway_offline"
        await until(lambda: one.are_seen(gone, gone), "the children to be gone")


async def test_a_child_out_of_reach_of_the_radio_is_lost_alone(hub: Hub) -> None:
    async with family(hub) as (_, one):
        one.radio.hide(one.plug_id, 3_600.0)
        await until(lambda: one.are_seen("unreachable lost", ""), "the plug to be missed")
        assert (await hub.api.presence(one.name)).startswith("online")
        one.radio.hide(one.plug_id, 0.0)
        await one.settle()
        await is_clean(hub, one)


async def test_commands_that_wait_behind_a_gateway_survive_the_hubs_death(hub: Hub) -> None:
    async with family(hub) as (home, one):
        home.may_dial.clear()
        one.vanish()
        asked = await hub.api.set(
            one.band_id, {"activity.goal_steps": 7_000}, id="goal", wait_s=0, expires_in_s=60
        )
        assert asked.body["status"] == "accepted"
        await hub.kill()
        await hub.start()
        shown = await view(hub, one.band_id)
        assert shown["gateway"] == one.name
        home.may_dial.set()
        await receipt(hub, "goal", "confirmed")
        await one.settle()
        assert (await view(hub, one.band_id))["twin"]["activity.goal_steps"]["value"] == 7_000


async def test_a_child_that_is_unpaired_retires_and_keeps_its_name_for_its_return(
    hub: Hub,
) -> None:
    async with family(hub) as (_, one):
        named = await hub.api.ask("PATCH", f"/devices/{one.plug_id}", {"name": "Kettle"})
        assert named.status == 200
        one.link.send(one.carrier.remove(one.plug_id, 0.0))
        await until(lambda: one.are_seen("retired removed", ""), "the plug to retire")
        asked = await hub.api.set(one.plug_id, {"outlet.on": False}, wait_s=0)
        assert asked.status >= 400
        pair = await hub.api.call(one.name, "gateway.pair", arguments={}, wait_s=5)
        assert pair.body["status"] == "applied"
        await one.settle()
        assert (await view(hub, one.plug_id))["name"] == "Kettle"


async def test_a_child_moves_to_another_gateway_when_its_owner_consents(hub: Hub) -> None:
    async with family(hub) as (home, one):
        await hub.api.ask("PATCH", f"/devices/{one.plug_id}", {"name": "Kettle"})
        other = await found(hub, home, "gate-two")
        one.radio.hide(one.plug_id, 3_600.0)
        other.carrier.add(sim(one.plug_id, one.plug), is_paired=False)
        await until(lambda: is_seen(hub, other.name, "online"), "the other gateway")
        other.link.press("pair")

        async def wants() -> bool:
            return bool((await view(hub, one.plug_id))["wants_gateway"] == other.name)

        await until(wants, "its wish to move")
        shown = await view(hub, one.plug_id)
        assert shown["gateway"] == one.name
        broken = {found["rule"] for found in (await view(hub, other.name))["violations"]}
        broken |= {found["rule"] for found in shown["violations"]}
        assert "ECO-CHILD-011" in broken
        moved = await hub.api.ask("POST", f"/devices/{one.plug_id}/move", {"gateway": other.name})
        assert moved.status == 200, moved
        other.vanish()
        await until(lambda: is_seen(hub, one.plug_id, "online"), "the plug at its new place", 30)
        shown = await view(hub, one.plug_id)
        assert (shown["gateway"], shown["name"]) == (other.name, "Kettle")
        assert one.plug_id not in (await view(hub, one.name))["children"]
        told = await hub.api.set(one.plug_id, {"outlet.on": False}, wait_s=10)
        assert told.body["status"] == "confirmed"


async def test_a_child_that_is_sent_away_is_unpaired_and_comes_back_when_it_may(hub: Hub) -> None:
    async with family(hub) as (_, one):
        gone = await hub.api.ask("DELETE", f"/devices/{one.plug_id}")
        assert gone.status == 204
        await until(lambda: one.plug_id not in one.carrier.children, "the gateway to obey")
        one.radio.press("pair")

        async def is_barred() -> bool:
            return one.plug_id in (await view(hub, one.name))["barred"]

        await until(is_barred, "the bar")
        await until(lambda: one.plug_id in one.carrier.children, "it to be paired again")
        again = await hub.api.ask("POST", f"/devices/{one.name}/children", {"child": one.plug_id})
        assert again.status == 200, again
        one.vanish()
        await one.settle()


async def test_with_its_gateway_a_home_forgets_the_children(hub: Hub) -> None:
    async with family(hub) as (_, one):
        assert (await hub.api.ask("DELETE", f"/devices/{one.name}")).status == 204
        assert (await hub.api.get("/devices"))["devices"] == []
        assert DeviceId(one.name) == one.name
