"""Hooks: what is done to a device is written down, ends in time, and leaves nothing running."""

import asyncio
import io
import os
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
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


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
