"""What is asked of the history, and what it answers."""

from dataclasses import dataclass

from hub.history.segments import Number
from protocol.ids import DeviceId
from protocol.messages import Scalar

POINTS_LIMIT = 5_000
"""Of one series in one answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """The values of some properties of a device in a span of time.

    Attributes:
        from_ms, to_ms: Unix milliseconds; `to_ms` is the later one.
        points: How many points a series of the answer may have; None for all there are.
    """

    device: DeviceId
    addresses: tuple[str, ...]
    from_ms: int
    to_ms: int
    points: int | None = 500


@dataclass(frozen=True, slots=True)
class Point:
    """A value, or the values of a stretch of time.

    Attributes:
        at_ms: When it was told, or where the stretch begins.
        value: The value, or the last one; None when it was not known any more at the end.
        low, mean, high: Of a stretch, the mean by time; None of texts and of single values.
        count: How many values were recorded in the stretch; None of single values.
    """

    at_ms: int
    value: Scalar
    low: Number | None = None
    mean: float | None = None
    high: Number | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which the value is not known.

    Attributes:
        reason: `unreachable`, `quarantined`, `retired`, `hub_down`, `not_recorded`, `null`,
            `future` or `unknown`.
        detail: More about it, such as why the device was unreachable.
    """

    from_ms: int
    to_ms: int
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """What is known of one property in the span that was asked for.

    Attributes:
        resolution_s: Length of the stretches that points stand for; 0 when they are single values.
        complete_from_ms: From when on the answer holds all that was recorded at this resolution;
            None when nothing ever was.
        gaps_left_out: Shorter gaps that there was no room for.
    """

    address: str
    resolution_s: float
    points: tuple[Point, ...]
    gaps: tuple[Gap, ...]
    complete_from_ms: int | None
    gaps_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    Attributes:
        now_ms: When it was given; nothing is known of what comes after.
    """

    question: Question
    now_ms: int
    series: tuple[Series, ...]
