"""Carries out outcomes in their order: what must be durable is, before anybody is told."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from hub.core.arrangement.records import SaveArranged
from hub.core.automations.progress import SaveProgress, SaveRun
from hub.core.outcome import Outcome
from hub.core.records import Save, SaveCommand, SaveDevice
from hub.store import StoreError, Write

log = logging.getLogger(__name__)

BACKLOG: Final = 20_000
"""Outcomes that may wait for the store; beyond it, what promised nothing goes on undurable."""

RETRIED: Final = 1_000
"""Writes kept for another try after the store has failed."""


class Committer(Protocol):
    """The part of the store that the pipeline needs."""

    def keep_now(self, saves: Sequence[Write]) -> bool:
        """Keep all of `saves` before returning; False when something in it needs `commit`."""

    async def commit(self, saves: Sequence[Write]) -> None:
        """Keep all of `saves` in one transaction; durable when it returns."""


@dataclass(slots=True)
class _Entry:
    outcome: Outcome
    extra: Sequence[Write] = ()
    promise: asyncio.Future[None] | None = None
    then: Callable[[bool], Outcome] | None = None


class Pipeline:
    """Releases outcomes one after the other, each once its saves are in the store.

    What is told keeps the order in which it came about. An outcome without saves is released at
    once if none waits; those that save nothing but live commands are kept and released together at
    the end of the loop's turn, without another thread; all others wait for a transaction that they
    share.

    Args:
        store: Where saves go.
        release: Sends and publishes an outcome; called in the loop, must not raise.
    """

    def __init__(self, store: Committer, release: Callable[[Outcome], None]) -> None:
        self._store, self._release = store, release
        self._turn: list[Outcome] = []
        self._entries: deque[_Entry] = deque()
        self._unsaved: dict[object, Save] = {}
        self._wake = asyncio.Event()
        self.failure: StoreError | None = None

    def push(self, outcome: Outcome) -> None:
        """Have an outcome carried out; nobody waits for it."""
        if self._entries:
            self._queue(outcome)
        elif outcome.saves or self._turn:
            if not self._turn:
                asyncio.get_running_loop().call_soon(self._end_turn)
            self._turn.append(outcome)
        else:
            self._release(outcome)

    async def carry_out(
        self,
        outcome: Outcome,
        extra: Sequence[Write] = (),
        then: Callable[[bool], Outcome] | None = None,
    ) -> None:
        """Have an outcome carried out and wait until it is durable and released.

        Args:
            outcome: What the core decided.
            extra: Further writes of the same transaction.
            then: Called with whether it is durable, even when the caller has gone away meanwhile;
                what it returns is carried out next.

        Raises:
            StoreError: It is not durable and was not released.
        """
        promise = self.hand_over(outcome, extra, then)
        if promise is not None:
            await promise

    def hand_over(
        self,
        outcome: Outcome,
        extra: Sequence[Write] = (),
        then: Callable[[bool], Outcome] | None = None,
    ) -> asyncio.Future[None] | None:
        """Do as `carry_out` does, but leave the waiting to the caller.

        Returns:
            What is done when the outcome is durable and released, or else raises `StoreError`; None
            if nobody has to wait for that.
        """
        self._end_turn()
        if not self._entries and not extra and self._is_kept_now(outcome.saves):
            self._release(outcome)
            if then:
                self.push(then(True))
            return None
        promise: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._entries.append(_Entry(outcome, extra, promise, then))
        self._wake.set()
        return promise

    async def settled(self) -> None:
        """Wait until all that was handed over before is carried out, and durable if it can be."""
        self._end_turn()
        if self._entries:
            with suppress(StoreError):
                await self.carry_out(Outcome())

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.drain()

    async def drain(self) -> None:
        """Carry out all that waits."""
        self._end_turn()
        while self._entries:
            await self._commit(len(self._entries))

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, []
        if not turn:
            return
        if not self._entries and self._is_kept_now([s for one in turn for s in one.saves]):
            for outcome in turn:
                self._release(outcome)
            return
        for outcome in turn:
            self._queue(outcome)

    def _is_kept_now(self, saves: Sequence[Save]) -> bool:
        if self.failure is not None:
            return False  # what could not be kept before goes first
        try:
            return self._store.keep_now(saves)
        except StoreError as error:
            self._note_failure(error)
            return False

    def _queue(self, outcome: Outcome) -> None:
        if len(self._entries) >= BACKLOG:
            self._keep_for_later(outcome.saves)
            self._release(outcome)
        else:
            self._entries.append(_Entry(outcome))
            self._wake.set()

    async def _commit(self, size: int) -> None:
        batch = [self._entries[place] for place in range(size)]
        writes: list[Write] = list(self._unsaved.values())
        for entry in batch:
            writes.extend(entry.outcome.saves)
            writes.extend(entry.extra)
        try:
            await self._store.commit(writes)
        except StoreError as error:
            if size > 1:  # so that a record that cannot be kept breaks no promise but its own
                for _ in batch:
                    await self._commit(1)
                return
            self._note_failure(error)
            self._settle(batch, error)
            return
        self.failure = None
        self._unsaved.clear()
        self._settle(batch, None)

    def _settle(self, batch: Sequence[_Entry], error: StoreError | None) -> None:
        follow_ups: list[Outcome] = []
        for entry in batch:
            self._entries.popleft()
            if entry.then:
                follow_ups.append(entry.then(error is None))
            if error is None or entry.promise is None:
                self._release(entry.outcome)
            if error is not None and entry.promise is None:
                self._keep_for_later(entry.outcome.saves)
            if entry.promise is None or entry.promise.done():
                continue
            if error is None:
                entry.promise.set_result(None)
            else:
                entry.promise.set_exception(error)
        for outcome in follow_ups:
            self.push(outcome)

    def _note_failure(self, error: StoreError) -> None:
        if self.failure is None or type(self.failure) is not type(error):
            log.error("%s", error)
        self.failure = error

    def _keep_for_later(self, saves: Sequence[Save]) -> None:
        for save in saves:
            match save:
                case SaveDevice(record) | SaveCommand(record):
                    self._unsaved[(type(save), record.id)] = save
                case SaveRun(record):
                    self._unsaved[(type(save), record.id)] = save
                case SaveProgress(record):
                    self._unsaved[(type(save), record.automation)] = save
                case SaveArranged(record):
                    self._unsaved[(type(save), record.kind, record.id)] = save
                case _:
                    self._unsaved[save] = save
        while len(self._unsaved) > RETRIED:
            del self._unsaved[next(iter(self._unsaved))]
