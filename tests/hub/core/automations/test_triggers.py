"""What sets an automation off, and what does not."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.core.automations.almanac import Almanac
from hub.core.automations.records import (
    Claim,
    EventTrigger,
    NotifyAction,
    PresenceTrigger,
    SunEvent,
    SunTrigger,
    TimeTrigger,
    WaitAction,
)
from protocol.ids import Address
from protocol.messages import Event
from tests.hub.core.automations.stage import LEVEL, NOON_S, ON, Stage, put, when
from tests.hub.core.world import LAMP, OTHER

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = tuple(range(7))


def test_it_fires_when_it_becomes_true_and_not_while_it_stays_so() -> None:
    stage = Stage()
    stage.make("a", put(value=50))
    for is_on in (True, True, False, True, None, True):
        stage.tell({"lamp.on": is_on})
    assert len(stage.told) == 2
    assert stage.ends("a") == ["done", "done"]
    [run, _] = stage.runs("a")
    assert (run.fired.value, run.fired.was, run.fired.place) == (True, False, 0)


def test_one_that_is_true_already_waits_until_it_becomes_so() -> None:
    stage = Stage()
    stage.tell({"lamp.on": True})
    stage.make("a", put())
    stage.tell({"lamp.on": True})
    assert not stage.told
    stage.tell({"lamp.on": False})
    stage.tell({"lamp.on": True})
    assert len(stage.told) == 1


def test_what_nobody_looked_at_for_a_while_is_known_as_it_is_now() -> None:
    stage = Stage()
    first = stage.make("a", put(value=50))
    stage.tell({"lamp.on": True})
    stage.put(replace(first, is_enabled=False))
    stage.tell({"lamp.on": False})
    stage.make("b", put(value=50))
    stage.tell({"lamp.on": True})
    [run] = stage.runs("b")
    assert (run.fired.value, run.fired.was) == (True, False)


@pytest.mark.parametrize(
    ("claim", "values", "count"),
    [
        (Claim(above=20), (20, 21, 30, 20, 40), 2),
        (Claim(below=20), (20, 19, 5, 40, 3), 2),
        (Claim(above=20, below=30), (30, 25, 31, 22), 2),
        (Claim(equals=30), (30, 30, 29, 30), 2),
        (Claim(), (10, 11, 11, 12), 2),
    ],
)
def test_claims(claim: Claim, values: tuple[int, ...], count: int) -> None:
    stage = Stage()
    stage.make("a", put(ON, value=True), triggers=(when(LEVEL, claim),))
    for value in values:
        stage.tell({"lamp.level": value})
    assert len(stage.runs("a")) == count


def test_a_restart_is_no_edge_unless_the_value_has_changed_meanwhile() -> None:
    stage = Stage()
    stage.make("a", put())
    stage.make("b", put(), triggers=(when(LEVEL, Claim()),))
    stage.tell({"lamp.on": True, "lamp.level": 20})
    assert len(stage.told) == 2
    stage.restart(5.0)
    stage.back()
    assert len(stage.told) == 2
    stage.tell({"lamp.on": False})
    stage.restart(5.0)
    stage.world.connect()
    stage.world.state({"lamp.on": True, "lamp.level": 21, "lamp.warmth": 2.5}, full=True)
    stage.pump()
    assert len(stage.told) == 4


def test_what_has_to_stay_so_fires_once_when_it_has() -> None:
    stage = Stage()
    stage.make("a", put(), triggers=(when(for_s=60.0),))
    stage.tell({"lamp.on": True})
    stage.wait(50.0)
    stage.tell({"lamp.on": False})
    stage.wait(60.0)
    assert not stage.told
    stage.tell({"lamp.on": True})
    stage.wait(59.0)
    assert not stage.told
    stage.wait(120.0)
    assert len(stage.told) == 1


def test_what_nobody_knows_has_not_stayed_so() -> None:
    stage = Stage()
    stage.make("a", put(), triggers=(when(for_s=60.0),))
    stage.tell({"lamp.on": True})
    stage.world.leave()
    stage.wait(120.0)
    assert not stage.told
    stage.back(LAMP)
    stage.wait(2.0)
    [run] = stage.runs("a")
    assert (run.end, 55.0 < run.late_s < 65.0) == ("done", True)
    stage.tell({"lamp.on": False})
    stage.tell({"lamp.on": True})
    stage.world.leave()
    stage.wait(700.0, 20.0)
    assert stage.ends("a") == ["done", "late"]
    assert "s ago" in stage.runs("a")[0].detail


def test_an_event_fires_with_at_least_its_arguments() -> None:
    stage = Stage()
    pressed = EventTrigger(LAMP, Address("lamp.pressed"), {})
    stage.make("a", put(), triggers=(pressed,))
    for name in ("lamp.pressed", "lamp.overheated"):
        seq = stage.world.next_seq(LAMP, "event")
        event = Event(epoch=stage.world.epochs[LAMP], seq=seq, event=name, arguments={})
        stage.world.tell(event)
        stage.pump()
    assert len(stage.told) == 1
    stage.world.hub.automations._watch.events[LAMP, pressed.event][0].duty.automation = replace(
        stage.kept("a"), triggers=(replace(pressed, arguments={"times": 2}),)
    )
    event = Event(epoch=1, seq=stage.world.next_seq(LAMP, "event"), event="lamp.pressed")
    stage.world.tell(event)
    stage.pump()
    assert len(stage.told) == 1


def test_presence_fires_and_a_restart_of_the_hub_is_none() -> None:
    stage = Stage()
    gone, back = (PresenceTrigger(LAMP, one) for one in ("unreachable", "online"))
    stage.make("gone", put(), triggers=(gone,))
    stage.make("back", put(), triggers=(back,))
    stage.make("long", put(), triggers=(replace(gone, for_s=300.0),))
    stage.world.leave()
    stage.pump()
    assert stage.ends("gone") == ["done"]
    stage.back(LAMP)
    assert stage.ends("back") == ["done"]
    stage.restart(1.0)
    stage.back()
    stage.wait(200.0, 10.0)
    assert (stage.ends("gone"), stage.ends("back")) == (["done"], ["done"])
    stage.restart(1.0)
    stage.wait(130.0, 10.0)  # it has never come back
    assert stage.ends("gone") == ["done", "done"]
    stage.wait(310.0, 10.0)
    assert stage.ends("long") == ["done"]


def test_a_time_of_day_fires_once_a_day_in_the_homes_zone() -> None:
    stage = Stage(BERLIN)  # 14:00 there
    stage.make("a", put(), triggers=(TimeTrigger(14 * 60 + 1, DAILY), TimeTrigger(0, (1,))))
    state = stage.automations.state(stage.kept("a"))
    assert state.next_s == stage.now.wall_s + 60
    stage.wait(59.0)
    assert not stage.told
    stage.wait(2.0)
    assert len(stage.told) == 1
    stage.wait(86_400.0, 30.0)
    assert [run.fired.place for run in stage.runs("a")] == [0, 1, 0]


def test_a_time_that_was_missed_is_not_done_later_and_said() -> None:
    stage = Stage()
    stage.make("a", put(), triggers=(TimeTrigger(12 * 60 + 1, DAILY),))
    stage.restart(90.0)  # 30 s late
    [run] = stage.runs("a")
    assert (run.end, run.late_s) == ("done", 30.0)
    stage.restart(86_400.0 + 40.0)  # 70 s late
    assert stage.ends("a") == ["done", "missed"]
    assert len(stage.told) == 1


def test_a_clock_that_jumps_fires_nothing_twice() -> None:
    stage = Stage()
    stage.make("a", put(), triggers=(TimeTrigger(12 * 60 + 1, DAILY),))
    stage.wait(61.0)
    assert len(stage.told) == 1
    stage.offset_s += 86_400.0 * 3
    stage.wait(2.0)
    assert stage.ends("a") == ["done", "missed"]
    stage.offset_s -= 86_400.0 * 3
    stage.wait(2.0)
    assert len(stage.told) == 1
    state = stage.automations.state(stage.kept("a"))
    assert state.next_s is not None
    assert state.next_s - stage.now.wall_s < 86_400.0


def test_nothing_fires_by_a_clock_that_was_never_set() -> None:
    stage = Stage(wall_s=0.0)
    stage.is_sure = False
    stage.make("a", put(), triggers=(TimeTrigger(1, DAILY),))
    stage.wait(120.0)
    assert (stage.told, stage.automations.state(stage.kept("a")).next_s) == ([], None)
    stage.is_sure, stage.offset_s = True, stage.offset_s + 20_000 * 86_400.0
    stage.wait(86_400.0, 30.0)
    assert stage.ends("a") == ["done"]


@pytest.mark.parametrize(
    ("day", "minute", "utc"),
    [
        pytest.param(date(2026, 3, 28), 150, "2026-03-28T01:30", id="the night before"),
        pytest.param(date(2026, 3, 29), 119, "2026-03-29T00:59", id="just before it goes"),
        pytest.param(date(2026, 3, 29), 120, "2026-03-29T01:00", id="first of the gap"),
        pytest.param(date(2026, 3, 29), 150, "2026-03-29T01:00", id="within the gap"),
        pytest.param(date(2026, 3, 29), 180, "2026-03-29T01:00", id="end of the gap"),
        pytest.param(date(2026, 10, 25), 150, "2026-10-25T00:30", id="the first of two"),
        pytest.param(date(2026, 10, 25), 180, "2026-10-25T02:00", id="after both"),
    ],
)
def test_summer_time(day: date, minute: int, utc: str) -> None:
    at_s = Almanac(BERLIN).at_s(day, minute)
    assert datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M") == utc


def test_an_hour_that_comes_twice_fires_once_and_one_that_is_left_out_fires() -> None:
    for first, expected in ((date(2026, 10, 24), 3), (date(2026, 3, 28), 3)):
        begin = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
        stage = Stage(BERLIN, begin.timestamp())
        stage.make("a", put(), triggers=(TimeTrigger(150, DAILY),))
        stage.wait(3 * 86_400.0, 30.0)
        assert len(stage.runs("a")) == expected


class SixToSix:
    """A sun that rises at six and sets at eighteen, but not in December."""

    def comes(self, day: date, event: SunEvent) -> float | None:
        if day.month == 12:
            return None
        hour = 6 if event == "sunrise" else 18
        return datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp()

    def is_up(self, wall_s: float) -> bool:
        return 6 <= datetime.fromtimestamp(wall_s, UTC).hour < 18


def test_the_sun_fires_with_its_offset() -> None:
    stage = Stage(sun=SixToSix())
    triggers = (SunTrigger("sunset", -3_600.0), SunTrigger("sunrise", 60.0))
    stage.make("a", put(), triggers=triggers)
    stage.wait(86_400.0, 30.0)
    assert [run.fired.place for run in reversed(stage.runs("a"))] == [0, 1]
    november = datetime(2026, 11, 30, 20, tzinfo=UTC).timestamp()
    january = datetime(2027, 1, 1, 17, tzinfo=UTC).timestamp()
    assert stage.almanac.next_s(triggers[0], november) == january
    assert Almanac(UTC).next_s(triggers[0], november) is None


def test_a_sun_of_another_place_counts_at_once() -> None:
    stage = Stage()
    sunset, evening = SunTrigger("sunset"), TimeTrigger(19 * 60, DAILY)
    stage.automations.move(replace(stage.almanac, sun=SixToSix()), stage.now)
    stage.make("a", put(), triggers=(sunset, evening))
    six_s = NOON_S + 6 * 3_600
    assert stage.automations.state(stage.kept("a")).next_s == six_s
    stage.automations.move(stage.almanac, stage.now)  # nobody knows any more where it is
    stage.pump()
    gone = stage.automations.state(stage.kept("a"))
    assert gone.problem is not None
    assert (gone.problem.code, gone.next_s) == ("location-missing", six_s + 3_600)
    assert stage.disk.progress["a"].nexts == ((1, six_s + 3_600),)
    stage.automations.move(replace(stage.almanac, sun=SixToSix()), stage.now)
    stage.wait(8 * 3_600.0, 30.0)
    assert [run.fired.type for run in reversed(stage.runs("a"))] == ["sun", "time"]


def test_a_hub_that_starts_reckons_in_the_zone_that_it_is_told() -> None:
    stage = Stage(BERLIN)  # 14:00 there
    stage.make("a", put(), triggers=(TimeTrigger(18 * 60, DAILY),))
    stage.almanac = Almanac(UTC)
    stage.restart(1.0)
    assert stage.automations.state(stage.kept("a")).next_s == NOON_S + 6 * 3_600


def test_an_automation_without_days_never_comes() -> None:
    assert Almanac(UTC).next_s(TimeTrigger(5, ()), 0.0) is None


def test_reports_at_which_nobody_looks_cost_one_look() -> None:
    stage = Stage()
    for number in range(100):
        stage.make(f"a{number}", NotifyAction("x"))
    looked: list[object] = []

    class Counted(dict[Any, Any]):
        def get(self, key: object, default: object = None) -> object:
            looked.append(key)
            return super().get(key, default)

    watch = stage.automations._watch
    watch.values = Counted(watch.values)
    stage.world.events.clear()
    stage.tell({"lamp.on": True}, OTHER)
    assert looked == [OTHER]


def test_what_is_switched_off_or_gone_is_set_off_by_nothing() -> None:
    stage = Stage()
    made = stage.make("a", WaitAction(10.0), put())
    stage.tell({"lamp.on": True})
    stage.put(replace(made, is_enabled=False))
    stage.tell({"lamp.on": False})
    stage.tell({"lamp.on": True})
    stage.wait(20.0)
    assert (stage.ends("a"), stage.told) == (["off"], [])
    stage.put(replace(made, name="again"))
    stage.tell({"lamp.on": False})
    stage.tell({"lamp.on": True})
    stage.take(stage.world.hub.arrangement.drop(stage.kept("a")))
    stage.pump()
    stage.wait(20.0)
    assert (stage.told, stage.disk.progress, stage.disk.runs) == ([], {}, {})


def test_a_value_that_is_not_known_when_it_is_due_has_not_stayed_so() -> None:
    stage = Stage()
    stage.make("a", put(), triggers=(when(LEVEL, Claim(above=20), for_s=60.0),))
    stage.tell({LEVEL: 10})
    stage.tell({LEVEL: 80})
    stage.wait(50.0)
    stage.tell({LEVEL: None})
    stage.wait(30.0)
    assert not stage.told
    stage.tell({LEVEL: 90})
    stage.wait(3.0)
    assert stage.ends("a") == ["done"]


def test_a_presence_is_not_known_until_the_device_has_had_time_to_come_back() -> None:
    gone = PresenceTrigger(LAMP, "unreachable", 300.0)
    stage = Stage()
    stage.make("a", put(), triggers=(gone,))
    stage.world.leave()
    stage.pump()
    stage.wait(250.0, 10.0)
    stage.restart(60.0)  # it is due, and nobody has told yet how the lamp is
    stage.wait(10.0)
    assert not stage.told
    stage.back()
    stage.wait(600.0, 10.0)
    assert stage.ends("a") == []
    stage.world.leave()
    stage.pump()
    stage.wait(250.0, 10.0)
    stage.restart(60.0)
    stage.wait(130.0, 10.0)  # it has not come back
    [run] = stage.runs("a")
    assert (run.end, run.fired.value) == ("done", "unreachable")
