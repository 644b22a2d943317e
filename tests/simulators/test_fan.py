"""The fan: levels, gusts, and a night that grows quiet."""

from statistics import pstdev

import pytest

from simulators.fan import NATURAL, SLEEP, SOFTER_S, STRAIGHT, Fan
from tests.simulators.handling import give, number, value, wait


def fan(seed: int = 1, **values: bool | float) -> Fan:
    running = Fan(seed)
    give(running, fan__on=True, fan__level=3, fan__mode=STRAIGHT)
    give(running, **values)
    wait(running, 60.0)
    return running


def test_each_level_turns_faster_and_takes_more() -> None:
    fans = [fan(fan__on=False), *(fan(fan__level=level) for level in (1, 2, 3, 4))]
    for address in ("fan.speed_rpm", "meter.power_w"):
        shown = [number(running, address) for running in fans]
        assert shown == sorted(set(shown))


def test_the_rotor_needs_a_moment_to_come_up_and_to_run_down() -> None:
    running = fan(fan__level=4)
    full = number(running, "fan.speed_rpm")
    give(running, fan__on=False)
    running.step(1.0)
    assert 0.5 * full < number(running, "fan.speed_rpm") < 0.9 * full
    wait(running, 60.0)
    assert number(running, "fan.speed_rpm") == pytest.approx(0.0, abs=1.0)


def test_natural_wind_comes_in_gusts_below_the_straight_one() -> None:
    running = fan()
    straight = number(running, "fan.speed_rpm")
    give(running, fan__mode=NATURAL)
    gusts = []
    for _ in range(300):
        running.step(2.0)
        gusts.append(number(running, "fan.speed_rpm"))
    assert pstdev(gusts) > 30.0
    assert max(gusts) <= straight
    assert 0.5 * straight < sum(gusts) / len(gusts) < 0.9 * straight


def test_sleep_wind_goes_down_to_the_lowest_level_and_stays() -> None:
    running = fan(fan__level=4)
    give(running, fan__mode=SLEEP)
    levels = []
    for _ in range(6):
        levels.append(number(running, "fan.level"))
        wait(running, SOFTER_S)
    assert levels == [4, 3, 2, 1, 1, 1]


def test_a_swinging_head_takes_a_little_more() -> None:
    still, swinging = fan(), fan(fan__swing_horizontal=True)
    extra_w = number(swinging, "meter.power_w") - number(still, "meter.power_w")
    assert 1.0 < extra_w < 5.0
    assert value(swinging, "fan.swing_horizontal") is True


def test_the_buttons_step_through_levels_and_toggle_the_swing() -> None:
    running = fan(fan__level=3)
    seen = []
    for _ in range(4):
        running.press("level")
        seen.append(value(running, "fan.level"))
    running.press("swing")
    assert seen == [4, 1, 2, 3]
    assert value(running, "fan.swing_horizontal") is True
