"""What an automation would have done on what has happened."""

from hub.core.arrangement.records import Group
from hub.core.automations.records import (
    Automation,
    Claim,
    NotifyAction,
    PresenceTrigger,
    SetAction,
    TimeTrigger,
    WaitAction,
)
from hub.core.automations.rehearsal import MOST_RUNS, Past, Rehearsed, Scenery, rehearse
from tests.hub.core.automations.stage import LEVEL, NOON_S, ON, Stage, put, when
from tests.hub.core.world import LAMP, OTHER


def scenery(stage: Stage) -> Scenery:
    sight = stage._sight("ada")
    assert sight is not None
    devices = tuple(stage.world.hub.devices.values())
    return Scenery(stage.world.hub.arrangement, devices, sight, stage.almanac)


def tried(stage: Stage, automation: Automation, past: list[Past], hours: float = 1.0) -> Rehearsed:
    return rehearse(automation, scenery(stage), past, NOON_S, NOON_S + hours * 3_600)


def on(after_s: float, value: object, address: object = ON) -> Past:
    return Past(NOON_S + after_s, LAMP, address, value)  # type: ignore[arg-type]  # of a test


def test_it_runs_as_it_would_have_and_nothing_is_sent() -> None:
    stage = Stage()
    stage.take(stage.world.hub.arrangement.keep(Group("g", "All", members=(LAMP, OTHER))))
    done = (SetAction({"lamp.level": 3}, None, "g"), WaitAction(600.0), put(value=7))
    made = stage.make("a", *done, NotifyAction("x"), is_enabled=False)
    past = [on(-60.0, True), on(60.0, False), on(120.0, True), on(130.0, False), on(140.0, True)]
    found = tried(stage, made, past)
    [run] = found.runs
    assert (run.at_s, run.end, run.ended_s) == (NOON_S + 120, "done", NOON_S + 720)
    assert (run.fired.was, run.ignored) == (False, 1)
    orders = [(order.device, order.status) for one in run.done for order in one.orders]
    assert orders == [(LAMP, "not-sent"), (OTHER, "not-sent"), (OTHER, "not-sent")]
    assert (stage.told, stage.notices, found.is_more, found.stop) == ([], [], False, None)
    assert not stage.kept("a").is_enabled
    assert stage.runs("a") == []


def test_times_holds_and_presences_are_rehearsed_too() -> None:
    stage = Stage()
    triggers = (
        TimeTrigger(12 * 60 + 30, tuple(range(7))),
        when(for_s=300.0),
        PresenceTrigger(LAMP, "unreachable"),
    )
    made = stage.make("a", put(), triggers=triggers)
    gone = Past(NOON_S + 2_700, LAMP, None, "unreachable")
    past = [on(0.0, False), on(60.0, True), gone, gone._replace(at_s=NOON_S + 9_000)]
    found = tried(stage, made, past)
    assert [run.fired.place for run in found.runs] == [1, 0, 2]
    assert tried(stage, made, [], 48.0).runs[-1].fired.place == 0


def test_one_that_would_have_been_switched_off_says_so() -> None:
    stage = Stage()
    made = stage.make("a", put(), triggers=(when(LEVEL, Claim()),))
    past = [on(place / 10, place % 100, LEVEL) for place in range(300)]
    found = tried(stage, made, past)
    assert found.stop is not None
    assert found.stop.code == "too-many-runs"
    slow = [on(float(place * 2), place % 100, LEVEL) for place in range(MOST_RUNS + 20)]
    found = tried(stage, made, slow)
    assert (len(found.runs), found.is_more) == (MOST_RUNS, True)
