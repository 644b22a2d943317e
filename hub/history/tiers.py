"""The tiers in which history is kept: single values for days, stretches for weeks and years."""

from enum import IntEnum
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


class Tier(IntEnum):
    """How fine the bodies of a block are; the number stands in the file."""

    RAW = 0
    FIVE_MINUTES = 1
    HOUR = 2

    @property
    def slot_ms(self) -> int:
        """Length of the stretches; 0 for single values."""
        return _SLOTS[self]


_SLOTS: Final = {Tier.RAW: 0, Tier.FIVE_MINUTES: 5 * MINUTE_MS, Tier.HOUR: HOUR_MS}

SEALED: Final = "sealed_ms"
"""Mark: all points before it are in blocks."""

ROLLED: Final = "rolled_ms"
"""Mark: all days before it are in the tier of hours."""

POINTS: Final = "points"
"""Mark: how many points were ever sealed."""
