"""The data folder: made for one user, held by one hub at a time."""

import errno
import fcntl
import os
from pathlib import Path
from typing import Final, Self

from hub.store.errors import StoreError, StoreFolderError, StoreFullError, StoreLockedError

LOCK: Final = "lock"

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


class FolderLock:
    """Holds a data folder; the system lets go of it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Make the folder where there is none, and hold it.

        Raises:
            StoreLockedError: Another hub holds it.
            StoreFolderError: It cannot be made or written.
            StoreFullError: There is no room for even a small file.
        """
        path = folder / LOCK
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise folder_error(folder, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            pid = _pid(descriptor)
            os.close(descriptor)
            raise _locked(folder, pid) from error
        except OSError as error:
            os.close(descriptor)
            raise folder_error(folder, error) from error
        return cls(descriptor)

    def release(self) -> None:
        """Let another hub have the folder."""
        os.close(self._descriptor)


def folder_error(folder: Path, error: OSError) -> StoreError:
    """Say what an error of the system about the data folder means, and how to mend it."""
    if error.errno in _NO_ROOM:
        return StoreFullError(f"No room on the disk of {folder}", "Free some space there.")
    if isinstance(error, NotADirectoryError | FileExistsError):
        remedy = "Choose another folder ([hub] data_dir, or ECOHUB_DATA)."
        return StoreFolderError(f"{folder} is not a folder", remedy)
    what = f"The data folder {folder} cannot be written: {error.strerror}"
    who = f"user {os.geteuid()}"
    remedy = f"Let {who} write there, or choose another folder ([hub] data_dir, or ECOHUB_DATA)."
    return StoreFolderError(what, remedy)


def _locked(folder: Path, pid: int | None) -> StoreLockedError:
    who = "another hub" if pid is None else f"another hub (process {pid})"
    remedy = "Stop it first, or give this one a folder of its own ([hub] data_dir, ECOHUB_DATA)."
    return StoreLockedError(f"{folder} is in use by {who}", remedy, pid)


def _pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None
