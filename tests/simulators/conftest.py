"""A broker for the tests that need one."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.simulators.brokers import Mosquitto, mosquitto


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A mosquitto that lets everybody in."""
    if shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None:
        pytest.skip("no mosquitto on this machine: apt install mosquitto")
    async with mosquitto(tmp_path) as running:
        yield running
