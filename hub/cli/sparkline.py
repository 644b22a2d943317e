"""A signal as one line of blocks; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ecohub_client.shapes import HistoryGap, HistoryPoint, HistorySeries

BLOCKS: Final = "▁▂▃▄▅▆▇█"
UNKNOWN: Final = "·"


@dataclass(frozen=True, slots=True)
class Line:
    """A signal in columns, and what is said of it.

    Attributes:
        text: One character per column; a dot where nothing is known.
        low, mean, high: Of all that is shown, the mean by time; None when there are no numbers.
    """

    text: str
    low: float | None
    mean: float | None
    high: float | None


def draw(series: "HistorySeries", begin_s: float, end_s: float, width: int) -> Line:
    """Return a series between two times, Unix seconds, in so many columns."""
    columns = _columns(series, begin_s, end_s, width)
    shown = [value for value in columns if value is not None]
    if not shown:
        return Line(UNKNOWN * width, None, None, None)
    low = min([*shown, *_numbers(series["points"], "min")])
    high = max([*shown, *_numbers(series["points"], "max")])
    bottom, span = min(shown), max(shown) - min(shown)
    if series["format"] == "bool":
        bottom, span = 0.0, 1.0
    text = "".join(_block(value, bottom, span) for value in columns)
    return Line(text, low, fmean(shown), high)


def seconds(moment: str) -> float:
    """Return a time of the API in Unix seconds."""
    return datetime.fromisoformat(moment).timestamp()


def _columns(
    series: "HistorySeries", begin_s: float, end_s: float, width: int
) -> list[float | None]:
    """Return the mean of each column; where no point lies, what held then."""
    size_s = (end_s - begin_s) / width
    inside: list[list[float]] = [[] for _ in range(width)]
    times = [(seconds(point["at"]), _level(point)) for point in series["points"]]
    for time_s, level in times:
        place = min(width - 1, max(0, int((time_s - begin_s) / size_s)))
        if level is not None:
            inside[place].append(level)
    gaps = [(seconds(gap["from"]), seconds(gap["to"])) for gap in series["gaps"]]
    columns: list[float | None] = []
    for number, levels in enumerate(inside):
        middle_s = begin_s + (number + 0.5) * size_s
        columns.append(fmean(levels) if levels else _held(times, gaps, middle_s))
    return columns


def _held(
    times: Sequence[tuple[float, float | None]],
    gaps: Sequence[tuple[float, float]],
    moment_s: float,
) -> float | None:
    if any(start <= moment_s < end for start, end in gaps):
        return None
    return next((level for time_s, level in reversed(times) if time_s <= moment_s), None)


def _level(point: "HistoryPoint") -> float | None:
    value = point.get("mean", point["value"])
    return None if value is None or isinstance(value, str) else float(value)


def _numbers(points: "Sequence[HistoryPoint]", name: str) -> list[float]:
    rows: Sequence[Mapping[str, object]] = points
    found = (row.get(name) for row in rows)
    return [float(one) for one in found if isinstance(one, int | float)]


def _block(value: float | None, bottom: float, span: float) -> str:
    if value is None:
        return UNKNOWN
    part = (value - bottom) / span if span else 0.0
    return BLOCKS[min(len(BLOCKS) - 1, int(part * len(BLOCKS)))]


def gap_lines(gaps: "Sequence[HistoryGap]", most: int) -> list[str]:
    """Return the longest gaps as lines, in the order of time."""
    known = [gap for gap in gaps if gap["reason"] not in {"future"}]
    longest = sorted(known, key=lambda gap: seconds(gap["from"]) - seconds(gap["to"]))[:most]
    lines = []
    for gap in sorted(longest, key=lambda one: one["from"]):
        why = gap["reason"].replace("_", " ") + (f" ({gap['detail']})" if gap["detail"] else "")
        lines.append(f"not known {_clock(gap['from'])} to {_clock(gap['to'])}: {why}")
    if len(known) > most:
        lines.append(f"and {len(known) - most} shorter gaps")
    return lines


def _clock(moment: str) -> str:
    here = datetime.fromisoformat(moment).astimezone()
    return f"{here:%d %b %H:%M:%S}"
