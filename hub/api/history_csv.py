"""History as rows of comma-separated values, for spreadsheets and scripts."""

import csv
import io
from typing import Final

from hub.api.history_views import moment
from hub.history import Series
from protocol.messages import Scalar

MEDIA: Final = "text/csv"
HEADER: Final = b"time,device,address,value,min,mean,max,count,gap_until,gap_reason\r\n"

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula (OWASP, CSV injection)."""


def rows(device: str, series: Series) -> bytes:
    """Return a row for each point and each gap of a series, in the order of time."""
    lines: list[tuple[int, list[Scalar]]] = []
    for point in series.points:
        told = [point.value, point.low, point.mean, point.high, point.count]
        start = [moment(point.at_ms), device, series.address]
        lines.append((point.at_ms, [*start, *told, None, None]))
    for gap in series.gaps:
        reason = f"{gap.reason} {gap.detail}".rstrip()
        start = [moment(gap.from_ms), device, series.address]
        lines.append((gap.from_ms, [*start, *[None] * 5, moment(gap.to_ms), reason]))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for _, line in sorted(lines, key=lambda one: one[0]):
        writer.writerow([_cell(value) for value in line])
    return text.getvalue().encode()


def _cell(value: Scalar) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(value)
