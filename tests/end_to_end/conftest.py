"""Hubs and devices for the tests; what a hub has logged is shown when its test fails."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from hub.broker import find_mosquitto
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.processes import Warm

HUBS = pytest.StashKey[list[Hub]]()


class MakeHub(Protocol):
    """Makes a hub that ends with the test; `settings` are variables without their prefix."""

    def __call__(self, name: str = ..., /, **settings: str) -> Hub: ...


has_mosquitto = find_mosquitto() is not None

needs_mosquitto = pytest.mark.skipif(not has_mosquitto, reason="mosquitto is not installed")


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    launcher = Warm(tmp_path_factory.mktemp("warm"))
    yield launcher
    launcher.close()


@pytest.fixture(
    params=[
        "embedded",
        pytest.param(
            "mosquitto",
            marks=[
                pytest.mark.mosquitto,
                needs_mosquitto,
            ],
        ),
    ]
)
def broker_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
async def make_hub(
    request: pytest.FixtureRequest, warm: Warm, tmp_path: Path
) -> AsyncIterator[MakeHub]:
    """Makes hubs that end with the test."""
    hubs: list[Hub] = request.node.stash.setdefault(HUBS, [])

    def make(name: str = "a", /, **settings: str) -> Hub:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        variables = {f"ECOHUB_{key}": value for key, value in settings.items()}
        hubs.append(Hub(warm, folder, variables))
        return hubs[-1]

    yield make
    for hub in hubs:
        await hub.close()


@pytest.fixture
async def hub(make_hub: MakeHub, broker_kind: str) -> Hub:
    """A hub that runs, with each of the two brokers."""
    made = make_hub(BROKER__KIND=broker_kind)
    await made.start()
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for hub in item.stash.get(HUBS, []):
            report.sections.append((f"log of {hub.folder.name}", hub.program.tail()))
    return report
