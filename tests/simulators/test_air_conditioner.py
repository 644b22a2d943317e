"""The air conditioner: it follows the thermostat, and the bill follows it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from simulators.air_conditioner import (
    AUTO,
    BLOWING,
    COOL,
    COOLING,
    DRY,
    DRYING,
    FAN,
    HEAT,
    HEATING,
    IDLE,
    REST_S,
    AirConditioner,
)
from tests.simulators.handling import give, number, value, wait


def unit(seed: int = 1, **values: bool | float) -> AirConditioner:
    cold = AirConditioner(seed)
    give(cold, air_conditioner__on=True, climate__mode=COOL, climate__target_temperature=24.0)
    give(cold, **values)
    return cold


@given(st.integers(0, 500))
@settings(max_examples=25)
def test_it_cools_dries_and_heats_as_it_is_told(seed: int) -> None:
    told: dict[str, dict[str, bool | float]] = {
        "off": {"air_conditioner__on": False},
        "cool": {"climate__target_temperature": 20.0},
        "heat": {"climate__mode": HEAT, "climate__target_temperature": 31.0},
        "dry": {"climate__mode": DRY, "climate__target_temperature": 20.0},
    }
    felt = {}
    for name, values in told.items():
        cold = unit(seed, **values)
        wait(cold, 2 * 3_600.0)
        felt[name] = (number(cold, "air.temperature"), cold.room.vapour_g_m3)
    assert felt["cool"][0] < felt["dry"][0] < felt["off"][0] < felt["heat"][0]
    assert felt["cool"][1] < felt["off"][1]
    assert felt["dry"][1] < felt["off"][1]


def test_the_room_comes_to_the_target_and_stays_there() -> None:
    cold = unit(2)
    wait(cold, 3 * 3_600.0)
    readings = []
    for _ in range(72):
        wait(cold, 600.0)
        readings.append(number(cold, "air.temperature"))
    assert all(abs(reading - 24.0) < 1.3 for reading in readings)


def test_the_compressor_slows_down_as_the_room_cools() -> None:
    cold = unit(2)
    wait(cold, 300.0)
    begun = number(cold, "meter.power_w")
    wait(cold, 4 * 3_600.0)
    assert begun > 1.3 * number(cold, "meter.power_w") > 0.0


@pytest.mark.parametrize(
    ("values", "activity"),
    [
        ({"climate__target_temperature": 16.0}, COOLING),
        ({"climate__mode": HEAT, "climate__target_temperature": 31.0}, HEATING),
        ({"climate__mode": DRY, "climate__target_temperature": 16.0}, DRYING),
        ({"climate__mode": FAN}, BLOWING),
        ({"climate__mode": HEAT, "climate__target_temperature": 16.0}, IDLE),
        ({"air_conditioner__on": False}, IDLE),
        ({"climate__mode": AUTO, "climate__target_temperature": 16.0}, COOLING),
        ({"climate__mode": AUTO, "climate__target_temperature": 31.0}, HEATING),
    ],
)
def test_it_says_what_it_does(values: dict[str, bool | float], activity: int) -> None:
    cold = unit(4, **values)
    cold.step(30.0)
    assert value(cold, "climate.activity") == activity


def test_a_compressor_that_has_stopped_rests_for_three_minutes() -> None:
    cold = unit(2, climate__target_temperature=20.0)
    wait(cold, 600.0)
    give(cold, air_conditioner__on=False)
    cold.step(1.0)
    give(cold, air_conditioner__on=True)
    activity = []
    for _ in range(round(REST_S) + 5):
        cold.step(1.0)
        activity.append(value(cold, "climate.activity"))
    changes = [late for early, late in pairwise(activity) if early != late]
    assert (activity[0], activity[-1], changes) == (IDLE, COOLING, [COOLING])
    assert activity.count(IDLE) >= REST_S - 1.0


def test_a_faster_fan_carries_more_cold_away() -> None:
    felt = []
    for level in (1, 2, 3):
        cold = unit(2, fan__level=level, climate__target_temperature=16.0)
        wait(cold, 3_600.0)
        felt.append(number(cold, "air.temperature"))
    assert felt[0] > felt[1] > felt[2]


def test_the_filter_clogs_and_is_told_of_once_until_it_is_cleaned() -> None:
    cold = unit(2, climate__mode=FAN, fan__level=3)
    events = wait(cold, 400 * 3_600.0, dt_s=600.0)
    assert events == ["filter.worn"]
    assert number(cold, "filter.life") < 5.0
    cold.run(Address("filter.reset"), {})
    assert value(cold, "filter.life") == 100.0


def test_the_remote_control_steps_within_the_range() -> None:
    cold = unit()
    for _ in range(60):
        cold.press("cooler")
    assert value(cold, "climate.target_temperature") == 16.0
    for _ in range(60):
        cold.press("warmer")
    assert value(cold, "climate.target_temperature") == 31.0
    cold.press("mode")
    assert value(cold, "climate.mode") == DRY
