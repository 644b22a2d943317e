"""A mutant: a device that breaks one rule, and what follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulators.mutants.tap import Deviation
from simulators.mutants.veils import Veil


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to be wrong.

    Attributes:
        id: Its name, such as `will-without-retain`.
        rule: The rule that it breaks.
        wrong: What is wrong with it, for people.
        deviation: What it does at its wire.
        seams: What is changed elsewhere, by the names of `Seams`.
        implies: Other rules that cannot be kept by whoever breaks this one, each with the reason.
        product: The device that it is made of.
        arguments: What else `ecohub simulate` has to be told.
        declares: Features that its maker declares otherwise than that of a healthy one.
        veil: What cannot be seen of it any more; None for nothing.
    """

    id: str
    rule: str
    wrong: str
    deviation: Deviation | None = None
    seams: Mapping[str, Any] = field(default_factory=dict)
    implies: Mapping[str, str] = field(default_factory=dict)
    product: str = "smart-plug"
    arguments: tuple[str, ...] = ()
    declares: Mapping[str, bool] = field(default_factory=dict)
    veil: Veil | None = None

    @property
    def kind(self) -> tuple[str, ...]:
        """The healthy device that it would be."""
        return (self.product, *self.arguments)

    def of(self, product: str, *arguments: str) -> "Mutant":
        """Return it made of another device."""
        return replace(self, product=product, arguments=arguments)

    def declaring(self, **features: bool) -> "Mutant":
        """Return it as its maker declares it."""
        return replace(self, declares=features)

    def behind(self, veil: Veil) -> "Mutant":
        """Return it with what it hides."""
        return replace(self, veil=veil)

    def implying(self, **implies: str) -> "Mutant":
        """Return it with what follows from it, by rule: `state_008` stands for ECO-STATE-008."""
        named = {f"ECO-{name.upper().replace('_', '-')}": why for name, why in implies.items()}
        return replace(self, implies=named)


def at_wire(name: str, rule: str, wrong: str, /, **changes: Any) -> Mutant:
    """Return a mutant that is wrong at its wire; `changes` are those of a `Deviation`."""
    return Mutant(name, rule, wrong, Deviation(**changes))


def at_seam(name: str, rule: str, wrong: str, /, **changes: Any) -> Mutant:
    """Return a mutant that is wrong elsewhere; `changes` are those of `Seams`."""
    return Mutant(name, rule, wrong, seams=changes)
