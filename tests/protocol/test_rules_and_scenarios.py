"""The catalogue names scenarios that exist, and each scenario serves a rule."""

from certification.suite import ORDER
from protocol.rules import rules

NAMES = {one.name for one in ORDER}
NO_RULE = {"join_closed", "half_open", "child_unknown"}
"""What a device has to live through, though no sentence of its own says how."""


def test_every_scenario_that_a_rule_names_exists() -> None:
    named = {name for entry in rules().values() for name in (*entry.tests, *entry.negative)}
    assert named - NAMES == set()


def test_every_scenario_serves_a_rule() -> None:
    named = {name for entry in rules().values() for name in (*entry.tests, *entry.negative)}
    assert NAMES - named == NO_RULE
