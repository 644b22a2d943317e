"""The home that a robot cleaner works in: its rooms, the dust that falls, what is mapped."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Room(NamedTuple):
    """One room.

    Attributes:
        place_m: How far its door is from the dock, along the corridor.
        dust_g_day: What falls on its floor in a day.
    """

    name: str
    area_m2: float
    place_m: float
    dust_g_day: float


ROOMS: Final = (
    Room("hall", 8.0, 1.0, 1.5),
    Room("living room", 26.0, 4.0, 3.0),
    Room("kitchen", 13.0, 6.0, 4.0),
    Room("bathroom", 6.0, 8.0, 1.0),
    Room("study", 11.0, 9.0, 1.0),
    Room("bedroom", 16.0, 11.0, 2.0),
)
"""The nearest first; a room's number in the product spec is its place here, plus 1."""

AREA_M2: Final = sum(room.area_m2 for room in ROOMS)


class Floor:
    """Dust and map, room by room.

    Attributes:
        dust_g: What lies in each room.
        fallen_g: What has ever lain there: dust goes nowhere but into the robot's bin.
    """

    def __init__(self, days: float, mapped: Sequence[int]) -> None:
        self.dust_g = [room.dust_g_day * days for room in ROOMS]
        self.fallen_g = sum(self.dust_g)
        self._mapped_m2 = [
            room.area_m2 if number in mapped else 0.0 for number, room in enumerate(ROOMS)
        ]

    @property
    def mapped_percent(self) -> float:
        """How much of the home the robot has seen."""
        return 100.0 * sum(self._mapped_m2) / AREA_M2

    def step(self, dt_s: float) -> None:
        """Let dust fall."""
        for number, room in enumerate(ROOMS):
            fell_g = room.dust_g_day * dt_s / 86_400.0
            self.dust_g[number] += fell_g
            self.fallen_g += fell_g

    def sweep(self, number: int, area_m2: float, share: float) -> float:
        """Sweep a part of a room and return the dust that was taken up, grams.

        Args:
            number: The room.
            area_m2: The part.
            share: What of the dust there is taken up.
        """
        room = ROOMS[number]
        taken_g = self.dust_g[number] * min(1.0, area_m2 / room.area_m2) * share
        self.dust_g[number] -= taken_g
        self._mapped_m2[number] = min(room.area_m2, self._mapped_m2[number] + area_m2)
        return taken_g
