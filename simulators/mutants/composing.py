"""Several mutants in one device, which is wrong in the ways of all of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from simulators.errors import UsageError
from simulators.mutants.mutant import Mutant
from simulators.mutants.tap import Tapped
from simulators.seams import Seams, same_tempo
from simulators.tempo import Tempo

SHARE: Final = 0.8
"""Part of its rate for what the device itself says, where its mutants may have more to say."""


def composed(mutants: Sequence[Mutant]) -> Seams:
    """Return how a device is put together that is wrong in all these ways.

    What they do at its wire lies one over the other, the first next to the device. Of each other
    seam only one may lay hands on it.

    Raises:
        UsageError: Two of them cannot be one device.
    """
    for one, other in combinations(mutants, 2):
        if why := apart(one, other):
            text = f"{one.id} and {other.id} cannot be one device: {why}"
            raise UsageError(text, "give one of them alone")
    changed = {name: change for one in mutants for name, change in one.seams.items()}
    deviations = tuple(one.deviation for one in mutants if one.deviation is not None)
    if deviations:
        changed["dialling"] = Tapped(deviations)
        changed["tempo"] = _unhurried(changed.get("tempo", same_tempo))
    return Seams(**changed)


def _unhurried(tempo: Callable[[Tempo], Tempo]) -> Callable[[Tempo], Tempo]:
    def of(real: Tempo) -> Tempo:
        return replace(tempo(real), rate_share=SHARE)

    return of


def apart(one: Mutant, other: Mutant) -> str:
    """Return why two mutants cannot be one device; empty where they can."""
    if one.kind != other.kind:
        return f"one is a {' '.join(one.kind)}, the other a {' '.join(other.kind)}"
    if one.id == other.id:
        return "they are the same"
    if both := sorted(one.seams.keys() & other.seams.keys()):
        return f"both change its {both[0]}"
    return _hidden(one, other) or _hidden(other, one)


def _hidden(one: Mutant, by: Mutant) -> str:
    is_hidden = by.veil and any(by.veil.covers(rule) for rule in (one.rule, *one.implies))
    return f"nobody sees {one.id} where {by.veil.why}" if by.veil and is_hidden else ""
