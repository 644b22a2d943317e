"""`ecohub certify init`, `run` and `replay` as processes: exit codes, output, interruption."""

import asyncio
import json
import shlex
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from certification.driving import declaration
from certification.report.model import schema
from certification.suite import run
from certification.transcript import file as transcript
from tests.certification.simulated import CODE, SCALE

ECOHUB = (sys.executable, "-c", "from hub.cli import main; main()", "certify")
DEADLINE_S = 60.0


async def start(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *ECOHUB, *arguments, stdout=pipe, stderr=pipe, stdin=asyncio.subprocess.DEVNULL, cwd=folder
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    async with asyncio.timeout(DEADLINE_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def certify(folder: Path, *arguments: str) -> tuple[int, str, str]:
    return await outcome(await start(folder, *arguments))


def simulator(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "simulators", "smart-plug", "--time-scale", str(SCALE)]
    return shlex.join([*command, "--state", str(folder / "kept"), "--no-advertise", *arguments])


def left_of(folder: Path) -> list[str]:
    """Return the command lines of what still runs for this test."""
    found: list[str] = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(place.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [command for command in found if str(folder) in command]


def files_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def drafted(folder: Path) -> None:
    code, out, err = await certify(
        folder, "init", "--code", CODE, "--run", simulator(folder), "--scale", str(SCALE)
    )
    assert code == 0, err
    assert "device.eco.toml" in out


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_drafted_declaration_is_that_of_the_device_and_a_run_goes_by_it(
    tmp_path: Path,
) -> None:
    await drafted(tmp_path)
    found = declaration.load(tmp_path / declaration.FILE)
    assert (found.device.id, found.device.vendor) == ("smart-plug-0001", "ecohub")
    assert found.features.commands
    assert not found.features.sleeper
    assert found.timing.scale == SCALE
    private = tmp_path / "device.eco.private.toml"
    assert private.stat().st_mode & 0o777 == 0o600
    (tmp_path / "kept" / "smart-plug-0001.json").unlink()

    code, _, err = await certify(tmp_path, "init", "--code", CODE)
    assert code == 4
    assert "is there already" in err

    code, out, err = await certify(tmp_path, "run", "--ci", "--json", "--only", "state_get")
    facts = json.loads(out)
    assert code == facts["exit_code"]
    assert "state_get" in err
    file = tmp_path / "certify" / "only" / run.TRANSCRIPT
    assert transcript.read(file).sha256 == facts["runs"][0]["sha256"]
    Draft202012Validator(schema()).validate(
        json.loads(file.with_name("report.json").read_text("utf-8"))
    )

    again = await certify(tmp_path, "replay", "--json", str(file))
    assert json.loads(again[1])["runs"][0]["verdicts"] == facts["runs"][0]["verdicts"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_interrupted_run_says_so_and_leaves_no_device_and_no_whole_transcript(
    tmp_path: Path, number: signal.Signals
) -> None:
    await drafted(tmp_path)
    (tmp_path / "kept" / "smart-plug-0001.json").unlink()
    process = await start(tmp_path, "run", "--ci")
    assert process.stderr is not None
    async with asyncio.timeout(DEADLINE_S):
        while b"heartbeat" not in (line := await process.stderr.readline()):
            assert line, "the run ended before it was interrupted"
    process.send_signal(number)
    code, out, err = await outcome(process)
    assert (code, out) == (2, "")
    assert "interrupted" in err
    assert "Traceback" not in err
    assert left_of(tmp_path) == []
    folder = tmp_path / "certify"
    assert not (folder / run.TRANSCRIPT).exists()
    part = folder / (run.TRANSCRIPT + run.PART)
    code, _, err = await certify(tmp_path, "replay", str(part))
    assert code == 1
    assert "the end is missing" in err


@pytest.mark.slow
async def test_interrupted_draft_leaves_no_device_and_no_files(tmp_path: Path) -> None:
    command = f"sleep 1000 && echo {tmp_path}"
    process = await start(tmp_path, "init", "--code", CODE, "--run", command)
    assert process.stderr is not None
    async with asyncio.timeout(DEADLINE_S):
        while b"waiting" not in (line := await process.stderr.readline()):
            assert line, "init ended before it was interrupted"
    process.send_signal(signal.SIGTERM)
    code, out, err = await outcome(process)
    assert (code, out) == (2, "")
    assert "interrupted" in err
    assert "Traceback" not in err
    assert left_of(tmp_path) == []
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run",), "device.eco.toml cannot be read: No such file"),
        (("run", "--repeat", "0"), "Invalid value for '--repeat'"),
        (("run", "--nothing"), "No such option"),
        (("nothing",), "No such command"),
        (("--nothing",), "No such option"),
        (("keys", "new"), "Missing argument"),
        (("replay",), "Missing argument"),
        (("replay", "none.jsonl"), "cannot be read"),
        (("init", "--code", "1234-567"), "a setup code is 8 digits"),
        (
            ("init", "--code", CODE, "--run", "cd . && echo no such thing; exit 3"),
            "the command of `run` has ended, exit 3; the last it said: no such thing",
        ),
        (("init", "--code", CODE, "--wait", "1"), "no device has called the join desk"),
        (("init", "--code", CODE, "--host", "192.0.2.1"), "cannot listen"),
    ],
)
async def test_mistake_is_told_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    code, out, err = await certify(tmp_path, *arguments)
    assert code in {3, 4}
    assert out == ""
    assert says in err
    assert "Traceback" not in err


@pytest.mark.slow
async def test_name_that_is_neither_rule_nor_scenario_is_told_with_the_nearest(
    tmp_path: Path,
) -> None:
    await drafted(tmp_path)
    code, _, err = await certify(tmp_path, "run", "--only", "ECO-CDM-001")
    assert code == 4
    assert "did you mean ECO-CMD-001?" in err
