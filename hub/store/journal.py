"""A file to which entries are added, each whole or not at all, until it is begun anew.

An entry costs its bytes and twelve more. SQLite writes whole pages, twice: a batch of half a
kilobyte every ten seconds would be 50 MB a day.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_HEAD: Final = struct.Struct("<4sII")
_MAGIC: Final = b"ECOJ"
HEAD_BYTES: Final = _HEAD.size
"""Of each entry besides itself."""


class Journal:
    """One open journal; used by one thread. Every method raises `OSError` if the disk fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self.size = 0

    def open(self) -> list[bytes]:
        """Open the file, made where there is none, and return its entries.

        What follows the last whole entry, of a hub that was killed while it wrote, is cut off.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)
        entries = list(_entries(self._path.read_bytes()))
        self.size = sum(_HEAD.size + len(entry) for entry in entries)
        os.ftruncate(self._descriptor, self.size)
        return entries

    def append(self, entry: bytes) -> None:
        """Add an entry; outlasts the end of this process, not a power cut."""
        data = _framed(entry)
        try:
            written = os.write(self._descriptor, data)
            if written < len(data):
                os.write(self._descriptor, data[written:])
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def restart(self, entry: bytes) -> None:
        """Begin anew with one entry in the place of all others."""
        os.ftruncate(self._descriptor, 0)
        self.size = 0
        self.append(entry)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _framed(entry: bytes) -> bytes:
    return _HEAD.pack(_MAGIC, len(entry), zlib.crc32(entry)) + entry


def _entries(content: bytes) -> Iterator[bytes]:
    place = 0
    while place + _HEAD.size <= len(content):
        magic, size, digest = _HEAD.unpack_from(content, place)
        entry = content[place + _HEAD.size : place + _HEAD.size + size]
        if magic != _MAGIC or len(entry) < size or zlib.crc32(entry) != digest:
            return
        yield entry
        place += _HEAD.size + size
