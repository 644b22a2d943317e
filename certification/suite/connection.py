"""How the device connects, and comes back when the connection ends, is refused or falls silent."""

from typing import Final

from certification.driving import speech
from certification.driving.desk import Desk, GoneError, holds
from certification.recorder.behaviour import Behaviour
from certification.suite.registry import scenario
from certification.transcript.file import Line
from certification.transcript.packets import MQTT_3

TRIES: Final = 6
"""CONNECTs in a row from which a back-off can be seen."""

TIME_OUT_S: Final = 30.0
"""How long a device may wait for a CONNACK, before the scale."""

ONLINE_S: Final = 2.7
"""How long a device may take to say that it is online."""

REFUSALS: Final = 3

LONGEST_KEEPALIVE_S: Final = 60.0
"""ECO-MQTT-007, before the scale."""


def is_connect(line: Line) -> bool:
    """Say whether a line is a CONNECT of the device."""
    return line.kind == "packet" and line.fields["way"] == "in" and line.fields["type"] == "CONNECT"


async def tries(desk: Desk, count: int, since: int) -> int:
    """Wait for so many CONNECTs, and return the line after the last.

    Raises:
        GoneError: Fewer come.
    """
    for number in range(count):
        line = await desk.until(is_connect, desk.back_s + TIME_OUT_S * desk.scale, since)
        if line is None:
            raise GoneError(f"it gave up after {number} tries")
        since = line.n + 1
    return since


@scenario(is_basic=True)
async def connect(desk: Desk) -> None:
    """The first connection: will, subscriptions, announce, presence, full state."""
    await desk.up()
    await desk.said(holds("presence", status="online"), ONLINE_S, desk.device.announced_n)


@scenario()
async def close(desk: Desk) -> None:
    """The broker ends the connection in order; the device comes back."""
    await desk.up()
    await desk.connected(desk.close("fin"))


@scenario()
async def cut(desk: Desk) -> None:
    """The connection is reset; the device comes back."""
    await desk.up()
    await desk.connected(desk.close("reset"))


@scenario(without=("sleeper",))
async def half_open(desk: Desk) -> None:
    """The connection stays open and nothing is answered any more; the device notices."""
    await desk.up()
    n = desk.close("stall")
    keepalive_s = max(1.0, LONGEST_KEEPALIVE_S * desk.scale)
    if await desk.until(is_connect, 3.0 * keepalive_s + desk.back_s, n) is None:
        raise GoneError("it does not notice that nothing is answered any more")
    await desk.connected(n)


@scenario()
async def back_off(desk: Desk) -> None:
    """The broker does not answer CONNECT, and then hangs up, several times; then it is well."""
    n = desk.behave(Behaviour(withhold=frozenset({"CONNACK"})))
    try:
        desk.close("reset")
        n = await tries(desk, 2, n)
        for _ in range(TRIES - 2):
            desk.close("reset")
            n = await tries(desk, 1, n)
    finally:
        n = desk.behave()
    desk.close("reset")
    await desk.connected(n)


@scenario()
async def refused(desk: Desk) -> None:
    """The broker refuses the credentials, several times; the device keeps them and goes on."""
    n = desk.behave(Behaviour(refuse_connect=5))
    try:
        desk.close("fin")
        await tries(desk, REFUSALS, n)
    finally:
        n = desk.behave()
    await desk.connected(n)


@scenario()
async def mqtt_levels(desk: Desk) -> None:
    """The broker knows MQTT 3.1.1 alone, as old ones do; the device works with it."""
    n = desk.behave(Behaviour(levels=frozenset({MQTT_3})))
    try:
        desk.close("fin")
        await desk.connected(n)
        await speech.probe(desk)
    finally:
        desk.behave()
