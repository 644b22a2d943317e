"""The home's time zone and sun: where hub.toml or people say that it is."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub import whereabouts
from hub.config import ConfigError, HubSettings, load_settings
from hub.core.automations.almanac import Almanac
from hub.core.automations.records import SunTrigger
from hub.core.records import Place, SavePlace
from hub.whereabouts import SunAt, place_of, sun_of, zone_of


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
    sun = SunAt(Place(52.52, 13.40))
    rises, sets = (sun.comes(date(2026, 6, 21), event) for event in ("sunrise", "sunset"))
    assert rises is not None
    assert sets is not None
    assert abs(rises - datetime(2026, 6, 21, 2, 43, tzinfo=UTC).timestamp()) < 180
    assert abs(sets - datetime(2026, 6, 21, 19, 33, tzinfo=UTC).timestamp()) < 180
    assert sun.is_up(rises + 300)
    assert not sun.is_up(sets + 300)
    cape = SunAt(Place(71.17, 25.78))
    assert cape.comes(date(2026, 12, 21), "sunrise") is None
    assert cape.is_up(datetime(2026, 6, 21, 0, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("place", "zone", "spring"),
    [
        pytest.param(Place(43.8, 87.6), "Asia/Shanghai", date(2026, 3, 1), id="Urumqi"),
        pytest.param(Place(41.9, -87.6), "America/Chicago", date(2026, 2, 20), id="Chicago"),
        pytest.param(Place(64.1, -21.9), "Atlantic/Reykjavik", date(2026, 4, 20), id="Reykjavik"),
        pytest.param(Place(1.87, -157.4), "Pacific/Kiritimati", date(2026, 3, 1), id="Kiritimati"),
        pytest.param(Place(69.6, 18.9), "Europe/Oslo", date(2026, 7, 28), id="Tromso"),
    ],
)
def test_the_sun_rises_and_sets_once_a_day_wherever_midnight_is(
    place: Place, zone: str, spring: date
) -> None:
    almanac = Almanac(ZoneInfo(zone), SunAt(place))
    begin = datetime.combine(spring, datetime.min.time(), ZoneInfo(zone)).timestamp()
    for event in ("sunrise", "sunset"):
        times = [almanac.next_s(SunTrigger(event), begin)]
        while len(times) < 60 and times[-1] is not None:
            times.append(almanac.next_s(SunTrigger(event), times[-1]))
        gaps = [b - a for a, b in pairwise(times) if a is not None and b is not None]
        assert len(gaps) == 59
        assert all(abs(gap - 86_400) < 1_300 for gap in gaps)


@pytest.mark.parametrize("latitude", [-45.0, 0.0, 31.2, 52.5, 65.0])
def test_the_sun_is_down_from_the_moment_at_which_it_sets(latitude: float) -> None:
    sun = SunAt(Place(latitude, 13.4))
    for day in (date(2026, 1, 1) + timedelta(days=90 * n) for n in range(4)):
        rises, sets = sun.comes(day, "sunrise"), sun.comes(day, "sunset")
        assert rises is not None
        assert sets is not None
        assert [sun.is_up(one) for one in (rises - 1, rises, sets - 1, sets)] == [0, 1, 1, 0]


@pytest.mark.parametrize("latitude", [-90.0, 90.0])
def test_a_pole_has_a_sun_that_is_up_for_half_a_year(latitude: float) -> None:
    sun = SunAt(Place(latitude, 0.0))
    summer = datetime(2026, 6, 21, tzinfo=UTC).timestamp()
    assert sun.is_up(summer) is (latitude > 0)
    assert sun.comes(date(2026, 6, 21), "sunset") is None


def test_a_home_has_a_sun_if_it_is_known_where_it_is() -> None:
    told = HubSettings(latitude=52.5, longitude=0.0)
    assert place_of(HubSettings()) is None
    assert place_of(told) == (52.5, 0.0)
    assert place_of(told, SavePlace(Place(1.0, 2.0))) == (1.0, 2.0)
    assert place_of(told, SavePlace(None)) is None
    assert sun_of(None) is None
    assert sun_of(Place(1.0, 2.0)) is not None


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
