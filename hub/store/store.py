"""The store: what the rest of the hub calls, from its loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Final, Self, TypeVar

from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.people.records import Invite, Person, Session
from hub.store.command_log import CommandLog, Fold
from hub.store.errors import StoreBusyError, StoreClosedError, StoreDiskError, StoreError
from hub.store.failure import explain
from hub.store.folder import FolderLock
from hub.store.opening import Opened, open_databases
from hub.store.reading import credentials, people, tokens
from hub.store.records import (
    CredentialRecord,
    DropToken,
    SaveToken,
    Stored,
    TokenRecord,
    Twins,
    Write,
)
from hub.store.rows import is_live
from hub.store.upkeep import Upkeep
from hub.store.writer import Commit, Commits, FoldIn, KeepActivity, KeepTwins, Task, Writer
from protocol.ids import DeviceId

FOLD_AFTER_S: Final = 1.0
"""How long live commands stay in the log alone: most have ended by then, and cost one row."""

FOLD_AGAIN_S: Final = 5.0
"""After a fold that failed."""

FOLD_AT: Final = 2_000
"""Commands in the log that are folded at once."""

COMMITS_LIMIT: Final = 20_000
"""Calls of `commit` that may wait at a time."""

ANSWER_S: Final = 30.0
"""How long a disk may take before it counts as failed."""

_Result = TypeVar("_Result")


class Store:
    """Keeps what must outlive a restart; made by `open`, to be closed by `close`.

    `open`, `load` and `close` block; everything else returns to the loop at once.
    """

    def __init__(self, lock: FolderLock, opened: Opened, clock: Clock) -> None:
        self._lock, self._clock = lock, clock
        self._stored: Stored | None = opened.stored
        self._writer = Writer(opened.control, opened.history, clock)
        self._upkeep = Upkeep(self._writer, opened.control_path, clock)
        self._log = CommandLog(opened.control_path.parent, clock)
        self._fold_timer: asyncio.TimerHandle | None = None
        self._turn: list[Commit] = []
        self._waiting = 0
        self._is_open = True

    @classmethod
    def open(cls, folder: Path, clock: Clock) -> Self:
        """Open the data folder, made where there is none, and read what is in it.

        Sets `clock` not to run behind what was known in the last run.

        Raises:
            StoreError: The hub cannot work in this folder; says why and how to mend it.
        """
        lock = FolderLock.take(folder)
        try:
            store = cls(lock, open_databases(folder, clock), clock)
        except BaseException as error:
            lock.release()
            if isinstance(error, Exception):
                raise explain(error) from error
            raise
        store._writer.start()
        return store

    def load(self) -> Stored:
        """Return what outlived the last run, as it was found by `open`; once."""
        stored, self._stored = self._stored, None
        if stored is None:
            raise StoreClosedError("What was stored has been handed out", "Open the store anew.")
        return stored

    @property
    def trouble(self) -> StoreError | None:
        """Why writing fails at present; None when all is well."""
        return self._writer.trouble

    @property
    def transactions(self) -> int:
        """Transactions written since `open`."""
        return self._writer.transactions

    def keep_now(self, writes: Sequence[Write]) -> bool:
        """Keep all of `writes` before returning, if they are live commands alone.

        Returns:
            False when nothing was done, since something in it needs `commit`, or is to be kept
            after what was handed to `commit` in this turn of the loop.

        Raises:
            StoreError: Nothing of it is kept.
        """
        commands = [write.record for write in writes if is_live(write)]
        if len(commands) < len(writes) or self._turn:
            return False
        if commands:
            self._check_open()
            self._log.keep(commands)
            if len(self._log) < FOLD_AT:
                self._fold_soon(FOLD_AFTER_S)
            else:
                self._fold()
        return True

    async def commit(self, writes: Sequence[Write]) -> None:
        """Keep all of `writes` or none; durable when it returns.

        All calls of one turn of the loop, and those that come while the disk is busy, share one
        transaction. A caller that is cancelled may still have its writes kept.

        Raises:
            StoreError: Nothing of it is kept.
        """
        if not writes or self.keep_now(writes):
            return
        self._check_open()
        self._fold()  # so that what is deleted now is not brought back by what was said before
        if self._waiting >= COMMITS_LIMIT:
            remedy = "Send less at a time, or use a faster disk."
            raise StoreBusyError(f"{COMMITS_LIMIT} commits wait for the disk already", remedy)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._turn:
            loop.call_soon(self._end_turn)
        self._turn.append(Commit(tuple(writes), done))
        self._waiting += 1
        try:
            await done
        finally:
            self._waiting -= 1

    def save_twins(self, twins: Twins) -> None:
        """Have reported values written soon; values of a device replace those kept before."""
        if twins and self._is_open:
            self._writer.put(KeepTwins({device: copy(twin) for device, twin in twins.items()}))

    def save_activity(self, entries: Sequence[Entry]) -> None:
        """Have entries of activity written soon."""
        if entries and self._is_open:
            self._writer.put(KeepActivity(tuple(entries)))

    async def flush(self) -> None:
        """Wait until all that was handed over is written.

        Raises:
            StoreError: Some of it cannot be written now; it is tried again later.
        """
        await self._run(self._check_settled)

    async def purge(self) -> int:
        """Forget what is too old and take a snapshot when one is due; call about hourly.

        A disk that does not let it is no error: it is said in the log and tried the next time.

        Returns:
            How many finished commands were forgotten.
        """
        return await self._run(self._upkeep.run)

    async def add_token(self, record: TokenRecord) -> None:
        """Keep a token; durable when it returns."""
        await self.commit([SaveToken(record)])

    async def drop_token(self, public_id: str) -> None:
        """Forget a token; durable when it returns."""
        await self.commit([DropToken(public_id)])

    async def tokens(self) -> list[TokenRecord]:
        """Return all tokens."""
        return await self._run(lambda: tokens(self._writer.control, self._clock))

    async def people(self) -> tuple[list[Person], list[Session], list[Invite]]:
        """Return all people, their sessions and the invites that are out."""
        return await self._run(lambda: people(self._writer.control, self._clock))

    async def credentials(self) -> dict[DeviceId, CredentialRecord]:
        """Return how the broker knows each device."""
        return await self._run(lambda: credentials(self._writer.control))

    def close(self) -> None:
        """Write what was handed over, take a snapshot, and let go of the folder.

        Raises:
            StoreDiskError: The disk does not answer.
        """
        if not self._is_open:
            return
        self._is_open = False
        self._end_turn()
        # What cannot be written now stays in its file for the next start.
        self._writer.put(FoldIn(self._log.fold(), lambda _: None))
        self._writer.put(Task(self._upkeep.finish))
        if not self._writer.stop(ANSWER_S):
            remedy = "Check the disk; what was acknowledged before is kept."
            raise StoreDiskError(f"The disk has not answered for {ANSWER_S:g} s", remedy)
        self._writer.control.close()
        self._writer.history.close()
        self._lock.release()

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        self._check_open()
        self._fold()
        self._end_turn()
        result: Future[_Result] = Future()

        def task() -> None:
            try:
                result.set_result(work())
            except Exception as error:
                result.set_exception(explain(error))

        self._writer.put(Task(task))
        return await asyncio.wrap_future(result)

    def _fold_soon(self, after_s: float) -> None:
        if self._fold_timer is None:
            loop = asyncio.get_running_loop()
            self._fold_timer = loop.call_later(after_s, self._fold)

    def _fold(self) -> None:
        """Have the log written into the database, before all that is handed over from now on."""
        if self._fold_timer is not None:
            self._fold_timer.cancel()
            self._fold_timer = None
        if len(self._log):
            fold, loop = self._log.fold(), asyncio.get_running_loop()
            self._writer.put(FoldIn(fold, lambda error: _tell(loop, self._folded, fold, error)))

    def _folded(self, fold: Fold, error: StoreError | None) -> None:
        if error is not None and self._is_open:
            self._log.put_back(fold)
            self._fold_soon(FOLD_AGAIN_S)

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, []
        if turn:
            self._writer.put(Commits(turn))

    def _check_settled(self) -> None:
        if not self._writer.is_settled and self._writer.trouble is not None:
            raise self._writer.trouble

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreClosedError("The store is closed", "Start the hub again.")


def _tell(
    loop: asyncio.AbstractEventLoop,
    listener: Callable[[Fold, StoreError | None], None],
    fold: Fold,
    error: StoreError | None,
) -> None:
    with suppress(RuntimeError):  # a loop that is closed has nobody left to tell
        loop.call_soon_threadsafe(listener, fold, error)
