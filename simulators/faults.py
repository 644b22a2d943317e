"""The faults that a simulated device can have, each with its measure; `--fault NAME=VALUE`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, Self

from simulators.errors import UsageError
from simulators.spoiling import Spoiler, beyond, half, undeclared

Measure = Literal["chance", "seconds", "every_s"]
"""What a fault's value says: how likely, how far at most, or how far apart on average."""

_LIMITS: Final[Mapping[Measure, tuple[float, float]]] = MappingProxyType(
    {"chance": (0.0, 1.0), "seconds": (0.0, 1e6), "every_s": (1.0, 1e9)}
)
_SAYS: Final[Mapping[Measure, str]] = MappingProxyType(
    {
        "chance": "a chance per message, 0 to 1",
        "seconds": "seconds at most, 0 to 1,000,000",
        "every_s": "seconds on average from one to the next, 1 at least",
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to be faulty.

    Attributes:
        default: Its value where only its name is given.
        text: What happens, for people.
        spoil: For one that changes what a message says: how.
    """

    measure: Measure
    default: float
    text: str
    spoil: Spoiler | None = None


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "drop": Kind("chance", 0.05, "a message is lost, on either way"),
        "delay": Kind("seconds", 2.0, "messages come late, on either way, in their order"),
        "duplicate": Kind("chance", 0.05, "a message comes twice, on either way"),
        "reorder": Kind("chance", 0.05, "a message is overtaken by later ones"),
        "garble": Kind("chance", 0.02, "a payload is cut off, or no UTF-8, or lacks a field"),
        "clock": Kind("seconds", 3_600.0, "the clock is wrong, early or late"),
        "reboot": Kind("every_s", 3_600.0, "the power fails for a moment: no goodbye"),
        "flap": Kind("every_s", 600.0, "the link breaks and is made anew"),
        "silence": Kind("every_s", 7_200.0, "it hangs, its link open, until a watchdog reboots it"),
        "half": Kind("chance", 0.05, "a full state, an event or an answer lacks a part", half),
        "range": Kind("chance", 0.05, "a state tells a value that the product lacks", beyond),
        "undeclared": Kind("chance", 0.05, "a state or an event is of something else", undeclared),
        "flood": Kind("every_s", 21_600.0, "for 10 s it talks 20 times as fast as it may"),
    }
)
"""All faults by name."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Which faults are switched on, and how much of each."""

    values: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def parse(cls, words: Iterable[str]) -> Self:
        """Read `drop=0.1`, or `drop` alone for its usual measure; `all` switches on every one.

        A later word counts more than an earlier one: `all drop=0.5 flood=off`.

        Raises:
            UsageError: There is no such fault, or it has no such measure.
        """
        values: dict[str, float] = {}
        for word in words:
            name, _, text = word.partition("=")
            if name == "all" and not text:
                values.update((name, kind.default) for name, kind in KINDS.items())
            elif text == "off" and name in KINDS:
                values.pop(name, None)
            else:
                values[name] = _value(name, text)
        return cls({name: values[name] for name in KINDS if values.get(name)})

    def __bool__(self) -> bool:
        return bool(self.values)

    def of(self, name: str) -> float:
        """Return the measure of a fault; 0 for one that is off."""
        return self.values.get(name, 0.0)


def describe() -> str:
    """Return all faults with their usual measures, a line each."""
    width = max(map(len, KINDS))
    return "\n".join(
        f"{name:{width}}={kind.default:<7g} {kind.text} ({_SAYS[kind.measure]})"
        for name, kind in KINDS.items()
    )


def _value(name: str, text: str) -> float:
    kind = KINDS.get(name)
    if kind is None:
        known = ", ".join(KINDS)
        raise UsageError(f"there is no fault {name!r}", f"the faults: {known}; or all")
    if not text:
        return kind.default
    low, high = _LIMITS[kind.measure]
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value != 0.0 and not low <= value <= high:
        remedy = f"give {_SAYS[kind.measure]}: {name}={kind.default:g}"
        raise UsageError(f"{text!r} is no measure of the fault {name}", remedy)
    return value
