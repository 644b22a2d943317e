"""Commands of the client: what they return, and that a broken line does not double them."""

import asyncio

import pytest

from ecohub_client import CommandError, Hub, ProblemError, UnreachableError
from tests.drivers.cable import Cable
from tests.hub.api.bench import PLUG, PURIFIER, Bench


async def test_a_set_returns_when_the_device_shows_it(home: Bench, hub: Hub) -> None:
    await home.bring(PLUG)
    receipt = await hub.set(PLUG, {"outlet.on": True})
    assert receipt["status"] == "confirmed"
    assert home.value(PLUG, "outlet.on") is True


async def test_an_action_returns_applied(home: Bench, hub: Hub) -> None:
    await home.bring(PURIFIER)
    receipt = await hub.call(PURIFIER, "filter.reset")
    assert (receipt["status"], receipt["action"]) == ("applied", "filter.reset")


async def test_a_command_whose_answer_is_lost_is_carried_out_once(
    home: Bench, cable: Cable, hub: Hub
) -> None:
    await home.bring(PURIFIER)
    cable.loses_answers = True
    asking = asyncio.create_task(hub.call(PURIFIER, "filter.reset"))
    commands = home.home.hub.commands
    await home.until(lambda: commands.of(PURIFIER), "the hub has it")
    await cable.cut()
    cable.loses_answers = False
    await cable.mend()
    receipt = await asking
    assert receipt["status"] == "applied"
    assert [one.client_id for one in commands.of(PURIFIER)] == [receipt["id"]]


async def test_a_command_waits_for_a_line(home: Bench, cable: Cable, hub: Hub) -> None:
    await home.bring(PLUG)
    await cable.cut()
    asking = asyncio.create_task(hub.set(PLUG, {"outlet.on": True}))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(asking), 0.2)
    await cable.mend()
    assert (await asking)["status"] == "confirmed"


async def test_a_command_without_a_line_ends_in_time(home: Bench, cable: Cable, hub: Hub) -> None:
    await home.bring(PLUG)
    await cable.cut()
    async with asyncio.timeout(10):
        with pytest.raises(UnreachableError):
            await hub.set(PLUG, {"outlet.on": True}, within_s=0.5)


async def test_a_command_that_ends_badly_says_how(home: Bench, hub: Hub) -> None:
    await home.bring(PLUG)
    home.air.deaf.add(PLUG)
    with pytest.raises(CommandError, match="ended expired") as end:
        await hub.set(PLUG, {"outlet.on": True}, expires_in_s=1)
    assert end.value.receipt["is_final"]


async def test_a_command_that_takes_longer_than_one_waits_is_not_lost(
    home: Bench, hub: Hub
) -> None:
    await home.bring(PLUG)
    home.air.deaf.add(PLUG)
    with pytest.raises(CommandError, match="is still") as end:
        await hub.set(PLUG, {"outlet.on": True}, within_s=0.2, id="mine-1")
    assert not end.value.receipt["is_final"]
    assert (await hub.api.show_command("mine-1"))["id"] == "mine-1"


async def test_what_the_hub_does_not_take_is_a_problem(home: Bench, hub: Hub) -> None:
    await home.bring(PLUG)
    with pytest.raises(ProblemError) as refusal:
        await hub.set(PLUG, {"outlet.colour": 1})
    assert refusal.value.code.startswith("ECO-CMD")
