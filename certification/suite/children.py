"""Gateways: what they say for their children, and what is asked of these."""

from functools import partial
from typing import Final

from certification.driving import speech
from certification.driving.desk import Desk, GaveUpError
from certification.driving.parties import Party, Said
from certification.suite.acting import arguments_of, call
from certification.suite.registry import scenario
from certification.suite.setting import bad_sets, product_of, set_over, writable

SETTLE_S: Final = 1.5
"""When no other child was announced for so long, all have been."""

MOST: Final = 2
"""Children of which everything is tried: those that can be reached soonest."""

FRESH: Final = 0.4
"""Part of its `awake_s` of silence after which a sleeping child is left to wake again."""

LEFT_S: Final = 2.0
"""How long a child is watched of which nothing may come any more."""

BACK_S: Final = 15.0
"""How long a child may stay out of reach before whoever took it there brings it back."""

HAPPENS_S: Final = 5.0
"""How long a gateway may take to notice what became of a child."""


async def all_announced(desk: Desk, since: int) -> None:
    """Wait until no more children are announced."""
    while True:
        found = await desk.said(_is_of_child, SETTLE_S, since)
        if found is None:
            return
        since = found.n + 1


def known(desk: Desk) -> list[Party]:
    """Return the children whose product is known.

    Raises:
        GaveUpError: There are none.
    """
    found = [one for one in desk.parties.children if one.product]
    if not found:
        raise GaveUpError("the gateway speaks for no child")
    return found


async def awake(desk: Desk, party: Party) -> None:
    """Wait until a child can be reached; one that sleeps has then just woken.

    Raises:
        GaveUpError: It does not come.
    """
    sleep = party.sleep
    if party.is_there and (sleep is None or desk.quiet_s(party) < FRESH * sleep.awake_s):
        return
    wait_s = HAPPENS_S + party.interval_s * desk.scale
    since = desk.next_n
    if await desk.said(partial(_is, party, "online"), wait_s, since) is None:
        raise GaveUpError(f"child {party.child} cannot be reached")


@scenario(features=("gateway",))
async def child_interview(desk: Desk) -> None:
    """Ask for the product spec of each child, and for its full state."""
    await desk.up()
    await all_announced(desk, desk.device.announced_n)
    for party in sorted(desk.parties.children, key=_when_reached)[:MOST]:
        await awake(desk, party)
        await speech.interview(desk, party)
        await speech.full_state(desk, party, "read")
    known(desk)


@scenario(features=("gateway",))
async def child_set(desk: Desk) -> None:
    """Set properties of children, right and wrong, and call their actions."""
    for party in sorted(known(desk), key=desk.quiet_s):
        await awake(desk, party)
        product = product_of(party)
        for address in writable(product):
            await set_over(desk, party, address)
        for bad in bad_sets(product, desk.rng):
            body = {"values": dict(bad.values)}
            await speech.command(
                desk, party, "set", body, expect="rejected", kind=bad.kind, rule=bad.rule
            )
        for address, action in product.actions.items():
            arguments = arguments_of(action, desk)
            await call(desk, party, address, arguments, expect="done", kind="each")
        await speech.probe(desk, party)
        if party.sleep is not None:
            n = await speech.plain(desk, party, "rest")
            await desk.said(partial(_is, party, "asleep"), HAPPENS_S, n)


@scenario(features=("gateway",))
async def child_birth(desk: Desk) -> None:
    """The hub has started: the gateway announces itself and then its children."""
    n, _ = await speech.birth(desk, 0.0)
    await all_announced(desk, n)
    await speech.probe(desk)


@scenario(features=("gateway",))
async def child_unknown(desk: Desk) -> None:
    """Commands for a child that does not exist are ignored."""
    nobody = Party(desk.device.device, "eco-certify-nobody")
    await speech.plain(desk, nobody, "state.get")
    await desk.watch("nothing is said for a child that does not exist", LEFT_S)
    await speech.probe(desk)


@scenario(features=("gateway",), needs="child_lost")
async def child_lost(desk: Desk) -> None:
    """A child goes out of reach."""
    party = known(desk)[0]
    await awake(desk, party)
    n = desk.next_n
    await desk.hook("child_lost", party.child or "")
    await desk.said(partial(_is, party, "offline"), HAPPENS_S, n)
    await desk.said(partial(_is, party, "online"), BACK_S, n)
    await speech.probe(desk)


@scenario(features=("gateway",), needs="child_removed")
async def child_removed(desk: Desk) -> None:
    """A child is unpaired at the gateway."""
    party = known(desk)[0]
    await awake(desk, party)
    n = desk.next_n
    await desk.hook("child_removed", party.child or "")
    await desk.said(partial(_is, party, "offline"), HAPPENS_S, n)
    await speech.probe(desk)


@scenario(features=("gateway",))
async def child_leave(desk: Desk) -> None:
    """The owner removes a child: the gateway unpairs it and speaks for it no more."""
    party = known(desk)[-1]
    await speech.plain(desk, party, "leave")
    await desk.watch("nothing more is said for a child that has left", LEFT_S)
    n, _ = await speech.birth(desk, 0.0)
    await desk.full(2.5, n)
    await desk.watch("a child that has left is not announced", LEFT_S)
    await speech.probe(desk)


def _when_reached(party: Party) -> tuple[bool, int]:
    """Order children by when they can be reached: those that nobody may ever reach come last."""
    return not (party.is_there or party.sleep), party.interval_s


def _is_of_child(said: Said) -> bool:
    return said.child is not None and said.leaf == "announce"


def _is(party: Party, status: str, said: Said) -> bool:
    is_its = said.child == party.child and said.leaf == "presence"
    return is_its and said.body.get("status") == status
