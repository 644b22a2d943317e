"""What is wrong with the settings, in words: where it stands, what it is, and what is allowed.

* ConfigError   the settings cannot be used; carries every problem found
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, cast

from protocol.errors import printable

Place = tuple[int | str, ...]
"""Keys from the root of the settings to a value."""

Schema = Mapping[str, object]
"""A JSON Schema, or a part of one."""

SAMPLE_LIMIT: Final = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong.

    Attributes:
        where: `hub.toml:7`, or the name of an environment variable.
        key: Dotted path of the key or table; empty when the file as a whole is meant.
        line: In the file, from 1; None when it does not come from a line.
    """

    where: str
    key: str
    text: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


class ConfigError(Exception):
    """The settings cannot be used."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Vocabulary:
    """Knows the settings' JSON Schema and says what it allows at a place."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def unknown(self, place: Place) -> str:
        """Say that there is no such key or table, which comes closest, and which there are."""
        *parents, last = place
        known = sorted(_table(self._at(parents).get("properties")))
        close = get_close_matches(str(last), known, 1)
        if not parents:
            names = [f"[{name}]" for name in known]
            hint = f"; did you mean [{close[0]}]?" if close else ";"
            return f"unknown table [{printable(last)}]{hint} allowed: {', '.join(names)}"
        hint = f'; did you mean "{close[0]}"?' if close else ";"
        what = f'unknown key "{printable(last)}" in {_name(parents)}'
        return f"{what}{hint} allowed: {', '.join(known)}"

    def refused(self, place: Place, value: object) -> str:
        """Say that a value is not allowed at a place, and which are."""
        schema = self._at(place)
        shown = " (not shown)" if schema.get("writeOnly") else f" = {_sample(value)}"
        allowed = _allowed(schema)
        if len(place) == 1:
            return f"{_name(place)}{shown} is not allowed; allowed: {allowed}"
        *parents, last = place
        key = f"item {last + 1} of {parents.pop()}" if isinstance(last, int) else last
        return f"{key}{shown} in {_name(parents)} is not allowed; allowed: {allowed}"

    def _at(self, place: Sequence[int | str]) -> Schema:
        schema = self._schema
        for key in place:
            inner = schema.get("items") if isinstance(key, int) else None
            inner = inner or _table(schema.get("properties")).get(str(key))
            schema = self._resolved(_table(inner or schema.get("additionalProperties")))
        return schema

    def _resolved(self, schema: Schema) -> Schema:
        """Follow a reference, and the one branch of an optional value that is not null."""
        for branch in cast("list[Schema]", schema.get("anyOf", [])):
            if branch.get("type") != "null":
                return {**self._resolved(branch), **{k: schema[k] for k in _NOTES & schema.keys()}}
        reference = schema.get("$ref")
        if reference is None:
            return schema
        return _table(_table(self._schema["$defs"])[str(reference).rpartition("/")[2]])


_NOTES: Final = {"description", "writeOnly"}


def _allowed(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(json.dumps(choice) for choice in cast("list[str]", schema["enum"]))
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "integer":
            return f"a whole number from {schema['minimum']} to {schema['maximum']}"
        case "array":
            return f"a list, each item {_allowed(_table(schema['items']))}"
        case "object":
            return "a table"
        case _:
            return _allowed_text(schema)


def _allowed_text(schema: Schema) -> str:
    if "description" in schema:
        return str(schema["description"])
    if schema.get("format") == "path":
        return "a path"
    if "maxLength" in schema:
        return f"a text of {schema['minLength']} to {schema['maxLength']} characters"
    return "a text"


def _table(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _name(place: Sequence[int | str]) -> str:
    return f"[{'.'.join(printable(str(key)) for key in place)}]"


def _sample(value: object) -> str:
    return printable(json.dumps(value, ensure_ascii=False, default=str), SAMPLE_LIMIT)
