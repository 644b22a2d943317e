"""Waiting for what is going to stand in a transcript."""

import asyncio
from collections.abc import Callable

from certification.transcript.file import Line, Writer


async def until(
    writer: Writer, predicate: Callable[[Line], bool], timeout_s: float, since: int | None = None
) -> Line | None:
    """Return the first line for which `predicate` holds, or None when none came in time.

    Args:
        writer: Who writes the transcript.
        predicate: Is shown each line once.
        timeout_s: How long to wait, seconds; time in which the harness stood still is added.
        since: Number of the first line to look at; without it only new ones count.
    """
    for line in writer.lines[writer.next_n if since is None else since :]:
        if predicate(line):
            return line
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Line] = loop.create_future()
    end_s = loop.time() + timeout_s

    def look(line: Line) -> None:
        nonlocal end_s
        if line.kind == "stall":
            end_s += line.fields["late_ns"] / 1e9
        if not found.done() and predicate(line):
            found.set_result(line)

    writer.listeners.append(look)
    try:
        while not found.done() and (left_s := end_s - loop.time()) > 0:
            await asyncio.wait([found], timeout=left_s)
        return found.result() if found.done() else None
    finally:
        found.cancel()
        writer.listeners.remove(look)
