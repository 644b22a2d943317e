from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import IN_STEP_S, PLAUSIBLE_S, Clock, iso_of_ms
from protocol.messages import LAST_MS
from tests.hub.clocks import SUMMER_S, Times

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_S = 365 * 86_400.0


def test_times_go_to_wall_time_and_back_unchanged() -> None:
    times = Times()
    clock = times.clock()
    assert clock.now_s() == 50.0
    assert clock.wall_s(50.0) == SUMMER_S
    assert clock.wall_s(40.0) == SUMMER_S - 10.0
    assert clock.mono_s(clock.wall_s(43.25)) == pytest.approx(43.25)


def test_a_time_reads_as_iso_8601_in_utc_with_milliseconds() -> None:
    wall_s = datetime(2026, 11, 21, 20, 43, 0, 123_999, tzinfo=UTC).timestamp()
    assert Times(wall_s).clock().iso(50.0) == "2026-11-21T20:43:00.123Z"


@given(st.integers(0, LAST_MS))
def test_a_unix_time_reads_as_it_does_elsewhere(wall_ms: int) -> None:
    moment = EPOCH + timedelta(milliseconds=wall_ms)
    assert iso_of_ms(wall_ms) == f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def test_a_time_that_was_told_follows_the_clock_when_that_is_set() -> None:
    times = Times()
    clock = times.clock()
    before = clock.iso(50.0)
    clock.not_before(SUMMER_S + YEAR_S)
    assert clock.iso(50.0)[:4] == str(int(before[:4]) + 1)


def test_wall_time_jumps_ahead_with_the_system_clock() -> None:
    times = Times(wall_s=3.0)
    clock = times.clock()
    assert not clock.is_synced
    times.pass_(10.0)
    times.system_s = SUMMER_S
    assert clock.wall_s(clock.now_s()) == SUMMER_S
    assert clock.is_synced


@pytest.mark.parametrize("jitter_s", [0.000_9, -0.000_9])
def test_a_time_that_was_told_stays_though_two_clocks_are_never_read_at_once(
    jitter_s: float,
) -> None:
    times = Times()
    clock = times.clock()
    clock.now_s()
    before_s = clock.wall_s(40.0)
    times.pass_(5.0)
    times.system_s += jitter_s
    clock.now_s()
    assert clock.wall_s(40.0) == before_s


def test_being_held_up_between_reading_two_clocks_moves_no_time() -> None:
    reads = iter([50.0, 60.0, 60.3])  # at the start; at `now_s`; after the wall clock was read
    walls = iter([SUMMER_S, SUMMER_S + 10.2])
    clock = Clock(lambda: next(reads), lambda: next(walls))
    assert clock.now_s() == 60.0
    assert clock.wall_s(60.0) == SUMMER_S + 10.0


def test_wall_time_slows_but_never_turns_when_the_system_clock_is_set_back() -> None:
    times = Times()
    clock = times.clock()
    times.system_s -= 3_600.0
    times.pass_(100.0)
    assert clock.wall_s(clock.now_s()) == pytest.approx(SUMMER_S + 90.0)
    assert clock.behind_s == pytest.approx(3_590.0)
    assert not clock.is_synced


def test_a_small_step_back_heals_within_a_minute_and_is_no_loss_of_sync() -> None:
    times = Times()
    clock = times.clock()
    times.system_s -= 4.0
    seen = []
    for _ in range(60):
        times.pass_(1.0)
        seen.append(clock.wall_s(clock.now_s()))
        assert clock.is_synced
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(times.system_s)


@pytest.mark.parametrize(
    ("system_s", "is_synced"),
    [
        (0.0, False),
        (PLAUSIBLE_S - 1.0, False),
        (PLAUSIBLE_S, True),
        (SUMMER_S, True),
    ],
)
def test_a_clock_before_2025_was_never_set(system_s: float, *, is_synced: bool) -> None:
    assert Times(system_s).clock().is_synced is is_synced


def test_without_a_battery_time_goes_on_from_where_the_last_run_ended() -> None:
    times = Times(wall_s=12.0)
    clock = times.clock()
    clock.not_before(SUMMER_S)
    assert clock.wall_s(clock.now_s()) == SUMMER_S
    times.pass_(100.0)
    assert clock.wall_s(clock.now_s()) == pytest.approx(SUMMER_S + 100.0)
    assert not clock.is_synced


def test_a_clock_set_back_a_year_over_a_restart_brings_no_time_back() -> None:
    clock = Times(wall_s=SUMMER_S - YEAR_S).clock()
    clock.not_before(SUMMER_S)
    assert clock.wall_s(clock.now_s()) >= SUMMER_S
    assert clock.behind_s == pytest.approx(YEAR_S)
    assert not clock.is_synced


def test_a_last_run_in_the_past_changes_nothing() -> None:
    clock = Times().clock()
    clock.not_before(SUMMER_S - 5.0)
    assert clock.wall_s(clock.now_s()) == SUMMER_S
    assert clock.is_synced


@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0.0, max_value=1e6),
            st.floats(min_value=-1e9, max_value=1e9),
        ),
        max_size=30,
    )
)
def test_wall_time_never_runs_back_whatever_happens_to_the_system_clock(
    steps: list[tuple[float, float]],
) -> None:
    times = Times()
    clock = times.clock()
    last_s = clock.wall_s(clock.now_s())
    for passed_s, jump_s in steps:
        times.pass_(passed_s)
        times.system_s += jump_s
        wall_s = clock.wall_s(clock.now_s())
        assert wall_s >= last_s - 1e-3
        assert clock.behind_s <= IN_STEP_S or not clock.is_synced
        last_s = wall_s


def test_the_real_clocks_are_the_default() -> None:
    clock = Clock()
    assert clock.now_s() <= clock.now_s()
    assert clock.is_synced
