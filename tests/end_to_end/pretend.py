"""Simulated devices in this process, on real links: a test holds their physics."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from simulators.link import Change, Link
from simulators.links import Links
from simulators.party import Party
from simulators.wire import Access
from tests.alongside import alongside
from tests.end_to_end.credentials import Credentials


class Pretend:
    """Devices on their links.

    Attributes:
        changes: What became of their links.
        may_dial: While it is not set, no device connects: asleep, it does not wake.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.may_dial = asyncio.Event()
        self.may_dial.set()
        rng = Random(1)  # noqa: S311 - only when to dial again
        self.links = Links(time.monotonic, rng, self.changes.append, self._before_dial)

    def add(self, credentials: Credentials, party: Party) -> Link:
        """Connect a device."""
        host, port = credentials.host, credentials.port
        access = Access(host, port, credentials.device, credentials.password)
        return self.links.add(party, access)

    async def _before_dial(self, party: Party) -> None:
        await self.may_dial.wait()


@asynccontextmanager
async def pretending() -> AsyncIterator[Pretend]:
    """Let devices live until the block ends, then break off without a word."""
    pretend = Pretend()
    async with alongside(pretend.links.run()):
        yield pretend
