"""The device comes into the home: window, proofs, credentials."""

from collections.abc import Callable
from typing import Final

from certification.driving import speech
from certification.driving.desk import Desk, GaveUpError, GoneError
from certification.recorder.decoy import decoy
from certification.recorder.join_desk import Manners
from certification.suite.registry import scenario
from certification.transcript.file import Line

ADVERT_S: Final = 4.0
"""How long an advert may take to be seen, after the device has begun to ask."""

STRAY_S: Final = 1.5
"""How long a device is watched that must not connect; one that does, does so at once."""


DECOY_S: Final = 5.0
"""How long a device is watched that must not call another hub; one that does looks around first."""


def answered(call: int, status: int) -> Callable[[Line], bool]:
    """Return the predicate that the join desk has answered a call so."""

    def predicate(line: Line) -> bool:
        fields = line.fields
        is_answer = line.kind == "http" and fields["way"] == "out"
        return is_answer and (fields["call"], fields.get("status")) == (call, status)

    return predicate


def is_advert(line: Line) -> bool:
    """Say whether a line tells of an advert of the device."""
    return line.kind == "advert"


def is_call(line: Line) -> bool:
    """Say whether a line tells that the decoy was called."""
    return line.kind == "decoy"


async def knock(desk: Desk, call: int, status: int, since: int) -> None:
    """Have the device call the join desk, and wait until it is answered so.

    Raises:
        GoneError: It does not call.
    """
    await desk.start()
    wanted = answered(call, status)
    if await _knocks(desk, wanted, since):
        return
    if await desk.hooks.do("start") and await _knocks(desk, wanted, since):
        return
    raise GoneError("it does not call the join desk, or not as ECO/1 wants it")


async def _knocks(desk: Desk, wanted: Callable[[Line], bool], since: int) -> bool:
    waiting = desk.until(wanted, desk.back_s, since)
    return await desk.hooks.while_it_runs(waiting) is not None


@scenario()
async def join_closed(desk: Desk) -> None:
    """The window is closed: the device is refused, goes on asking, and advertises itself."""
    n = desk.door.behave(Manners(is_open=False))
    try:
        await knock(desk, 1, 403, n)
        if desk.adverts:
            await desk.until(is_advert, ADVERT_S, n)
    finally:
        desk.door.behave()


@scenario()
async def join_false_hub(desk: Desk) -> None:
    """What answers cannot prove that it knows the code: the device must not use its credentials."""
    n = desk.door.behave(Manners(is_false=True))
    try:
        await knock(desk, 2, 200, n)
        await desk.watch("no connection with the credentials of a false hub", STRAY_S)
    finally:
        desk.door.behave()


@scenario(is_basic=True)
async def join(desk: Desk) -> None:
    """The device proves that it knows the setup code, and is given credentials."""
    await knock(desk, 2, 200, desk.next_n)


@scenario(features=("mdns",))
async def decoy_hub(desk: Desk) -> None:
    """Another hub shows itself by mDNS when the connection breaks: the device does not call it."""
    await desk.up()
    if desk.adverts is None:
        raise GaveUpError("mDNS can neither be seen nor spoken")
    async with decoy(desk.adverts, desk.writer, desk.host):
        n = desk.close("reset")
        await desk.until(is_call, DECOY_S, n)
        await desk.connected(n)


@scenario(needs="factory_reset")
async def factory_reset(desk: Desk) -> None:
    """The device forgets everything but its id, and joins anew."""
    n = desk.next_n
    await desk.hook("factory_reset")
    await knock(desk, 2, 200, n)
    await desk.connected(n)
    await speech.interview(desk, desk.device)
