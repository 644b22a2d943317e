"""docs/mutants.md tells of every mutant, as it is."""

from pathlib import Path

from protocol.rules import Rule, rules
from simulators.mutants import registry

PAGE = Path(__file__).parents[3] / "docs" / "mutants.md"


def cells() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def is_bare(entry: Rule) -> bool:
    is_must = entry.keyword in {"MUST", "MUST_NOT"} and "device" in entry.party
    return is_must and not entry.mutants


def test_table_is_the_registry() -> None:
    told = {tuple(row) for row in cells() if len(row) == 4}
    assert told == {
        (f"`{m.id}`", f"`{m.rule}`", m.wrong, ", ".join(f"`{rule}`" for rule in m.implies))
        for m in registry.MUTANTS.values()
    }


def test_rules_without_a_mutant_are_named_with_the_reason() -> None:
    told = {tuple(row) for row in cells() if len(row) == 2}
    assert told == {(f"`{one.id}`", one.waiver) for one in rules().values() if is_bare(one)}
    assert all(why for _, why in told)
