"""Rehearses automations on the home's history: what would it have done, and what nobody knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.core.automations.mentions import Mention, reads
from hub.core.automations.records import Automation, EventTrigger
from hub.core.automations.rehearsal import Past, Rehearsed, Scenery, rehearse
from hub.history import History, HistoryError, NotRecordedError, Question, Series
from protocol.ids import Address, DeviceId

UNREACHABLE: Final = "unreachable"

BEFORE_S: Final = 86_400.0
"""So far back is looked for how all was at the beginning."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that history does not tell.

    Attributes:
        path: Of the trigger or condition.
        code: `event`, `gap`, `coarse`, or that of an error of the history.
        span_s: Of a gap how much is lacking, of what is coarse how far apart values are; seconds.
    """

    path: str
    code: str
    detail: str
    span_s: float | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What an automation would have done, and what of that nobody can know."""

    rehearsed: Rehearsed
    unknown: tuple[Unknown, ...]


async def try_on_history(
    automation: Automation, scenery: Scenery, history: History, from_s: float, until_s: float
) -> Tried:
    """Return what an automation would have done between two times, Unix seconds."""
    unknown: list[Unknown] = []
    past: list[Past] = []
    asked: set[tuple[DeviceId, Address | None]] = set()
    for mention in reads(automation):
        if (mention.device, mention.address) in asked:
            continue
        asked.add((mention.device, mention.address))
        if _is_event(automation, mention):
            detail = "events are not recorded, so nobody knows when it was set off by this one"
            unknown.append(Unknown(mention.path, "event", detail))
            continue
        try:
            series = await _series(mention, history, from_s, until_s)
        except HistoryError as error:
            unknown.append(Unknown(mention.path, error.code, str(error)))
            continue
        unknown += _lacking(mention, series, from_s, until_s)
        past += _presences(series, mention.device)
        if mention.address is not None:
            past += _values(series, mention.device, mention.address)
    told = sorted(dict.fromkeys(past), key=lambda one: one.at_s)
    return Tried(rehearse(automation, scenery, told, from_s, until_s), tuple(unknown))


def _is_event(automation: Automation, mention: Mention) -> bool:
    _, _, place = mention.path.partition("triggers.")
    return bool(place) and isinstance(automation.triggers[int(place)], EventTrigger)


async def _series(mention: Mention, history: History, from_s: float, until_s: float) -> Series:
    """Return what is recorded of a property, or of any other that tells of the same presence."""
    address: str | None = mention.address
    if address is None:
        recorded = await history.recorded(mention.device, with_private=False)
        if not recorded:
            remedy = "docs/history.md says what is recorded"
            raise NotRecordedError(f"nothing of {mention.device} is recorded", remedy)
        address = recorded[0]
    begin_ms, end_ms = round((from_s - BEFORE_S) * 1000), round(until_s * 1000)
    answer = await history.ask(Question(mention.device, (address,), begin_ms, end_ms, None))
    return answer.series[0]


def _values(series: Series, device: DeviceId, address: Address) -> Iterator[Past]:
    for point in series.points:
        if point.value is not None:
            yield Past(point.at_ms / 1000, device, address, point.value)


def _presences(series: Series, device: DeviceId) -> Iterator[Past]:
    for gap in series.gaps:
        if gap.reason == UNREACHABLE:
            yield Past(gap.from_ms / 1000, device, None, UNREACHABLE)
            yield Past(gap.to_ms / 1000, device, None, "online")


def _lacking(mention: Mention, series: Series, from_s: float, until_s: float) -> Iterator[Unknown]:
    """Say for how long a value is not known, other than that its device was out of reach."""
    lacking_s = sum(
        max(0.0, min(gap.to_ms / 1000, until_s) - max(gap.from_ms / 1000, from_s))
        for gap in series.gaps
        if gap.reason != UNREACHABLE
    )
    if lacking_s >= 1.0:
        detail = f"for {_told(lacking_s)} of {_told(until_s - from_s)} nothing is recorded"
        yield Unknown(mention.path, "gap", detail, lacking_s)
    if series.resolution_s:
        detail = f"only one value in {_told(series.resolution_s)} is kept of that time"
        yield Unknown(mention.path, "coarse", detail, series.resolution_s)


def _told(span_s: float) -> str:
    """Tell a span in its two largest units: "23 h 52 min"."""
    left, counts = round(span_s), []
    for size_s, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size_s)
        counts.append((count, unit))
    first = next(place for place, (count, _) in enumerate(counts) if count)
    return " ".join(f"{count} {unit}" for count, unit in counts[first : first + 2] if count)
