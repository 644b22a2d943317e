"""However a run ends, nothing that it has started lives on."""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are needed for this much
import pytest

from certification.driving import parameters
from certification.driving.declaration import FILE
from certification.guard import BEGIN, Guard
from certification.recorder.mosquitto import find_mosquitto
from tests.certification.simulated import CODE, declaration
from tests.certification.test_commands import DEADLINE_S, simulator, start

GONE_S = 30.0


def living(processes: Sequence[psutil.Process]) -> list[str]:
    """Return the command lines of those that have not ended; nobody may have reaped the rest."""
    found = []
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            if one.is_running() and one.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(one.cmdline()))
    return found


async def gone(processes: Sequence[psutil.Process]) -> None:
    """Return when none of them lives."""
    async with asyncio.timeout(GONE_S):
        while living(processes):  # noqa: ASYNC110 - processes that are not ours end
            await asyncio.sleep(0.02)


async def descended(process: asyncio.subprocess.Process, *words: str) -> list[psutil.Process]:
    """Return all that a process has started, as soon as each word stands in one's command line."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
            lines = living(found)
            if all(any(word in line for line in lines) for word in words):
                return found
            assert process.returncode is None
            await asyncio.sleep(0.02)


async def ended_by(number: signal.Signals, process: asyncio.subprocess.Process) -> None:
    """Have a process ended by a signal, and wait for its end."""
    process.send_signal(number)
    async with asyncio.timeout(GONE_S):
        await process.communicate()
    assert process.returncode in {2, -number}


@pytest.mark.slow
@pytest.mark.mosquitto
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_run_leaves_neither_device_nor_mosquitto(
    tmp_path: Path, number: signal.Signals
) -> None:
    write(tmp_path)
    process = await start(tmp_path, "run", "--ci", "--broker", "mosquitto")
    started = await descended(process, str(find_mosquitto()), "simulators smart-plug", "read -r")
    await ended_by(number, process)
    await gone(started)


def write(folder: Path) -> None:
    """Write what `certify run` reads of a simulated plug."""
    (folder / FILE).write_text(declaration("smart-plug").toml())
    hooks = f"[hooks]\nrun = {json.dumps(simulator(folder))}\n"
    private = f'setup_code = "{CODE}"\n{hooks}[network]\nmdns = false\n'
    (folder / parameters.FILE).write_text(private)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_matrix_leaves_no_simulator_and_no_worker(
    tmp_path: Path, number: signal.Signals
) -> None:
    wanted = [word for name in ("argues", "retained-state") for word in ("--only", name)]
    process = await start(tmp_path, "mutants", "--jobs", "2", "--whole", *wanted)
    started = await descended(process, "--mutant argues", "--mutant retained-state")
    await ended_by(number, process)
    await gone(started)


async def test_guard_ends_whole_sessions_and_forgets_those_that_have_ended(tmp_path: Path) -> None:
    guard = Guard()
    await guard.start()
    running = [await begun(guard, "sleep 60 & sleep 60") for _ in range(3)]
    families = [[psutil.Process(one.pid), *(await descended(one, "sleep 60"))] for one in running]
    guard.forget(running[0].pid)
    await guard.stop()
    await gone(families[1] + families[2])
    assert len(living(families[0])) >= 2
    os.killpg(running[0].pid, signal.SIGKILL)
    for one in running:
        await one.wait()


async def test_guard_that_was_stopped_forgets_without_a_word() -> None:
    guard = Guard()
    await guard.start()
    await guard.stop()
    guard.forget(1)
    await guard.stop()
    with pytest.raises(RuntimeError, match="does not watch"):
        _ = guard.pipe


async def begun(guard: Guard, command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_shell(
        BEGIN + command, stdin=guard.pipe, start_new_session=True
    )


async def test_command_under_guard_reads_an_empty_standard_input(tmp_path: Path) -> None:
    guard = Guard()
    await guard.start()
    try:
        out = tmp_path / "out"
        process = await begun(guard, f"cat >{out}; echo end >>{out}")
        async with asyncio.timeout(GONE_S):
            assert await process.wait() == 0
        assert out.read_text() == "end\n"
    finally:
        await guard.stop()
