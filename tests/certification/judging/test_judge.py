"""The judge: levels, features, hooks and the declaration, over whole transcripts."""

from collections.abc import Callable
from functools import cache

import pytest

from certification.judging.judge import MISMATCH, judge, judged_rules
from certification.judging.judgement import Judgement
from certification.judging.rules import CHECKS
from certification.judging.verdicts import Verdict
from certification.transcript.file import Transcript
from protocol.rules import rules
from tests.certification.judging.scene import Scene, product


def short(**changes: object) -> Scene:
    """Return a run in which little happens, all of it as it should."""
    scene = Scene(**changes).join().wait(1).hello().interview()  # type: ignore[arg-type]
    return scene.wait(3).ping()


@cache
def short_judged() -> Judgement:
    return short().judged()


def test_every_rule_for_devices_has_a_check_and_no_other_has() -> None:
    assert set(CHECKS) == {entry.id for entry in judged_rules()}
    assert len(CHECKS) == 150


def test_a_run_is_judged_by_every_rule_once_in_the_order_of_the_catalogue() -> None:
    named = [verdict.rule for verdict in short_judged().verdicts]
    assert named == [entry.id for entry in rules().values() if "device" in entry.party]


def test_a_short_good_run_breaks_nothing_and_leaves_most_open() -> None:
    found = short_judged()
    assert found.failed == ()
    assert found.verdict("ECO-ANNOUNCE-001").verdict is Verdict.PASS
    assert found.verdict("ECO-CMD-007").verdict is Verdict.INCONCLUSIVE
    assert (found.level_reached, found.exit_code) == (0, 2)
    assert "ECO-CMD-007" in found.blocked_by[1]


def test_an_empty_run_passes_nothing() -> None:
    found = Scene().judged()
    assert {v.verdict for v in found.verdicts} == {Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE}


def test_judging_twice_says_the_same() -> None:
    transcript = short().end()
    assert judge(transcript) == judge(Transcript(transcript.lines))


def test_lines_named_by_a_verdict_are_lines_of_the_transcript() -> None:
    transcript = short().end()
    named = {line for verdict in judge(transcript).verdicts for line in verdict.lines}
    assert named <= {line.n for line in transcript.lines}


def test_a_rule_for_a_feature_that_the_device_has_not_says_which() -> None:
    found = short_judged().verdict("ECO-CHILD-004")
    assert (found.verdict, found.reason) == (
        Verdict.NOT_APPLICABLE,
        "the device is not: gateway",
    )


def test_a_feature_that_is_seen_counts_though_it_is_not_declared() -> None:
    found = short(features={"actions": False}).judged()
    assert found.verdict("ECO-CMD-017").verdict is Verdict.INCONCLUSIVE
    assert [m.path for m in found.mismatches] == ["features.actions"]
    assert all(MISMATCH in found.blocked_by[level] for level in (1, 2, 3))
    assert found.exit_code == 1


def test_a_feature_that_is_declared_and_absent_is_told() -> None:
    found = short(features={"sleeper": True}).judged()
    (mismatch,) = found.mismatches
    assert (mismatch.path, mismatch.declared, mismatch.seen) == ("features.sleeper", "yes", "no")
    assert found.verdict("ECO-SLEEP-003").verdict is Verdict.FAIL


def test_another_firmware_than_declared_is_told() -> None:
    scene = Scene().join().dial().subscribe().introduce(firmware="1.0.1")
    (mismatch,) = scene.judged().mismatches
    assert (mismatch.path, mismatch.seen) == ("device.firmware", "1.0.1")


def test_a_missing_hook_is_named_and_blocks_its_level() -> None:
    found = short_judged()
    assert found.verdict("ECO-JOIN-009").reason.startswith("supply hook factory_reset. To decide:")
    assert "ECO-JOIN-009" in found.blocked_by[2]
    assert "ECO-JOIN-009" not in found.blocked_by[1]


def test_a_broken_rule_is_told_though_its_hook_is_missing() -> None:
    scene = Scene().join()
    scene.epoch = 2
    scene.hello().close().wait(2)
    scene.epoch, scene.connection = 1, 0
    assert "ECO-ORDER-001" in scene.hello().judged().failed


def test_a_scenario_that_gave_up_is_named() -> None:
    scene = short()
    scene.writer.write("scenario", name="birth", phase="begin")
    scene.writer.write("scenario", name="birth", phase="end", outcome="gave up: no link")
    assert scene.judged().gave_up == (("birth", "gave up: no link"),)


def test_a_broken_rule_of_the_wanted_level_is_exit_code_1() -> None:
    scene = Scene(level=1).join().dial(keepalive_s=5).subscribe().introduce()
    found = scene.judged()
    assert found.exit_code == 1
    assert "ECO-MQTT-007" in found.blocked_by[1]


def test_a_judgement_says_of_what_it_is() -> None:
    transcript = short().end()
    found = judge(transcript)
    assert (found.vendor, found.product, found.firmware) == ("acme", "thing-1", "1.0.0")
    assert (found.seed, found.scale, found.level_wanted) == (7, 1.0, 3)
    assert found.transcript_sha == transcript.sha256
    assert found.catalogue_sha == "c" * 64


@pytest.mark.parametrize(
    "begin",
    [lambda s: s, lambda s: s.join(), lambda s: s.dial(), lambda s: s.hello().close()],
)
def test_a_run_cut_short_anywhere_is_judged(begin: Callable[[Scene], Scene]) -> None:
    assert begin(Scene()).judged().failed == ()


def test_a_product_spec_that_is_broken_leaves_the_rest_open() -> None:
    bad = product(services=[{"name": "NO", "title": {"en": "x"}}])
    found = Scene(spec=bad).join().hello().interview().wait(3).ping().judged()
    assert "ECO-SPEC-003" in found.failed
    assert found.verdict("ECO-VALUE-001").verdict is Verdict.INCONCLUSIVE


def test_a_device_that_does_not_come_back_from_a_new_firmware_leaves_it_open() -> None:
    scene = short(hooks=("new_firmware", "factory_reset")).hook("new_firmware").wait(1)
    scene.close("device", "reset").wait(90).hook("factory_reset").wait(1)
    scene.epoch, scene.connection = scene.epoch + 1, 0
    found = scene.hello().judged().verdict("ECO-ANNOUNCE-005")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason.startswith("nothing came from the device after its new firmware")
