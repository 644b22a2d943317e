"""How far an automation has come, as it outlives a restart."""

from dataclasses import dataclass

from hub.core.automations.errors import Flaw
from hub.core.automations.runs import Fired, Run


@dataclass(frozen=True, slots=True)
class Hold:
    """A trigger that has become true and has to stay so.

    Attributes:
        place: Of the trigger.
        due_s: When it has stayed so long enough; the core's clock.
    """

    place: int
    due_s: float
    fired: Fired


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether a trigger was true when it was last looked at; `at_s` is the core's clock."""

    place: int
    is_true: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an automation has come.

    Attributes:
        automation: Its id.
        stop: Why the hub has switched it off.
        run: The run that waits.
        queue: Those that begin when it has ended.
        nexts: Place of a trigger, and when its time comes next, Unix seconds.
    """

    automation: str
    stop: Flaw | None = None
    run: Run | None = None
    queue: tuple[Run, ...] = ()
    holds: tuple[Hold, ...] = ()
    truths: tuple[Truth, ...] = ()
    nexts: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SaveProgress:
    """Keep how far an automation has come."""

    record: Progress


@dataclass(frozen=True, slots=True)
class SaveRun:
    """Keep the trace of a run."""

    record: Run


@dataclass(frozen=True, slots=True)
class DropRun:
    """Forget the trace of a run."""

    id: str


@dataclass(frozen=True, slots=True)
class DropProgress:
    """Forget how far an automation had come that is gone, with the traces of its runs."""

    automation: str


AutomationSave = SaveProgress | SaveRun | DropRun | DropProgress
