"""Small secret files: crashes at each step, other people's eyes, disks and folders that refuse."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.private_files import PrivateFileError, write_private
from tests.end_to_end.volume import volume

NOBODY = 65534

CRASH = """
import os, pathlib, sys
from hub.private_files import write_private
step, steps = int(sys.argv[2]), iter(range(9))
def dying(real):
    def call(*given):
        if next(steps) == step:
            os._exit(7)
        return real(*given)
    return call
os.fsync, pathlib.Path.replace = dying(os.fsync), dying(pathlib.Path.replace)
write_private(pathlib.Path(sys.argv[1]), b"new")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret"


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def no_root() -> Iterator[None]:
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield
    if is_root:
        os.seteuid(0)


def test_a_file_is_written_whole_and_alone(path: Path) -> None:
    write_private(path, b"one, and longer")
    write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["secret"]


@pytest.mark.parametrize("step", [0, 1, 2], ids=["written", "settled", "renamed"])
def test_a_crash_leaves_the_old_file_or_the_new_one_and_the_next_write_cleans_up(
    path: Path, step: int
) -> None:
    write_private(path, b"old")
    told = subprocess.run([sys.executable, "-c", CRASH, str(path), str(step)], check=False)  # noqa: S603 - this Python
    assert told.returncode == 7
    assert path.read_bytes() == (b"new" if step == 2 else b"old")
    write_private(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert os.listdir(path.parent) == ["secret"]


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_can_read_it_from_the_first_byte_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch(0o666)
    settled: list[tuple[int, int]] = []
    fsync = os.fsync

    def look(descriptor: int) -> None:
        found = os.fstat(descriptor)
        settled.append((found.st_mode & 0o777, found.st_size))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write_private(path, b"secret")
    assert settled[0] == (0o600, 6)
    assert len(settled) == 2, "the file, then its folder"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("open_umask")
def test_a_folder_that_is_missing_is_made_for_nobody_else(tmp_path: Path) -> None:
    write_private(tmp_path / "tls" / "key", b"secret")
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["secret", ".secret.new"])
def test_a_link_in_the_way_is_replaced_and_not_followed(path: Path, name: str) -> None:
    target = path.with_name("elsewhere")
    target.write_text("mine")
    path.with_name(name).symlink_to(target)
    write_private(path, b"secret")
    assert target.read_text() == "mine"
    assert path.read_bytes() == b"secret"
    assert not path.is_symlink()


def test_what_lies_in_the_way_is_told_with_a_remedy(path: Path) -> None:
    path.write_text("no folder")
    with pytest.raises(PrivateFileError, match="secret/key cannot be written") as caught:
        write_private(path / "key", b"secret")
    assert "can be written and has room" in caught.value.remedy
    path.with_name("folder").mkdir()
    with pytest.raises(PrivateFileError, match="folder cannot be written: Is a directory"):
        write_private(path.with_name("folder"), b"secret")
    assert sorted(os.listdir(path.parent)) == ["folder", "secret"]


def test_a_disk_without_room_keeps_the_old_file(tmp_path: Path) -> None:
    with volume(tmp_path / "disk", "size=64k") as disk:
        path = disk.place / "secret"
        write_private(path, b"old")
        with pytest.raises(PrivateFileError, match="No space left"):
            write_private(path, bytes(100_000))
        assert path.read_bytes() == b"old"
        assert os.listdir(path.parent) == ["secret"]


@pytest.mark.usefixtures("no_root")
def test_a_folder_of_somebody_else_is_told_with_who_it_belongs_to() -> None:
    with pytest.raises(PrivateFileError, match="/usr/secret cannot be written: Perm") as caught:
        write_private(Path("/usr/secret"), b"secret")
    assert caught.value.remedy.startswith("/usr belongs to root: run the hub as that user")
