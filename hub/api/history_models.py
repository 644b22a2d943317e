"""What the API gives out of the history; see `models`."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Shown, Timestamp


class HistoryPoint(TypedDict):
    """A value, or the values of a stretch of time that begins then."""

    at: Timestamp
    value: Annotated[
        Shown, Field(description="Of a stretch the last one; null when it ended before that.")
    ]
    min: NotRequired[float]
    mean: NotRequired[
        Annotated[float, Field(description="By time; of a switch the share in which it was on.")]
    ]
    max: NotRequired[float]
    count: NotRequired[Annotated[int, Field(description="Values recorded in the stretch.")]]


# `from` is a word of Python, as `class` is.
HistoryGap = TypedDict(
    "HistoryGap",
    {
        "from": Timestamp,
        "to": Timestamp,
        "reason": Annotated[
            str,
            Field(
                description="unreachable, quarantined, retired, hub_down, not_recorded, null,"
                " future or unknown"
            ),
        ],
        "detail": str,
    },
)


class HistorySeries(TypedDict):
    """What is known of one property."""

    address: str
    format: str | None
    unit: str | None
    resolution_s: Annotated[
        float, Field(description="Length of the stretches of its points; 0: single values.")
    ]
    complete_from: Annotated[
        Timestamp | None, Field(description="Nothing older is kept; null when nothing ever was.")
    ]
    points: list[HistoryPoint]
    gaps: list[HistoryGap]
    gaps_left_out: Annotated[int, Field(description="Shorter ones for which there was no room.")]


HistoryAnswer = TypedDict(
    "HistoryAnswer",
    {
        "device": str,
        "from": Timestamp,
        "to": Timestamp,
        "now": Timestamp,
        "series": list[HistorySeries],
    },
)
