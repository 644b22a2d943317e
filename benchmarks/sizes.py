"""How much is measured: as the design says, or less when it has to be quick."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of every measurement.

    Attributes:
        runs: How often each is repeated; the median is judged.
        devices: Devices of the live measurements.
        burst_each: Reports of each device in a burst.
        trickle, trickle_per_s: Reports one by one, and how many a second.
        commands: Commands one after the other.
        batch, at_once: Commands of a batch, and how many of them are under way at a time.
        restored: Devices of the restart.
        arriving: Simulated devices that come online at once.
        history_h: Hours of history that are recorded.
        company: Phones that listen at once.
        crowd: Phones that come back at once.
        moments: How often ten devices do a thing together.
    """

    runs: int = 3
    devices: int = 100
    burst_each: int = 200
    trickle: int = 1_000
    trickle_per_s: float = 100.0
    commands: int = 1_000
    batch: int = 10_000
    at_once: int = 50
    restored: int = 1_000
    arriving: int = 5_000
    history_h: int = 3
    company: int = 50
    crowd: int = 200
    moments: int = 20


WHOLE: Final = Sizes()
QUICK: Final = Sizes(
    runs=1, trickle=300, commands=300, batch=3_000, arriving=500, history_h=2, moments=10
)
