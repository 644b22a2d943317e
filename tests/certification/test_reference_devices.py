"""Every simulator of the catalogue reaches the level that docs/certify.md tells, by a whole run."""

import asyncio
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from certification import suite
from certification.judging.evidence import Evidence
from certification.judging.judge import LEVELS, judge
from certification.suite import run
from certification.transcript import file as transcript
from protocol.messages import Sleep
from simulators import registry
from simulators.assembly import needs_gateway
from simulators.sleeper import Sleepy
from tests.certification.simulated import declaration, simulated

PAGE = Path(__file__).parents[2] / "docs" / "certify.md"

AT_ONCE = 4
"""Devices that are tried side by side; each run mostly waits."""

INTERVAL_S = 100
"""Sleepers wake so often, before the scale."""

FIRST_SEED: Final = int(os.environ.get("ECO_FIRST_SEED", "1"))
"""From here on each subject has a seed of its own, for its chance and that of the suite."""

GATEWAY: Final = "gateway"

ON_THE_PAGE: Final = "air-purifier"
"""Tried as the page tells it, by the test of the page."""

CHILDREN: Final = ("smart-plug", "climate-sensor", "band")
"""Behind the gateway that is tried for itself."""


@dataclass(frozen=True)
class Subject:
    """A device to try, and the products of the catalogue that are tried with it.

    Attributes:
        covers: Itself; or its children, where they cannot be tried without it.
        seed: Where chance begins.
    """

    name: str
    product: str
    covers: tuple[str, ...]
    children: tuple[str, ...] = ()
    seed: int = 0


def subjects() -> list[Subject]:
    """Return what has to be tried so that every product of the catalogue is."""
    carried = [name for name in registry.names() if needs_gateway(registry.find(name))]
    found = [
        *(
            Subject(name, name, (name,), CHILDREN if name == GATEWAY else ())
            for name in registry.names()
            if name not in {*carried, ON_THE_PAGE}
        ),
        Subject("gateway-of-the-rest", GATEWAY, tuple(carried), tuple(carried)),
    ]
    return [replace(one, seed=seed) for seed, one in enumerate(found, FIRST_SEED)]


async def levels_of(one: Subject, folder: Path) -> dict[str, str]:
    """Return the level that a whole run shows of each product, and what is in the way of more."""
    arguments = ["--seed", str(one.seed)]
    arguments += [word for child in one.children for word in ("--child", child)]
    sleep: Sleep | None = None
    physics = registry.find(one.product)(0)
    if isinstance(physics, Sleepy):
        sleep = Sleep(interval_s=INTERVAL_S, awake_s=physics.awake_s)
    if sleep or one.children:
        arguments += ["--interval", str(INTERVAL_S)]
    plan = run.Plan(
        declaration(one.product, sleep=sleep),
        simulated(one.product, folder, *arguments),
        folder,
        suite.ORDER,
        seed=one.seed,
    )
    found = transcript.read(await run.record(plan))
    judgement = judge(found)
    evidence = Evidence(found)
    products = [evidence.product, *(evidence.of(child).product for child in evidence.children)]
    tried = {product.spec.product for product in products if product}
    level = LEVELS.get(judgement.level_reached, "none")
    why = [*judgement.blocked_by[3], *map(str, judgement.mismatches), *map(str, judgement.gave_up)]
    return {name: " ".join([level if name in tried else "not tried", *why]) for name in one.covers}


@pytest.mark.xdist_group("certify")
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_every_simulator_reaches_the_level_that_the_page_tells(tmp_path: Path) -> None:
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", _table(), re.M))
    assert sorted(told) == sorted(registry.names())
    free = asyncio.Semaphore(AT_ONCE)

    async def first(one: Subject) -> dict[str, str]:
        async with free:
            return await levels_of(one, tmp_path / one.name)

    for one, found in zip(subjects(), await asyncio.gather(*map(first, subjects())), strict=True):
        wanted = {name: told[name] for name in one.covers}
        if found != wanted:  # those beside it may have disturbed it: it runs again, alone
            assert await levels_of(one, tmp_path / f"{one.name}-alone") == wanted, found


def _table() -> str:
    table = re.search(r"<!-- reference -->\n(.*?)<!-- end -->", PAGE.read_text(), re.S)
    assert table is not None
    return table[1]
