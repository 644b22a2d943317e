"""The robot cleaner: where it goes, what it takes up, how it comes home."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.floor import AREA_M2, ROOMS
from simulators.physics import DAY_S, Happening
from simulators.robot_cleaner import BIN_G, PATIENCE_S, RobotCleaner, Status
from tests.simulators.choices import disturb
from tests.simulators.scenes import PRODUCTS

NIGHT_S = 0.0
"""Nobody sends it out then."""

COMPILED = PRODUCTS["robot-cleaner"].compiled


def value(robot: RobotCleaner, address: str) -> Scalar:
    return robot.values()[Address(address)]


def number(robot: RobotCleaner, address: str) -> float:
    found = value(robot, address)
    assert isinstance(found, int | float)
    return found


def act(robot: RobotCleaner, action: str, **arguments: Scalar) -> None:
    robot.run(Address(f"cleaner.{action}"), arguments)


def status(robot: RobotCleaner) -> Status:
    return Status(int(number(robot, "cleaner.status")))


def pass_time(robot: RobotCleaner, seconds: float, step_s: float = 10.0) -> list[Happening]:
    return [told for _ in range(int(seconds / step_s)) for told in robot.step(step_s)]


def docked(seed: int = 0) -> RobotCleaner:
    """Return a robot that is full and on its dock at midnight."""
    robot = RobotCleaner(seed, day_s=NIGHT_S)
    robot.press("free")
    robot.press("empty")
    robot.press("dock")
    robot.step(300.0)
    robot.press("free")
    robot.step(4 * 3_600.0)
    assert (robot.is_docked, robot.battery.level, status(robot)) == (True, 100.0, Status.IDLE)
    return robot


def lucky(seconds: float, *, is_stuck: bool = False) -> tuple[RobotCleaner, list[Happening]]:
    """Return a robot after a whole run, of a seed at which it gets stuck, or does not."""
    for seed in range(50):
        robot = docked(seed)
        act(robot, "start")
        told = pass_time(robot, seconds)
        if is_stuck == any(h.event == "cleaner.stuck" for h in told):
            return robot, told
    raise AssertionError("no seed of 50")


def test_whole_run_sweeps_every_room_once_and_ends_on_the_dock() -> None:
    robot, told = lucky(3 * 3_600.0)
    (finished,) = [h for h in told if h.event == "cleaner.finished"]
    assert finished.arguments["area_m2"] == AREA_M2
    assert value(robot, "cleaner.map_progress") == 100.0
    assert robot.is_docked
    assert status(robot) in {Status.CHARGING, Status.IDLE}


def test_map_grows_room_by_room_and_never_shrinks() -> None:
    robot, seen, before = docked(3), set(), 0.0
    act(robot, "start")
    for _ in range(1_000):
        robot.step(10.0)
        assert number(robot, "cleaner.map_progress") >= before
        before = number(robot, "cleaner.map_progress")
        seen.add(value(robot, "cleaner.room"))
        robot.press("free")
    assert seen == set(range(len(ROOMS) + 1))
    assert before == 100.0


def test_one_room_is_cleaned_alone() -> None:
    robot = docked()
    act(robot, "clean_room", room=3)
    pass_time(robot, 2_400.0)
    assert number(robot, "cleaner.area_m2") <= ROOMS[2].area_m2
    dust = [robot.floor.dust_g[n] / ROOMS[n].dust_g_day for n in range(len(ROOMS))]
    assert min(range(len(ROOMS)), key=lambda n: dust[n]) == 2


def test_stuck_robot_waits_for_a_person_and_obeys_nobody() -> None:
    robot, told = lucky(3 * 3_600.0, is_stuck=True)
    (stuck,) = [h for h in told if h.event == "cleaner.stuck"]
    assert value(robot, "status.fault") == 1
    for action in ("start", "stop", "pause", "dock"):
        act(robot, action)
        robot.step(3_600.0)
        assert status(robot) is Status.STUCK
    assert value(robot, "cleaner.room") == stuck.arguments["room"]
    robot.press("free")
    assert status(robot) is not Status.STUCK
    pass_time(robot, 600.0)
    assert robot.is_docked or status(robot) in {Status.CLEANING, Status.STUCK}


def test_area_and_time_add_up() -> None:
    robot = docked(3)
    area, seconds = (
        number(robot, "cleaner.total_area_m2"),
        number(robot, "cleaner.total_duration_s"),
    )
    runs = number(robot, "cleaner.runs")
    act(robot, "start")
    pass_time(robot, 1_800.0)
    assert number(robot, "cleaner.total_area_m2") - area == pytest.approx(
        number(robot, "cleaner.area_m2")
    )
    assert number(robot, "cleaner.total_duration_s") - seconds == pytest.approx(
        number(robot, "cleaner.duration_s")
    )
    assert number(robot, "cleaner.runs") == runs + 1


def test_paused_robot_stands_and_goes_on_and_in_the_end_goes_home() -> None:
    robot = docked(3)
    act(robot, "start")
    pass_time(robot, 300.0)
    act(robot, "pause")
    area = number(robot, "cleaner.area_m2")
    pass_time(robot, 300.0)
    assert (status(robot), number(robot, "cleaner.area_m2")) == (Status.PAUSED, area)
    act(robot, "start")
    pass_time(robot, 60.0)
    assert number(robot, "cleaner.area_m2") > area
    act(robot, "pause")
    pass_time(robot, PATIENCE_S + 120.0)
    assert robot.is_docked


def test_battery_that_runs_low_brings_it_home_and_it_goes_on_when_charged() -> None:
    robot = docked(3)
    robot.apply({Address("cleaner.mode"): 3})
    robot.battery.level = 30.0
    act(robot, "start")
    told = pass_time(robot, 3_600.0)
    assert "battery.low" in {h.event for h in told}
    assert status(robot) is Status.CHARGING
    area = number(robot, "cleaner.area_m2")
    assert 0.0 < area < AREA_M2
    pass_time(robot, 2.5 * 3_600.0)
    assert number(robot, "cleaner.area_m2") > area


def test_full_bin_ends_the_run_until_it_is_emptied() -> None:
    robot = docked(3)
    robot.bin_g = BIN_G - 0.5
    act(robot, "start")
    told = pass_time(robot, 3_600.0)
    assert [h.event for h in told if h.event.startswith("cleaner")] == ["cleaner.bin_full"]
    assert value(robot, "status.fault") == 2
    act(robot, "start")
    assert robot.is_docked
    assert status(robot) in {Status.CHARGING, Status.IDLE}
    robot.press("empty")
    act(robot, "start")
    assert status(robot) is Status.CLEANING


def test_stronger_suction_takes_up_more_and_costs_more() -> None:
    took, left = [], []
    for mode in range(4):
        robot = docked(3)
        robot.press("empty")
        robot.apply({Address("cleaner.mode"): mode})
        act(robot, "clean_room", room=1)
        pass_time(robot, 520.0)
        took.append(robot.bin_g)
        left.append(robot.battery.level)
    assert took == sorted(took)
    assert left == sorted(left, reverse=True)


def test_brush_and_filter_wear_with_cleaning_alone_and_are_replaced() -> None:
    robot = docked(3)
    before = number(robot, "brush.life"), number(robot, "filter.life")
    robot.step(DAY_S / 8)
    assert (value(robot, "brush.life"), value(robot, "filter.life")) == before
    act(robot, "start")
    pass_time(robot, 600.0)
    assert number(robot, "brush.life") < before[0]
    assert number(robot, "filter.life") < before[1]
    for part in ("brush", "filter"):
        robot.run(Address(f"{part}.reset"), {})
        assert value(robot, f"{part}.life") == 100.0


def test_locked_robot_takes_no_button_but_lets_itself_be_helped() -> None:
    robot = docked()
    robot.apply({Address("controls.child_lock"): True})
    robot.press("start")
    assert robot.is_docked
    assert status(robot) is Status.IDLE


@settings(max_examples=25)
@given(data=st.data())
def test_it_comes_home_or_is_stuck_whatever_was_done_to_it(data: st.DataObject) -> None:
    robot = RobotCleaner(data.draw(st.integers(0, 99)), day_s=NIGHT_S)
    for _ in range(data.draw(st.integers(0, 12))):
        disturb(robot, COMPILED, data)
        robot.step(data.draw(st.sampled_from([1.0, 60.0, 1_800.0])))
        assert 0.0 <= robot.battery.level <= 100.0
    act(robot, "stop")
    robot.step(PATIENCE_S + 120.0)
    assert robot.is_docked or status(robot) is Status.STUCK


@settings(max_examples=25)
@given(st.integers(0, 999), st.floats(0.0, DAY_S), st.sampled_from([5.0, 60.0, 7_200.0]))
def test_dust_goes_nowhere_but_into_the_bin(seed: int, day_s: float, step_s: float) -> None:
    robot = RobotCleaner(seed, day_s=day_s)
    clean_g = robot.bin_g
    for _ in range(100):
        robot.step(step_s)
    swept_g = robot.floor.fallen_g - sum(robot.floor.dust_g)
    assert robot.bin_g - clean_g == pytest.approx(swept_g, abs=1e-6)
