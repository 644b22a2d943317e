from hypothesis import given
from hypothesis import strategies as st

from hub.api.views import iso
from hub.clock import Clock

CLOCK = Clock(monotonic=lambda: 100.0, wall=lambda: 1_800_000_000.25)


@given(st.floats(0, 10**7))
def test_times_are_told_as_the_clock_tells_them(mono_s: float) -> None:
    assert iso(mono_s, CLOCK) == CLOCK.iso(mono_s)


def test_a_time_that_was_told_follows_the_clock_when_that_is_set() -> None:
    wall = [1_700_000_000.0]
    clock = Clock(monotonic=lambda: wall[0] - 1_699_999_990.0, wall=lambda: wall[0])
    before = iso(5.0, clock)
    clock.not_before(1_800_000_000.0)
    assert before.startswith("2023-11-14T")
    assert iso(5.0, clock).startswith("2027-01-15T")
