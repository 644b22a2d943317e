"""A late beat is written down, and what waits for a line waits so much longer."""

import asyncio
import io
import time

import pytest

from certification.recorder.pulse import PERIOD_S, pulse
from certification.recorder.watching import until
from certification.transcript.file import Line, Writer


class Clock:
    """The loop's own clock, which can jump as after a machine stood still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._ahead_s, self._real = 0.0, loop.time
        monkeypatch.setattr(loop, "time", lambda: self._real() + self._ahead_s)

    def jump(self, s: float) -> None:
        self._ahead_s += s


def is_stall(line: Line) -> bool:
    return line.kind == "stall" and line.fields["late_ns"] > 4e9


async def test_time_in_which_nothing_ran_is_written_down(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    async with pulse(writer):
        await asyncio.sleep(0)
        clock.jump(5.0)
        line = await until(writer, is_stall, 5.0, 0)
    assert line is not None
    assert line.fields["late_ns"] >= (5.0 - PERIOD_S) * 1e9


async def test_pulse_ends_with_its_block(writer: Writer) -> None:
    before = asyncio.all_tasks()
    async with pulse(writer):
        assert len(asyncio.all_tasks() - before) == 1
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(("lost_s", "is_found"), [(0.0, False), (30.0, True)])
async def test_wait_is_longer_by_the_time_in_which_nothing_ran(
    lost_s: float, *, is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    writer = Writer(io.BytesIO(), time.monotonic_ns)
    waiting = asyncio.create_task(until(writer, lambda line: line.kind == "note", 20.0))
    await asyncio.sleep(0)
    writer.write("stall", late_ns=round(lost_s * 1e9))
    clock.jump(30.0)
    asyncio.get_running_loop().call_later(0.05, writer.write, "note")
    assert (await waiting is not None) is is_found


async def test_line_that_came_in_the_last_moment_is_found_though_the_time_is_over(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    waiting = asyncio.create_task(until(writer, lambda line: line.kind == "note", 20.0))
    await asyncio.sleep(0)
    clock.jump(30.0)
    writer.write("note")
    assert await waiting is not None
