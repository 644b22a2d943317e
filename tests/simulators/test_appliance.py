"""Switch, settings, timer and meter, as one finds them on most appliances: here on a fan."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from simulators.fan import Fan
from tests.simulators.handling import give, number, value, wait


def fan() -> Fan:
    running = Fan(1)
    give(running, fan__on=True, fan__level=2)
    return running


@given(st.integers(1, 86_400), st.sampled_from([1.0, 7.0, 60.0]))
@settings(max_examples=40)
def test_the_timer_switches_off_when_its_time_is_over_and_not_before(
    after_s: int, dt_s: float
) -> None:
    running = fan()
    give(running, timer__off_after_s=after_s)
    steps = -(-after_s // dt_s)
    for _ in range(int(steps) - 1):
        running.step(dt_s)
    assert value(running, "fan.on") is True
    assert 0.0 < number(running, "timer.left_s") <= dt_s
    running.step(dt_s)
    assert [value(running, a) for a in ("fan.on", "timer.off_after_s", "timer.left_s")] == [
        False,
        0,
        0.0,
    ]


@pytest.mark.parametrize("stop", [{"fan__on": False}, {"timer__off_after_s": 0}])
def test_switching_off_and_zero_end_the_timer(stop: dict[str, bool | int]) -> None:
    running = fan()
    give(running, timer__off_after_s=600)
    give(running, **stop)
    give(running, fan__on=True)
    wait(running, 1_200.0)
    assert value(running, "fan.on") is True


def test_what_is_switched_off_and_given_a_timer_at_once_shows_both() -> None:
    running = fan()
    give(running, fan__on=False, timer__off_after_s=600)
    assert (value(running, "fan.on"), value(running, "timer.off_after_s")) == (False, 600)


def test_a_locked_appliance_takes_no_button_but_the_lock() -> None:
    running = fan()
    running.press("lock")
    before = running.values()
    for button in ("power", "level", "swing"):
        running.press(button)
    assert running.values() == before
    running.press("lock")
    running.press("power")
    assert (value(running, "controls.child_lock"), value(running, "fan.on")) == (False, False)


def test_settings_are_kept() -> None:
    running = fan()
    give(running, controls__buzzer=False, display__on=False, fan__swing_angle=90)
    wait(running, 3_600.0)
    shown = [value(running, a) for a in ("controls.buzzer", "display.on", "fan.swing_angle")]
    assert shown == [False, False, 90]


def test_the_meter_starts_from_zero_when_it_is_reset() -> None:
    running = fan()
    wait(running, 3_600.0)
    assert number(running, "meter.energy_wh") > 1.0
    running.run(Address("meter.reset"), {})
    assert number(running, "meter.energy_wh") == 0.0
