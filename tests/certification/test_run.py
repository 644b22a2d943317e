"""Runs against simulated devices: real processes, real sockets."""

import os
import shutil
from pathlib import Path
from typing import get_args

import pytest

from certification import run, suite, transcript
from certification.judge import judge
from certification.transcript import Transcript
from tests.certification.simulated import CODE, declaration, simulated

COMPARED = frozenset(
    {
        "set_each",
        "set_rejected",
        "action_each",
        "state_get",
        "command_repeated",
        "command_retained",
        "birth",
        "cut",
        "back_off",
        "refused",
        "goodbye",
    }
)
"""Scenarios that are played with either broker; two of them only a script can."""


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


@pytest.mark.slow
@pytest.mark.mosquitto
@pytest.mark.timeout(240)
@pytest.mark.skipif(
    shutil.which("mosquitto", path=f"{os.defpath}:/usr/sbin") is None
    and os.environ.get("CI") != "true",
    reason="no mosquitto on this machine",
)
async def test_a_run_through_mosquitto_is_judged_as_one_through_the_script(tmp_path: Path) -> None:
    verdicts: dict[str, dict[str, str]] = {}
    given_up: dict[str, list[str]] = {}
    for kind in get_args(run.Kind):
        plan = run.Plan(
            declaration("smart-plug"),
            simulated("smart-plug", tmp_path / kind),
            tmp_path / kind,
            suite.named(COMPARED),
            broker=kind,
        )
        found = await recorded(plan)
        assert found.lines[0].fields["broker"] == kind
        given_up[kind] = [name for name, why in outcomes(found).items() if why != "done"]
        verdicts[kind] = {one.rule: one.verdict.value for one in judge(found).verdicts}
    assert given_up == {"scripted": [], "mosquitto": ["command_retained", "refused"]}
    script, real = verdicts["scripted"], verdicts["mosquitto"]
    decided = [rule for rule in real if "inconclusive" not in {script[rule], real[rule]}]
    assert {rule: real[rule] for rule in decided} == {rule: script[rule] for rule in decided}
    assert len([rule for rule in decided if real[rule] == "pass"]) > 80
    assert (script["ECO-CMD-005"], real["ECO-CMD-005"]) == ("pass", "inconclusive")
