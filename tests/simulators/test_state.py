"""What a device keeps through loss of power."""

import os
import stat
from pathlib import Path

import pytest

from protocol.ids import DeviceId
from simulators.errors import StateError
from simulators.state import Credentials, StateFolder

DEVICE = DeviceId("bench-lamp-0001")
KEPT = Credentials(
    device=DEVICE,
    hub="hub-1",
    url="http://10.0.0.2:8321",
    host="10.0.0.2",
    port=1883,
    password="hush",
    epoch=3,
)


def test_what_was_saved_is_there_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    StateFolder(folder).save(KEPT)
    assert StateFolder(folder).load(DEVICE) == KEPT
    assert StateFolder(folder).load(DeviceId("bench-lamp-0002")) is None


def test_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    StateFolder(folder).save(KEPT)
    assert stat.S_IMODE((folder / f"{DEVICE}.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_later_save_replaces_the_earlier_and_leaves_nothing_else(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.save(KEPT)
    folder.save(KEPT.model_copy(update={"epoch": 4}))
    loaded = folder.load(DEVICE)
    assert loaded is not None
    assert loaded.epoch == 4
    assert os.listdir(tmp_path) == [f"{DEVICE}.json"]


def test_without_a_folder_nothing_is_kept() -> None:
    StateFolder(None).save(KEPT)
    assert StateFolder(None).load(DEVICE) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"device":"bench-lamp-0001"}'])
def test_broken_file_is_told_with_its_place_and_what_mends_it(
    tmp_path: Path, content: bytes
) -> None:
    place = tmp_path / f"{DEVICE}.json"
    place.write_bytes(content)
    with pytest.raises(StateError, match=str(place)) as caught:
        StateFolder(tmp_path).load(DEVICE)
    assert "delete it" in caught.value.remedy


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StateError, match="cannot be written"):
        StateFolder(tmp_path / "file").save(KEPT)


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / f"{DEVICE}.json").mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        StateFolder(tmp_path).load(DEVICE)
