"""What `ecohub run` shows on a terminal: the first owner's way in, while there is none."""

from pathlib import Path

import pytest
from rich.console import Console

from hub.app import Ready, _first_owner
from hub.cli import run
from hub.core.people.records import Role
from tests.hub.api.bench import bench


def shown(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> str:
    console = Console(force_terminal=True, width=120, record=True)
    monkeypatch.setattr(run, "err", console)
    run._tell(ready, as_json=False)
    return console.export_text()


def test_a_home_that_nobody_owns_shows_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def open_pairing() -> str:
        asked.append("opened")
        return "1234-5678"

    ready = Ready("hub-1", "http://127.0.0.1:8321", 1883, tmp_path, open_pairing, "AB CD")
    told = shown(ready, monkeypatch)
    assert "nobody owns this home yet" in told
    assert "1234-5678" in told
    assert "authority is AB CD" in told
    assert asked == ["opened"]


def test_a_home_that_has_an_owner_shows_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = Ready("hub-1", "http://127.0.0.1:8321", 1883, tmp_path)
    assert "pair" not in shown(ready, monkeypatch)


async def test_the_first_owner_may_come_by_the_code_of_the_start(tmp_path: Path) -> None:
    async with bench(tmp_path) as home:
        code = _first_owner(home.home)
        given = await home.home.people.pairing.pair(code, "Ada", "phone")
        assert given.person.role is Role.OWNER
        assert home.home.people.register.owners == 1
