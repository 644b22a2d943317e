"""What devices told over time: recorded within a byte budget, and asked for with its gaps."""

from hub.history.answer import Answer, Gap, Point, Question, Series
from hub.history.errors import (
    AddressUnknownError,
    HistoryError,
    HistoryOffError,
    HistorySlowError,
    NotRecordedError,
)
from hub.history.history import History

__all__ = [
    "AddressUnknownError",
    "Answer",
    "Gap",
    "History",
    "HistoryError",
    "HistoryOffError",
    "HistorySlowError",
    "NotRecordedError",
    "Point",
    "Question",
    "Series",
]
