"""The requirement catalogue: every normative sentence of SPEC.md as one entry.

The entries stand in `protocol/requirements/*.toml`, one file per area. They are read at the first
call of `rule` or `rules` (25 ms); a process with an event loop calls `rules()` before it starts it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

Keyword = Literal["MUST", "MUST_NOT", "SHOULD", "MAY"]
Party = Literal["device", "hub", "app"]
Evidence = Literal["wire", "packets", "http", "mdns", "api", "document"]
"""What decides: messages, MQTT packets, joining, adverts, the hub's API, the product spec."""

Hook = Literal[
    "power_cycle",
    "factory_reset",
    "button",
    "second_unit",
    "new_firmware",
    "sensor_lost",
    "child_lost",
    "child_removed",
]
"""What somebody has to do to the device before the rule can be tried."""


class UnknownRuleError(LookupError):
    """A rule id stands in no catalogue file: a mistake in the program, not of a device."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"{rule_id} is not in protocol/requirements")
        self.rule_id = rule_id


@dataclass(frozen=True, slots=True)
class Failure:
    """How a rule is commonly broken: what is seen, what lies behind it, what mends it."""

    saw: str
    cause: str
    fix: str


@dataclass(frozen=True, slots=True)
class Implied:
    """Another rule that a device cannot but break with this one, and why."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One numbered sentence.

    Attributes:
        id: `ECO-<AREA>-<nnn>`; never given to another sentence.
        text: The sentence, word by word as in SPEC.md.
        keyword: The one that stands in `text`, in the sense of RFC 2119.
        party: Who has to keep it.
        level: Certificate level that needs it: 1 connects, 2 dependable, 3 hardened.
        observe: Where it can be seen whether the rule is kept.
        runtime: Where the running hub enforces it, or why it does not or cannot.
        since: Protocol version with which the rule came.
        why: The reason, for people who would rather not.
        fix: What the one who broke it should change; sent in verdicts.
        applies_if: Features of a device for which it holds, joined by `and`, `not` before each.
        needs: Hooks without which it cannot be tried.
        refs: Documents behind it.
        common_failures: How it is broken in the field.
        tests: Scenarios of certification in which a device shows that it keeps the rule.
        negative: Scenarios that give a device a reason to break it.
        waiver: Why no scenario can; empty where `negative` names one.
        mutants: Simulated devices that break this rule.
        implies: What they break besides.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    text: str
    keyword: Keyword
    party: tuple[Party, ...]
    level: Literal[1, 2, 3]
    observe: tuple[Evidence, ...]
    runtime: str
    since: str
    why: str
    fix: str
    applies_if: str = "always"
    needs: tuple[Hook, ...] = ()
    refs: tuple[str, ...] = ()
    common_failures: tuple[Failure, ...] = ()
    tests: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    waiver: str = ""
    mutants: tuple[str, ...] = ()
    implies: tuple[Implied, ...] = ()

    @property
    def area(self) -> str:
        """The middle part of the id."""
        return self.id.split("-")[1]


@dataclass(frozen=True, slots=True)
class _Area:
    """A file of the catalogue; `withdrawn` are ids whose sentences hold no more."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    requirement: tuple[Rule, ...]
    withdrawn: tuple[str, ...] = ()


def rule(rule_id: str) -> Rule:
    """Return the entry of a rule id.

    Raises:
        UnknownRuleError: No such entry exists.
    """
    found = rules().get(rule_id)
    if found is None:
        raise UnknownRuleError(rule_id)
    return found


@cache
def rules() -> Mapping[str, Rule]:
    """Return all entries by id, area by area in the order of their files."""
    return MappingProxyType({entry.id: entry for area in _areas() for entry in area.requirement})


def withdrawn() -> tuple[str, ...]:
    """Return the ids whose sentences hold no more; no other sentence gets them."""
    return tuple(each for area in _areas() for each in area.withdrawn)


def _areas() -> Iterator[_Area]:
    folder = files("protocol").joinpath("requirements")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    for name in names:
        yield _AREA.validate_python(tomllib.loads(folder.joinpath(name).read_text("utf-8")))


_AREA: TypeAdapter[_Area] = TypeAdapter(_Area)
