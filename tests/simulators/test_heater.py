"""The heater: it warms the room to the target, and is safe."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from simulators.heater import HEATING, IDLE, NO_FAULT, OVERHEATED, TIPPED_OVER, Heater
from tests.simulators.handling import give, number, value, wait


def heater(seed: int = 1, **values: bool | float) -> Heater:
    warm = Heater(seed)
    give(warm, heater__on=True, heater__level=3, climate__target_temperature=24.0)
    give(warm, **values)
    return warm


@given(st.integers(0, 500), st.integers(1, 3))
@settings(max_examples=30)
def test_a_room_warms_while_the_heater_heats_and_more_at_a_higher_level(
    seed: int, level: int
) -> None:
    readings = []
    for values in ({"heater__on": False}, {"heater__level": level}, {"heater__level": 3}):
        warm = heater(seed, climate__target_temperature=30.0, **values)
        assume("heater.tipped_over" not in wait(warm, 1_800.0))
        readings.append(number(warm, "air.temperature"))
    assert readings[0] < readings[1] <= readings[2]


@pytest.mark.parametrize("target", [18.0, 22.0])
def test_the_thermostat_keeps_the_room_near_its_target(target: float) -> None:
    warm = heater(3, climate__target_temperature=target)
    wait(warm, 6 * 3_600.0)
    readings = []
    for _ in range(24 * 12):
        wait(warm, 300.0)
        readings.append(number(warm, "air.temperature"))
        if value(warm, "heater.on") is False:
            warm.press("power")
    assert sum(abs(c - target) < 0.8 for c in readings) > 0.9 * len(readings)


def test_it_draws_what_its_level_says_while_it_heats_and_nearly_nothing_otherwise() -> None:
    warm = heater()
    warm.step(1.0)
    assert (value(warm, "climate.activity"), value(warm, "meter.power_w")) == (HEATING, 2_001.0)
    wait(warm, 3_600.0)
    give(warm, climate__target_temperature=16.0)
    assert value(warm, "climate.activity") == IDLE
    warm.step(1.0)
    assert number(warm, "meter.power_w") < 2.0


def test_a_heater_that_falls_switches_off_at_once_and_stays_off_when_it_is_righted() -> None:
    warm = heater()
    warm.step(1.0)
    warm.press("tip")
    assert value(warm, "climate.activity") == IDLE
    assert [happening.event for happening in warm.step(1.0)] == ["heater.tipped_over"]
    assert (value(warm, "heater.on"), value(warm, "status.fault")) == (False, TIPPED_OVER)
    warm.press("tip")
    assert warm.step(1.0) == ()
    assert (value(warm, "heater.on"), value(warm, "status.fault")) == (False, NO_FAULT)


def test_who_switches_a_fallen_heater_on_is_told_again() -> None:
    warm = heater()
    warm.press("tip")
    warm.step(1.0)
    give(warm, heater__on=True)
    assert [happening.event for happening in warm.step(1.0)] == ["heater.tipped_over"]
    assert value(warm, "heater.on") is False


def test_a_covered_heater_blows_its_fuse_and_heats_again_when_it_has_cooled() -> None:
    warm = heater(climate__target_temperature=30.0)
    warm.press("cover")
    events: list[Address] = []
    while not events:
        events = wait(warm, 10.0, dt_s=1.0)
    assert events == ["heater.overheated"]
    assert (value(warm, "heater.on"), value(warm, "status.fault")) == (False, OVERHEATED)
    give(warm, heater__on=True)
    warm.step(1.0)
    assert value(warm, "climate.activity") == IDLE
    wait(warm, 1_200.0)
    assert (value(warm, "status.fault"), value(warm, "climate.activity")) == (NO_FAULT, HEATING)


def test_at_the_lowest_level_a_cover_does_no_harm() -> None:
    warm = heater(heater__level=1, climate__target_temperature=30.0)
    warm.press("cover")
    assert "heater.overheated" not in wait(warm, 3_600.0)


def test_now_and_then_somebody_runs_into_it() -> None:
    warm = heater(2)
    events: list[str] = []
    for _ in range(90):
        events += wait(warm, 86_400.0, dt_s=600.0)
        give(warm, heater__on=True)
    assert events.count("heater.tipped_over") >= 1
