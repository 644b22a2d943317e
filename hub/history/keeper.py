"""The history's thread: takes what was told, writes it in batches, seals it, answers questions."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from hub.clock import Clock
from hub.core.device import Device
from hub.core.events import Event
from hub.history.bodies import Batch, pack_batch, unpack_batch
from hub.history.catalogue import Catalogue
from hub.history.ledger import Kept, Ledger
from hub.history.policy import Policy
from hub.history.recorder import OPEN_LIMIT, Recorder
from hub.history.room import Days, Shares
from hub.history.segments import Points
from hub.history.tiers import HOUR_MS, SEALED
from hub.store import StoreError
from hub.store.failure import explain
from hub.store.journal import HEAD_BYTES, Journal
from hub.store.series import SeriesFile
from protocol.ids import DeviceId
from protocol.validator import CompiledProduct

TURN_S: Final = 1.0
"""How often what was told is taken in."""

MANY: Final = 2_000
"""Events that are taken in at once: what waits longer has left the processor's caches, and the
garbage collector goes through it once more."""

ALIVE_S: Final = 60.0
"""How exactly it is known when a hub was killed that nobody told anything."""

AGAIN_S: Final = 10.0
"""After a failure the disk is tried again no sooner."""

JOURNAL: Final = "series.journal"

_log = logging.getLogger(__name__)

Job = Callable[[Kept], None]
"""Work on the history; says itself how it went."""


class Keeper:
    """Owns the files of the history from `start` to `stop`.

    Args:
        folder: The data folder.
        shares: How many bytes each file may have.
        days: How long what is kept.
        policy: What is recorded at all.
        write_every_s: How often the journal is written.
        devices: The home's; read in the thread, never written.
        clock: The hub's.

    Attributes:
        pending: Events that were not taken in yet.
        failure: Why nothing can be written at present.
        size_bytes: Bytes of all files of the history.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of its own
        self,
        folder: Path,
        shares: Shares,
        days: Days,
        policy: Policy,
        *,
        write_every_s: float,
        devices: Mapping[DeviceId, Device],
        clock: Clock,
    ) -> None:
        self._folder, self._shares, self._days, self._policy = folder, shares, days, policy
        self._write_every_s, self._devices, self._clock = write_every_s, devices, clock
        self._journal = Journal(folder / JOURNAL)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._ledger: Ledger | None = None
        self._written_s = self._tried_s = -AGAIN_S
        self._is_stopping = False
        self.pending: list[Event] = []
        self.failure: StoreError | None = None
        self.size_bytes = 0

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def note(self, event: Event) -> None:
        """Have an event taken in within `TURN_S`; a listener of the bus."""
        self.pending.append(event)
        if len(self.pending) == MANY:
            self._jobs.put(_look)

    def put(self, job: Job) -> None:
        """Have work done in the thread; it may fail, and must not take long."""
        self._jobs.put(job)

    def stop(self, timeout_s: float) -> bool:
        """Write what was taken in, then end; False when that takes longer than allowed."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def is_open(self) -> bool:
        """Whether jobs are done, and do not only wait."""
        return self._ledger is not None

    def _run(self) -> None:
        self._turn()
        while not self._is_stopping:
            job: Job | None = None
            try:
                job = self._jobs.get(timeout=TURN_S)
                self._is_stopping = job is None
            except queue.Empty:
                pass
            self._turn()
            if job is not None and self._ledger is not None:
                job(self._ledger.kept)
        if self._ledger is not None:
            self._ledger.kept.file.close()
        self._journal.close()

    def _turn(self) -> None:
        now_s = self._clock.now_s()
        if self._ledger is None and now_s - self._tried_s >= AGAIN_S:
            self._tried_s = now_s
            self._guarded(self._open)
        events = self.pending[:]
        del self.pending[: len(events)]
        if self._ledger is None:
            return
        try:
            self._ledger.kept.recorder.take(events, self._clock.wall_s(0.0))
        except Exception:
            _log.exception("some of what devices told is not recorded")
        wait_s = self._write_every_s if self.failure is None else AGAIN_S
        is_urgent = self._is_stopping or self._ledger.kept.recorder.forgotten
        if is_urgent or now_s - self._tried_s >= wait_s:
            self._tried_s = now_s
            self._guarded(self._write)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do what needs the disk; whatever goes wrong is said, and tried again later."""
        try:
            work()
        except Exception as error:
            failure = explain(error)
            if self.failure is None or self.failure.what != failure.what:
                _log.error("no history is written: %s", failure, exc_info=error)
            self.failure = failure
        else:
            if self.failure is not None:
                _log.info("history is written again")
            self.failure = None

    def _open(self) -> None:
        file, notice = SeriesFile.open(self._folder, self._shares.file, self._wall_ms() / 1000)
        if notice:
            _log.warning("%s", notice)
        catalogue = Catalogue(file.series())
        recorder = Recorder(self._product_of, self._policy, catalogue)
        ledger = Ledger(Kept(file, catalogue, recorder), self._days, self._pause)
        entries = self._journal.open()
        if notice:
            self._journal.restart(pack_batch(Batch(self._wall_ms(), {})))
            entries = []
        self._replay(ledger, entries)
        self._ledger = ledger

    def _replay(self, ledger: Ledger, entries: list[bytes]) -> None:
        """Take up what was told since the last block; from its end on nothing is known."""
        recorder, sealed_ms = ledger.kept.recorder, ledger.kept.file.mark(SEALED)
        last_ms = sealed_ms
        for entry in entries:
            try:
                batch = unpack_batch(entry)
            except ValueError:
                _log.warning("an entry of %s makes no sense and is passed over", JOURNAL)
                continue
            known = {n: p for n, p in batch.points.items() if ledger.kept.catalogue.record(n)}
            points = {n: _since(p, sealed_ms) for n, p in known.items()}
            last_ms = max(last_ms, batch.until_ms)
            recorder.restore(Batch(last_ms, {n: p for n, p in points.items() if p.times}))
        if last_ms:
            recorder.stop("hub_down", last_ms)

    def _write(self) -> None:
        ledger, now_s, now_ms = self._ledger, self._clock.now_s(), self._wall_ms()
        if ledger is None:
            return
        ledger.settle()
        recorder = ledger.kept.recorder
        batch = recorder.fresh(now_ms)
        entry = pack_batch(batch)
        if self._journal.size + len(entry) + HEAD_BYTES > self._shares.journal:
            self._seal(ledger, now_ms, now_ms)
        elif batch.points or now_s - self._written_s >= ALIVE_S or self._is_stopping:
            self._journal.append(entry)
            recorder.journaled()
            self._written_s = now_s
        is_much = recorder.count > OPEN_LIMIT * 3 // 4
        self._seal(ledger, now_ms, now_ms if is_much else now_ms // HOUR_MS * HOUR_MS)
        ledger.upkeep(now_ms)
        self.size_bytes = self._journal.size + ledger.kept.file.size_bytes

    def _seal(self, ledger: Ledger, now_ms: int, until_ms: int) -> None:
        recorder = ledger.kept.recorder
        oldest_ms = recorder.oldest_ms
        if oldest_ms is None or oldest_ms >= until_ms:
            return
        ledger.seal(until_ms)
        recorder.unjournaled()
        self._journal.restart(pack_batch(recorder.fresh(now_ms)))
        recorder.journaled()

    def _product_of(self, device: DeviceId) -> CompiledProduct | None:
        known = self._devices.get(device)
        return known.product if known is not None else None

    def _wall_ms(self) -> int:
        return int(self._clock.wall_s(self._clock.now_s()) * 1000)

    def _pause(self) -> None:
        """Let the loop have the processor for a moment in the midst of long work."""
        time.sleep(0.001)


def _look(_kept: Kept) -> None:
    """Do nothing but wake the thread."""


def _since(points: Points, from_ms: int) -> Points:
    pairs = [(t, v) for t, v in zip(points.times, points.values, strict=True) if t >= from_ms]
    return Points([t for t, _ in pairs], [v for _, v in pairs])
