"""What README shows is what happens: its calls are made, its answers are compared."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.end_to_end.test_demo import ROOT, demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]

BLOCK = re.compile(r"```(sh|json)\n(.*?)```", re.DOTALL)
CHANGING = {"id", "at"}
"""Fields that are another each time."""


def calls() -> list[tuple[str, Any]]:
    """Return each curl of README with the JSON shown as its answer, or None."""
    found: list[tuple[str, Any]] = []
    for kind, text in BLOCK.findall((ROOT / "README.md").read_text("utf-8")):
        if kind == "sh":
            found.append((text, None))
        else:
            found[-1] = (found[-1][0], json.loads(text))
    return found


async def make(call: str, **variables: str) -> tuple[int, Any]:
    for name, value in variables.items():
        call = call.replace(f"${name}", value)
    words = shlex.split(call)
    assert words[:2] == ["curl", "-s"]
    method, headers, body, url = "GET", {}, None, ""
    rest = iter(words[2:])
    for word in rest:
        match word:
            case "-X":
                method = next(rest)
            case "-H":
                key, _, value = next(rest).partition(": ")
                headers[key] = value
            case "-d":
                body = next(rest)
            case _:
                url = word
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers=headers, data=body) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


def assert_shown(shown: Any, told: Any) -> None:
    match shown:
        case dict():
            for key in shown.keys() - CHANGING:
                assert_shown(shown[key], told[key])
        case list():
            assert len(shown) == len(told)
            for one, other in zip(shown, told, strict=True):
                assert_shown(one, other)
        case _:
            assert shown == told


async def test_calls_of_readme_give_what_readme_shows(tmp_path: Path) -> None:
    shown = calls()
    assert len(shown) == 3
    async with demo(tmp_path) as running:
        home = await running.online()
        answers = [await make(c, URL=home["url"], TOKEN=home["token"]) for c, _ in shown]
    assert [status for status, _ in answers] == [200, 200, 422]
    assert {device["id"] for device in answers[0][1]["devices"]} == {
        device["id"] for device in home["devices"]
    }
    for (_, expected), (_, told) in zip(shown[1:], answers[1:], strict=True):
        assert_shown(expected, told)


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_that_a_page_names_are_there(page: Path) -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / path).exists(), path
