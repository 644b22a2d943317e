"""The home's time zone and sun, as hub.toml says."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub import whereabouts
from hub.config import ConfigError, HubSettings, load_settings
from hub.whereabouts import SunAt, almanac_of, zone_of


def test_the_zone_is_that_of_the_settings_or_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert zone_of("Asia/Shanghai") == ZoneInfo("Asia/Shanghai")
    monkeypatch.setenv("TZ", ":America/New_York")
    assert zone_of(None) == ZoneInfo("America/New_York")
    monkeypatch.setenv("TZ", "../../etc/passwd")
    local = tmp_path / "localtime"
    monkeypatch.setattr(whereabouts, "LOCAL_TIME", local)
    assert zone_of(None) is UTC
    local.write_bytes(b"no time zone")
    assert zone_of(None) is UTC
    berlin = tmp_path / "berlin"
    source = next(p for p in map(Path, ZONES) if p.exists())
    berlin.write_bytes(source.read_bytes())
    monkeypatch.setattr(whereabouts, "LOCAL_TIME", berlin)
    winter = datetime(2026, 1, 1, tzinfo=zone_of(None))
    assert winter.utcoffset() == datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()


ZONES = ("/usr/share/zoneinfo/Europe/Berlin", "/usr/lib/zoneinfo/Europe/Berlin")


def test_the_sun_of_berlin_and_of_the_north_cape() -> None:
    sun = SunAt(52.52, 13.40)
    rises, sets = (sun.comes(date(2026, 6, 21), event) for event in ("sunrise", "sunset"))
    assert rises is not None
    assert sets is not None
    assert abs(rises - datetime(2026, 6, 21, 2, 43, tzinfo=UTC).timestamp()) < 180
    assert abs(sets - datetime(2026, 6, 21, 19, 33, tzinfo=UTC).timestamp()) < 180
    assert sun.is_up(rises + 300)
    assert not sun.is_up(sets + 300)
    cape = SunAt(71.17, 25.78)
    assert cape.comes(date(2026, 12, 21), "sunrise") is None
    assert cape.is_up(datetime(2026, 6, 21, 0, tzinfo=UTC).timestamp())


def test_a_home_has_a_sun_if_it_is_known_where_it_is() -> None:
    assert almanac_of(HubSettings()).sun is None
    assert almanac_of(HubSettings(latitude=0.0, longitude=0.0)).sun is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('time_zone = "Mars/Olympus"', "Europe/Berlin"),
        ("latitude = 91.0\nlongitude = 1.0", "latitude"),
        ("latitude = 50.0", "longitude is missing"),
        ("longitude = 8.0", "latitude is missing"),
        ('latitude = "north"\nlongitude = 1.0', "latitude"),
    ],
)
def test_places_that_are_none_are_refused_and_say_what_is_allowed(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(f"[hub]\n{text}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert told in str(caught.value)
    assert "hub.toml:2" in str(caught.value)
