"""Hooks: what is done to a device is written down, ends in time, and leaves nothing running."""

import asyncio
import io
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from certification.driving.hooks import Hooks
from certification.driving.parameters import Parameters
from certification.transcript.file import Line, Writer

CODE = "8273-5519"


def parameters(hooks: Mapping[str, str], hook_s: float = 5.0) -> Parameters:
    timeouts = {"hook_s": hook_s, "person_s": 1}
    whole = {"setup_code": CODE, "hooks": dict(hooks), "timeouts": timeouts}
    return Parameters.model_validate(whole)


@pytest.fixture
def writer() -> Writer:
    return Writer(io.BytesIO(), time.monotonic_ns, ("82735519", CODE))


def told(writer: Writer, kind: str = "hook") -> list[Mapping[str, Any]]:
    lines: list[Line] = writer.lines
    return [line.fields for line in lines if line.kind == kind]


def is_running(number: int) -> bool:
    """Say whether a process does anything; one that waits for its parent to hear of its end not."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_command_finds_what_it_needs_in_its_environment(
    tmp_path: Path, writer: Writer
) -> None:
    found = tmp_path / "found"
    button = f'echo "$ECO_WANTED $ECOHUB_CODE $ECOHUB_URL" > {found}'
    async with Hooks(parameters({"button": button}), writer, tmp_path) as hooks:
        hooks.environment["ECOHUB_URL"] = "http://h:1"
        assert hooks.available == ("button",)
        assert await hooks.do("button", "outlet.on")
    assert found.read_text() == "outlet.on 82735519 http://h:1\n"
    assert told(writer) == [
        {"name": "button", "wanted": "outlet.on", "phase": "begin"},
        {"name": "button", "wanted": "outlet.on", "phase": "end", "exit": 0},
    ]


async def test_what_is_missing_fails_or_takes_too_long_is_not_done(
    tmp_path: Path, writer: Writer
) -> None:
    table = {"button": "exit 3", "power_cycle": "sleep 60"}
    async with Hooks(parameters(table, hook_s=0.2), writer, tmp_path) as hooks:
        for name in ("button", "power_cycle", "new_firmware"):
            assert not await hooks.do(name)
    ends = [fields for fields in told(writer) if fields["phase"] == "end"]
    assert [fields.get("exit") for fields in ends] == [3, -9, None]
    assert ends[-1]["missing"] is True
    assert "longer than 0.2 s" in told(writer, "note")[0]["text"]


async def test_second_unit_answers_and_other_answers_are_none(
    tmp_path: Path, writer: Writer
) -> None:
    for command, answer in (
        ("""echo '{"id": "b", "serial": "2"}'""", {"id": "b", "serial": "2"}),
        ("echo hello", None),
        ("true", None),
    ):
        async with Hooks(parameters({"second_unit": command}), writer, tmp_path) as hooks:
            assert await hooks.do("second_unit")
        assert told(writer)[-1].get("answer") == answer


async def test_device_that_is_ours_is_started_stopped_cycled_and_never_left(
    tmp_path: Path, writer: Writer
) -> None:
    pids = tmp_path / "pids"
    reset = tmp_path / "reset"
    run = f"sh -c 'echo $$ >> {pids}; trap \"exit 0\" TERM; while :; do sleep 0.02; done'"
    table = {"run": run, "factory_reset": f"touch {reset}"}
    async with Hooks(parameters(table), writer, tmp_path) as hooks:
        assert set(hooks.available) == {"power_cycle", "factory_reset"}
        for name, count in (("start", 1), ("start", 1), ("power_cycle", 2), ("stop", 2)):
            assert await hooks.do(name)
            await written(pids, count)
        assert hooks.has_ended()
        assert await hooks.do("factory_reset")
        await written(pids, 3)
        assert reset.exists()
        assert not hooks.has_ended()
    assert [is_running(int(line)) for line in pids.read_text().split()] == [False] * 3


TAKES_ITS_TIME = """
import signal, sys, time
from pathlib import Path

def leave(*_):
    time.sleep(0.3)
    Path(sys.argv[1]).write_text("said goodbye")
    sys.exit()

signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
signal.pause()
"""


@pytest.mark.parametrize(
    "run",
    ["exec {device}", "{device}", "echo $$ > pid; exec {device}", "cd . && {device}; echo over"],
)
async def test_command_of_many_parts_is_a_device_that_ends_when_all_of_it_has(
    tmp_path: Path, writer: Writer, run: str
) -> None:
    file = tmp_path / "device.py"
    file.write_text(TAKES_ITS_TIME)
    goodbye = tmp_path / "goodbye"
    device = shlex.join([sys.executable, str(file), str(goodbye)])
    table = {"run": f"cd {tmp_path}; {run.format(device=device)}"}
    async with Hooks(parameters(table), writer, tmp_path) as hooks:
        for count in (1, 2):
            assert await hooks.do("start")
            await written(tmp_path / "device.log", count)
            assert not hooks.has_ended()
            assert await hooks.do("stop")
            assert goodbye.read_text() == "said goodbye"
            assert hooks.has_ended()
            goodbye.unlink()


async def test_end_of_a_command_that_is_no_device_is_told(tmp_path: Path, writer: Writer) -> None:
    table = {"run": "echo one; echo two; echo three; echo 'no such port'; exit 3"}
    async with Hooks(parameters(table), writer, tmp_path) as hooks:
        assert hooks.end_of_run() == ""
        await hooks.do("start")
        assert await hooks.while_it_runs(asyncio.sleep(60, "never")) is None
        assert hooks.end_of_run() == "the command of `run` has ended, exit 3"
        assert hooks.last_said() == "two | three | no such port"


async def test_wait_brings_what_it_brings_while_the_device_runs(
    tmp_path: Path, writer: Writer
) -> None:
    async with Hooks(parameters({"run": "sleep 60"}), writer, tmp_path) as hooks:
        assert await hooks.while_it_runs(asyncio.sleep(0, "before it runs")) == "before it runs"
        await hooks.do("start")
        assert await hooks.while_it_runs(asyncio.sleep(0, "now")) == "now"
        assert not hooks.has_ended()


async def test_device_that_a_new_firmware_ends_is_started_again(
    tmp_path: Path, writer: Writer
) -> None:
    pids = tmp_path / "pids"
    table = {"run": f"echo $$ >> {pids}; exec sleep 60", "new_firmware": f"kill -9 $(cat {pids})"}
    async with Hooks(parameters(table), writer, tmp_path) as hooks:
        await hooks.do("start")
        await written(pids, 1)
        assert await hooks.do("new_firmware")
        async with asyncio.timeout(5.0):
            await hooks.start_again()
        await written(pids, 2)
        assert not hooks.has_ended()
    assert [fields["name"] for fields in told(writer)][-2:] == ["start", "start"]


async def written(file: Path, count: int) -> None:
    """Wait until so many devices have begun."""

    def is_written() -> bool:
        return file.exists() and len(file.read_text().split()) >= count

    async with asyncio.timeout(5.0):
        while not is_written():  # noqa: ASYNC110 - a process writes it
            await asyncio.sleep(0.01)


async def test_person_is_asked_where_there_is_no_command(tmp_path: Path, writer: Writer) -> None:
    asked: list[str] = []

    async def ask(question: str, timeout_s: float) -> bool:
        asked.append(question)
        return "outlet.on" in question and timeout_s == 1.0

    async with Hooks(parameters({}), writer, tmp_path, ask) as hooks:
        assert await hooks.do("button", "outlet.on")
        assert not await hooks.do("power_cycle")
    assert "make outlet.on happen" in asked[0]
    assert told(writer)[-1]["missing"] is True
