"""Sleepers: they tell all when they wake, go when they may, and come back in time."""

from certification.driving import speech
from certification.driving.desk import Desk, GoneError, holds
from certification.suite.connection import is_connect
from certification.suite.registry import scenario

SLACK_S = 3.0
"""How much longer than announced a sleeper is waited for."""


async def asleep(desk: Desk, timeout_s: float, since: int) -> None:
    """Wait until the device says that it sleeps.

    Raises:
        GoneError: It does not.
    """
    if await desk.said(holds("presence", status="asleep"), timeout_s, since) is None:
        raise GoneError("it does not fall asleep")


@scenario(features=("sleeper",))
async def sleep_rest(desk: Desk) -> None:
    """Nothing more waits for the device, and it is told so: it falls asleep, and wakes in time."""
    await desk.up()
    await speech.full_state(desk, desk.device, "read")
    n = await speech.plain(desk, desk.device, "rest")
    await asleep(desk, desk.awake_s + SLACK_S, n)
    if await desk.until(is_connect, desk.back_s, n) is None:
        raise GoneError("it does not wake")
    await desk.connected(n)


@scenario(features=("sleeper",))
async def sleep_silence(desk: Desk) -> None:
    """The hub says nothing: the device stays awake as long as it announced, and then sleeps."""
    await desk.up()
    await speech.full_state(desk, desk.device, "read")
    n = desk.stimulate("watch", **{"for": "falls asleep by itself"}, duration_s=desk.awake_s)
    await asleep(desk, desk.awake_s + SLACK_S, n)
    await desk.connected(n)
