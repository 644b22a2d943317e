from datetime import UTC, datetime

import pytest

from hub.cli.wording import age, presence, receipt_status, seconds_since, seconds_until, time_of_day
from protocol.presence import Presence
from protocol.receipt import Status

MOMENT = "2026-11-21T20:43:00.123Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "never"),
        (0.2, "now"),
        (12.4, "12 s"),
        (119, "119 s"),
        (120, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (200_000, "2 d"),
    ],
)
def test_age_is_told_in_the_largest_unit_that_fits(seconds: float | None, text: str) -> None:
    assert age(seconds) == text


def test_seconds_since_a_time_are_never_negative() -> None:
    now = datetime(2026, 11, 21, 20, 43, 10, tzinfo=UTC)
    assert seconds_since(MOMENT, now) == pytest.approx(9.877)
    assert seconds_since("2027-01-01T00:00:00.000Z", now) == 0
    assert seconds_since(None) is None


def test_seconds_until_a_time_that_passed_are_none() -> None:
    assert seconds_until("2020-01-01T00:00:00.000Z") == 0
    assert seconds_until(None) == 0
    assert seconds_until("2199-01-01T00:00:00.000Z") > 0


def test_time_of_day_has_tenths_of_seconds() -> None:
    assert time_of_day(MOMENT).endswith(":43:00.1")


@pytest.mark.parametrize("status", list(Presence))
def test_every_presence_has_a_colour(status: Presence) -> None:
    assert presence(status).style


@pytest.mark.parametrize("status", list(Status))
def test_every_receipt_status_has_a_colour(status: Status) -> None:
    assert receipt_status(status).style
