"""All checks, by rule id; importing this module imports every area."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from certification.judging.rules import (
    ack,
    announce,
    child,
    cmd,
    event,
    form,
    join,
    mqtt,
    noise,
    order,
    presence,
    sleep,
    spec,
    state,
    tries,
)
from certification.judging.rules.check import FOUND, Check

AREAS: Final = (
    *(ack, announce, child, cmd, event, form, join, mqtt, noise, order, presence, sleep, spec),
    *(state, tries),
)
"""The modules whose checks stand in `CHECKS`."""

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(FOUND)
