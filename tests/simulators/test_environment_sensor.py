"""The environment sensor: the day of a living room."""

import pytest

from protocol.ids import Address
from protocol.messages import SetCommand, State
from simulators.device import Settings
from simulators.environment_sensor import OUTDOOR_PPM, EnvironmentSensor
from tests.simulators.scenes import PRODUCTS, Scene, of

HOUR_S = 3_600.0


def day(seed: int) -> dict[str, list[float]]:
    """Return what the sensor reads at each full hour from midnight on."""
    sensor = EnvironmentSensor(seed, day_s=0.0)
    readings: dict[str, list[float]] = {}
    for _ in range(24):
        for address, value in sensor.values().items():
            assert isinstance(value, int | float)
            readings.setdefault(address, []).append(value)
        for _ in range(60):
            sensor.step(60.0)
    return readings


def mean_of_days(address: str) -> list[float]:
    days = [day(seed)[address] for seed in range(12)]
    return [sum(hour) / len(hour) for hour in zip(*days, strict=True)]


def test_it_is_warmest_in_the_afternoon_and_coolest_before_dawn() -> None:
    warmth = mean_of_days("air.temperature")
    assert warmth.index(max(warmth)) in range(13, 20)
    assert warmth.index(min(warmth)) in range(1, 7)


def test_light_comes_from_the_sun_by_day_and_from_a_lamp_in_the_evening() -> None:
    light = mean_of_days("air.illuminance")
    assert light[12] > light[8] > light[2] == 0.0
    assert light[21] > 50.0


def test_co2_rises_while_people_are_in_and_falls_to_the_outdoors_when_they_are_out() -> None:
    co2 = mean_of_days("air.co2")
    assert co2[22] > co2[16] + 300.0
    assert OUTDOOR_PPM - 1.0 <= co2[5] < OUTDOOR_PPM + 150.0


def test_air_gets_drier_as_it_gets_warmer() -> None:
    humidity = mean_of_days("air.humidity")
    assert humidity[15] < humidity[3]


@pytest.mark.parametrize("interval_s", [1, 10, 60, 600])
def test_measures_are_told_at_its_interval_at_most(interval_s: int) -> None:
    scene = Scene(PRODUCTS["environment-sensor"], EnvironmentSensor(1), Settings(speed=600.0))
    scene.connect()
    values = {"sensor.interval_s": interval_s}
    scene.tell(SetCommand(id="c1", ttl_ms=1_000, values={**values}))
    scene.wait(interval_s + 1.0)
    states = [s for s in of(scene.wait(6_000.0), State) if not s.full]
    assert len(states) <= 6_000 / interval_s + 1
    assert len(states) >= min(6_000 / interval_s, 6_000 / 2.0) * 0.5


def test_button_steps_through_the_intervals() -> None:
    sensor = EnvironmentSensor(1)
    seen = []
    for _ in range(4):
        sensor.press("interval")
        seen.append(sensor.values()[Address("sensor.interval_s")])
    assert seen == [30, 60, 10, 30]
    assert sensor.report_s == 30.0


def test_identify_changes_nothing_that_is_shown() -> None:
    sensor = EnvironmentSensor(1)
    before = sensor.values()
    assert sensor.run(Address("sensor.identify"), {}).results == {}
    assert sensor.values() == before
