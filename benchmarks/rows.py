"""From what was measured to what is said of it: rows, ratios, budgets; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Of = Literal["value", "ratio"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a row may cost at most, or has to reach at least.

    Attributes:
        of: Whether `bound` is one of the value, in the row's unit, or of its ratio to the limit.
    """

    sense: Literal["<=", ">="]
    bound: float
    of: Of = "value"

    def text(self, unit: str) -> str:
        """Say it, such as `<= 2 s` or `>= 0.5 x the limit`."""
        return f"{self.sense} {self.bound:g} {unit if self.of == 'value' else 'x the limit'}"

    def is_met(self, value: float) -> bool:
        """Say whether a value, or a ratio, keeps to it."""
        return value <= self.bound if self.sense == "<=" else value >= self.bound


@dataclass(frozen=True, slots=True)
class Kind:
    """What a row is about.

    Attributes:
        what: What is measured, from where to where.
        limit: What the limit is; empty where there is none.
        without: What the row leaves out.
        budget: None where none was set.
    """

    name: str
    unit: str
    what: str
    limit: str = ""
    without: str = ""
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one row: the value, and the bare limit measured beside it."""

    value: float
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """The value as a part of the limit, or as a multiple of it."""
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class Row:
    """The verdict over some runs: medians, and whether they keep to the budget.

    Attributes:
        ratio: Median of the ratios run by run, which a drifting machine disturbs least.
        met: None where there is no budget.
    """

    name: str
    value: float
    unit: str
    limit: float | None
    ratio: float | None
    budget: str | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one measurement gave in one run.

    Attributes:
        samples: By name of the row.
        raw: All single figures behind them, by what they are; of no unit but that in the name.
    """

    samples: Mapping[str, Sample]
    raw: Mapping[str, Sequence[float]] = field(default_factory=dict)


def judge(kind: Kind, samples: Sequence[Sample]) -> Row:
    """Return the row that some runs make.

    Raises:
        ValueError: There are none.
    """
    if not samples:
        raise ValueError(f"no run of {kind.name}")
    value = median(sample.value for sample in samples)
    limits = [sample.limit for sample in samples if sample.limit is not None]
    ratios = [sample.ratio for sample in samples if sample.ratio is not None]
    ratio = median(ratios) if ratios else None
    return Row(
        name=kind.name,
        value=rounded(value),
        unit=kind.unit,
        limit=rounded(median(limits)) if limits else None,
        ratio=None if ratio is None else rounded(ratio),
        budget=kind.budget.text(kind.unit) if kind.budget else None,
        met=_is_met(kind.budget, value, ratio),
    )


def percentile(numbers: Sequence[float], part: float) -> float:
    """Return the smallest number that at least `part` of all do not exceed.

    Raises:
        ValueError: There are no numbers.
    """
    if not numbers:
        raise ValueError("a percentile of nothing")
    return sorted(numbers)[max(0, math.ceil(part * len(numbers)) - 1)]


def rounded(number: float) -> float:
    """Return a figure with four digits that count; nobody measures more."""
    if number == 0 or not math.isfinite(number):
        return number
    return round(number, 3 - math.floor(math.log10(abs(number))))


def _is_met(budget: Budget | None, value: float, ratio: float | None) -> bool | None:
    if budget is None:
        return None
    figure = value if budget.of == "value" else ratio
    return figure is not None and budget.is_met(figure)
