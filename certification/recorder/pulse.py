"""The harness' own pulse: writes down when it did not get to run, on a machine with too much to do.

What a device says in such a time is read late, and the device may not have got to run either.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from certification.transcript.file import Writer

PERIOD_S: Final = 0.02
LATE_S: Final = 0.02
"""A beat that comes so much too late is written down."""


@asynccontextmanager
async def pulse(writer: Writer) -> AsyncIterator[None]:
    """Write a line `stall` for each late beat as long as the block lives."""
    beating = asyncio.create_task(_beat(writer))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait([beating])


async def _beat(writer: Writer) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due_s = clock() + PERIOD_S
        await asyncio.sleep(PERIOD_S)
        late_s = clock() - due_s
        if late_s >= LATE_S:
            writer.write("stall", late_ns=round(late_s * 1e9))
