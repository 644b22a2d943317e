"""Files are whole or not there, whatever comes between."""

import os
import stat
from pathlib import Path

import pytest

from certification import files
from certification.errors import FormError


def test_a_file_takes_the_place_of_another(tmp_path: Path) -> None:
    file = tmp_path / "paper"
    files.write_whole(file, b"one")
    files.write_whole(file, b"two", files.PRIVATE)
    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("call", ["fsync", "open", "rename"])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = tmp_path / "paper"
    files.write_whole(file, b"one")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if call == "rename":
            patch.setattr(Path, "replace", fail)
        else:
            patch.setattr(os, call, fail)
        with pytest.raises(OSError, match="No space"):
            files.write_whole(file, b"two")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    file = tmp_path / "paper"
    files.write_new(file, b"one")
    with pytest.raises(FileExistsError):
        files.write_new(file, b"two")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "paper"
    file.write_bytes(b"12345")
    assert files.read_whole(file, 5) == b"12345"
    with pytest.raises(FormError, match="byte 4: the file is longer"):
        files.read_whole(file, 4)
