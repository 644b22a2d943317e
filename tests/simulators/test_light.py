"""The light: dimming, white and colour, candle and sunrise."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.light import CANDLE, COLOR, NONE, SUNRISE, SUNRISE_S, WHITE, Light
from tests.simulators.handling import give, number, value, wait


def light(**values: bool | float) -> Light:
    lamp = Light(1)
    give(lamp, light__on=True, light__brightness=50, light__color_temperature=4_000)
    give(lamp, **values)
    wait(lamp, 60.0)
    return lamp


def power_w(lamp: Light) -> float:
    return number(lamp, "meter.power_w")


@given(st.integers(1, 99), st.booleans())
@settings(max_examples=30)
def test_brighter_takes_more_power_and_off_takes_least(percent: int, is_color: bool) -> None:
    color = {"light__color": 0xFF8000} if is_color else {}
    dim, bright = (light(light__brightness=p, **color) for p in (percent, percent + 1))
    off = light(light__on=False)
    assert power_w(off) < power_w(dim) < power_w(bright)


def test_dimming_takes_the_time_that_is_set() -> None:
    lamp = light(light__transition_s=10.0, light__brightness=1)
    give(lamp, light__brightness=100)
    assert value(lamp, "light.brightness") == 100
    readings = []
    for _ in range(12):
        lamp.step(1.0)
        readings.append(power_w(lamp))
    rising = [late - early for early, late in pairwise(readings)]
    assert all(rise > 0.5 for rise in rising[:9])
    assert rising[-1] == 0.0


@given(st.floats(0.1, 10.0), st.lists(st.floats(0.05, 3.0), min_size=2, max_size=20))
@settings(max_examples=50)
def test_a_ramp_takes_the_same_energy_however_time_is_cut(
    transition_s: float, cuts: list[float]
) -> None:
    spent = []
    for steps in (cuts, [sum(cuts)]):
        lamp = light(light__brightness=10)
        give(lamp, light__transition_s=transition_s, light__brightness=90)
        before = number(lamp, "meter.energy_wh")
        for dt_s in steps:
            lamp.step(dt_s)
        spent.append(number(lamp, "meter.energy_wh") - before)
    assert spent[0] == pytest.approx(spent[1], rel=1e-6)


def test_colour_and_white_exclude_each_other() -> None:
    lamp = light(light__color=0x00FF00)
    assert (value(lamp, "light.color_mode"), value(lamp, "light.color")) == (COLOR, 0x00FF00)
    give(lamp, light__color_temperature=2_700)
    assert value(lamp, "light.color_mode") == WHITE
    assert value(lamp, "light.color_temperature") == 2_700


def test_three_lamps_take_more_than_one_and_black_takes_none() -> None:
    black, red, all_three = (light(light__color=c) for c in (0, 0xFF0000, 0xFFFFFF))
    assert power_w(black) < power_w(red) < power_w(all_three)
    assert power_w(black) == power_w(light(light__on=False))


def test_a_candle_flickers_below_its_brightness() -> None:
    steady = power_w(light())
    lamp = light(light__effect=CANDLE)
    readings = set()
    for _ in range(50):
        lamp.step(1.0)
        readings.add(round(power_w(lamp), 3))
    assert len(readings) > 20
    assert max(readings) <= steady


def test_a_sunrise_grows_bright_and_cool_and_is_over_after_half_an_hour() -> None:
    lamp = light(light__on=False)
    give(lamp, light__effect=SUNRISE)
    assert value(lamp, "light.on") is True
    shown = []
    for _ in range(31):
        shown.append((number(lamp, "light.brightness"), number(lamp, "light.color_temperature")))
        wait(lamp, SUNRISE_S / 30.0)
    assert shown == sorted(shown)
    assert shown[0][0] == 1.0
    assert shown[-1][0] == pytest.approx(100.0, abs=0.1)
    wait(lamp, 60.0)
    assert (value(lamp, "light.effect"), value(lamp, "light.brightness")) == (NONE, 100.0)


@pytest.mark.parametrize("hand", [{"light__brightness": 30}, {"light__color": 0xFF}])
def test_what_is_set_by_hand_ends_an_effect(hand: dict[str, int]) -> None:
    lamp = light(light__effect=SUNRISE)
    give(lamp, **hand)
    assert value(lamp, "light.effect") == NONE
    give(lamp, light__effect=CANDLE, **hand)
    assert value(lamp, "light.effect") == CANDLE


def test_the_knobs_go_round() -> None:
    lamp = light()
    bright, kelvin = set(), set()
    for _ in range(12):
        lamp.press("brighter")
        lamp.press("warmer")
        bright.add(number(lamp, "light.brightness"))
        kelvin.add(number(lamp, "light.color_temperature"))
    assert len(bright) == 10
    assert 1.0 <= min(bright) <= max(bright) <= 100.0
    assert 2_200 <= min(kelvin) <= max(kelvin) == 6_500
    lamp.press("power")
    assert value(lamp, "light.on") is False
