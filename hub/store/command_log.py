"""The log of live commands: written at once, in the loop, and folded into the database later.

What is in the page cache outlasts the end of this process, as a transaction of SQLite in NORMAL
mode does. It takes 3 µs where the transaction takes 70 µs and two changes of threads; and a command
all of whose steps come within a fold costs the disk one row.
"""

import errno
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from hub.clock import Clock
from hub.core.records import CommandRecord
from hub.store.command_rows import command_line, read_command, write_commands
from hub.store.errors import StoreBusyError
from hub.store.failure import explain
from hub.store.schema import transaction
from protocol.ids import CommandId

MOST: Final = 20_000
"""Commands that may wait to be folded: beyond it the database has failed for long."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fold:
    """What is to go into the database in one transaction; the files are superfluous afterwards."""

    lines: Mapping[CommandId, str]
    files: Sequence[Path]


class CommandLog:
    """The newest line of each command that has changed since the last fold.

    Called from the loop alone.

    Args:
        folder: The data folder.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._lines: dict[CommandId, str] = {}
        self._files: list[Path] = []
        self._descriptor: int | None = None
        self._number = 0

    def __len__(self) -> int:
        """Return how many commands wait to be folded."""
        return len(self._lines)

    def keep(self, records: Iterable[CommandRecord]) -> None:
        """Keep all of `records` or none; what is kept outlasts this process.

        Raises:
            StoreError: Nothing of it is kept.
        """
        newest = {record.id: record for record in records}
        if len(self._lines) + len(newest) > MOST:
            remedy = "Look at what the log says of the disk."
            raise StoreBusyError(f"{MOST} commands wait for the database already", remedy)
        lines = {name: command_line(record, self._clock) for name, record in newest.items()}
        self._append("\n".join([*lines.values(), ""]).encode())
        self._lines.update(lines)

    def fold(self) -> Fold:
        """Hand out all that is kept and begin a new file; `put_back` what could not be written."""
        fold = Fold(self._lines, self._files)
        self._lines, self._files = {}, []
        self.close()
        return fold

    def put_back(self, fold: Fold) -> None:
        """Take back what the database could not take; the next fold has it again."""
        self._lines = {**fold.lines, **self._lines}
        self._files = [*fold.files, *self._files]

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, text: bytes) -> None:
        try:
            if self._descriptor is None:
                self._descriptor = self._new_file()
            written = os.write(self._descriptor, text)
            if written < len(text):
                size = os.lseek(self._descriptor, 0, os.SEEK_END)
                os.ftruncate(self._descriptor, size - written)
        except OSError as error:
            raise explain(error) from error
        if written < len(text):
            raise explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    def _next_path(self) -> Path:
        self._number += 1
        return self._folder / f"commands-{self._number:09}.log"

    def _new_file(self) -> int:
        path = self._next_path()
        while path.exists():  # one of an earlier run that could not be removed
            path = self._next_path()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        self._files.append(path)
        return descriptor


def left_over(folder: Path, clock: Clock) -> Fold:
    """Return what a run that did not end in order has left, each command as it was last.

    A line that a power cut has torn is passed over.
    """
    files = sorted(folder.glob("commands-*.log"))
    return Fold(dict(line for path in files for line in _read(path, clock)), files)


def write_fold(control: sqlite3.Connection, fold: Fold, clock: Clock) -> None:
    """Put the commands of a fold into the database, and remove the files that held them."""
    with transaction(control):
        write_commands(control, fold.lines.values(), clock)
    for path in fold.files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s should be removed, since it is out of date: %s", path, error)


def _read(path: Path, clock: Clock) -> Iterator[tuple[CommandId, str]]:
    for line in path.read_bytes().splitlines():
        try:
            yield read_command(line, clock).id, line.decode()
        except ValidationError:
            _log.warning("%s: a torn line of %d bytes is passed over", path, len(line))
