"""A device that sleeps: when it wakes, what it says, when it goes, and what it never does."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import DeviceId
from protocol.messages import (
    Ack,
    ActionCommand,
    Announce,
    DownMessage,
    Event,
    Presence,
    Rest,
    SetCommand,
    Sleep,
    SpecGet,
    State,
    StateGet,
    UpMessage,
)
from simulators.climate_sensor import ClimateSensor
from simulators.device import Settings, SimDevice
from simulators.door_sensor import DoorSensor
from simulators.sleeper import Sleeper, Sleepy
from simulators.voice import Identity
from tests.simulators.line import Line
from tests.simulators.scenes import LAMP, PRODUCTS, Lamp, birth, introduction, kinds, of, statuses

NAME = DeviceId("bench-sleeper-1")
REST = Rest(id="hub.rest", ttl_ms=5_000)


class NightLamp(Lamp):
    """The lamp of the other tests, on a battery."""

    def __init__(self, reboot_s: float = 5.0) -> None:
        super().__init__(reboot_s)
        self.interval_s = 60
        self.awake_s = 2
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1


def sleeper(latency_s: float = 0.0, seed: int = 1) -> tuple[Line, NightLamp]:
    """Return a lamp that sleeps, awake for the first time."""
    physics = NightLamp()
    setup = Settings(seed=seed, latency_s=latency_s)
    line = Line(Sleeper(SimDevice(Identity(NAME, "S1"), LAMP, physics, setup), physics, seed))
    line.up()
    return line, physics


def command(name: str = "c1", brightness: int = 3) -> SetCommand:
    return SetCommand(id=name, ttl_ms=60_000, values={"light.brightness": brightness})


def test_it_says_how_it_sleeps_and_falls_asleep_when_the_hub_lets_it() -> None:
    line, _ = sleeper()
    announce = line.of(NAME)[0]
    assert isinstance(announce, Announce)
    assert announce.sleep == Sleep(interval_s=60, awake_s=2)
    said = line.tell(REST)
    assert said == [Presence(status="asleep", epoch=1, connection=1, reason="sleep")]
    assert not line.is_up


def test_without_a_word_of_the_hub_it_falls_asleep_by_itself() -> None:
    line, _ = sleeper()
    assert line.wait(1.9) == []
    assert kinds(line.wait(0.2)) == [Presence]


def test_each_message_of_the_hub_keeps_it_awake_for_longer() -> None:
    line, _ = sleeper()
    for number in range(5):
        line.wait(1.5)
        line.tell(command(f"c{number}", number))
    line.wait(1.9)
    assert line.is_up
    line.wait(0.2)
    assert not line.is_up


def test_it_wakes_within_its_interval_and_introduces_itself_each_time() -> None:
    line, physics = sleeper()
    for number in range(20):
        line.tell(REST)
        slept_s = line.now_s
        while not line.is_up:
            line.wait(0.5)
        assert (50.0 if number else 15.0) <= line.now_s - slept_s <= 60.5
        assert kinds([m for at_s, _, m in line.heard if at_s > slept_s]) == introduction()
    assert physics.wakes == line.connects == 21
    waits = {round(at_s) for at_s, _, m in line.heard if isinstance(m, Announce)}
    assert len({b - a for a, b in pairwise(sorted(waits))}) > 3


def test_an_event_wakes_it_and_is_told_before_it_sleeps_again() -> None:
    line, _ = sleeper()
    line.tell(REST)
    line.wait(10.0)
    line.press("alarm")
    said = line.wait(2.0)
    assert [*introduction(), Event] == kinds(said)[:4]


def test_commands_that_waited_are_carried_out_before_it_sleeps() -> None:
    line, physics = sleeper(latency_s=0.5)
    for number in range(3):
        line.tell(command(f"c{number}", 20 + number))
    assert line.tell(REST) == []
    said = line.wait(1.0)
    assert statuses(said) == ["done"] * 3
    assert isinstance(said[-1], Presence)
    assert physics.brightness == 22


def test_asleep_it_hears_nothing_and_a_second_rest_is_harmless() -> None:
    line, physics = sleeper()
    line.tell(REST)
    assert line.tell(command()) == []
    assert line.tell(REST) == []
    assert line.tell(birth()) == []
    assert physics.applied == []


def test_another_interval_is_announced_at_once() -> None:
    sensor = ClimateSensor(3)
    sim = SimDevice(Identity(NAME, "S1"), PRODUCTS["climate-sensor"], sensor, Settings())
    line = Line(Sleeper(sim, sensor, 3))
    line.up()
    set_it = SetCommand(id="c1", ttl_ms=5_000, values={"sensor.interval_s": 30})
    said = line.tell(set_it)
    assert kinds(said) == [Ack, Ack, State, *introduction()]
    assert of(said, Announce)[0].sleep == Sleep(interval_s=30, awake_s=2)
    line.tell(REST)
    line.wait(30.0)
    assert line.connects == 2


def test_while_no_broker_is_there_it_comes_back_when_there_is_one() -> None:
    line, _ = sleeper()
    line.tell(REST)
    line.is_open = False
    assert line.wait(600.0) == []
    line.is_open = True
    line.wait(1.0)
    assert line.is_up


def test_a_reboot_is_no_sleep() -> None:
    line, _ = sleeper()
    said = line.tell(ActionCommand(id="a1", ttl_ms=5_000, action="light.reboot", epoch=1))
    assert of(said, Presence)[-1].reason == "reset"
    assert kinds(line.wait(6.0)) == introduction()
    assert line.party.epoch == 2


def test_a_year_of_wakes_empties_the_battery_and_somebody_changes_it() -> None:
    sensor = DoorSensor(5)
    levels = []
    for _ in range(365 * 6):
        sensor.step(86_400.0)
        for _ in range(40):
            sensor.wake()
        levels.append(float(sensor.values()["battery.level"]))  # type: ignore[arg-type, index]
    falls = [b <= a for a, b in pairwise(levels)]
    assert falls.count(False) in range(1, 5)
    assert min(levels) < 5.0


TOLD = st.one_of(
    st.just(REST),
    st.builds(command, st.sampled_from(["c1", "c2", "c3"]), st.integers(0, 120)),
    st.builds(StateGet, id=st.just("hub.1"), ttl_ms=st.just(500)),
    st.builds(SpecGet, id=st.just("hub.2"), ttl_ms=st.just(500), sha256=st.just(LAMP.sha256),
              offset=st.integers(0, 900)),
    st.builds(birth, st.sampled_from(["b1", "b2"]), st.sampled_from([0.0, 3.0])),
    st.builds(ActionCommand, id=st.sampled_from(["a1", "a2"]), ttl_ms=st.just(5_000),
              action=st.sampled_from(["light.reboot", "light.count"]), epoch=st.integers(1, 2)),
)  # fmt: skip


@settings(max_examples=60)
@given(st.data())
def test_a_sleeper_keeps_the_rules_whatever_comes(data: st.DataObject) -> None:
    line, physics = sleeper(data.draw(st.sampled_from([0.0, 0.7])), data.draw(st.integers(0, 9)))
    physics.interval_s = data.draw(st.sampled_from([1, 5, 60]))
    for _ in range(data.draw(st.integers(0, 40))):
        match data.draw(st.sampled_from(["tell", "tell", "wait", "press", "break", "broker"])):
            case "tell":
                _check_rest(line, physics, data.draw(TOLD))
            case "wait":
                line.wait(data.draw(st.sampled_from([0.0, 0.3, 2.5, 20.0, 90.0])))
            case "press":
                line.press(data.draw(st.sampled_from(Lamp.buttons)))
            case "break" if line.is_up:
                line.down()
            case "broker":
                line.is_open = not line.is_open
    line.is_open = True
    _check_rhythm(line, physics)


def _check_rest(line: Line, physics: NightLamp, message: DownMessage) -> None:
    was_up = line.is_up
    said: list[UpMessage] = line.tell(message)
    if not was_up:
        assert said == []
    elif isinstance(message, Rest):
        assert not of(said, Ack)


def _check_rhythm(line: Line, physics: NightLamp) -> None:
    """Left alone it wakes again and again, and each time says all that it has to."""
    line.wait(5.0)
    before = len(line.heard)
    line.wait(4.0 * (physics.interval_s + physics.awake_s + 8.0))
    after = [message for _, _, message in line.heard[before:]]
    asleep = [m for m in of(after, Presence) if m.status == "asleep"]
    assert len(asleep) >= 3
    assert line.party.due_s < math.inf


@pytest.mark.parametrize("kind", [ClimateSensor, DoorSensor])
def test_products_that_sleep_say_so(kind: type[ClimateSensor] | type[DoorSensor]) -> None:
    assert isinstance(kind(1), Sleepy)
    assert not isinstance(Lamp(), Sleepy)
