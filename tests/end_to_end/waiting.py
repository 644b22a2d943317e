"""Waits for conditions, never for time: each wait has a deadline and says what it waited for."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable

LOOK_EVERY_S = 0.02
WITHIN_S = 15.0
"""Generous: two slow cores that other work keeps busy. Nothing here measures speed."""


async def until(look: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
    """Return as soon as `look` returns something true; fail with `what` when it never does.

    Args:
        look: Any function, also one that has to be awaited.
        what: What is waited for, for whoever reads the failure.
        within_s: How long it may take.
    """
    loop = asyncio.get_running_loop()
    end_s = loop.time() + within_s
    while True:
        found = look()
        if isawaitable(found):
            found = await found
        if found:
            return
        if loop.time() > end_s:
            raise AssertionError(f"not within {within_s:g} s: {what}; at last: {found!r}")
        await asyncio.sleep(LOOK_EVERY_S)
