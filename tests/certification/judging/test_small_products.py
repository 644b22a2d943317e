"""Products with nothing to set, or nothing to tell: what cannot be shown of them is not asked."""

from typing import Any

import pytest

from certification.judging.judgement import Judgement
from certification.judging.verdicts import Verdict
from tests.certification.judging.scene import Scene, product

VALUE_RULES = [f"ECO-VALUE-{number:03}" for number in range(1, 6)]
MUTE = {"commands": False, "actions": False, "notify": False}


def reduced(**kept: Any) -> dict[str, Any]:
    """Return a product spec with nothing but what is named."""
    whole = product()
    (service,) = whole["services"]
    parts = {name: service[name] for name in ("name", "title")} | kept
    return {**whole, "services": [parts]}


def bell() -> Scene:
    """Return a device that has events alone, so that its states are empty."""
    scene = Scene(spec=reduced(events=product()["services"][0]["events"]), features=MUTE)
    scene.values = {}
    return scene.join().wait(1).hello().interview().wait(1)


def cooker() -> Scene:
    """Return a device with an action, and a value that nobody can set."""
    whole = product()["services"][0]
    heat = [part for part in whole["properties"] if part["name"] == "heat"]
    scene = Scene(spec=reduced(properties=heat, actions=whole["actions"]))
    scene.values = {"acme:main.heat": 21.5}
    return scene.join().wait(1).hello().interview().wait(1)


def verdicts(found: Judgement, *rules: str) -> set[Verdict]:
    return {found.verdict(rule).verdict for rule in rules}


def test_device_without_values_breaks_no_rule_about_them() -> None:
    scene = bell()
    found = scene.state().wait(3).ping().judged()
    assert verdicts(found, *VALUE_RULES) == {Verdict.PASS}
    shown = found.verdict("ECO-STATE-010").observations[0].what
    assert "no value that could get lost" in shown


def test_event_with_a_wrong_value_is_found_where_states_have_none() -> None:
    found = bell().event(arguments={"long": 1}).wait(3).ping().judged()
    assert found.verdict("ECO-VALUE-001").verdict is Verdict.FAIL


def test_device_with_nothing_to_set_need_not_show_what_was_set() -> None:
    found = cooker().state().wait(3).ping().judged()
    assert verdicts(found, "ECO-STATE-007", "ECO-STATE-008") == {Verdict.PASS}


@pytest.mark.parametrize(
    ("answered", "verdict"),
    [(("a.1", "a.2"), Verdict.PASS), (("a.2", "a.1"), Verdict.FAIL)],
)
def test_calls_of_one_action_are_done_in_their_order(
    answered: tuple[str, ...], verdict: Verdict
) -> None:
    scene = cooker().act("a.1").act("a.2").wait(0.1)
    for name in answered:
        scene.ack(name, results={"done": 3}).wait(0.1)
    assert scene.wait(3).ping().judged().verdict("ECO-CMD-014").verdict is verdict


@pytest.mark.parametrize(("is_answered", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_question_with_a_field_of_a_later_version_is_answered(
    is_answered: bool, verdict: Verdict
) -> None:
    scene = bell().ask("g.1", eco_next=1).wait(0.1)
    if is_answered:
        scene.state()
    assert scene.wait(5).ping().judged().verdict("ECO-VERSION-004").verdict is verdict
