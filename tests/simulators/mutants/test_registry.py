"""The mutants as data: what a certification suite reads of them."""

import json
import re

import pytest

from protocol.rules import rules
from simulators import process
from simulators.errors import UsageError
from simulators.mutants import registry
from simulators.seams import Seams
from tests.simulators.test_process import options, outcome


@pytest.mark.parametrize("name", registry.MUTANTS)
def test_mutant_has_a_name_of_words_and_breaks_a_rule_for_devices(name: str) -> None:
    mutant = registry.find(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mutant.id)
    rule = rules()[mutant.rule]
    assert "device" in rule.party
    assert rule.keyword in {"MUST", "MUST_NOT"}
    assert mutant.wrong.endswith(".")


@pytest.mark.parametrize("name", registry.MUTANTS)
def test_what_follows_from_a_mutant_is_little_and_has_reasons(name: str) -> None:
    mutant = registry.find(name)
    assert len(mutant.implies) <= 3
    assert mutant.rule not in mutant.implies
    assert all(rule in rules() and why.endswith(".") for rule, why in mutant.implies.items())


@pytest.mark.parametrize("name", registry.MUTANTS)
def test_mutant_makes_a_plan_of_its_product_and_of_no_other(name: str) -> None:
    mutant = registry.find(name)
    children = tuple(mutant.arguments[1::2]) if "--child" in mutant.arguments else ()
    made = process.make_plan(
        options(product=mutant.product, count=1, children=children, mutants=(name,))
    )
    assert made.seams != Seams()
    with pytest.raises(UsageError, match=mutant.product):
        process.make_plan(options(product="heater", count=1, mutants=(name,)))


def test_catalogue_names_the_mutants_and_what_follows_from_them() -> None:
    named = {(name, entry.id) for entry in rules().values() for name in entry.mutants}
    assert named == {(mutant.id, mutant.rule) for mutant in registry.MUTANTS.values()}
    for mutant in registry.MUTANTS.values():
        implied = {one.rule: one.why for one in rules()[mutant.rule].implies}
        assert implied.items() >= mutant.implies.items()


def test_no_two_mutants_have_the_same_name() -> None:
    assert sum(len(area.MUTANTS) for area in registry._AREAS) == len(registry.MUTANTS)


def test_unknown_mutant_is_wrong_usage() -> None:
    with pytest.raises(UsageError):
        process.make_plan(options(mutants=("walks-on-water",)))


async def test_mutants_are_listed_for_people_and_for_programs() -> None:
    code, out, _ = await outcome("--mutants")
    assert code == 0
    assert "will-without-retain" in out
    code, out, _ = await outcome("--mutants", "--json")
    assert code == 0
    found = {each["id"]: each for each in json.loads(out)}
    assert found.keys() == registry.MUTANTS.keys()
    assert found["rejects-without-a-word"]["implies"][0]["rule"] == "ECO-CMD-011"
    assert "trusts-any-hub" in found["one-nonce-for-all"]["apart"]
    assert "range-of-a-switch" in found["undeclared-address"]["apart"]
    assert "leaves-without-a-word" not in found["undeclared-address"]["apart"]
