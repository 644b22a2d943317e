from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hub.api.bench import Bench, bench


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path) as running:
        yield running
