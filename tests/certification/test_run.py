"""Runs against simulated devices: real processes, real sockets."""

from pathlib import Path

import pytest

from certification import run, suite, transcript
from certification.transcript import Transcript
from tests.certification.simulated import CODE, declaration, simulated


async def recorded(plan: run.Plan) -> Transcript:
    return transcript.read(await run.record(plan))


def outcomes(lines: Transcript) -> dict[str, str]:
    return {
        line.fields["name"]: line.fields["outcome"]
        for line in lines.lines
        if line.kind == "scenario" and line.fields["phase"] == "end"
    }


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_whole_run_of_a_smart_plug_plays_every_scenario(tmp_path: Path) -> None:
    plan = run.Plan(
        declaration("smart-plug"), simulated("smart-plug", tmp_path), tmp_path, suite.ORDER
    )
    found = await recorded(plan)
    given_up = {name: why for name, why in outcomes(found).items() if why != "done"}
    assert given_up == {"sensor_lost": "gave up: supply hook sensor_lost"}
    assert found.lines[-1].at_ns < 60e9
    written = (tmp_path / run.TRANSCRIPT).read_text()
    assert CODE not in written
    assert CODE.replace("-", "") not in written


async def test_chosen_scenario_is_played_with_those_it_builds_on(tmp_path: Path) -> None:
    names = frozenset({"state_get"})
    plan = run.Plan(
        declaration("smart-plug"),
        simulated("smart-plug", tmp_path),
        tmp_path,
        suite.named(names),
    )
    found = outcomes(await recorded(plan))
    assert found == dict.fromkeys(("join", "connect", "interview", "state_get"), "done")
