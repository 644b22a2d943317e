"""What the hub remembers of one automation while it is at work."""

from collections import deque
from collections.abc import Iterator
from typing import Final

from hub.core.automations.errors import Flaw
from hub.core.automations.progress import Hold, Progress, Truth
from hub.core.automations.records import Automation
from hub.core.automations.runs import Run

KEPT_RUNS: Final = 20
"""Traces of one automation."""

MOST_QUEUED: Final = 10
"""Runs that wait for one that waits; further triggers are counted and do nothing."""

MOST_A_MINUTE: Final = 60
"""An automation that begins more often is switched off."""

MINUTE_S: Final = 60.0


class Duty:
    """One automation at work.

    Attributes:
        stop: Why the hub has switched it off.
        flaw: What of it cannot be done, when that was last looked at.
        run: The run that waits.
        queue: Runs that begin when that has ended.
        holds: Triggers that have become true and have to stay so, by place.
        truths: Whether triggers were true when they were last looked at, by place.
        nexts: When the time of triggers comes next, Unix seconds, by place.
        starts: When runs began within the last minute.
        runs: The last traces by id, oldest first.
        told: How it was when phones were told of it last.
    """

    __slots__ = (
        "automation",
        "flaw",
        "holds",
        "nexts",
        "queue",
        "run",
        "runs",
        "starts",
        "stop",
        "told",
        "truths",
    )

    def __init__(self, automation: Automation) -> None:
        self.automation = automation
        self.stop: Flaw | None = None
        self.flaw: Flaw | None = None
        self.run: Run | None = None
        self.queue: deque[Run] = deque()
        self.holds: dict[int, Hold] = {}
        self.truths: dict[int, Truth] = {}
        self.nexts: dict[int, float] = {}
        self.starts: deque[float] = deque()
        self.runs: dict[str, Run] = {}
        self.told: object = None

    @property
    def last(self) -> Run | None:
        """The last run whose conditions held, or that was stopped."""
        return next((r for r in reversed(self.runs.values()) if r.end != "conditions"), None)

    @property
    def progress(self) -> Progress:
        """How far it has come, as it is kept."""
        return Progress(
            self.automation.id,
            self.stop,
            self.run,
            tuple(self.queue),
            tuple(self.holds.values()),
            tuple(self.truths.values()),
            tuple(self.nexts.items()),
        )

    def resume(self, progress: Progress) -> None:
        """Go on from where an earlier run of the hub stopped.

        What is about triggers that are not there is left out: it is from before they were changed.
        """
        self.stop, self.run = progress.stop, progress.run
        self.queue.extend(progress.queue)
        end = len(self.automation.triggers)
        self.holds.update((hold.place, hold) for hold in progress.holds if hold.place < end)
        self.truths.update((truth.place, truth) for truth in progress.truths if truth.place < end)
        self.nexts.update((place, at_s) for place, at_s in progress.nexts if place < end)
        for run in self.active():
            self.runs[run.id] = run

    def active(self) -> Iterator[Run]:
        """Yield the runs that have not ended."""
        if self.run is not None:
            yield self.run
        yield from self.queue

    def is_too_often(self, now_s: float) -> bool:
        """Take in that a run is to begin, and say whether that is once too often."""
        while self.starts and now_s - self.starts[0] >= MINUTE_S:
            self.starts.popleft()
        self.starts.append(now_s)
        return len(self.starts) > MOST_A_MINUTE

    def note(self, run: Run) -> list[str]:
        """Keep the trace of a run, and return the ids of those that make room.

        Of runs whose conditions did not hold only the last stays: they come often, and say the
        same.
        """
        before = next(reversed(self.runs.values()), None)
        is_same = before is not None and before.end == run.end == "conditions"
        gone = [before.id] if before is not None and is_same and before.id != run.id else []
        self.runs[run.id] = run
        gone += [one for one in self.runs if one not in gone][:-KEPT_RUNS]
        for one in gone:
            del self.runs[one]
        return gone
