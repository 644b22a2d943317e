"""Whether the others feel it when one device says a hundred times what it may."""

from typing import Final

from benchmarks.home import Home, LossError, all_online, fresh_id, join_all
from benchmarks.ingest import reports_ms
from benchmarks.orders import Flood, Open
from benchmarks.rows import Reading, Sample, percentile
from benchmarks.sizes import Sizes
from benchmarks.worker import Worker

RATE_PER_S: Final = 10_000.0
WRITTEN: Final = 0.5
"""The part of the flood that the broker has to take at least; it may be slower than this."""


async def flood(home: Home, sizes: Sizes) -> Reading:
    """Measure how long single reports of others take, without and during a flood."""
    calm_ms = await reports_ms(home, sizes)
    loud = f"flood-{fresh_id()}"
    async with Worker("benchmarks.load") as load:
        await load.ask(Open(await join_all(home.hub, (loud,))))
        await all_online(home.api, len(home.devices) + 1)
        await load.ask(Flood(RATE_PER_S))
        flooded_ms = await reports_ms(home, sizes)
        (said,) = await load.ask(Flood(0))
        traffic = (await home.api.api.show_device(loud))["traffic"]
    await home.api.api.unjoin_device(loud)
    if traffic["throttled"] < WRITTEN * (said - traffic["messages"]):
        raise LossError(f"of {said:.0f} messages of a flood {traffic['throttled']} were dropped")
    await home.messages()
    return Reading(
        {
            f"flood_p{part}": Sample(
                percentile(flooded_ms, part / 100), percentile(calm_ms, part / 100)
            )
            for part in (50, 99)
        },
        {"flood_report_ms": flooded_ms, "calm_report_ms": calm_ms},
    )
