"""What runs on a battery, over simulated weeks, and the gateway: what people would recognise."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from protocol.ids import Address, DeviceId
from simulators.band import Band
from simulators.climate_sensor import ClimateSensor
from simulators.door_sensor import DoorSensor
from simulators.gateway import OUTAGE_S, PAIRING_S, Gateway
from simulators.physics import DAY_S, Happening, Physics
from simulators.reporting import Reporter
from simulators.sleeper import Sleepy
from simulators.wearer import Doing, Stage, Wearer
from simulators.weighing_scale import STEP_KG, WeighingScale
from tests.simulators.handling import give, number, value
from tests.simulators.scenes import PRODUCTS

HOUR_S = 3_600.0
STEP_S = 60.0

SEEDS = range(2)

Look = Callable[[float], None]


def live(physics: Physics, days: float, look: Look = lambda _: None) -> list[Happening]:
    """Let days pass from midnight on, looking each minute; return what happened."""
    told: list[Happening] = []
    for minute in range(int(days * DAY_S / STEP_S)):
        told += physics.step(STEP_S)
        look(minute * STEP_S)
    return told


def counts(told: list[Happening]) -> Counter[str]:
    return Counter(happening.event for happening in told)


@pytest.mark.parametrize("kind", [Band, ClimateSensor, DoorSensor, WeighingScale, Gateway])
def test_every_value_of_two_weeks_is_allowed(kind: type[Physics]) -> None:
    physics = kind(3, day_s=0.0)  # type: ignore[call-arg]
    compiled = PRODUCTS[physics.product].compiled
    reporter = Reporter(compiled, physics.deadbands)

    def look(now_s: float) -> None:
        if now_s % 900.0:
            return
        if isinstance(physics, Sleepy):
            physics.wake()
        full = {str(address): told for address, told in reporter.full(physics.values()).items()}
        assert compiled.check_state(full, is_full=True) == ()

    for happening in live(physics, 14.0, look):
        assert compiled.check_event(happening.event, happening.arguments) == ()


class Days:
    """A band's readings, minute by minute, from midnight on."""

    def __init__(self, seed: int, days: float = 14.0) -> None:
        self.band = Band(seed, day_s=0.0)
        self.steps: list[float] = []
        self.heart: dict[Doing, list[float]] = {doing: [] for doing in Doing}
        self.stages: list[int] = []
        self.worn: list[bool] = []
        self.levels: list[float] = []
        self.told = live(self.band, days, self._look)

    def _look(self, now_s: float) -> None:
        shown = self.band.values()
        self.steps.append(number(self.band, "activity.steps"))
        self.worn.append(shown[Address("wearable.worn")] is True)
        self.levels.append(number(self.band, "battery.level"))
        self.stages.append(int(number(self.band, "sleep.stage")))
        if self.worn[-1]:
            self.heart[Doing(int(number(self.band, "activity.state")))].append(
                number(self.band, "heart.rate")
            )
        else:
            assert shown[Address("heart.rate")] is None
        if now_s % 900.0 == 0.0:
            self.band.wake()


@pytest.fixture(scope="module", params=SEEDS)
def days(request: pytest.FixtureRequest) -> Days:
    return Days(request.param)


def test_the_heart_follows_what_its_owner_does(days: Days) -> None:
    mean = {doing: sum(beats) / len(beats) for doing, beats in days.heart.items() if beats}
    assert mean[Doing.SLEEPING] < mean[Doing.STILL] < mean[Doing.WALKING] - 10.0
    assert mean.get(Doing.RUNNING, 200.0) > mean[Doing.WALKING] + 20.0
    assert 40.0 < mean[Doing.SLEEPING] < 75.0
    assert all(35.0 < beat < 190.0 for beats in days.heart.values() for beat in beats)


def test_steps_add_up_by_day_and_begin_anew_at_midnight(days: Days) -> None:
    minutes = int(DAY_S / STEP_S)
    for day in range(14):
        steps = days.steps[day * minutes : (day + 1) * minutes - 1]
        assert steps == sorted(steps)
        assert steps[0] < 200.0
        assert 1_500.0 < steps[-1] < 40_000.0
    assert counts(days.told)["activity.goal_reached"] <= 15


def test_nobody_walks_at_night(days: Days) -> None:
    asleep = [day * 1440 + minute for day in range(14) for minute in range(60, 240)]
    assert sum(days.steps[m + 1] - days.steps[m] for m in asleep if m + 1 < len(days.steps)) < 1.0


def test_a_night_goes_through_its_stages_and_has_most_deep_sleep_early(days: Days) -> None:
    early = Counter(s for d in range(1, 14) for s in days.stages[d * 1440 : d * 1440 + 150])
    late = Counter(s for d in range(1, 14) for s in days.stages[d * 1440 + 270 : d * 1440 + 320])
    assert early[Stage.DEEP] > early[Stage.AWAKE]
    assert early[Stage.DEEP] * sum(late.values()) > late[Stage.DEEP] * sum(early.values())
    assert set(days.stages) == set(Stage)
    noon = [s for d in range(14) for s in days.stages[d * 1440 + 720 : d * 1440 + 780]]
    assert set(noon) == {Stage.AWAKE}


def test_a_charge_lasts_for_days_and_then_the_band_lies_on_its_charger(days: Days) -> None:
    charging = [late > early for early, late in pairwise(days.levels)]
    begins = [m for m, (a, b) in enumerate(pairwise(charging)) if b and not a]
    assert 1 <= len(begins) <= 4
    assert all(b - a > 4 * 1440 for a, b in pairwise(begins))
    assert min(days.levels) > 5.0
    off_wrist = [m for m, is_worn in enumerate(days.worn) if not is_worn]
    assert 60 * len(begins) <= len(off_wrist) + 60


def test_a_night_is_as_long_as_it_is_said_to_be() -> None:
    for seed in range(8):
        band = Band(seed, day_s=0.0)
        live(band, 3.5)
        assert 6.4 * HOUR_S < number(band, "sleep.duration_s") < 8.1 * HOUR_S


def test_off_the_wrist_a_band_counts_nothing() -> None:
    band = Band(2, day_s=8 * HOUR_S)
    band.press("wrist")
    before = number(band, "activity.steps")
    live(band, 0.25)
    assert number(band, "activity.steps") == before
    assert value(band, "heart.rate") is None
    assert value(band, "wearable.worn") is False


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shower_steams_a_bathroom_up_and_it_dries_in_an_hour_or_two(seed: int) -> None:
    sensor = ClimateSensor(seed, day_s=12 * HOUR_S)
    dry = number(sensor, "air.humidity")
    sensor.shower()
    for _ in range(8):
        sensor.step(STEP_S)
    assert number(sensor, "air.humidity") > 80.0
    for _ in range(120):
        sensor.step(STEP_S)
    assert abs(number(sensor, "air.humidity") - dry) < 6.0


def test_there_are_two_showers_a_day() -> None:
    sensor, was = ClimateSensor(1, day_s=0.0), False
    begun: list[float] = []

    def look(now_s: float) -> None:
        nonlocal was
        if sensor.is_showering and not was:
            begun.append(now_s % DAY_S / HOUR_S)
        was = sensor.is_showering

    live(sensor, 20.0, look)
    assert 38 <= len(begun) <= 41
    assert all(6.0 <= hour <= 8.0 or 21.5 <= hour <= 23.0 for hour in begun)


def test_a_battery_falls_with_each_wake_and_says_once_that_it_is_low() -> None:
    sensor = ClimateSensor(4)
    at_rest = number(ClimateSensor(4), "battery.level")
    for _ in range(15_000):
        sensor.wake()
    assert at_rest - 11.0 < number(sensor, "battery.level") < at_rest - 9.0
    told: list[Happening] = []
    while number(sensor, "battery.level") > 1.0:
        sensor.wake()
        told += sensor.step(1.0)
    assert counts(told)["battery.low"] == 1
    assert number(sensor, "battery.voltage_v") < 2.6
    sensor.press("battery")
    assert number(sensor, "battery.level") == 100.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_door_opens_and_closes_in_turn_and_most_by_day(seed: int) -> None:
    sensor = DoorSensor(seed, day_s=0.0)
    told: list[tuple[float, Happening]] = []
    for second in range(int(7 * DAY_S / 10.0)):
        told += [(second * 10.0, happening) for happening in sensor.step(10.0)]
    moves = [(at_s, h.event) for at_s, h in told if h.event in {"contact.opened", "contact.closed"}]
    assert all(a != b for (_, a), (_, b) in pairwise(moves))
    assert moves[0][1] == "contact.opened"
    hours = Counter(int(at_s % DAY_S / HOUR_S) for at_s, event in moves if "opened" in event)
    assert sum(hours[h] for h in range(6, 23)) > 20 * max(1, sum(hours[h] for h in range(1, 5)))
    assert 70 <= sum(hours.values()) <= 300


def test_a_door_that_stays_open_is_told_once_each_time() -> None:
    sensor = DoorSensor(1, day_s=0.0)
    told = [happening for _ in range(int(60 * DAY_S / 30.0)) for happening in sensor.step(30.0)]
    seen = counts(told)
    long = [
        h for h in told if h.event == "contact.closed" and int(h.arguments["open_s"] or 0) > 150
    ]
    assert seen["contact.left_open"] >= len(long) > 5
    assert seen["contact.left_open"] <= len(long) + 5
    assert counts([*DoorSensor(2).step(0.1)])["contact.tampered"] == 0


def test_openings_count_from_midnight_and_buttons_do_what_they_say() -> None:
    sensor = DoorSensor(3, day_s=DAY_S - 60.0)
    sensor.press("door")
    assert counts(list(sensor.step(1.0))) == {"contact.opened": 1}
    assert value(sensor, "contact.open") is True
    sensor.press("door")
    assert counts(list(sensor.step(1.0))) == {"contact.closed": 1}
    sensor.press("tamper")
    assert counts(list(sensor.step(1.0))) == {"contact.tampered": 1}
    assert number(sensor, "contact.openings") >= 1
    sensor.step(60.0)
    assert number(sensor, "contact.openings") <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_people_step_on_the_scale_in_the_morning_and_it_shows_what_they_weigh(seed: int) -> None:
    scale = WeighingScale(seed, day_s=0.0)
    people = len(scale.weights_kg)
    seen: list[tuple[float, float, int]] = []
    for minute in range(30 * 1440):
        for happening in scale.step(STEP_S):
            if happening.event == "scale.measured":
                weight = float(happening.arguments["weight"] or 0.0)
                person = int(happening.arguments["person"] or 0)
                seen.append((minute % 1440 / 60.0, weight, person))
                assert weight == number(scale, "body.weight")
                assert abs(weight - scale.weights_kg[person - 1]) < 0.6
    assert all(6.0 <= hour <= 8.5 for hour, _, _ in seen)
    assert 30 * people * 0.5 < len(seen) < 30 * people * 0.9
    assert all(abs(kg / STEP_KG - round(kg / STEP_KG)) < 1e-6 for _, kg, _ in seen)
    for person in range(1, people + 1):
        own = [kg for _, kg, who in seen if who == person]
        assert max(own, default=0.0) - min(own, default=0.0) < 12.0


def test_a_scale_that_is_stepped_on_says_so_at_once() -> None:
    scale = WeighingScale(1)
    scale.press("step_on")
    assert counts(list(scale.step(0.1))) == {"scale.measured": 1}
    scale.press("unit")
    assert value(scale, "scale.unit") == 1
    give(scale, scale__unit=2)
    assert value(scale, "scale.unit") == 2


CHILDREN = [DeviceId(f"child-of-the-test-{n}") for n in range(10)]


def test_a_child_drops_out_now_and_then_and_comes_back() -> None:
    gateway = Gateway(1)
    for child in CHILDREN:
        gateway.know(child)
    reach: list[float] = []
    live(gateway, 10.0, lambda _: reach.append(number(gateway, "ecohub:radio.reachable")))
    assert 0.98 < sum(reach) / len(reach) / 10.0 < 1.0
    gateway.hide(CHILDREN[0], OUTAGE_S[1])
    gateway.step(OUTAGE_S[1] / 2.0)
    assert not gateway.is_in_reach(CHILDREN[0])
    gateway.step(OUTAGE_S[1])
    assert gateway.is_in_reach(CHILDREN[0])


def test_a_gateway_counts_its_children_and_tells_who_comes_and_goes() -> None:
    gateway = Gateway(2)
    gateway.know(CHILDREN[0])
    gateway.pair(CHILDREN[1])
    gateway.unpair(CHILDREN[0])
    gateway.unpair(CHILDREN[5])
    assert number(gateway, "gateway.children") == 1
    told = [(h.event, h.arguments["child"]) for h in gateway.step(1.0)]
    assert told == [
        ("gateway.child_joined", CHILDREN[1]),
        ("gateway.child_left", CHILDREN[0]),
    ]


def test_pairing_ends_by_itself() -> None:
    gateway = Gateway(3)
    gateway.run(Address("gateway.pair"), {})
    gateway.step(PAIRING_S - 1.0)
    assert value(gateway, "gateway.pairing") is True
    gateway.step(1.5)
    assert value(gateway, "gateway.pairing") is False
    gateway.press("light")
    assert value(gateway, "light.on") is True


def test_a_wearer_is_the_same_person_from_the_same_seed() -> None:
    one, two = (Band(5, day_s=0.0) for _ in range(2))
    live(one, 2.0)
    live(two, 2.0)
    assert isinstance(one.wearer, Wearer)
    assert one.values() == two.values()
