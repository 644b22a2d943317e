"""What of an automation does not fit the home; the API's tests say the rest."""

from dataclasses import replace

import pytest

from hub.core.arrangement.records import Group
from hub.core.automations.almanac import Now
from hub.core.automations.checks import MOST_BYTES, flaws
from hub.core.automations.errors import UnfitError
from hub.core.automations.mentions import renamed
from hub.core.automations.records import (
    Automation,
    CallAction,
    Claim,
    EventTrigger,
    NotifyAction,
    PresenceTrigger,
    PropertyCondition,
    SetAction,
    SeveralCondition,
    SunCondition,
    TimeTrigger,
)
from hub.core.automations.runs import Run
from protocol.ids import Address, DeviceId
from tests.hub.core.automations.stage import BY, LEVEL, ON, Stage, put, when
from tests.hub.core.automations.test_triggers import SixToSix
from tests.hub.core.world import LAMP, OTHER

PIN, PRESSED = Address("lamp.pin"), Address("lamp.pressed")
NEW = DeviceId("lamp-0003")


def found(stage: Stage, **more: object) -> list[tuple[str, str]]:
    given = {"id": "a", "name": "a", "author": "ada", "actions": (put(),), **more}
    automation = Automation(**given)  # type: ignore[arg-type]  # fields of a test
    home = stage.world.hub.arrangement.surroundings
    return [(flaw.code, flaw.path) for flaw in flaws(automation, home)]


def test_conditions_are_not_too_deep_nor_empty_nor_too_large() -> None:
    stage = Stage()
    deep = SeveralCondition("any", (PropertyCondition(LAMP, ON, Claim(equals=True)),))
    for _ in range(3):
        deep = SeveralCondition("none", (deep,))
    assert found(stage, conditions=(deep,)) == [("limit-reached", "conditions")]
    empty = SeveralCondition("any", ())
    assert found(stage, conditions=(empty,)) == [("claim-unclear", "conditions.0.of")]
    large = NotifyAction("x" * MOST_BYTES)
    assert found(stage, actions=(large,)) == [("limit-reached", "")]
    none = PropertyCondition(LAMP, ON, Claim())
    assert found(stage, conditions=(none,)) == [("claim-unclear", "conditions.0")]


def test_what_cannot_be_told_cannot_be_looked_at() -> None:
    stage = Stage()
    written = (when(PIN, Claim(equals="x")),)
    assert found(stage, triggers=written) == [("ECO-STATE-002", "triggers.0.address")]
    both = (when(LEVEL, Claim(equals=5, above=1)),)
    assert found(stage, triggers=both) == [("claim-unclear", "triggers.0")]
    wrong = (EventTrigger(LAMP, PRESSED, {"times": 1}),)
    assert found(stage, triggers=wrong) == [("part-unknown", "triggers.0.arguments.times")]
    # What is not known of a device is believed.
    stage.world.join(NEW)
    believed = (when(LEVEL, Claim(above=999), NEW), EventTrigger(NEW, PRESSED, {"times": 1}))
    call = CallAction(NEW, Address("lamp.explode"), {})
    assert found(stage, triggers=believed, actions=(call,)) == []


def test_one_member_of_a_group_that_cannot_do_it_is_enough() -> None:
    stage = Stage()
    stage.take(stage.world.hub.arrangement.keep(Group("g", "All", members=(LAMP, OTHER))))
    actions = (SetAction({"lamp.level": 999}, None, "g"), SetAction({"lamp.level": 9}, None, "g"))
    assert found(stage, actions=actions) == [("ECO-VALUE-002", "actions.0.properties.lamp.level")]


def test_what_was_there_before_may_stay() -> None:
    stage = Stage()
    made = stage.make("a", put(), NotifyAction("x"))
    stage.take(stage.world.hub.unjoin(OTHER))
    stage.take(stage.world.hub.unjoin(LAMP))
    stage.pump()
    stage.put(replace(made, actions=(*made.actions, NotifyAction("y"))))
    with pytest.raises(UnfitError):
        stage.put(replace(made, actions=(put(value=51),)))


def test_a_device_is_written_in_anothers_place_wherever_it_stands() -> None:
    triggers = (
        when(),
        EventTrigger(LAMP, PRESSED, {}),
        PresenceTrigger(LAMP, "online"),
        when(device=OTHER),
        TimeTrigger(0, (0,)),
    )
    conditions = (
        SeveralCondition("any", (PropertyCondition(LAMP, ON, Claim(equals=True)),)),
        SunCondition(is_up=True),
        PropertyCondition(OTHER, ON, Claim(equals=True)),
    )
    actions = (put(device=LAMP), CallAction(LAMP, Address("lamp.blink"), {}), put())
    before = Automation("a", "a", "ada", "", True, "single", triggers, conditions, actions)
    after = renamed(before, LAMP, NEW)
    assert str(LAMP) not in str(after)
    assert str(after).replace(NEW, LAMP) == str(before)
    assert renamed(after, LAMP, NEW) is after


def test_a_sun_that_is_known_is_judged() -> None:
    stage = Stage(sun=SixToSix())
    conditions = (SunCondition(is_up=True), SunCondition(is_up=False))
    assert found(stage, conditions=conditions) == []
    does_hold, seen = stage.automations._judge.all_hold(conditions, stage.now)
    assert (does_hold, [one.value for one in seen]) == (False, ["up", "up"])
    unsure = Now(stage.now.s, stage.now.wall_s, is_sure=False)
    assert [one.holds for one in stage.automations._judge.all_hold(conditions, unsure)[1]] == [
        False,
        False,
    ]


def test_what_is_gone_meanwhile_is_nobodys_business() -> None:
    stage = Stage()
    made = stage.make("a", put())
    stage.is_obedient = False
    stage.tell({"lamp.on": True})
    [run] = stage.runs("a")
    assert run.done[0].orders[0].status in {"accepted", "delivered"}
    stage.take(stage.world.hub.arrangement.drop(made))
    stage.pump()
    stage.wait(20.0)  # the command expires, and nobody waits for it
    stage.put(replace(made, id="b", name="b"))
    stage.automations.restore([], [Run("r", "gone", 0.0, run.fired)], stage.now)
    assert stage.automations.runs("gone") == []
    state = stage.automations.state(replace(made, id="none"))
    assert (state.next_s, state.last, state.problem) == (None, None, None)
    draft = replace(stage.kept("b"), actions=(put(device=NEW),))
    unwritten = stage.automations.state(draft).problem
    assert unwritten is not None
    assert unwritten.code == "mention-unknown"
    with pytest.raises(UnfitError):
        stage.automations.run(made, BY, "ada", stage.now)


def test_a_group_that_all_have_left_is_a_problem_until_somebody_is_in_it() -> None:
    stage = Stage()
    group = Group("group-00000001", "Lamps", members=(OTHER,))
    stage.take(stage.world.hub.arrangement.keep(group))
    stage.make("a", SetAction({"lamp.level": 50}, group=group.id))
    stage.take(stage.world.hub.arrangement.keep(replace(group, members=())))
    stage.pump()
    problem = stage.automations.state(stage.kept("a")).problem
    assert problem is not None
    assert (problem.code, problem.path) == ("mention-unknown", "actions.0.group")
    stage.put(replace(stage.kept("a"), name="b"))  # what was there before may stay
    stage.take(stage.world.hub.arrangement.keep(group))
    stage.pump()
    assert stage.automations.state(stage.kept("a")).problem is None
