"""Where the home is: its time zone, and its sun."""

import os
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from hub.config import HubSettings
from hub.core.automations.almanac import Almanac, Sun
from hub.core.automations.records import SunEvent

LOCAL_TIME: Final = Path("/etc/localtime")
HORIZON: Final = -0.833
"""Degrees at which the rim of the sun rises or sets: its radius, and what air bends."""


def almanac_of(settings: HubSettings) -> Almanac:
    """Return the home's time zone and sun, as `[hub]` of hub.toml says."""
    sun: Sun | None = None
    if settings.latitude is not None and settings.longitude is not None:
        sun = SunAt(settings.latitude, settings.longitude)
    return Almanac(zone_of(settings.time_zone), sun)


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

    Args:
        latitude, longitude: Degrees, north and east above zero.
    """

    def __init__(self, latitude: float, longitude: float) -> None:
        # Read here, since most of its time goes into a table of places and few homes ask for it.
        from astral import Observer  # noqa: PLC0415

        self._observer = Observer(latitude, longitude)

    def comes(self, day: date, event: SunEvent) -> float | None:
        """See `Sun.comes`."""
        from astral import sun  # noqa: PLC0415

        find = sun.sunrise if event == "sunrise" else sun.sunset
        try:
            return find(self._observer, day, tzinfo=UTC).timestamp()
        except ValueError:  # a polar day, or a polar night
            return None

    def is_up(self, wall_s: float) -> bool:
        """See `Sun.is_up`."""
        from astral import sun  # noqa: PLC0415

        return sun.elevation(self._observer, datetime.fromtimestamp(wall_s, UTC)) > HORIZON
