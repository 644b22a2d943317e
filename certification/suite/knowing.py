"""What the device tells of itself: product spec, full states, births."""

from typing import Final

from certification.driving import speech
from certification.driving.desk import ANSWER_S, Desk, GaveUpError, holds
from certification.suite.registry import scenario

BIRTHS: Final = 6
"""Births from which it can be seen that the wait is drawn."""

SPREAD_S: Final = 0.6
"""The longest wait that these births ask for."""

FULL_EVERY_S: Final = 600.0
"""Longest time between two full states (ECO-STATE-006)."""

SLACK: Final = 1.2
"""So much longer a full state is waited for than it may take."""

HEARTBEATS: Final = 3
"""So often the wait for it begins anew, where an action meanwhile made the device boot."""

NO_HASH: Final = "0" * 64


@scenario(is_basic=True, is_calm=True)
async def interview(desk: Desk) -> None:
    """Ask for the product spec, part by part."""
    await speech.interview(desk, desk.device)


@scenario(is_calm=True)
async def interview_offsets(desk: Desk) -> None:
    """Ask for parts out of order, as after a lost answer."""
    total = desk.device.spec_bytes
    for offset in (max(0, total - 1), total // 2, 0):
        await speech.part(desk, desk.device, offset, "part")


@scenario()
async def interview_ignored(desk: Desk) -> None:
    """Ask for another document, and for a part beyond the end: both are ignored."""
    await speech.part(desk, desk.device, 0, "ignored", NO_HASH)
    await speech.part(desk, desk.device, desk.device.spec_bytes, "ignored")
    await speech.part(desk, desk.device, 2**53 - 1, "ignored")
    await speech.probe(desk)


@scenario()
async def state_get(desk: Desk) -> None:
    """Ask for a full state, again and again."""
    for _ in range(3):
        if await speech.full_state(desk, desk.device, "read") is None:
            raise GaveUpError("no full state comes")


@scenario(without=("sleeper",), is_alongside=True)
async def heartbeat(desk: Desk) -> None:
    """Ask for nothing until the device tells its full state by itself."""
    for _ in range(HEARTBEATS):
        wait_s = _heartbeat_s(desk)
        n = desk.stimulate("watch", **{"for": "a full state by itself"}, duration_s=wait_s)
        if await desk.full(wait_s, n) is None:
            break
        if desk.device.announced_n < n:
            return
        await desk.full(ANSWER_S, desk.device.announced_n)
    raise GaveUpError("no full state comes by itself")


def _heartbeat_s(desk: Desk) -> float:
    return FULL_EVERY_S * desk.scale * SLACK + 2.0


@scenario()
async def birth(desk: Desk) -> None:
    """The hub has started, again and again; the device answers each birth once."""
    for _ in range(BIRTHS):
        n, name = await speech.birth(desk, SPREAD_S)
        found = await desk.said(holds("announce", birth=name), SPREAD_S + 2.5, n)
        if found is None:
            raise GaveUpError("the device does not answer a birth")
        await desk.full(2.5, found.n)


@scenario()
async def birth_repeated(desk: Desk) -> None:
    """The same birth comes twice; it is answered once."""
    n, name = await speech.birth(desk, 0.0)
    await desk.full(2.5, n)
    await speech.birth(desk, 0.0, id=name, repeated=True)
    await desk.watch("no second announce for the same birth", 1.0)
    await speech.probe(desk)


@scenario()
async def birth_of_older_hub(desk: Desk) -> None:
    """The hub has lost its own epoch; that is no business of the device."""
    n, _ = await speech.birth(desk, 0.0, epoch=1)
    await desk.full(2.5, n)
    n, _ = await speech.birth(desk, 0.0, epoch=desk.hub_epoch + 1, time_ms=0)
    await desk.full(2.5, n)


@scenario()
async def min_epoch(desk: Desk) -> None:
    """A verdict asks for a higher epoch; the device goes on with it."""
    wanted = desk.device.epoch + 3
    n = await speech.verdict(desk, "ECO-ORDER-001", "announce", "epoch", min_epoch=wanted)
    found = await desk.said(
        lambda said: said.leaf == "announce" and desk.device.epoch >= wanted, 2.5, n
    )
    if found is None:
        raise GaveUpError("the device does not announce the epoch that the verdict asks for")
    await desk.full(2.5, found.n)
    await speech.probe(desk)
