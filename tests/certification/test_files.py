"""Files are whole or not there, whatever comes between."""

import os
import signal
import stat
import subprocess
import sys
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


KILLED = """
import os, signal, sys
from pathlib import Path
from certification import files

left, write = int(sys.argv[1]), getattr(files, sys.argv[2])

def count(frame, event, _):
    global left
    if frame.f_code.co_filename != files.__file__:
        return None
    if event == "line":
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return count

sys.settrace(count)
write(Path(sys.argv[3]), b"two" * 1000)
"""
"""Writes a file, and is killed before a line of what writes it."""


@pytest.mark.parametrize(("write", "before"), [("write_whole", b"one"), ("write_new", None)])
def test_whoever_is_killed_at_any_point_leaves_a_whole_file_or_what_was_there(
    tmp_path: Path, write: str, before: bytes | None
) -> None:
    file, seen = tmp_path / "certificate.json", set[bytes | None]()
    for step in range(100):
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_bytes(before)
        command = [sys.executable, "-c", KILLED, str(step), write, str(file)]
        ended = subprocess.run(command, check=False, timeout=20)  # noqa: S603 - our own
        found = file.read_bytes() if file.exists() else None
        assert found in {before, b"two" * 1000}
        seen.add(found)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
    else:
        pytest.fail("it never came to its end")
    assert step > 5
    assert seen == {before, b"two" * 1000}
    drafts = [name for name in tmp_path.iterdir() if name != file]
    assert all(name.name.startswith(".certificate.json.") for name in drafts)
