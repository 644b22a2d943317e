"""Commands as such: repeated, retained, late, in order, and too many."""

import asyncio
from collections.abc import Mapping
from typing import Final

from certification.driving import speech, values
from certification.driving.desk import Desk, GaveUpError, holds
from certification.driving.parties import Party, Said
from certification.driving.speech import FINAL, encode
from certification.suite.registry import scenario
from certification.suite.setting import product_of, set_to, writable
from protocol.ids import Address
from protocol.messages import Scalar

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


def one_to_set(desk: Desk, party: Party) -> tuple[Address, list[Scalar]]:
    """Return a property with two values that can be set to it, the present one last.

    Raises:
        GaveUpError: There is none.
    """
    product = product_of(party)
    for address in writable(product):
        part = product.properties[address]
        if not part.is_readable:
            continue
        present = party.values.get(address)
        other = values.another(part, present, desk.rng)
        if present is None:
            present = values.another(part, other, desk.rng)
        if other != present:
            return address, [other, present]
    raise GaveUpError("it has no readable property that can be set to two values")


async def send_set(desk: Desk, party: Party, body: Mapping[str, object], **args: object) -> int:
    """Send a `set` and wait for nothing; return its stimulus."""
    whole = {"type": "set", "id": desk.name(), "ttl_ms": 3_000, **body}
    told = {name: value for name, value in whole.items() if name != "type"}
    await desk.up()
    n = desk.stimulate("set", **{**told, **args})
    await desk.send(party.topic("command"), encode(whole), retain=args.get("kind") == "retained")
    return n


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
    address, (other, present) = one_to_set(desk, party)
    first = {"id": desk.name(), "values": {address: other}, "ttl_ms": 60_000}
    outcome = await speech.command(desk, party, "set", first, expect="done", kind="repeat_first")
    await speech.shown(desk, party, outcome, {address})
    await speech.command(
        desk, party, "set", {**first}, expect="any", kind="repeated", repeats=outcome.n
    )
    for number in range(REMEMBERED - 1):
        value = present if number % 2 == 0 else other
        await speech.command(
            desk, party, "set", {"values": {address: value}}, expect="done", kind="between"
        )
    await speech.command(
        desk, party, "set", {**first}, expect="any", kind="repeated", repeats=outcome.n
    )
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
    address, (other, _) = one_to_set(desk, desk.device)
    await send_set(
        desk, desk.device, {"values": {address: other}}, expect="ignored", kind="retained"
    )
    await desk.watch("neither ack nor effect of a retained command", LATER_S)
    await speech.probe(desk)


@scenario(features=("commands",), is_calm=True)
async def command_ttl(desk: Desk) -> None:
    """Commands with very little time: each is done within it, or expires."""
    party = desk.device
    address, both = one_to_set(desk, party)
    for ttl_ms in (1, 20, 100):
        body: dict[str, object] = {"values": {address: both[0]}, "ttl_ms": ttl_ms}
        await speech.command(desk, party, "set", body, expect="any", kind="ttl")
    names: set[str] = set()
    since = desk.next_n
    for number in range(4):
        body = {"values": {address: both[number % 2]}, "ttl_ms": 1, "id": desk.name()}
        names.add(str(body["id"]))
        await send_set(desk, party, body, expect="any", kind="ttl")
    await settled(desk, names, 3.0, since)


@scenario(features=("commands", "time_synced"))
async def command_expires_at(desk: Desk) -> None:
    """A command that has ended by wall time is not carried out."""
    address, (other, _) = one_to_set(desk, desk.device)
    body = {"values": {address: other}, "expires_at_ms": PAST_MS}
    await speech.command(desk, desk.device, "set", body, expect="expired", kind="expires_at")
    await speech.probe(desk)


@scenario(features=("commands",), is_calm=True)
async def command_order(desk: Desk) -> None:
    """Commands one close behind the other are carried out in their order."""
    party = desk.device
    address, both = one_to_set(desk, party)
    names: set[str] = set()
    since = desk.next_n
    for number in range(BURST):
        body = {"values": {address: both[number % 2]}, "id": desk.name()}
        names.add(str(body["id"]))
        await send_set(desk, party, body, expect="done", kind="order")
    await settled(desk, names, 4.0, since)


@scenario(features=("commands",), is_calm=True)
async def command_flood(desk: Desk) -> None:
    """More commands at once than the device may answer: it says busy to some, and recovers."""
    party = desk.device
    product = product_of(party)
    address, both = one_to_set(desk, party)
    count = int(product.spec.rate_per_s * FLOOD_TIMES) + FLOOD_MORE
    names: set[str] = set()
    since = desk.next_n
    for number in range(count):
        body = {"values": {address: both[number % 2]}, "id": desk.name()}
        names.add(str(body["id"]))
        await send_set(desk, party, body, expect="any", kind="flood")
        await asyncio.sleep(0)  # answers are written down when they come, not after the flood
    await settled(desk, names, RECOVERY_S, since)
    window_s = max(1.0, FLOOD_TIMES * desk.scale)
    await desk.watch("recovers from a flood", min(RECOVERY_S, window_s + 0.2))
    await set_to(desk, party, {address: both[1]}, "after_flood")


@scenario(features=("commands",))
async def unknown_fields(desk: Desk) -> None:
    """Messages with fields of a later version: they are taken, without what is not known."""
    party = desk.device
    n, _ = await speech.birth(desk, 0.0, eco_next=True)
    await desk.full(2.5, n)
    address, both = one_to_set(desk, party)
    news: tuple[Mapping[str, object], ...] = ({"eco_next": 1}, {"eco_next": {"a": [1, None]}})
    for number, new in enumerate(news):
        body = {"values": {address: both[number]}, **new}
        outcome = await speech.command(
            desk, party, "set", body, expect="done", kind="unknown_field"
        )
        await speech.shown(desk, party, outcome, {address})
    large: dict[str, object] = {"values": {address: both[0]}, "eco_next": ""}
    room = 16_384 - len(encode({"type": "set", "id": "c.99999", "ttl_ms": 3_000, **large}))
    large["eco_next"] = "x" * room
    await speech.command(desk, party, "set", large, expect="done", kind="largest")
    await set_to(desk, party, {address: both[1]}, "put_back")
    await speech.probe(desk)
