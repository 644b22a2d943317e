"""Runs the measurements in turn, several times over, so that a slow minute hits all of them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import arrival as arriving
from benchmarks.commands import command, commands
from benchmarks.flood import flood
from benchmarks.growth import embedded, growth
from benchmarks.history import history
from benchmarks.home import Home, open_home
from benchmarks.ingest import ingest, report
from benchmarks.phones import phones
from benchmarks.restart import prepare, restart
from benchmarks.rows import Reading, Sample
from benchmarks.sizes import Sizes
from benchmarks.together import together

Tell = Callable[[str], None]
"""Takes what is being done now, for people."""

Live = Callable[[Home, Sizes], Awaitable[Reading]]

LIVE: Final[Mapping[str, Live]] = {
    "ingest": ingest,
    "report": report,
    "command": command,
    "commands": commands,
    "flood": flood,
    "phones": phones,
    "together": together,
}
"""Measurements of a home with live devices; all share one."""

Extra = Callable[[Path, Sizes], Awaitable[Reading]]

EXTRA: Final[Mapping[str, Extra]] = {
    "growth": growth,
    "embedded": embedded,
    "history": history,
}
"""Measurements that start hubs of their own, in a folder of their own."""

RESTART: Final = "restart"
ARRIVAL: Final = "arrival"


@dataclass(slots=True)
class Results:
    """What all runs gave.

    Attributes:
        samples: By row, one a run.
        raw: By what they are, the single figures of each run.
    """

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    raw: dict[str, list[Sequence[float]]] = field(default_factory=dict)

    def add(self, reading: Reading) -> None:
        """Take in one run of one measurement."""
        for name, sample in reading.samples.items():
            self.samples.setdefault(name, []).append(sample)
        for name, figures in reading.raw.items():
            self.raw.setdefault(name, []).append(figures)


async def run(names: Collection[str], sizes: Sizes, folder: Path, tell: Tell) -> Results:
    """Run measurements and return what they gave.

    Args:
        names: Which ones, keys of `kinds.KINDS`.
        sizes: How much of each.
        folder: An empty one, for the data of hubs and brokers.
        tell: Told what goes on.

    Raises:
        LossError: Something was lost or refused on the way; there are no figures then.
    """
    results = Results()
    await _run_live([name for name in LIVE if name in names], sizes, folder, tell, results)
    for name in (name for name in EXTRA if name in names):
        for number in range(1, sizes.runs + 1):
            tell(f"{name}, run {number} of {sizes.runs}")
            place = folder / f"{name}-{number}"
            place.mkdir()
            results.add(await EXTRA[name](place, sizes))
    if ARRIVAL in names:
        await _arrival(results, sizes, folder, tell)
    if RESTART in names:
        tell(f"{sizes.restored} devices that join a hub")
        await prepare(folder, sizes.restored)
        for number in range(1, sizes.runs + 1):
            tell(f"{RESTART}, run {number} of {sizes.runs}")
            results.add(await restart(folder, sizes.restored))
    return results


async def _run_live(
    live: Collection[str], sizes: Sizes, folder: Path, tell: Tell, results: Results
) -> None:
    if not live:
        return
    tell(f"a hub, and {sizes.devices} devices that join it")
    async with open_home(folder, sizes.devices) as home:
        for number in range(1, sizes.runs + 1):
            for name in live:
                tell(f"{name}, run {number} of {sizes.runs}")
                results.add(await LIVE[name](home, sizes))


async def _arrival(results: Results, sizes: Sizes, folder: Path, tell: Tell) -> None:
    tell(f"{sizes.arriving} simulated devices that join a hub")
    async with arriving.many(folder, sizes.arriving) as measure:
        for number in range(1, sizes.runs + 1):
            tell(f"{ARRIVAL}, run {number} of {sizes.runs}")
            results.add(await measure())
