"""Runs against simulated devices: real processes, real sockets."""

import asyncio
import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import get_args

import pytest

from certification import suite
from certification.driving.declaration import Declaration
from certification.driving.hooks import Hooks
from certification.judging.judge import judge
from certification.judging.verdicts import Verdict
from certification.recorder.join_desk import JoinDesk
from certification.suite import run
from certification.transcript import file as transcript
from certification.transcript.file import Transcript, Writer
from tests.certification.simulated import CODE, declaration, running, simulated

BAD = Path(__file__).with_name("bad_device.py")

MUCH_S = 1.0
"""On a machine that stood still for longer the clock says nothing of how long a run takes."""

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
    assert given_up == {}
    judgement = judge(found)
    assert found.lines[-1].at_ns < 60e9 or judgement.stalled_s > MUCH_S
    assert (judgement.failed, judgement.mismatches) == ((), ())
    assert (judgement.level_reached, judgement.exit_code) == (3, 0)
    written = (tmp_path / run.TRANSCRIPT).read_text()
    assert CODE not in written
    assert CODE.replace("-", "") not in written


async def test_broker_ends_even_where_the_end_of_the_join_desk_is_cut_short(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = simulated("smart-plug", tmp_path)
    broker = run.make_broker("scripted", parameters, writer)
    whole = JoinDesk.stop
    told: list[str] = []

    async def cut_short(desk: JoinDesk) -> None:
        await whole(desk)
        raise asyncio.CancelledError

    monkeypatch.setattr(JoinDesk, "stop", cut_short)
    async with Hooks(parameters, writer, tmp_path, None) as hooks:
        with pytest.raises(asyncio.CancelledError):
            async with run.listening(parameters, broker, writer, hooks, told.append):
                pass
    port = int(told[0].rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


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


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("nobody", "it does not call the join desk, or not as ECO/1 wants it"),
        ("silent", "it does not connect and announce within"),
        ("mute", "it does not connect and announce within"),
        ("hangs", "no part of the product spec comes for offset 0"),
        ("reboots", "no part of the product spec comes for offset 0"),
        ("floods", "it floods: "),
        ("hostile", "it does not connect and announce within"),
    ],
)
async def test_bad_device_ends_in_a_whole_transcript_and_a_clear_verdict(
    tmp_path: Path, how: str, said: str
) -> None:
    plan = bad_plan(tmp_path, how)
    found = await recorded(plan)
    why = " | ".join(outcomes(found).values())
    assert said in why, why
    judgement = judge(found)
    assert judgement.level_reached == 0
    assert judgement.exit_code in {1, 2}
    assert ("ECO-RATE-001" in judgement.failed) is (how == "floods")
    assert found.lines[-1].at_ns < 60e9


def bad_plan(folder: Path, how: str) -> run.Plan:
    command = shlex.join([sys.executable, str(BAD), how, "smart-plug-0001"])
    parameters = running(command, folder, connect_s=1)
    scenarios = suite.named(frozenset({"state_get", "garbage", "close"}))
    return run.Plan(declaration("smart-plug"), parameters, folder, scenarios)


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_thousand_properties_are_tried_within_bounds(tmp_path: Path) -> None:
    part = {"title": {"en": "P"}, "format": "bool", "access": ["write"]}
    services = [
        {
            "name": f"s{n}",
            "title": {"en": "S"},
            "properties": [{"name": f"p{m}", **part} for m in range(100)],
        }
        for n in range(10)
    ]
    head = {"eco": "1.0", "vendor": "acme", "product": "many", "version": 1, "rate_per_s": 100}
    document = {**head, "title": {"en": "Many"}, "services": services}
    file = tmp_path / "many.json"
    file.write_text(json.dumps(document))
    whole = declaration("smart-plug").model_dump()
    whole["device"] |= {"id": "many-0001", "vendor": "acme", "product": "many"}
    names = frozenset({"set_each", "set_rejected", "set_atomic"})
    plan = run.Plan(
        Declaration.model_validate(whole),
        simulated(str(file), tmp_path),
        tmp_path,
        suite.named(names),
    )
    tried = await recorded(plan)
    found = outcomes(tried)
    assert {name for name, why in found.items() if why != "done"} == set()
    assert names <= found.keys()
    judgement = judge(tried)
    assert judgement.failed == ()
    assert judgement.verdict("ECO-CMD-011").verdict is Verdict.PASS
