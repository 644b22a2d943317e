"""A simulated device of each sample product, made from its import alone, is certified."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from certification import suite
from certification.commands import drafting
from certification.errors import CertifyError
from certification.judging.judge import judge, judged_rules
from certification.judging.judgement import Judgement
from certification.judging.verdicts import Verdict
from certification.suite import run
from certification.transcript import file as transcript
from protocol.miot import import_instance
from tests.certification.simulated import CODE, SCALE, simulated
from tests.protocol.miot.raw import SAMPLES, load

pytestmark = [
    pytest.mark.miot_corpus,
    pytest.mark.slow,
    pytest.mark.xdist_group("certify"),
    pytest.mark.timeout(600),
]

AT_ONCE: Final = 6
"""Each run mostly waits."""

OF_THE_PRODUCT: Final = frozenset(
    {"state_get", "set_each", "set_together", "action_each", "button", "event_each"}
)
"""Scenarios that do with everything that a product declares what can be done with it."""

WHOLE: Final = ("zhimi.airp.mb4a", "lumi.sensor_motion.v2", "chunmi.cooker.eh1")
"""Those that everything is tried of: much of all; nothing but an event; nothing to set."""


async def certified(sample: Path | None, folder: Path) -> tuple[object, ...]:
    """Import a product, simulate it, draft its declaration, try it; return what is short of it."""
    file = folder / "product.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(import_instance(load(sample)).product)
    parameters = simulated(str(file), folder)
    draft = drafting.Draft(CODE, parameters.hooks.run, folder, "127.0.0.1", SCALE, 3, 20.0, True)
    is_whole = sample is not None and sample.stem in WHOLE
    scenarios = suite.ORDER if is_whole else suite.named(OF_THE_PRODUCT)
    declared = drafting.declared(draft, await drafting.meet(draft, parameters))
    plan = run.Plan(declared, parameters, folder, scenarios)
    judgement = judge(transcript.read(await run.record(plan)))
    wrong = (*judgement.failed, *judgement.mismatches, *judgement.gave_up)
    if is_whole:
        return (*wrong, *judgement.blocked_by[3])
    return (*wrong, *_open(judgement, frozenset(one.name for one in scenarios)))


def _open(judgement: Judgement, played: frozenset[str]) -> list[str]:
    """Return the rules that were tried as far as they ever are, and of which nothing is known."""
    return [
        entry.id
        for entry in judged_rules()
        if entry.keyword in {"MUST", "MUST_NOT"}
        if entry.tests and {*entry.tests, *entry.negative} <= played
        if judgement.verdict(entry.id).verdict is Verdict.INCONCLUSIVE
    ]


async def test_every_import_is_certified_as_far_as_its_product_goes(tmp_path: Path) -> None:
    load(SAMPLES[0])
    free = asyncio.Semaphore(AT_ONCE)

    async def first(sample: Path | None) -> tuple[object, ...]:
        async with free:
            try:
                return await certified(sample, tmp_path / _name(sample))
            except CertifyError as error:
                return (error,)

    for sample, short in zip(SAMPLES, await asyncio.gather(*map(first, SAMPLES)), strict=True):
        if short:  # those beside it may have disturbed it: it runs again, alone
            assert await certified(sample, tmp_path / f"{_name(sample)}-alone") == (), short


def _name(sample: Path | None) -> str:
    return sample.stem if sample else "missing"
