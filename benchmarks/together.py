"""How far apart ten devices do a thing that they are to do at one moment."""

import time
from collections.abc import Sequence
from typing import Final

from benchmarks.home import Home, LossError
from benchmarks.orders import Heard
from benchmarks.product import LEVEL, LEVELS
from benchmarks.rows import Reading, Sample, percentile
from benchmarks.sizes import Sizes
from benchmarks.waiting import until
from hub.clock import iso_of_ms

LAMPS: Final = 10
POLL_S: Final = 0.1
AHEAD_S: Final = 0.5
WITHIN_S: Final = 10.0


async def together(home: Home, sizes: Sizes) -> Reading:
    """Measure some moments, each with one request for all devices."""
    await home.load.ask(Heard())
    found = [await _moment(home, 1 + number % LEVELS) for number in range(sizes.moments)]
    await home.messages()
    skews_ms, late_ms = zip(*found, strict=True)
    return Reading(
        {
            "together_skew": Sample(percentile(skews_ms, 0.5)),
            "together_worst": Sample(max(skews_ms)),
            "together_late": Sample(max(late_ms)),
        },
        {"together_skew_ms": skews_ms, "together_late_ms": late_ms},
    )


async def _moment(home: Home, level: int) -> tuple[float, float]:
    """Return how far apart devices heard their command, and the first from its moment, ms.

    Raises:
        LossError: Not all have.
        TimeoutError: They have not done it in time.
    """
    devices = home.devices[:LAMPS]
    at_ms = int(1000 * (time.time() + AHEAD_S))
    done = await home.api.api.command_many(
        {
            "commands": [{"device": one, "properties": {LEVEL: level}} for one in devices],
            "execute_at": iso_of_ms(at_ms),
        }
    )
    asked = [one["receipt"]["id"] for one in done["results"] if "receipt" in one]
    await until(lambda: _are_confirmed(home, asked), WITHIN_S, POLL_S)
    heard_s = await home.load.ask(Heard())
    if not len(heard_s) == len(asked) == len(devices):
        raise LossError(f"{len(heard_s)} of {len(devices)} devices have heard of it")
    return 1000 * (max(heard_s) - min(heard_s)), abs(1000 * min(heard_s) - at_ms)


async def _are_confirmed(home: Home, commands: Sequence[str]) -> bool:
    receipts = [await home.api.api.show_command(command) for command in commands]
    return all(one["status"] == "confirmed" for one in receipts)
