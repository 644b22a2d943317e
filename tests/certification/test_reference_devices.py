"""Every simulator of the catalogue reaches "Dependable" by a whole run of the suite."""

import asyncio
from pathlib import Path

import pytest

from certification import suite
from certification.judging.judge import judge
from certification.suite import run
from certification.transcript import file as transcript
from protocol.messages import Sleep
from simulators import registry
from simulators.assembly import needs_gateway
from simulators.sleeper import Sleepy
from tests.certification.simulated import declaration, simulated

AT_ONCE = 2
"""Devices that are tried side by side; each run mostly waits."""

INTERVAL_S = 100
"""Sleepers wake so often, before the scale."""

CHILDREN = ("smart-plug", "climate-sensor", "band")


def products() -> list[str]:
    """Return those that speak MQTT themselves."""
    return [name for name in registry.names() if not needs_gateway(registry.find(name))]


async def reached(product: str, folder: Path, free: asyncio.Semaphore) -> tuple[int, str]:
    """Return the level that a whole run of a product shows, and what is in the way of the next."""
    arguments: list[str] = []
    sleep: Sleep | None = None
    physics = registry.find(product)(0)
    if isinstance(physics, Sleepy):
        sleep = Sleep(interval_s=INTERVAL_S, awake_s=physics.awake_s)
        arguments += ["--interval", str(INTERVAL_S)]
    if product == "gateway":
        arguments += [word for child in CHILDREN for word in ("--child", child)]
    plan = run.Plan(
        declaration(product, sleep=sleep),
        simulated(product, folder, *arguments),
        folder,
        suite.ORDER,
    )
    async with free:
        file = await run.record(plan)
    judgement = judge(transcript.read(file))
    in_the_way = judgement.blocked_by.get(2, ())
    return judgement.level_reached, f"{', '.join(in_the_way)} {judgement.mismatches}"


@pytest.mark.xdist_group("certify")
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_every_simulator_reaches_dependable(tmp_path: Path) -> None:
    free = asyncio.Semaphore(AT_ONCE)
    names = products()
    found = await asyncio.gather(*(reached(name, tmp_path / name, free) for name in names))
    short = {name: why for name, (level, why) in zip(names, found, strict=True) if level < 2}
    assert short == {}
