"""A room and the weather: what everybody knows of warm and cold, moist and dry air."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.physics import DAY_S
from simulators.room import LOSS_W_K, Outdoors, Room, saturation_g_m3


def room(seed: int = 1, outdoors_c: float = 5.0, inside_c: float = 20.0) -> Room:
    rng = Random(seed)  # noqa: S311 - no secret
    outdoors = Outdoors(rng, mean_c=outdoors_c, humidity=75.0, day_s=0.0)
    return Room(outdoors, temperature_c=inside_c, humidity=40.0)


def after(hours: float, place: Room, **appliance: float) -> Room:
    for _ in range(round(hours * 60.0)):
        place.step(60.0, **appliance)
    return place


@pytest.mark.parametrize(
    ("temperature_c", "held_g_m3"), [(0.0, 4.85), (10.0, 9.4), (20.0, 17.3), (30.0, 30.4)]
)
def test_warm_air_holds_more_water(temperature_c: float, held_g_m3: float) -> None:
    assert saturation_g_m3(temperature_c) == pytest.approx(held_g_m3, rel=0.01)


@given(st.integers(0, 500), st.floats(100.0, 3_000.0))
@settings(max_examples=30)
def test_a_room_is_warmer_with_a_heater_and_colder_with_a_cooler(seed: int, watts: float) -> None:
    left, heated, cooled = (
        after(2.0, room(seed), heat_w=heat_w).temperature_c for heat_w in (0.0, watts, -watts)
    )
    assert cooled < left < heated
    assert heated - left == pytest.approx(left - cooled)


def test_a_room_that_nobody_heats_goes_after_the_weather() -> None:
    cold = after(48.0, room(outdoors_c=-5.0))
    mild = after(48.0, room(outdoors_c=15.0))
    assert cold.temperature_c < 8.0 < mild.temperature_c < 25.0


def test_the_upkeep_holds_the_temperature() -> None:
    place = room()
    for _ in range(600):
        place.step(60.0, heat_w=place.upkeep_w(20.0))
    assert place.temperature_c == pytest.approx(20.0, abs=0.1)
    assert place.upkeep_w(21.0) - place.upkeep_w(20.0) == pytest.approx(LOSS_W_K)


def test_heating_alone_dries_the_air_and_a_humidifier_moistens_it() -> None:
    begun, heated, moist = room(), room(), room()
    after(1.0, heated, heat_w=3_000.0)
    after(1.0, moist, heat_w=moist.upkeep_w(20.0), vapour_g_h=200.0)
    assert heated.humidity < begun.humidity < moist.humidity


def test_a_cold_coil_dries_the_air_no_further_than_its_own_dew_point() -> None:
    place = after(24.0, room(outdoors_c=30.0, inside_c=28.0), dried_m3_h=400.0)
    wet = after(24.0, room(outdoors_c=30.0, inside_c=28.0))
    assert 9.3 < place.vapour_g_m3 < wet.vapour_g_m3


@given(
    st.integers(0, 500),
    st.floats(-20.0, 40.0),
    st.floats(-3_000.0, 3_000.0),
    st.floats(0.0, 2_000.0),
    st.sampled_from([1.0, 60.0, 3_600.0, DAY_S]),
)
@settings(max_examples=60)
def test_humidity_stays_between_bone_dry_and_dripping(
    seed: int, outdoors_c: float, heat_w: float, vapour_g_h: float, dt_s: float
) -> None:
    place = room(seed, outdoors_c)
    for _ in range(20):
        place.step(dt_s, heat_w=heat_w, vapour_g_h=vapour_g_h, dried_m3_h=100.0)
        assert 0.0 < place.humidity <= 100.0


def test_afternoons_are_warm_and_light_and_nights_are_not() -> None:
    rng = Random(4)  # noqa: S311 - no secret
    outdoors = Outdoors(rng, mean_c=10.0, humidity=75.0, day_s=0.0)
    felt = []
    for _ in range(10 * 24):
        outdoors.step(3_600.0)
        felt.append((outdoors.temperature_c, outdoors.sun))
    afternoons, nights = felt[14::24], felt[2::24]
    assert sum(c for c, _ in afternoons) > sum(c for c, _ in nights) + 10 * 4.0
    assert all(sun > 0.5 for _, sun in afternoons)
    assert all(sun == 0.0 for _, sun in nights)
