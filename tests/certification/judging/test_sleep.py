"""A sleeper whose power is cut: neither its parting nor its sleep is its own doing."""

from certification.judging.verdicts import Verdict
from tests.certification.judging.lives import HOOKS
from tests.certification.judging.scene import Scene


def resting() -> Scene:
    """Return a sleeper that is about to fall asleep."""
    scene = Scene(hooks=HOOKS, features={"sleeper": True})
    scene.sleep = {"interval_s": 60, "awake_s": 2}
    return scene.join().wait(1).hello().interview().ask("r.1", "rest").wait(0.3)


def test_sleep_in_which_the_power_was_cut_is_not_judged_by_its_length() -> None:
    scene = resting().presence("asleep", reason="sleep").wait(0.1).leave().wait(1)
    scene.hook("power_cycle").wait(200).hello().wait(1)
    found = scene.judged().verdict("ECO-SLEEP-004")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "switched off" in found.reason


def test_parting_that_was_cut_off_is_not_judged() -> None:
    scene = resting().presence("asleep", reason="sleep").hook("power_cycle")
    scene.close("device", "fin").wait(9).hello().wait(1)
    found = scene.judged().verdict("ECO-SLEEP-007")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "before it could fall asleep" in found.reason
