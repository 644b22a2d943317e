"""Where the home is: its time zone, and its sun."""

import os
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from hub.config import HubSettings
from hub.core.automations.almanac import Sun
from hub.core.automations.records import SunEvent
from hub.core.records import Place, SavePlace

LOCAL_TIME: Final = Path("/etc/localtime")
HORIZON: Final = -0.833
"""Degrees at which the rim of the sun rises or sets: its radius, and what air bends."""

HALF_DAY_S: Final = 43_200


def place_of(settings: HubSettings, decided: SavePlace | None = None) -> Place | None:
    """Return where the home is: as people have decided, else as `[hub]` of hub.toml says."""
    if decided is not None:
        return decided.place
    if settings.latitude is None or settings.longitude is None:
        return None
    return Place(settings.latitude, settings.longitude)


def sun_of(place: Place | None) -> Sun | None:
    """Return the sun of a place; None for that of no place."""
    return None if place is None else SunAt(place)


def zone_of(name: str | None) -> tzinfo:
    """Return a time zone; without a name the machine's, and UTC where that is not to be found."""
    if name is not None:
        return ZoneInfo(name)
    told = os.environ.get("TZ", "").removeprefix(":")
    if told in available_timezones():
        return ZoneInfo(told)
    try:
        with LOCAL_TIME.open("rb") as file:
            return ZoneInfo.from_file(file, key="local time")
    except (ValueError, OSError):
        return UTC


class SunAt:
    """The sun, seen from a place; see `Sun`.

    It rises at the first second at which it is up, and sets at the first at which it is not.
    """

    def __init__(self, place: Place) -> None:
        # Read here, since most of its time goes into a table of places and few homes ask for it.
        from astral import Observer  # noqa: PLC0415

        self._observer = Observer(*place)

    def comes(self, day: date, event: SunEvent) -> float | None:
        """See `Sun.comes`."""
        is_rising = event == "sunrise"
        noon_s = self._noon_s(day)
        night_s, day_s = noon_s - HALF_DAY_S if is_rising else noon_s + HALF_DAY_S, noon_s
        if self.is_up(night_s) or not self.is_up(day_s):  # a polar day, or a polar night
            return None
        while abs(day_s - night_s) > 1:
            middle_s = (night_s + day_s) // 2
            if self.is_up(middle_s):
                day_s = middle_s
            else:
                night_s = middle_s
        return float(day_s if is_rising else night_s)

    def is_up(self, wall_s: float) -> bool:
        """See `Sun.is_up`."""
        from astral import sun  # noqa: PLC0415

        moment = datetime.fromtimestamp(wall_s, UTC)
        return sun.elevation(self._observer, moment, with_refraction=False) > HORIZON

    def _noon_s(self, day: date) -> int:
        """Return when the sun is highest on a day, by its own time; Unix seconds."""
        from astral import julian, sun  # noqa: PLC0415

        century = julian.julianday_to_juliancentury(julian.julianday(day))
        mean_s = datetime.combine(day, time(12), UTC).timestamp()
        return round(mean_s - self._observer.longitude * 240 - sun.eq_of_time(century) * 60)
