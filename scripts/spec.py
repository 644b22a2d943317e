"""Fill protocol/SPEC.md from the catalogue and the tables of the code, or check that it is filled.

Lines `- [ECO-...]` get the sentence of the catalogue, and blocks `<!-- name -->` to `<!-- end -->`
get the table of that name. Run `python scripts/spec.py` after a change of either; `--check` writes
nothing and ends with 1 when the file would change.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from protocol import presence, receipt
from protocol.classes import CLASSES
from protocol.part_titles import PART_TITLES
from protocol.parts import ActionPart, EventPart, Part, PropertyPart
from protocol.rules import rule, withdrawn
from protocol.units import UNITS

SPEC: Final = Path(__file__).parents[1] / "protocol" / "SPEC.md"
RULE_LINE: Final = re.compile(r"^- \[(ECO-[A-Z]+-[0-9]{3})\].*$", re.MULTILINE)
BLOCK: Final = re.compile(r"<!-- ([a-z]+) -->\n.*?<!-- end -->", re.DOTALL)


def filled(text: str) -> str:
    """Return the text of SPEC.md with every sentence and table as the code has it."""
    text = RULE_LINE.sub(lambda found: f"- [{found[1]}] {rule(found[1]).text}", text)
    return BLOCK.sub(lambda found: f"<!-- {found[1]} -->\n{TABLES[found[1]]()}\n<!-- end -->", text)


def main() -> int:
    """Fill the file, or with `--check` say whether it is filled."""
    before = SPEC.read_text("utf-8")
    after = filled(before)
    if before == after:
        return 0
    if "--check" in sys.argv[1:]:
        sys.stderr.write("protocol/SPEC.md is not up to date: run python scripts/spec.py\n")
        return 1
    SPEC.write_text(after, "utf-8")
    return 0


def _table(rows: Iterable[Iterable[str]]) -> str:
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((head, "|---" * (head.count(" | ") + 1) + "|", *rest))


def _presence() -> str:
    columns = list(presence.Presence)
    rows = (
        [f"`{piece}`", *(presence.TABLE[column].get(piece, ".") for column in columns)]
        for piece in presence.Evidence
    )
    return _table([["", *columns], *rows])


def _receipt() -> str:
    columns = list(receipt.Status)
    rows = (
        [f"`{step}`", *(receipt.TABLE[column].get(step, "-") for column in columns)]
        for step in receipt.Step
    )
    return _table([["", *columns], *rows])


def _units() -> str:
    rows = ([f"`{key}`", unit.symbol, unit.quantity] for key, unit in UNITS.items())
    return _table([["unit", "symbol", "quantity"], *rows])


def _withdrawn() -> str:
    return ", ".join(f"`{each}`" for each in withdrawn())


def _classes() -> str:
    rows = [["class", "part", "required", "meaning", "form"]]
    for name, kind in CLASSES.items():
        rows += (_row(name, part, "yes") for part in kind.required)
        rows += (_row(name, part, "no") for part in kind.optional)
    return _table(rows)


def _row(name: str, part: Part, required: str) -> list[str]:
    meaning, _ = PART_TITLES[part.address]
    return [f"`{name}`", f"`{part.address}`", required, meaning, _part(part)]


def _part(part: Part) -> str:
    match part:
        case PropertyPart():
            words = [_format(part.formats), *part.access]
            words += [f"in `{part.unit}`"] if part.unit else []
            words += [f"names {', '.join(part.choices)}"] if part.choices else []
            words += [f"privacy {part.privacy} or stricter"] if part.privacy != "none" else []
            return ", ".join(words)
        case ActionPart(arguments=arguments):
            return f"action with {', '.join(arguments)}" if arguments else "action"
        case EventPart(arguments=arguments):
            return f"event with {', '.join(arguments)}" if arguments else "event"


def _format(formats: tuple[str, ...]) -> str:
    if len(formats) == 1:
        return formats[0]
    return "number" if "float" in formats else "integer"


TABLES: Final[dict[str, Callable[[], str]]] = {
    "classes": _classes,
    "presence": _presence,
    "receipt": _receipt,
    "units": _units,
    "withdrawn": _withdrawn,
}

if __name__ == "__main__":
    sys.exit(main())
