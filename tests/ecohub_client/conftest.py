from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ecohub_client import Hub
from tests.drivers.cable import Cable
from tests.hub.api.bench import Bench, bench


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path) as running:
        yield running


@pytest.fixture
async def cable(home: Bench) -> AsyncIterator[Cable]:
    """The line between a client and the hub."""
    line = Cable(home.api.port)
    await line.mend()
    yield line
    await line.cut()


@pytest.fixture
async def hub(home: Bench, cable: Cable) -> AsyncIterator[Hub]:
    """A client with the token of the machine, at the other end of the cable."""
    async with Hub(f"http://127.0.0.1:{cable.port}", token=home.token) as client:
        yield client
