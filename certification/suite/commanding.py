"""Commands as such: repeated, retained, late, in order, and too many."""

import asyncio
from typing import Any, Final

from certification.driving import speech, values
from certification.driving.desk import Desk, holds
from certification.driving.parties import Party, Said
from certification.driving.speech import FINAL, encode
from certification.suite.registry import scenario
from certification.suite.setting import product_of
from certification.suite.trials import give, send, two_of
from protocol.json_text import MAX_BYTES

REMEMBERED: Final = 32
"""Ids that a device keeps (ECO-CMD-007)."""

FLOOD_TIMES: Final = 10.0
"""Seconds of the declared rate that a device may send at once; a flood is more than that."""

FLOOD_MORE: Final = 40
"""Commands of a flood beyond the rate."""

RECOVERY_S: Final = 5.0
"""How long a device may take until it listens again, after a flood."""

BURST: Final = 8
"""Commands close behind one another, which a device has to take or call itself busy."""

PAST_MS: Final = 1_000_000_000_000
"""A wall time that is long over: September 2001."""

SETTLE_S: Final = 0.5
"""How long what an action brings about may take to be told, behind its ack."""

LATER_S: Final = 1.5
"""How long a command is watched that must not be carried out."""


async def settled(desk: Desk, names: set[str], timeout_s: float, since: int) -> set[str]:
    """Wait for the final acks of commands; return the ids of those that have none, or are busy."""
    left = set(names)

    def ends(said: Said) -> bool:
        if said.leaf == "ack" and said.body.get("status") in FINAL | {"busy"}:
            left.discard(str(said.body.get("id")))
        return not left

    await desk.said(ends, timeout_s, since)
    return left


@scenario(features=("commands",))
async def command_repeated(desk: Desk) -> None:
    """Send commands again that the device has taken: at once, and after 31 others."""
    party = desk.device
    other, present = two_of(desk, party)
    same = {"id": desk.name(), "ttl_ms": 60_000}
    outcome = await give(desk, party, other, more=same, expect="done", kind="repeat_first")
    again: dict[str, Any] = {"expect": "any", "kind": "repeated", "repeats": outcome.n}
    body = {**other.body, **same}
    await speech.command(desk, party, other.stimulus, body, **again)
    for number in range(REMEMBERED - 1):
        between = present if number % 2 == 0 else other
        await speech.command(
            desk, party, between.stimulus, between.body, expect="done", kind="between"
        )
    await speech.command(desk, party, other.stimulus, body, **again)
    await speech.probe(desk)


@scenario(features=("actions",), is_calm=True)
async def action_repeated(desk: Desk) -> None:
    """Call an action again with the same id: it is answered as before, and not done again."""
    for address, action in product_of(desk.device).actions.items():
        arguments = {v.name: values.allowed(v, desk.rng)[0].value for v in action.arguments}
        body = {"id": desk.name(), "action": address, "arguments": arguments, "ttl_ms": 60_000}
        epoch = desk.device.epoch
        outcome = await speech.command(
            desk,
            desk.device,
            "action",
            {**body, "epoch": epoch},
            expect="done",
            kind="repeat_first",
        )
        await desk.said(holds("state", cause=body["id"]), SETTLE_S, outcome.n)
        if desk.device.epoch == epoch:
            await speech.command(
                desk,
                desk.device,
                "action",
                {**body, "epoch": epoch},
                expect="any",
                kind="repeated",
                repeats=outcome.n,
            )
        break


@scenario(features=("commands",))
async def command_retained(desk: Desk) -> None:
    """A broker delivers a command that it had kept: it is old, and ignored."""
    other, _ = two_of(desk, desk.device)
    await send(desk, desk.device, other, expect="ignored", kind="retained")
    await desk.watch("neither ack nor effect of a retained command", LATER_S)
    await speech.probe(desk)


@scenario(features=("commands",), is_calm=True)
async def command_ttl(desk: Desk) -> None:
    """Commands with very little time: each is done within it, or expires."""
    party = desk.device
    both = two_of(desk, party)
    for ttl_ms in (1, 20, 100):
        body = {**both[0].body, "ttl_ms": ttl_ms}
        await speech.command(desk, party, both[0].stimulus, body, expect="any", kind="ttl")
    since = desk.next_n
    names = {
        await send(desk, party, both[number % 2], ttl_ms=1, expect="any", kind="ttl")
        for number in range(4)
    }
    await settled(desk, names, 3.0, since)


@scenario(features=("commands", "time_synced"))
async def command_expires_at(desk: Desk) -> None:
    """A command that has ended by wall time is not carried out."""
    other, _ = two_of(desk, desk.device)
    late = {"expires_at_ms": PAST_MS}
    await give(desk, desk.device, other, more=late, expect="expired", kind="expires_at")
    await speech.probe(desk)


@scenario(features=("commands",), is_calm=True)
async def command_order(desk: Desk) -> None:
    """Commands one close behind the other are carried out in their order."""
    party = desk.device
    both = two_of(desk, party)
    since = desk.next_n
    names = {
        await send(desk, party, both[number % 2], expect="done", kind="order")
        for number in range(BURST)
    }
    await settled(desk, names, 4.0, since)


@scenario(features=("commands",), is_calm=True)
async def command_flood(desk: Desk) -> None:
    """More commands at once than the device may answer: it says busy to some, and recovers."""
    party = desk.device
    both = two_of(desk, party)
    count = int(product_of(party).spec.rate_per_s * FLOOD_TIMES) + FLOOD_MORE
    names: set[str] = set()
    since = desk.next_n
    for number in range(count):
        names.add(await send(desk, party, both[number % 2], expect="any", kind="flood"))
        await asyncio.sleep(0)  # answers are written down when they come, not after the flood
    await settled(desk, names, RECOVERY_S, since)
    window_s = max(1.0, FLOOD_TIMES * desk.scale)
    await desk.watch("recovers from a flood", min(RECOVERY_S, window_s + 0.2))
    await give(desk, party, both[1], expect="done", kind="after_flood")


@scenario()
async def unknown_fields(desk: Desk) -> None:
    """Messages with fields of a later version: they are taken, without what is not known."""
    n, _ = await speech.birth(desk, 0.0, eco_next=True)
    await desk.full(2.5, n)
    if desk.declaration.features.commands:
        await _give_with_more(desk, desk.device)
    else:
        await speech.full_state(desk, desk.device, "read", eco_next=1)
    await speech.probe(desk)


async def _give_with_more(desk: Desk, party: Party) -> None:
    """Send commands with more fields, the last of them as large as may be."""
    both = two_of(desk, party)
    for number, new in enumerate((1, {"a": [1, None]})):
        more = {"eco_next": new}
        await give(desk, party, both[number], more=more, expect="done", kind="unknown_field")
    whole = {"type": both[0].stimulus, "id": "c.99999", "ttl_ms": speech.TTL_MS, **both[0].body}
    room = MAX_BYTES - len(encode({**whole, "eco_next": ""}))
    more = {"eco_next": "x" * room}
    await give(desk, party, both[0], more=more, expect="done", kind="largest")
    await give(desk, party, both[1], expect="done", kind="put_back")
