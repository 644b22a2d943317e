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
        timeout_s: How long to wait, seconds.
        since: Number of the first line to look at; without it only new ones count.
    """
    for line in writer.lines[writer.next_n if since is None else since :]:
        if predicate(line):
            return line
    found: asyncio.Future[Line] = asyncio.get_running_loop().create_future()

    def look(line: Line) -> None:
        if not found.done() and predicate(line):
            found.set_result(line)

    writer.listeners.append(look)
    try:
        async with asyncio.timeout(timeout_s):
            return await found
    except TimeoutError:
        return None
    finally:
        writer.listeners.remove(look)
