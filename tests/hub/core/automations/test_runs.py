"""What a run does: conditions, modes, waits over restarts, rights, circles."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.arrangement.records import Group, Scene, SceneStep
from hub.core.automations.duty import KEPT_RUNS, MOST_A_MINUTE, MOST_QUEUED
from hub.core.automations.errors import UnfitError
from hub.core.automations.progress import Progress
from hub.core.automations.records import (
    CallAction,
    Claim,
    NotifyAction,
    PresenceCondition,
    PropertyCondition,
    SceneAction,
    SetAction,
    SeveralCondition,
    SunCondition,
    TimeCondition,
    TimeTrigger,
    WaitAction,
)
from hub.core.people.access import Principal
from hub.core.people.records import Grant, Hours, Role
from protocol.ids import Address
from tests.hub.core.automations.stage import BY, LEVEL, ON, Crash, Stage, put, when
from tests.hub.core.world import LAMP, OTHER

WAIT = WaitAction(10.0)
DAILY = tuple(range(7))
BLINK = Address("lamp.blink")


def toggle(stage: Stage) -> None:
    stage.tell({"lamp.on": False})
    stage.tell({"lamp.on": True})


def levels(stage: Stage, address: str = "lamp.level") -> list[object]:
    return [values[address] for _, values in stage.told if address in values]


def test_conditions_are_judged_all_and_their_trace_tells_what_was_seen() -> None:
    stage = Stage()
    dark = PropertyCondition(OTHER, LEVEL, Claim(below=20))
    unknown = PropertyCondition(OTHER, Address("lamp.pin"), Claim(above=1))
    noon = TimeCondition(Hours((0,), 12 * 60, 13 * 60))
    night = TimeCondition(Hours((0,), 22 * 60, 6 * 60))
    there = PresenceCondition(LAMP, "online")
    conditions = (
        dark,
        SeveralCondition("any", (night, noon)),
        SeveralCondition("none", (night, SeveralCondition("any", (PresenceCondition(LAMP, "x"),)))),
        there,
    )
    stage.make("a", put(), conditions=conditions)
    toggle(stage)
    [run] = stage.runs("a")
    assert run.end == "done"
    seen = {one.path: (one.holds, one.value) for one in run.seen}
    assert seen == {
        "0": (True, 10),
        "1": (True, None),
        "1.of.0": (False, "12:00"),
        "1.of.1": (True, "12:00"),
        "2": (True, None),
        "2.of.0": (False, "12:00"),
        "2.of.1": (False, None),
        "2.of.1.of.0": (False, "online"),
        "3": (True, "online"),
    }
    stage.tell({"lamp.level": 30}, OTHER)
    for _ in range(5):
        toggle(stage)
    assert stage.ends("a") == ["done", "conditions"]
    assert [one.end for one in stage.disk.runs.values()] == ["done"]
    assert not stage.automations._judge.all_hold((unknown, SunCondition(is_up=True)), stage.now)[0]


@pytest.mark.parametrize(
    ("mode", "told", "ends"),
    [
        ("single", [50], ["done"]),
        ("restart", [50], ["restarted", "restarted", "done"]),
        ("queued", [50, 50, 50], ["done", "done", "done"]),
    ],
)
def test_modes(mode: str, told: list[int], ends: list[str]) -> None:
    stage = Stage()
    stage.make("a", WAIT, put(), mode=mode)
    for _ in range(3):
        toggle(stage)
        stage.wait(2.0)
    stage.wait(40.0)
    assert levels(stage) == told
    assert stage.ends("a") == ends
    if mode == "single":
        assert stage.runs("a")[0].ignored == 2


def test_a_queue_has_an_end() -> None:
    stage = Stage()
    stage.make("a", WAIT, put(), mode="queued")
    for _ in range(MOST_QUEUED + 3):
        toggle(stage)
    stage.wait(10.0 * (MOST_QUEUED + 2))
    assert len(levels(stage)) == MOST_QUEUED + 1
    assert max(run.ignored for run in stage.runs("a")) == 2


def test_traces_are_kept_up_to_a_number() -> None:
    stage = Stage()
    stage.make("a", NotifyAction("x"))
    for _ in range(KEPT_RUNS + 5):
        toggle(stage)
        stage.wait(2.0)
    assert len(stage.runs("a")) == len(stage.disk.runs) == KEPT_RUNS


def test_a_wait_goes_on_after_a_restart_late_if_need_be_and_not_after_too_long() -> None:
    for down_s, late_s, told in ((3.0, 0.0, [50]), (300.0, 290.0, [50]), (700.0, 0.0, [])):
        stage = Stage()
        stage.make("a", WAIT, put(), mode="queued")
        toggle(stage)
        toggle(stage)
        stage.restart(down_s)
        stage.back()
        stage.wait(9.0)
        assert levels(stage)[:1] == told
        first = stage.runs("a")[1]
        assert (first.end, first.late_s) == ("done" if told else "late", late_s)
        stage.wait(20.0)
        assert stage.ends("a")[1] == "done"


def test_writing_it_anew_ends_a_run_that_waits_and_a_new_name_does_not() -> None:
    stage = Stage()
    made = stage.make("a", WAIT, put())
    toggle(stage)
    stage.put(replace(made, name="b"))
    stage.wait(5.0)
    assert stage.runs("a")[0].end is None
    stage.put(replace(made, actions=(WAIT, put(value=60))))
    stage.wait(20.0)
    assert (stage.ends("a"), stage.told) == (["changed"], [])


def test_scenes_groups_and_actions_say_through_what_they_were_asked() -> None:
    stage = Stage()
    hub = stage.world.hub
    steps = (SceneStep(OTHER, {"lamp.level": 5}), SceneStep(LAMP, {"times": 2}, BLINK))
    for arranged in (Scene("s", "Film", steps=steps), Group("g", "All", members=(LAMP, OTHER))):
        stage.take(hub.arrangement.keep(arranged))
    call = CallAction(OTHER, BLINK, {"times": 1})
    stage.make("a", SceneAction("s"), SetAction({"lamp.level": 7}, None, "g"), call)
    toggle(stage)
    [run] = stage.runs("a")
    assert [len(done.orders) for done in run.done] == [2, 2, 1]
    assert {order.status for done in run.done for order in done.orders} <= {"confirmed", "applied"}
    bys = [stage.world.hub.commands.record(o.command).by for d in run.done for o in d.orders]  # type: ignore[arg-type]  # none was refused
    through = [by.through.name if by and by.through else "" for by in bys]
    assert through == ["Film", "Film", "All", "All", ""]
    stage.take(hub.arrangement.drop(hub.arrangement.get(Scene, "s")))
    stage.take(hub.arrangement.drop(hub.arrangement.get(Group, "g")))
    stage.pump()
    problem = stage.automations.state(stage.kept("a")).problem
    assert problem is not None
    assert problem.path == "actions.0.scene"
    toggle(stage)
    assert [done.status for done in stage.runs("a")[0].done] == ["failed", "failed", "done"]


def test_a_device_that_left_is_a_problem_and_the_rest_is_done() -> None:
    stage = Stage()
    stage.make("a", put(), NotifyAction("still"), triggers=(when(),))
    stage.take(stage.world.hub.unjoin(OTHER))
    stage.pump()
    assert stage.automations.state(stage.kept("a")).problem is not None
    toggle(stage)
    [run] = stage.runs("a")
    assert [done.status for done in run.done] == ["failed", "done"]
    assert run.done[0].orders[0].reason == "device-unknown"
    assert stage.notices == ["still"]


def test_a_device_that_takes_a_place_takes_it_in_automations() -> None:
    stage = Stage()
    conditions = (SeveralCondition("any", (PresenceCondition(LAMP, "online"),)),)
    stage.make("a", put(device=LAMP), conditions=conditions)
    new = type(LAMP)("lamp-0003")
    stage.world.join(new, LAMP)
    stage.pump()
    kept = stage.kept("a")
    assert str(LAMP) not in str(kept)
    assert str(new) in str(kept)


def test_an_author_does_what_they_may_at_that_time() -> None:
    stage = Stage()
    stage.make("a", put(), author="mo")
    stage.principals["mo"] = Principal("mo", "Mo", Role.GUEST, None, (Grant("control", True),))
    toggle(stage)
    assert len(stage.told) == 1
    narrow = Grant("see", of_home=True)
    stage.principals["mo"] = Principal("mo", "Mo", Role.GUEST, None, (narrow,))
    toggle(stage)
    assert stage.runs("a")[0].done[0].orders[0].reason == "right-missing"
    none = Grant("control", devices=(OTHER,))
    stage.principals["mo"] = Principal("mo", "Mo", Role.GUEST, None, (none,))
    toggle(stage)
    state = stage.automations.state(stage.kept("a"))
    assert state.problem is not None
    assert (state.problem.code, stage.kept("a").is_enabled) == ("wearer-only", False)
    stage.put(replace(stage.kept("a"), is_enabled=True))
    del stage.principals["mo"]
    stage.automations.check_authors(stage.now)
    stage.pump()
    state = stage.automations.state(stage.kept("a"))
    assert state.problem is not None
    assert (state.problem.code, stage.kept("a").is_enabled) == ("author-gone", False)
    assert len(stage.notices) == 2
    with pytest.raises(UnfitError):
        stage.automations.run(stage.kept("a"), BY, "ada", stage.now)


def test_a_person_runs_it_whatever_its_conditions_are() -> None:
    stage = Stage()
    never = (PresenceCondition(LAMP, "never"),)
    made = stage.make("a", WAIT, put(), conditions=never, is_enabled=False)
    run = stage.automations.run(made, BY, "ada", stage.now)
    assert (run.end, run.fired.person, run.fired.by) == (None, "ada", BY)
    stage.pump()
    with pytest.raises(UnfitError):
        stage.automations.run(made, BY, "ada", stage.now)
    stage.wait(15.0)
    [run] = stage.runs("a")
    assert run.end == "done"
    command = stage.world.hub.commands.record(run.done[1].orders[0].command)  # type: ignore[arg-type]  # it was sent
    assert command.by == BY.via("automation", "a", "a")
    with pytest.raises(UnfitError):
        stage.automations.run(replace(made, id="none"), BY, "ada", stage.now)


def test_too_many_runs_in_a_minute_switch_it_off() -> None:
    stage = Stage()
    stage.make("a", put())
    for _ in range(MOST_A_MINUTE + 10):
        toggle(stage)
    assert len(stage.told) == MOST_A_MINUTE
    assert "60 times in a minute" in stage.notices[-1]
    state = stage.automations.state(stage.kept("a"))
    assert state.problem is not None
    assert (state.problem.code, stage.kept("a").is_enabled) == ("too-many-runs", False)
    stage.put(replace(stage.kept("a"), is_enabled=True))
    assert stage.automations.state(stage.kept("a")).problem is None


@given(length=st.integers(1, 8), wait=st.sampled_from([0.0, 3.0]), restarts=st.booleans())
@settings(max_examples=25)
def test_circles_of_any_length_are_stopped(length: int, wait: float, restarts: bool) -> None:
    """Each sets the level by which the next is set off, and the last that of the first."""
    stage = Stage()
    for place in range(length):
        becomes = Claim(equals=place + 1)
        done = put(value=(place + 1) % length + 1 if length > 1 else 2, device=LAMP)
        triggers = (when(LEVEL, becomes if length > 1 else Claim()),)
        waits = (WaitAction(wait),) if wait else ()
        stage.make(f"a{place}", *waits, done, triggers=triggers)
    stage.tell({"lamp.level": 1})
    for _ in range(4):
        if restarts:
            stage.restart(0.5)
            stage.back()
        stage.wait(wait * length + 2.0)
    names = [f"a{place}" for place in range(length)]
    off = [name for name in names if not stage.kept(name).is_enabled]
    assert len(off) == 1
    problem = stage.automations.state(stage.kept(off[0])).problem
    assert problem is not None
    assert problem.code == "loop"
    assert sum(len(stage.runs(name)) for name in names) == length + 1
    assert restarts or len(stage.notices) == 1


@given(
    crashes=st.lists(st.tuples(st.integers(0, 12), st.floats(0.0, 30.0)), max_size=5),
    gap_s=st.floats(0.5, 12.0),
)
@settings(max_examples=60)
def test_no_crash_loses_a_wait_or_runs_it_twice(
    crashes: list[tuple[int, float]], gap_s: float
) -> None:
    """The power goes at any step, for less than the policy allows: each action is done once."""
    stage = Stage()
    stage.make("a", put(value=40), WAIT, put(value=41), WAIT, put(value=42), mode="queued")
    stage.tell({"lamp.on": False})
    stage.tell({"lamp.on": True})
    begun = len(stage.runs("a"))
    assert begun == 1
    for crash_at, down_s in crashes:
        stage.crash_at = crash_at
        with suppress(Crash):
            stage.wait(gap_s)
        if stage.crash_at is None:
            revive(stage, down_s)
    stage.crash_at = None
    stage.wait(60.0)
    assert [one for one in levels(stage) if one in (40, 41, 42)] == [40, 41, 42]
    assert stage.ends("a") == ["done"]


def revive(stage: Stage, down_s: float) -> None:
    stage.restart(down_s)
    stage.back()


def test_what_was_written_anew_just_before_a_crash_takes_nothing_over() -> None:
    stage = Stage()
    times = (TimeTrigger(12 * 60 + 5, DAILY), TimeTrigger(12 * 60 + 6, DAILY))
    before = stage.make("a", put(), WaitAction(200.0), put(LEVEL, 60), triggers=(*times, when()))
    stage.tell({ON: False})
    stage.tell({ON: True})
    assert stage.ends("a") == [None]
    known = stage.disk.progress["a"]
    assert (known.run is not None, len(known.nexts)) == (True, 2)
    after = replace(before, triggers=times[:1], actions=(put(LEVEL, 70), put(LEVEL, 80)))
    stage.disk.keep(stage.world.hub.arrangement.keep(after).saves)  # the power goes right then
    stage.told.clear()
    stage.restart(1.0)
    assert (stage.told, stage.ends("a")) == ([], [])
    stage.wait(600.0, 10.0)
    assert [values[LEVEL] for _, values in stage.told] == [70, 80]


def test_what_is_kept_of_triggers_that_are_not_there_stops_no_hub() -> None:
    stage = Stage()
    stage.make("a", put())
    stage.disk.progress["a"] = Progress("a", nexts=((5, stage.now.wall_s + 1.0),))
    stage.restart(2.0)  # it was due meanwhile
    stage.wait(60.0, 10.0)
    assert stage.automations.state(stage.kept("a")).next_s is None


def test_a_name_that_was_given_just_before_a_crash_changes_nothing() -> None:
    stage = Stage()
    before = stage.make("a", put(), WaitAction(200.0), put(LEVEL, 60))
    stage.tell({ON: False})
    stage.tell({ON: True})
    stage.disk.keep(stage.world.hub.arrangement.keep(replace(before, name="b")).saves)
    stage.restart(1.0)
    stage.wait(210.0, 10.0)
    assert stage.ends("a") == ["done"]


def test_a_run_behind_one_that_ends_is_ended_with_its_automation() -> None:
    stage = Stage()
    stage.make("a", WaitAction(10.0), put(), mode="queued")
    for _ in range(2):
        stage.tell({ON: False})
        stage.tell({ON: True})
    assert stage.ends("a") == [None, None]
    del stage.principals["ada"]
    stage.restart(700.0)  # the first one is too late, and the other nobody's any more
    assert stage.ends("a") == ["late", "off"]


def test_who_runs_it_twice_by_hand_is_told_that_it_runs_and_not_why_it_was_stopped() -> None:
    stage = Stage()
    stage.make("a", put(ON, False, LAMP), triggers=(when(), when(ON, Claim(equals=False))))
    toggle(stage)
    assert "loop" in stage.ends("a")
    stage.put(replace(stage.kept("a"), actions=(WAIT,), is_enabled=False))
    stage.automations.run(stage.kept("a"), BY, "ada", stage.now)
    with pytest.raises(UnfitError) as caught:
        stage.automations.run(stage.kept("a"), BY, "ada", stage.now)
    assert caught.value.code == "automation-busy"
