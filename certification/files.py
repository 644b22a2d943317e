"""Files that are either whole or not there."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from certification.errors import FormError

PUBLIC: Final = 0o644
PRIVATE: Final = 0o600


def write_whole(file: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Put a file in place of what was there, on the disk, at no moment half written.

    Args:
        file: Where to; its folder has to be there.
        content: All of it.
        mode: Rights from the first byte on.

    Raises:
        OSError: It cannot be written; what was there is there still.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, content, mode)
        draft.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(file.parent)


def write_new(file: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Put a file where none is, as `write_whole` does; raises FileExistsError where one is."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, content, mode)
        os.link(draft, file)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    _sync_folder(file.parent)


def read_whole(file: Path, most_bytes: int) -> bytes:
    """Return what is in a file.

    Raises:
        FormError: It is longer than such a paper can be.
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        content = opened.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise FormError(f"byte {most_bytes}", f"the file is longer than {most_bytes} bytes")
    return content


def _write(file: Path, content: bytes, mode: int) -> None:
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(number, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
