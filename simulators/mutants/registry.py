"""All mutants by name."""

import json
from typing import Final

from simulators.errors import UsageError
from simulators.mutants import (
    children,
    connecting,
    joining,
    obeying,
    ordering,
    payloads,
    products,
    sleeping,
    telling,
)
from simulators.mutants.composing import apart
from simulators.mutants.mutant import Mutant

_AREAS: Final = (
    connecting,
    payloads,
    ordering,
    telling,
    obeying,
    joining,
    products,
    sleeping,
    children,
)

MUTANTS: Final[dict[str, Mutant]] = {
    mutant.id: mutant for area in _AREAS for mutant in area.MUTANTS
}


def find(name: str) -> Mutant:
    """Return a mutant.

    Raises:
        UsageError: There is none of that name.
    """
    if name not in MUTANTS:
        raise UsageError(f"there is no mutant {name!r}", "ecohub simulate --mutants lists them")
    return MUTANTS[name]


def describe(*, as_json: bool) -> str:
    """Return all mutants, a line each, or as a JSON array."""
    if as_json:
        return json.dumps([_told(mutant) for mutant in MUTANTS.values()])
    width = max(map(len, MUTANTS))
    return "\n".join(f"{m.id:{width}} {m.rule:16} {m.wrong}" for m in MUTANTS.values())


def _told(mutant: Mutant) -> dict[str, object]:
    return {
        "id": mutant.id,
        "rule": mutant.rule,
        "wrong": mutant.wrong,
        "implies": [{"rule": rule, "why": why} for rule, why in mutant.implies.items()],
        "product": mutant.product,
        "arguments": mutant.arguments,
        "declares": mutant.declares,
        "apart": [
            other.id
            for other in MUTANTS.values()
            if other.kind == mutant.kind and other is not mutant and apart(mutant, other)
        ],
    }
