"""How much a device may say: a dictionary look-up, an addition and two compares a message.

Time goes in windows of a second. What a window allows is what the one before left over and what has
come in since, as in a token bucket that is filled once a second. What is beyond that is dropped
before anybody reads it, and counted.
"""

import math
from typing import Final

FLOOD_FACTOR: Final = 10
"""So many times its declared rate is a device read (ECO-RATE-003)."""

FLOOD_S: Final = 5.0
"""A device that is above that for so long is not read at all for a while (ECO-RATE-002)."""

DEAF_S: Final = 60.0
"""How long a flooding device is not read before it gets another chance."""

WINDOW_S: Final = 1.0
SPARSE_S: Final = 2.0
"""A window that ended late counts for so much of `FLOOD_S` at most: one burst is no flood."""

BURST_S: Final = 5.0
LEAST_BURST: Final = 100
"""An interview of the longest product spec, and all a device may say when it comes back."""

LEAST_RATE: Final = 1.0
"""Messages that no declared rate counts, such as announces, acks and parts of a product spec."""

DEFAULT_RATE: Final = 5.0
"""Of a device whose product spec is not known; the default of `rate_per_s`."""

ANSWERS: Final = 4
"""What a command may call forth beyond the rate: two acks, two states."""


class Rate:
    """What a device may still say in the running window.

    Attributes:
        count: Messages since the window began.
        limit: How many of these are read.
        ends_s: When the window has to be turned.
        untold: Messages dropped in earlier windows that nobody was told of yet.
        is_flood: Whether it went too far just now; whoever tells of it takes it back.
        deaf_until_s: Until then it is not read at all.
    """

    __slots__ = (
        "_began_s",
        "_dropped",
        "_granted",
        "_hot_s",
        "_over",
        "count",
        "deaf_until_s",
        "ends_s",
        "is_flood",
        "limit",
        "untold",
    )

    def __init__(self) -> None:
        self.count = 0
        self.limit = LEAST_BURST
        self.ends_s = self._began_s = -math.inf
        self.untold = self._dropped = self._granted = self._over = 0
        self._hot_s = 0.0
        self.is_flood = False
        self.deaf_until_s = -math.inf

    @property
    def dropped(self) -> int:
        """Messages that were not read, in all."""
        return self._dropped + max(0, self.count - self.limit)

    def grant(self) -> None:
        """Allow the answers to a command that goes out now, whatever came before them."""
        self._book()
        self.limit += ANSWERS
        self._granted += ANSWERS

    def shut(self) -> None:
        """Read nothing any more."""
        self.count, self.limit, self.ends_s = 0, 0, math.inf

    def turn(self, now_s: float, declared: float) -> None:
        """Begin the next window.

        Args:
            now_s: The core's clock.
            declared: `rate_per_s` of the device's product.
        """
        per_s = FLOOD_FACTOR * max(declared, LEAST_RATE)
        passed_s = now_s - self._began_s
        was_read = self._began_s >= self.deaf_until_s
        self._book()
        is_hot = was_read and self.count + self._over - self._granted > per_s * passed_s
        left = self.limit - self.count
        self.limit = int(min(max(LEAST_BURST, BURST_S * per_s), left + per_s * passed_s))
        self.count = self._granted = self._over = 0
        self._began_s, self.ends_s = now_s, now_s + WINDOW_S
        self._hot_s = self._hot_s + min(passed_s, SPARSE_S) if is_hot else 0.0
        if self._hot_s >= FLOOD_S:
            self._hot_s, self.is_flood = 0.0, True
            self.limit, self.deaf_until_s = 0, now_s + DEAF_S
            self.ends_s = self.deaf_until_s

    def _book(self) -> None:
        """Count what came beyond the limit as dropped."""
        over = self.count - self.limit
        if over > 0:
            self.count = self.limit
            self._over += over
            self._dropped += over
            self.untold += over


class Allowance:
    """Lets so much of something through on average, and some at once.

    Args:
        burst: What is let through at once at most, after a long rest.
        per_s: What comes in again each second.
    """

    __slots__ = ("_burst", "_left", "_per_s", "_seen_s")

    def __init__(self, burst: float, per_s: float) -> None:
        self._burst, self._per_s = burst, per_s
        self._left, self._seen_s = burst, -math.inf

    def has(self, amount: float, now_s: float) -> bool:
        """Say whether so much is left."""
        gained = (now_s - self._seen_s) * self._per_s
        self._left, self._seen_s = min(self._burst, self._left + gained), now_s
        return amount <= self._left

    def take(self, amount: float) -> None:
        """Take so much of what is left."""
        self._left -= amount
