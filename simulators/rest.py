"""When a device dials again: after a back-off that grows, or when it wants to be back."""

import math
from random import Random

from simulators.tempo import Tempo


def back_off_s(bounds_s: tuple[float, float], rng: Random, tries: int) -> float:
    """Return the wait before the next CONNECT: drawn evenly from a span that doubles."""
    least, most = bounds_s
    return rng.uniform(least, min(most, 2.0 * least * 2.0 ** min(tries, 16)))


class Rest:
    """The pause of a device between two connections.

    Attributes:
        until_s: When it dials.
    """

    __slots__ = ("_began_s", "_is_away", "_rng", "_tries", "_up_s", "until_s")

    def __init__(self, rng: Random) -> None:
        self.until_s = 0.0
        self._rng = rng
        self._tries = 0
        self._up_s = math.inf
        self._began_s = -math.inf
        self._is_away = False

    def up(self, now_s: float) -> None:
        """Take in that the link is up."""
        self._up_s = now_s

    def begin(self, now_s: float, tempo: Tempo, back_s: float | None) -> None:
        """Begin to rest.

        Args:
            now_s: The time.
            tempo: How long it backs off.
            back_s: When a device wants to be back that went away on purpose; None for another.
        """
        self._is_away = back_s is not None
        if now_s - self._up_s >= tempo.steady_s or self._is_away:
            self._tries = 0
        self._up_s = math.inf
        self._began_s = now_s
        self.until_s = now_s + back_off_s(tempo.back_off_s, self._rng, self._tries)
        self._tries += 1
        self.want(tempo, back_s)

    def want(self, tempo: Tempo, back_s: float | None) -> None:
        """Take in when a device that went away on purpose wants to be back by now."""
        if self._is_away and back_s is not None:
            least_s, _ = tempo.back_off_s
            self.until_s = max(self._began_s + least_s, back_s)
