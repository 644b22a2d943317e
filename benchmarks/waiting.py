"""Waiting for what happens in other processes."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(is_so: Callable[[], Awaitable[bool]], within_s: float, every_s: float) -> None:
    """Ask every `every_s` until it is so.

    Raises:
        TimeoutError: It never was.
    """
    async with asyncio.timeout(within_s):
        while not await is_so():  # noqa: ASYNC110 - another process changes it, without a sign
            await asyncio.sleep(every_s)
