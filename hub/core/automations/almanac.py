"""When a time of day comes, and where the sun is: pure reckoning in the home's time zone.

A time of day that is left out when clocks go forward comes when they do; one that comes twice when
they go back comes the first time.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple, Protocol

from hub.core.automations.records import SunEvent, SunTrigger, TimeTrigger
from hub.core.people.access import Moment

DAYS_AHEAD: Final = 8
POLAR_DAYS: Final = 200
"""So far ahead is looked for a sunrise: beyond the polar circles there is none for half a year."""


class Now(NamedTuple):
    """A time, on both clocks.

    Attributes:
        s: The core's clock.
        wall_s: Unix seconds.
        is_sure: Whether the latter can be believed.
    """

    s: float
    wall_s: float
    is_sure: bool = True


class Sun(Protocol):
    """The sun, seen from the home."""

    def comes(self, day: date, event: SunEvent) -> float | None:
        """Return when it rises or sets on a day, Unix seconds; None if it does not.

        The day is that of the sun, from midnight to midnight around its noon: each rising and
        each setting is of one day, in their order, whatever clocks show.
        """

    def is_up(self, wall_s: float) -> bool:
        """Say whether it is up."""


@dataclass(frozen=True, slots=True)
class Almanac:
    """The home's time zone, and its sun if it is known where the home is."""

    zone: tzinfo = UTC
    sun: Sun | None = None

    def moment(self, wall_s: float, *, is_sure: bool = True) -> Moment:
        """Return a time as grants and conditions reckon with it."""
        local = datetime.fromtimestamp(wall_s, self.zone)
        return Moment(wall_s, local.weekday(), local.hour * 60 + local.minute, is_sure=is_sure)

    def next_s(self, trigger: TimeTrigger | SunTrigger, after_s: float) -> float | None:
        """Return when a trigger fires next after a time, Unix seconds; None if never."""
        if isinstance(trigger, SunTrigger):
            return self._sun_s(trigger, after_s)
        today = datetime.fromtimestamp(after_s, self.zone).date()
        for ahead in range(DAYS_AHEAD + 1):
            day = today + timedelta(days=ahead)
            if day.weekday() in trigger.days:
                at_s = self.at_s(day, trigger.minute)
                if at_s > after_s:
                    return at_s
        return None

    def at_s(self, day: date, minute: int) -> float:
        """Return when a minute of a day comes first, Unix seconds."""
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        first, second = local.timestamp(), local.replace(fold=1).timestamp()
        return self._change_s(second, first) if second < first else first

    def _change_s(self, low_s: float, high_s: float) -> float:
        """Return when clocks go forward, between two times; to the second."""
        before = self._offset(low_s)
        while high_s - low_s > 1:
            middle_s = (low_s + high_s) // 2
            if self._offset(middle_s) == before:
                low_s = middle_s
            else:
                high_s = middle_s
        return high_s

    def _offset(self, wall_s: float) -> timedelta | None:
        return datetime.fromtimestamp(wall_s, self.zone).utcoffset()

    def _sun_s(self, trigger: SunTrigger, after_s: float) -> float | None:
        if self.sun is None:
            return None
        today = datetime.fromtimestamp(after_s, self.zone).date()
        for ahead in range(-2, POLAR_DAYS):
            at_s = self.sun.comes(today + timedelta(days=ahead), trigger.at)
            if at_s is not None and at_s + trigger.offset_s > after_s:
                return at_s + trigger.offset_s
        return None
