"""Shows answers of the history as the API does."""

from datetime import UTC, datetime

from hub.api.history_models import HistoryAnswer, HistoryGap, HistoryPoint, HistorySeries
from hub.history import Answer, Gap, Point, Series
from protocol.ids import Address
from protocol.product import Property
from protocol.validator import CompiledProduct


def history_answer(answer: Answer, product: CompiledProduct | None) -> HistoryAnswer:
    """Show an answer; formats and units as the device declares them now."""
    question = answer.question
    declared = product.properties if product else {}
    return {
        "device": question.device,
        "from": moment(question.from_ms),
        "to": moment(question.to_ms),
        "now": moment(answer.now_ms),
        "series": [_series(one, declared.get(Address(one.address))) for one in answer.series],
    }


def moment(unix_ms: int) -> str:
    """Return a time as ISO 8601 in UTC with milliseconds."""
    whole, rest = divmod(unix_ms, 1000)
    return f"{datetime.fromtimestamp(whole, UTC).isoformat()[:19]}.{rest:03d}Z"


def _series(series: Series, declared: Property | None) -> HistorySeries:
    since_ms = series.complete_from_ms
    return {
        "address": series.address,
        "format": declared.format if declared else None,
        "unit": declared.unit if declared else None,
        "resolution_s": series.resolution_s,
        "complete_from": None if since_ms is None else moment(since_ms),
        "points": [_point(point, declared) for point in series.points],
        "gaps": [_gap(gap) for gap in series.gaps],
        "gaps_left_out": series.gaps_left_out,
    }


def _point(point: Point, declared: Property | None) -> HistoryPoint:
    shown = HistoryPoint(at=moment(point.at_ms), value=point.value)
    if point.count is None:
        return shown
    shown["count"] = point.count
    is_code = declared is not None and declared.enum is not None
    if is_code or point.mean is None or point.low is None or point.high is None:
        return shown  # the mean of two modes is none
    shown["mean"] = point.mean
    if not isinstance(point.low, bool):
        shown["min"], shown["max"] = point.low, point.high
    return shown


def _gap(gap: Gap) -> HistoryGap:
    return {
        "from": moment(gap.from_ms),
        "to": moment(gap.to_ms),
        "reason": gap.reason,
        "detail": gap.detail,
    }
