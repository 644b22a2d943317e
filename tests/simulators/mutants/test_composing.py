"""Which mutants can be one device, and what that is then."""

from itertools import combinations

import pytest

from protocol.ids import DeviceId
from protocol.rules import rules
from simulators import process
from simulators.errors import UsageError
from simulators.mutants import registry, veils
from simulators.mutants.composing import SHARE, apart, composed
from simulators.mutants.tap import Tapped
from simulators.seams import Seams, same_tempo
from simulators.tempo import Tempo
from tests.simulators.test_process import options, outcome

VEILS = list(dict.fromkeys(one.veil for one in registry.MUTANTS.values() if one.veil))


def why(one: str, other: str) -> str:
    return apart(registry.find(one), registry.find(other))


def test_no_mutant_at_all_is_a_healthy_device() -> None:
    assert composed([]) == Seams()


def test_pair_deviates_at_its_wire_and_at_the_other_seams() -> None:
    pair = [registry.find(name) for name in ("one-serial-for-all", "retained-state", "argues")]
    seams = composed(pair)
    assert seams.dialling == Tapped(tuple(one.deviation for one in pair if one.deviation))
    assert seams.serial(DeviceId("plug-0001")) == seams.serial(DeviceId("plug-0002"))
    assert seams.code is Seams().code


def test_device_that_may_have_more_to_say_leaves_room_in_its_rate() -> None:
    real = Tempo()
    assert composed([registry.find("no-heartbeat")]).tempo(real).rate_share == 1.0
    roomy = composed([registry.find("no-heartbeat"), registry.find("argues")]).tempo(real)
    assert roomy.rate_share == SHARE
    assert roomy.full_every_s > real.full_every_s
    assert composed([]).tempo is same_tempo


def test_mutants_of_one_kind_that_lay_hands_on_different_things_are_one_device() -> None:
    assert why("retained-state", "argues") == ""
    assert why("one-serial-for-all", "one-id-for-all") == ""


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("argues", "acks-rest", "one is a smart-plug, the other a climate-sensor"),
        ("argues", "insists-on-mqtt-5", "one is a smart-plug, the other a smart-plug --mqtt5"),
        ("argues", "argues", "they are the same"),
        ("one-nonce-for-all", "takes-its-time-to-join", "both change its approach"),
        ("event-that-went-away", "same-version-again", "both change its document"),
        ("trusts-any-hub", "argues", "nobody sees argues where it never comes into the home"),
        ("acts-for-another-boot", "spec-too-deep", "where nobody can read its product spec"),
    ],
)
def test_two_that_cannot_be_one_device_say_why(one: str, other: str, reason: str) -> None:
    assert reason in why(one, other)
    assert reason in why(other, one) or "one is a" in reason
    with pytest.raises(UsageError, match=f"{one} and {other} cannot be one device"):
        composed([registry.find(one), registry.find(other)])


@pytest.mark.parametrize("veil", VEILS)
def test_veil_names_rules_that_there_are(veil: veils.Veil) -> None:
    known = rules()
    assert all(any(rule.startswith(one) for rule in known) for one in veil.hides)
    assert all(rule in known and rule.startswith(veil.hides) for rule in veil.but)
    assert not veil.why.endswith(".")


def test_most_pairs_of_a_kind_can_be_one_device() -> None:
    pairs = list(combinations(registry.MUTANTS.values(), 2))
    of_a_kind = [pair for pair in pairs if pair[0].kind == pair[1].kind]
    able = [pair for pair in of_a_kind if not apart(*pair)]
    assert len(able) > 0.8 * len(of_a_kind)
    assert all(composed(pair) != Seams() for pair in able)


def test_plan_of_several_mutants_is_theirs_and_names_those_that_do_not_fit() -> None:
    pair = ("retained-state", "argues")
    made = process.make_plan(options(product="smart-plug", count=1, mutants=pair))
    assert made.seams.dialling == composed(list(map(registry.find, pair))).dialling
    with pytest.raises(UsageError, match="acks-rest is a climate-sensor"):
        process.make_plan(options(product="smart-plug", count=1, mutants=("argues", "acks-rest")))


async def test_command_line_takes_several_mutants() -> None:
    wrong = ("--mutant", "event-that-went-away", "--mutant", "same-version-again")
    code, _, err = await outcome("smart-plug", "--code", "1234-5678", *wrong)
    assert code == 2
    assert "both change its document" in " ".join(err.split())
