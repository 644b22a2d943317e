"""The humidifier: water leaves the tank and is found in the air."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.humidifier import AUTO, MANUAL, NO_FAULT, NO_WATER, SLEEP, TANK_G, Humidifier
from tests.simulators.handling import give, number, value, wait


def humidifier(seed: int = 1, **values: bool | int) -> Humidifier:
    moist = Humidifier(seed)
    moist.press("refill")
    give(moist, humidifier__on=True)
    give(moist, **values)
    return moist


@given(st.integers(0, 500))
@settings(max_examples=20)
def test_higher_levels_moisten_the_room_more_and_empty_the_tank_sooner(seed: int) -> None:
    moist = [humidifier(seed, humidifier__on=False)]
    moist += [humidifier(seed, humidifier__level=level) for level in (1, 2, 3)]
    for each in moist:
        wait(each, 2 * 3_600.0, dt_s=60.0)
    air = [number(each, "air.humidity") for each in moist]
    water = [number(each, "tank.level") for each in moist]
    assert air == sorted(set(air))
    assert water == sorted(set(water), reverse=True)


def test_the_tank_loses_what_goes_into_the_air() -> None:
    moist = humidifier(humidifier__level=2)
    wait(moist, 3_600.0)
    lost_g = TANK_G * (1.0 - number(moist, "tank.level") / 100.0)
    assert lost_g == pytest.approx(moist.mist_g_h, rel=1e-6)


def test_an_empty_tank_is_told_once_and_ends_the_mist_until_it_is_filled() -> None:
    moist = humidifier(humidifier__level=3)
    events = []
    while "tank.empty" not in events:
        events += wait(moist, 60.0)
    assert events == ["tank.empty"]
    assert (value(moist, "tank.level"), value(moist, "status.fault")) == (0.0, NO_WATER)
    assert moist.mist_g_h == 0.0
    assert "tank.refilled" in wait(moist, 12 * 3_600.0)
    moist.press("refill")
    assert (value(moist, "tank.level"), value(moist, "status.fault")) == (100.0, NO_FAULT)
    assert moist.mist_g_h > 0.0


@pytest.mark.parametrize("target", [40, 50, 60])
def test_automatic_mode_holds_the_target(target: int) -> None:
    moist = humidifier(2, humidifier__mode=AUTO, climate__target_humidity=target)
    wait(moist, 4 * 3_600.0)
    readings = []
    for _ in range(48):
        wait(moist, 300.0)
        readings.append(number(moist, "air.humidity"))
    assert all(abs(reading - target) < 5.0 for reading in readings)


def test_automatic_mode_works_hardest_where_the_air_is_driest() -> None:
    moist = humidifier(humidifier__mode=AUTO, climate__target_humidity=70)
    first = number(moist, "humidifier.level")
    wait(moist, 3 * 3_600.0)
    assert (first, value(moist, "humidifier.level")) == (3, 2)
    give(moist, climate__target_humidity=30)
    assert moist.mist_g_h == 0.0


def test_sleep_is_quiet_and_a_level_set_by_hand_ends_it() -> None:
    moist = humidifier(humidifier__mode=SLEEP, climate__target_humidity=80)
    moist.step(1.0)
    assert value(moist, "humidifier.level") == 1
    give(moist, humidifier__level=3)
    assert (value(moist, "humidifier.mode"), value(moist, "humidifier.level")) == (MANUAL, 3)


def test_the_mode_button_goes_round() -> None:
    moist = humidifier()
    seen = []
    for _ in range(3):
        moist.press("mode")
        seen.append(value(moist, "humidifier.mode"))
    assert seen == [SLEEP, MANUAL, AUTO]
