"""How long a device waits where ECO/1 lets it wait long; a test can make all of that shorter."""

import math
from dataclasses import dataclass
from typing import Final, Self

BRIEF_S: Final = 2.0
"""Waits of at most so long are reactions, which no scale shortens."""

LEAST_WINDOW_S: Final = 1.0
"""A shorter window of the rate could not be measured from the other end of a connection."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """A device's long waits, seconds.

    Attributes:
        keepalive_s: Keep-alive of CONNECT, at least 1 (ECO-MQTT-007).
        connect_s: How long a connection may take up to SUBACK.
        back_off_s: Shortest wait before a CONNECT (ECO-MQTT-008), and the bound of the longest.
        steady_s: A link that held this long was a good one: the back-off starts anew.
        full_every_s: Longest time between two full states (ECO-STATE-006).
        rate_window_s: In it may go what the declared rate allows in the 10 s of ECO-RATE-001;
            at least 1 s.
        rate_share: What part of the declared rate it takes.
        boot_s: How long a device takes to boot after its power has failed.
        scale: What long waits that the hardware names, such as a sleep, are multiplied by.
    """

    keepalive_s: int = 30
    connect_s: float = 10.0
    back_off_s: tuple[float, float] = (1.0, 60.0)
    steady_s: float = 10.0
    full_every_s: float = 600.0
    rate_window_s: float = 10.0
    rate_share: float = 1.0
    boot_s: float = 3.0
    scale: float = 1.0

    @classmethod
    def of(cls, scale: float) -> Self:
        """Return the waits of a real device, each multiplied by `scale`, 0.01 to 1."""
        real = cls()
        least_s, most_s = real.back_off_s
        return cls(
            keepalive_s=max(1, math.ceil(real.keepalive_s * scale)),
            connect_s=_long(real.connect_s, scale),
            back_off_s=(least_s * scale, most_s * scale),
            steady_s=real.steady_s * scale,
            full_every_s=real.full_every_s * scale,
            rate_window_s=max(LEAST_WINDOW_S, real.rate_window_s * scale),
            boot_s=real.boot_s * scale,
            scale=scale,
        )

    @property
    def misc_every_s(self) -> float:
        """How often a connection has to be looked after for its pings to be in time."""
        return self.keepalive_s / 4.0

    def away_s(self, seconds: float) -> float:
        """Return how long a device is away that says `seconds`: a sleep, a reboot."""
        return seconds * self.scale

    def awake_s(self, seconds: float) -> float:
        """Return how long a sleeper stays awake that says `seconds` (ECO-SLEEP-006)."""
        return _long(seconds, self.scale)


def _long(seconds: float, scale: float) -> float:
    """Scale what is longer than a reaction, down to one at most."""
    return max(min(seconds, BRIEF_S), seconds * scale)
