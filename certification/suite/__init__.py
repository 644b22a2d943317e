"""The suite: every scenario, in the order in which a run plays them."""

from typing import Final

from certification.suite import (
    acting,
    children,
    commanding,
    connection,
    joining,
    knowing,
    power,
    robustness,
    setting,
    sleeping,
)
from certification.suite.registry import SCENARIOS, Scenario

__all__ = ["ORDER", "Scenario", "named"]

_THEMES: Final = (
    acting,
    children,
    commanding,
    connection,
    joining,
    knowing,
    power,
    robustness,
    setting,
    sleeping,
)
"""Imported for the scenarios that they register."""

_ORDER: Final = (
    "join_closed",
    "join_false_hub",
    "join",
    "connect",
    "interview",
    "child_interview",
    "child_set",
    "child_unknown",
    "child_birth",
    "child_lost",
    "child_removed",
    "child_leave",
    "heartbeat",
    "interview_offsets",
    "set_each",
    "set_together",
    "command_ttl",
    "command_order",
    "command_flood",
    "action_each",
    "action_repeated",
    "state_get",
    "sleep_rest",
    "sleep_silence",
    "interview_ignored",
    "set_rejected",
    "set_atomic",
    "action_rejected",
    "action_other_epoch",
    "command_repeated",
    "command_retained",
    "command_expires_at",
    "unknown_fields",
    "garbage",
    "verdict_noise",
    "update_ignored",
    "goodbye",
    "birth",
    "birth_repeated",
    "birth_of_older_hub",
    "button",
    "event_each",
    "event_unacked",
    "sensor_lost",
    "mqtt_levels",
    "close",
    "cut",
    "half_open",
    "back_off",
    "refused",
    "decoy_hub",
    "min_epoch",
    "power_cycle",
    "new_firmware",
    "second_unit",
    "factory_reset",
)

ORDER: Final[tuple[Scenario, ...]] = tuple(SCENARIOS[name] for name in _ORDER)
"""All scenarios: first what others build on, then calm ones, last those that end a boot."""


def named(names: frozenset[str]) -> tuple[Scenario, ...]:
    """Return the scenarios of these names and the basic ones, in order."""
    return tuple(one for one in ORDER if one.is_basic or one.name in names)
