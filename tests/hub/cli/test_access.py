import json
import os
from pathlib import Path

import pytest

from hub.cli.access import Access, find_access, noted
from hub.cli.errors import NotAuthorisedError, UnreachableError, WordingError

HERE = "http://127.0.0.1:8321"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    (made / "local-token").write_text("eco_local\n")
    return made


def note(folder: Path, pid: int = os.getpid()) -> None:
    told = {"url": HERE, "pid": pid, "mqtt_port": 1883, "hub": "hub-1"}
    (folder / "run.json").write_text(json.dumps(told))


def test_url_and_token_given_are_taken_as_they_are() -> None:
    assert find_access("hub.local:8321", "eco_x") == Access("http://hub.local:8321", "eco_x")


def test_hub_that_runs_here_is_found_with_its_token(folder: Path) -> None:
    note(folder)
    assert find_access(None, None) == Access(HERE, "eco_local")


def test_token_given_goes_before_the_one_that_lies_here(folder: Path) -> None:
    note(folder)
    assert find_access(None, "eco_other").token == "eco_other"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "http://x", "pid": "?"}'])
def test_damaged_note_is_no_hub(folder: Path, content: str) -> None:
    (folder / "run.json").write_text(content)
    assert noted(folder) is None
    with pytest.raises(UnreachableError, match="no hub runs here"):
        find_access(None, None)


def test_note_of_a_process_that_is_gone_is_no_hub(folder: Path) -> None:
    note(folder, pid=2**22 - 1)
    assert noted(folder) is None


def test_local_token_never_goes_to_another_machine(folder: Path) -> None:
    note(folder)
    with pytest.raises(NotAuthorisedError, match=r"no token for http://192\.0\.2\.9:8321"):
        find_access("http://192.0.2.9:8321", None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", "localhost:9000", "http://[::1]:9000"])
def test_local_token_goes_to_this_machine(folder: Path, url: str) -> None:
    assert find_access(url, None).token == "eco_local"
    assert folder.exists()


def test_token_that_cannot_be_read_is_told_with_what_to_do(folder: Path) -> None:
    note(folder)
    (folder / "local-token").unlink()
    with pytest.raises(NotAuthorisedError) as caught:
        find_access(None, None)
    assert "--token" in caught.value.remedy


@pytest.mark.parametrize("url", ["ftp://x", "http://", "://"])
def test_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(WordingError):
        find_access(url, "eco_x")


def test_token_is_not_in_the_repr() -> None:
    assert "secret" not in repr(Access(HERE, "secret"))
