"""docs/automations.md, word for word: what it shows is taken by a hub."""

import json
import re
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.config import HubSettings
from hub.core.automations.checks import MOST_ACTIONS, MOST_CONDITIONS, MOST_TRIGGERS
from hub.core.automations.duty import KEPT_RUNS, MOST_A_MINUTE, MOST_QUEUED
from hub.core.automations.starting import CATCH_UP_S
from hub.core.automations.triggers import TIME_LATE_S
from tests.hub.api.bench import PLUG, PURIFIER, Bench, bench

PAGE = (Path(__file__).parents[1] / "docs" / "automations.md").read_text("utf-8")
REQUESTS = re.findall(r"```json\n(POST|PUT) (/\S+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path) as running:
        yield running


async def test_each_request_of_the_page_is_taken(home: Bench) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    assert len(REQUESTS) == 4
    for method, path, text in REQUESTS:
        status = 201 if path == "/automations" else 200
        await home.ask(method, f"/api/v1{path}", json.loads(text), status=status)


def test_each_number_of_the_page_is_true() -> None:
    [text] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    hub = HubSettings.model_validate(tomllib.loads(text)["hub"])
    assert hub.time_zone == "Europe/Berlin"
    for said in (
        f"at most {MOST_TRIGGERS} triggers, {MOST_CONDITIONS} conditions",
        f"{MOST_ACTIONS} actions",
        f"more than {MOST_A_MINUTE} times in a minute",
        f"the last {KEPT_RUNS} runs",
        f"up to {CATCH_UP_S / 60:.0f} minutes ago",
        f"up to {TIME_LATE_S:.0f} s late",
    ):
        assert said in PAGE, said
    assert MOST_QUEUED == 10
    assert "(ten may" in PAGE
