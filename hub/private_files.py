"""Small files that hold a secret: whole or not there, for nobody else, safe from power cuts.

* PrivateFileError    a file cannot be written; says which, why, and what mends it
"""

import os
from pathlib import Path

from hub.errors import MendableError

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class PrivateFileError(MendableError):
    """A file cannot be written; it holds what it held before, or all that was to be written."""


def write_private(path: Path, content: bytes) -> None:
    """Put `content` into a file that only this user can read, at once or not at all.

    It is on the disk when this returns. What a write that was killed has left of its draft goes
    with the next one; a link that lies in the way is replaced, and never followed.

    Args:
        path: Of the file; its folder is made where it is not there. One writer at a time.
        content: All that it shall hold.

    Raises:
        PrivateFileError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        _make(path.parent)
        draft.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(draft, _FLAGS, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _settle(path.parent)
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror or error}"
        raise PrivateFileError(what, _remedy(path.parent, error)) from error


def _make(folder: Path) -> None:
    """Have a folder of this user's own, and its name on the disk."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        _settle(folder.parent)


def _settle(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remedy(folder: Path, error: OSError) -> str:
    if isinstance(error, PermissionError) and (owner := _other_owner(folder)) is not None:
        return f"{folder} belongs to {owner}: run the hub as that user, or give the folder to yours"
    return f"see that {folder} can be written and has room"


def _other_owner(folder: Path) -> str | None:
    """Return who a folder belongs to, if that is known and is not the user of this process."""
    try:
        number = folder.stat().st_uid
    except OSError:
        return None
    if number == os.geteuid():
        return None
    try:
        return folder.owner()
    except KeyError:
        return f"user {number}"
