import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from hub.store import (
    Store,
    StoreError,
    StoreFolderError,
    StoreLockedError,
    StoreVersionError,
)
from hub.store import errors as errors_module
from tests.hub.clocks import Times

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def opened(folder: Path) -> Store:
    return Store.open(folder, Times().clock())


def in_namespace(script: str, folder: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the file systems that `lines` mount, seen by nobody else."""
    code = dedent(script)
    shell = "\n".join(["set -e", *lines, 'exec "$0" -W error -c "$1" "$2"'])
    return subprocess.run(  # noqa: S603 - our own words
        ["unshare", "--mount", "sh", "-c", shell, sys.executable, code, str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=25,
    )


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="mounts file systems: needs root"
)


def test_a_second_hub_is_told_which_process_has_the_folder(folder: Path) -> None:
    store = opened(folder)
    with pytest.raises(StoreLockedError) as caught:
        opened(folder)
    assert caught.value.pid == os.getpid()
    assert str(caught.value) == (
        f"{folder} is in use by another hub (process {os.getpid()}). Stop it first, or give this"
        " one a folder of its own ([hub] data_dir, ECOHUB_DATA)."
    )
    store.close()
    opened(folder).close()


def test_a_lock_without_a_number_in_it_still_locks(folder: Path) -> None:
    store = opened(folder)
    (folder / "lock").write_text("not a number")
    with pytest.raises(StoreLockedError) as caught:
        opened(folder)
    assert caught.value.pid is None
    store.close()


def test_a_lock_file_left_behind_by_a_killed_hub_locks_nobody_out(folder: Path) -> None:
    folder.mkdir()
    (folder / "lock").write_text("1\n")
    opened(folder).close()


def test_a_failed_start_lets_go_of_the_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "history.db").mkdir()
    with pytest.raises(StoreError):
        opened(folder)
    (folder / "history.db").rmdir()
    opened(folder).close()


def test_a_file_in_the_place_of_the_folder_is_said(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(StoreFolderError, match=r"is not a folder\. Choose another folder"):
        opened(folder)
    with pytest.raises(StoreFolderError, match="is not a folder"):
        opened(folder / "below")


def test_a_folder_that_cannot_be_made_is_said_with_the_user_and_the_way_out() -> None:
    with pytest.raises(StoreFolderError) as caught:
        opened(Path("/proc/ecohub/data"))
    assert "The data folder /proc/ecohub/data cannot be written: " in str(caught.value)
    assert f"Let user {os.geteuid()} write there, or choose another folder" in str(caught.value)


@needs_root
def test_a_read_only_folder_is_said(folder: Path) -> None:
    folder.mkdir()
    done = in_namespace(
        """
        import sys
        from pathlib import Path
        from hub.clock import Clock
        from hub.store import Store, StoreFolderError
        try:
            Store.open(Path(sys.argv[1]), Clock())
        except StoreFolderError as error:
            print(error)
        """,
        folder,
        f"mount -t tmpfs -o ro none {folder}",
    )
    assert done.stdout.startswith(
        f"The data folder {folder} cannot be written: Read-only file system. Let user 0 write"
    ), done.stderr


@needs_root
def test_a_disk_without_room_is_said_at_the_start(folder: Path) -> None:
    folder.mkdir()
    done = in_namespace(
        """
        import sys
        from pathlib import Path
        from hub.clock import Clock
        from hub.store import Store, StoreFullError
        folder = Path(sys.argv[1])
        ballast = folder / "ballast"
        try:
            ballast.write_bytes(bytes(2 ** 20))
        except OSError:
            pass
        try:
            Store.open(folder, Clock())
        except StoreFullError as error:
            print(error)
        ballast.unlink()
        Store.open(folder, Clock()).close()
        print("open")
        """,
        folder,
        f"mount -t tmpfs -o size=512k none {folder}",
    )
    assert done.stdout.splitlines()[0].startswith("No room on the disk"), done.stderr
    assert done.stdout.splitlines()[1] == "open", done.stderr


@needs_root
def test_a_real_disk_that_fills_up_and_is_freed_loses_nothing_acknowledged(folder: Path) -> None:
    folder.mkdir()
    done = in_namespace(
        """
        import asyncio, sys
        from pathlib import Path
        from hub.clock import Clock
        from hub.store import Store, StoreFullError
        from hub.core.records import SaveSpec
        folder = Path(sys.argv[1])
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(6 * 2 ** 20))

        async def fill(store):
            kept = []
            for number in range(200):
                try:
                    await store.commit([SaveSpec(f"{number:064x}", bytes(20_000))])
                    kept.append(number)
                except StoreFullError:
                    if len(kept) + 5 <= number:
                        return kept

        async def main():
            store = Store.open(folder, Clock())
            store.load()
            kept = await fill(store)
            assert await store.purge() == 0
            assert isinstance(store.trouble, StoreFullError)
            ballast.unlink()
            await store.commit([SaveSpec("f" * 64, b"after")])
            assert store.trouble is None
            store.close()
            store = Store.open(folder, Clock())
            stored = store.load()
            assert {f"{n:064x}" for n in kept} | {"f" * 64} == set(stored.specs)
            assert stored.notices == []
            store.close()
            print(len(kept))

        asyncio.run(main())
        """,
        folder,
        f"mount -t tmpfs -o size=8m none {folder}",
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


@pytest.mark.parametrize("name", ["control.db", "history.db"])
def test_a_database_of_a_newer_ecohub_is_left_alone(folder: Path, name: str) -> None:
    opened(folder).close()
    with sqlite3.connect(folder / name) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " SELECT migration_set, 'from_the_future', 'x' FROM _sqlite_migrations LIMIT 1"
        )
    db.close()
    with pytest.raises(StoreVersionError, match=rf"{name} was written by a newer ecohub\. Install"):
        opened(folder)
    assert sorted(p.name for p in folder.iterdir() if "corrupt" in p.name) == []


@pytest.mark.parametrize("program", [0, 1_234])
def test_a_database_of_another_program_is_left_alone(folder: Path, program: int) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / "control.db") as db:
        db.execute("CREATE TABLE pets (name)")
        db.execute("INSERT INTO pets VALUES ('Rex')")
        db.execute(f"PRAGMA application_id = {program}")
    db.close()
    with pytest.raises(StoreVersionError, match="is the database of another program"):
        opened(folder)
    with sqlite3.connect(folder / "control.db") as db:
        assert db.execute("SELECT name FROM pets").fetchall() == [("Rex",)]
    db.close()


def test_every_kind_of_error_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in vars(errors_module).values() if isinstance(kind, type)]
    codes = [kind.code for kind in kinds if issubclass(kind, StoreError)]
    assert len(codes) == len(set(codes)) >= 8
