"""The one thread that writes: commits that wait together become one transaction."""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final

from hub.clock import Clock
from hub.core.activity import ACTIVITY_KEPT, Entry
from hub.core.events import Reported
from hub.core.records import DropDevice
from hub.store.activity_rows import forget_entries, write_entries
from hub.store.command_log import Fold, write_fold
from hub.store.errors import StoreDiskError, StoreError, StoreFullError
from hub.store.failure import explain, is_damage
from hub.store.meta import keep_mark
from hub.store.records import Twins, Write
from hub.store.rows import is_worth_fsync, newest, write_row
from hub.store.schema import transaction
from hub.store.twin_rows import write_twin
from protocol.ids import Address, DeviceId

TWINS_AT_ONCE: Final = 64
"""Devices in one transaction of twins; commits that wait go in between."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Commit:
    """Writes of which all are kept or none; `done` is told when they are durable, or why not."""

    writes: Sequence[Write]
    done: "asyncio.Future[None]"


@dataclass(frozen=True, slots=True)
class Task:
    """Any other work on the databases; all that was handed over before it is written by then."""

    work: Callable[[], None]


@dataclass(frozen=True, slots=True)
class KeepTwins:
    """Twins to be written when there is time."""

    twins: Twins


@dataclass(frozen=True, slots=True)
class KeepActivity:
    """Entries of activity to be written when there is time."""

    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Commits:
    """Commits of one turn of the loop, in their order."""

    commits: Sequence[Commit]


@dataclass(frozen=True, slots=True)
class FoldIn:
    """Commands of the log that are to go into the database; `done` is told in this thread."""

    fold: Fold
    done: Callable[[StoreError | None], None]


Job = Commits | KeepTwins | KeepActivity | FoldIn | Task


class Writer:
    """Owns both databases from `start` to `stop`; jobs are done in the order of `put`.

    Args:
        control: What must never be lost.
        history: What devices tell.
    """

    def __init__(
        self, control: sqlite3.Connection, history: sqlite3.Connection, clock: Clock
    ) -> None:
        self.control, self.history, self._clock = control, history, clock
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._twins: dict[DeviceId, Mapping[Address, Reported] | None] = {}
        self._entries: list[Entry] = []
        self._is_due, self._is_full = False, True
        self._troubles: dict[sqlite3.Connection, StoreError] = {}
        self._marked_s = 0.0
        self.transactions = 0
        self.is_damaged = False

    @property
    def trouble(self) -> StoreError | None:
        """Why the last attempt to write to one of the databases failed; None when all is well."""
        return next(iter(self._troubles.values()), None)

    @property
    def is_settled(self) -> bool:
        """Whether all that devices told is written; asked from within a `Task`."""
        return not (self._twins or self._entries)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def put(self, job: Job) -> None:
        """Hand over a job and return at once."""
        self._jobs.put(job)

    def stop(self, timeout_s: float) -> bool:
        """Do what has been handed over, then end; False when that takes longer than allowed."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        is_open = True
        while is_open:
            jobs = self._next_jobs()
            is_open = None not in jobs
            group: list[Commit] = []
            for job in jobs:
                if isinstance(job, Commits):
                    group.extend(job.commits)
                elif job is not None:
                    self._commit(group)
                    group = []
                    self._do(job)
            self._commit(group)
            if self._is_due or not is_open:
                self._write_twins(TWINS_AT_ONCE if is_open else len(self._twins))

    def _next_jobs(self) -> list[Job | None]:
        """Take all jobs that have come; wait for one, unless there are twins left to write."""
        jobs = [] if self._twins and self._is_due else [self._jobs.get()]
        with suppress(queue.Empty):
            while True:
                jobs.append(self._jobs.get_nowait())
        return jobs

    def _do(self, job: KeepTwins | KeepActivity | FoldIn | Task) -> None:
        if isinstance(job, FoldIn):
            self._fold(job)
            return
        if isinstance(job, KeepActivity):
            self._entries += job.entries
            del self._entries[: -ACTIVITY_KEPT.most]
            self._write_activity()
            return
        self._is_due = True
        if isinstance(job, KeepTwins):
            self._twins.update(job.twins)
            return
        self._write_twins(len(self._twins))
        self._write_activity()
        job.work()

    def _fold(self, job: FoldIn) -> None:
        with self._judged(self.control) as judged:
            self._sync(is_full=False)
            write_fold(self.control, job.fold, self._clock)
        job.done(judged.error)

    def _commit(self, group: Sequence[Commit]) -> None:
        if not group:
            return
        error = self._write([write for commit in group for write in commit.writes])
        if error is None or isinstance(error, StoreFullError | StoreDiskError) or len(group) == 1:
            _tell(group, error)
            return
        for commit in group:  # one of them cannot be written: the others must not suffer
            _tell([commit], self._write(commit.writes))

    def _write(self, writes: Sequence[Write]) -> StoreError | None:
        with self._judged(self.control) as judged:
            self._sync(is_full=any(is_worth_fsync(write) for write in writes))
            with transaction(self.control):
                self._write_rows(writes)
        if judged.error is None:
            self._forget_twins([w.device for w in writes if isinstance(w, DropDevice)])
        return judged.error

    def _sync(self, *, is_full: bool) -> None:
        """Have the next transaction outlast a power cut, or only the end of this process."""
        if is_full != self._is_full:
            self.control.execute(f"PRAGMA synchronous = {'FULL' if is_full else 'NORMAL'}")
            self._is_full = is_full

    def _write_rows(self, writes: Sequence[Write]) -> None:
        for write in newest(writes):
            write_row(self.control, write, self._clock)
        self._marked_s = keep_mark(self.control, self._clock, self._marked_s)

    def _forget_twins(self, devices: Sequence[DeviceId]) -> None:
        if devices:
            self._twins.update(dict.fromkeys(devices))
            self._entries = [entry for entry in self._entries if entry.device not in devices]
            self._is_due = True

    def _write_activity(self) -> None:
        """Write the entries that wait; those that cannot be written wait for the next."""
        if not self._entries:
            return
        with self._judged(self.history) as judged, transaction(self.history):
            write_entries(self.history, "activity", self._entries, self._clock)
            forget_entries(self.history, "activity", self._clock)
        if judged.error is None:
            self._entries.clear()

    def _write_twins(self, count: int) -> None:
        some = dict(islice(self._twins.items(), count))
        if not some:
            return
        with self._judged(self.history) as judged, transaction(self.history):
            for device, reported in some.items():
                write_twin(self.history, device, reported, self._clock)
        if judged.error is None:
            for device in some:
                del self._twins[device]
        else:
            self._is_due = False  # tried again with the next twins, or when somebody waits

    @contextmanager
    def _judged(self, connection: sqlite3.Connection) -> Iterator["_Judged"]:
        """Turn whatever goes wrong into a `StoreError`: the thread outlives all of it."""
        judged = _Judged()
        try:
            yield judged
        except Exception as error:
            judged.error = explain(error)
            self.is_damaged = self.is_damaged or is_damage(error)
            self._note(connection, judged.error)
        else:
            self.transactions += 1
            self._troubles.pop(connection, None)

    def _note(self, connection: sqlite3.Connection, error: StoreError) -> None:
        known = self._troubles.get(connection)
        if known is None or known.what != error.what:
            _log.error("nothing is kept: %s", error, exc_info=error.__cause__)
        self._troubles[connection] = error


@dataclass(slots=True)
class _Judged:
    error: StoreError | None = None


def _tell(group: Iterable[Commit], error: StoreError | None) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for commit in group:
        by_loop.setdefault(commit.done.get_loop(), []).append(commit.done)
    for loop, futures in by_loop.items():
        with suppress(RuntimeError):  # a loop that is closed has nobody left to tell
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: Iterable["asyncio.Future[None]"], error: StoreError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
