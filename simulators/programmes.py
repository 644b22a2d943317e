"""What a television has to show: programmes of its channels by the clock, and what apps play."""

from collections.abc import Mapping
from typing import Final

SLOT_S: Final = 1_800.0
"""How long each one is; a channel changes on the half hour."""

PHOTOS: Final = 3

TITLES: Final[Mapping[int, tuple[str, ...]]] = {
    0: (
        "News at the hour",
        "Cooking for two",
        "Rivers of the north",
        "The harbour inspector",
        "Quiz night",
        "Second division football",
        "How bridges are built",
        "Weather and traffic",
        "Late concert",
        "Gardens without water",
        "The long winter",
    ),
    1: ("Two on an island", "The clockmaker", "Season of storms", "Night train"),
    2: ("Piano by night", "Songs from the kitchen", "Drums and rain", "Morning radio"),
    PHOTOS: ("Last summer", "The mountains"),
    4: ("Lost in the maze", "Chess against the moon"),
    5: ("The web",),
}
"""Titles by value of `television.app`; 0, no app, is the tuner."""


def title_of(app: int, played_s: float, offset: int) -> str:
    """Return what is on after so many seconds; `offset` tells channels and tastes apart."""
    titles = TITLES[app]
    return titles[(offset + 5 * int(played_s // SLOT_S)) % len(titles)]
