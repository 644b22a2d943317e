"""What a time scale makes shorter, and what it leaves alone."""

import pytest

from protocol.ids import DeviceId
from protocol.messages import Rest, StateGet
from simulators.climate_sensor import ClimateSensor
from simulators.device import Settings, SimDevice
from simulators.pace import WINDOW_S, Pace
from simulators.sleeper import Sleeper
from simulators.tempo import BRIEF_S, Tempo
from simulators.voice import Identity
from tests.simulators.line import Line
from tests.simulators.scenes import PRODUCTS, lamp

NAME = DeviceId("bench-device-0001")


def test_scale_of_one_is_a_real_device() -> None:
    assert Tempo.of(1.0) == Tempo()


@pytest.mark.parametrize(
    ("scale", "keepalive_s", "connect_s", "full_every_s"),
    [(0.5, 15, 5.0, 300.0), (0.1, 3, BRIEF_S, 60.0), (0.01, 1, BRIEF_S, 6.0)],
)
def test_long_waits_are_scaled_and_brief_ones_are_not(
    scale: float, keepalive_s: int, connect_s: float, full_every_s: float
) -> None:
    tempo = Tempo.of(scale)
    assert (tempo.keepalive_s, tempo.connect_s) == (keepalive_s, connect_s)
    assert tempo.full_every_s == pytest.approx(full_every_s)
    assert tempo.back_off_s == pytest.approx((scale, 60.0 * scale))
    assert tempo.awake_s(1.0) == 1.0
    assert tempo.awake_s(60.0) == pytest.approx(max(BRIEF_S, 60.0 * scale))
    assert tempo.misc_every_s <= keepalive_s / 4.0


def test_device_tells_a_full_state_in_its_scaled_time_and_answers_at_once() -> None:
    scene, _ = lamp(Settings(tempo=Tempo.of(0.01)))
    scene.heard.clear()
    scene.wait(60.0)
    assert 10 <= sum(getattr(message, "full", False) for message in scene.heard) <= 12
    assert len(scene.tell(StateGet(id="c1", ttl_ms=1_000))) == 1


def test_reboot_takes_its_scaled_time() -> None:
    scene, _ = lamp(Settings(tempo=Tempo.of(0.1)), reboot_s=5.0)
    scene.act("light.reboot")
    assert scene.device.redial_s == pytest.approx(scene.now_s + 0.5)


def test_rate_of_ten_seconds_may_be_spent_in_the_scaled_window() -> None:
    pace = Pace(2.0, 0.5)
    while pace.wait_s(100.0) <= 0.0:
        pace.spend(100.0)
    assert pace.wait_s(100.0) == pytest.approx(0.5)
    assert Pace(2.0, 0.5).limit == Pace(2.0).limit == 2.0 * WINDOW_S


def test_sleeper_announces_its_real_interval_and_sleeps_the_scaled_one() -> None:
    physics = ClimateSensor(1)
    settings = Settings(tempo=Tempo.of(0.01))
    sim = SimDevice(Identity(NAME, "S1"), PRODUCTS["climate-sensor"], physics, settings)
    line = Line(Sleeper(sim, physics, 1))
    announce, *_ = line.up()
    assert getattr(announce, "sleep").interval_s == 300  # noqa: B009 - of one kind of message
    line.tell(Rest(id="c1", ttl_ms=1_000))
    assert line.party.redial_s is not None
    assert line.party.redial_s - line.now_s <= 3.0


def test_physics_keeps_its_own_speed() -> None:
    elapsed_s = []
    for tempo in (Tempo.of(0.01), Tempo()):
        scene, physics = lamp(Settings(speed=3.0, tempo=tempo))
        scene.wait(60.0)
        elapsed_s.append(physics.elapsed_s)
    assert elapsed_s == pytest.approx([180.0, 180.0], abs=3.0)
