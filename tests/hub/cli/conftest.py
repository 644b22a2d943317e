from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hub.api.bench import Bench, bench
from tests.hub.cli.fake_hub import FakeHub, serving


@pytest.fixture(autouse=True)
def nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the hub, the settings and the environment of whoever runs the tests out of them."""
    for name in ("ECOHUB_URL", "ECOHUB_TOKEN", "ECOHUB_CONFIG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ECOHUB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with serving(FakeHub()) as fake:
        yield fake


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path / "home") as running:
        yield running
