"""Whether many devices make each message dearer, and what the broker without mosquitto gives."""

from pathlib import Path
from typing import Final

from benchmarks.commands import Sets
from benchmarks.home import Living, open_living
from benchmarks.ingest import burst
from benchmarks.rows import Reading, Sample, percentile
from benchmarks.sizes import Sizes

FEW: Final = 10
EACH_OF_FEW: Final = 40
EACH_OF_MANY: Final = 4
"""Of 1,000 devices; together fewer than a phone may be behind without being shown all anew."""

BURSTS: Final = 5
COMMANDS: Final = 200

EMBEDDED_DEVICES: Final = 20
EMBEDDED_EACH: Final = 50


async def growth(folder: Path, sizes: Sizes) -> Reading:
    """Measure a home of few devices, and then one of as many as the restart has."""
    async with open_living(folder / "few", FEW) as home:
        few_cpu_ms, few_ms = await _cost(home, EACH_OF_FEW), await _command_ms(home)
    async with open_living(folder / "many", sizes.restored) as home:
        many_cpu_ms, many_ms = await _cost(home, EACH_OF_MANY), await _command_ms(home)
    return Reading(
        {
            "growth_cpu": Sample(many_cpu_ms, few_cpu_ms),
            "growth_command": Sample(many_ms, few_ms),
        }
    )


async def embedded(folder: Path, _sizes: Sizes) -> Reading:
    """Measure a small home over the embedded broker."""
    async with open_living(folder / "hub", EMBEDDED_DEVICES, "embedded") as home:
        took_s, _ = await burst(home, EMBEDDED_EACH)
        median_ms = await _command_ms(home)
    return Reading(
        {
            "embedded_ingest": Sample(EMBEDDED_DEVICES * EMBEDDED_EACH / took_s),
            "embedded_command_p50": Sample(median_ms),
        }
    )


async def _cost(home: Living, each: int) -> float:
    """Return the hub's processor time by report, milliseconds."""
    cpu_s = 0.0
    for _ in range(BURSTS):
        _, more_s = await burst(home, each)
        cpu_s += more_s
        await home.messages()
    return 1000 * cpu_s / (BURSTS * each * len(home.devices))


async def _command_ms(home: Living) -> float:
    """Return the median time of a command, milliseconds."""
    sets = Sets(home.phone, home.devices, COMMANDS)
    await sets.run(1)
    return 1000 * percentile(sets.took_s, 0.5)
