"""Whatever is wrong with a body is told in words of the body, for each operation that takes one."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from hub.api.flaws import flaws
from hub.api.operations import Operation
from hub.api.server import OPERATIONS

Json = Any
DEPTH = 4

WRONG: dict[str, list[Json]] = {
    "string": ["", " ", "a\nb", 7, "x" * 500, "2026-13-45T25:00:00Z", "2026-01-01T00:00:00"],
    "integer": ["x", -(10**9), 10**9, 1.5],
    "number": ["x", -(10**9), 10**12],
    "boolean": ["x", 1],
    "array": ["x", [], [7] * 300, [{}]],
    "object": ["x", [], {}],
}
PYTHON = re.compile(
    r"[Ii]nput should|[Ff]ield required|not permitted|valid (string|list|integer)|pattern|[Vv]alue"
    r"|Unable|tag|dictionary|constrained|after validation|\^"
)
ASKED = [one for one in OPERATIONS if one.body is not None]


class Bodies:
    """Bodies of a schema: one that may do, and many that cannot."""

    def __init__(self, schema: Json) -> None:
        self.defs = schema.get("$defs", {})

    def plain(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self.defs[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def choices(self, schema: Json) -> list[Json]:
        schema = self.plain(schema)
        return [self.plain(one) for one in schema.get("oneOf") or schema.get("anyOf") or [schema]]

    def good(self, schema: Json) -> Json:
        one = self.choices(schema)[0]
        for key in ("examples", "enum"):
            if key in one:
                return one[key][0]
        if "const" in one or "default" in one:
            return one.get("const", one.get("default"))
        if "properties" in one:
            needed = one.get("required", [])
            return {name: self.good(one["properties"][name]) for name in needed}
        plain = {"array": [], "string": "x", "boolean": True, "object": {}}
        return plain.get(one.get("type", ""), one.get("minimum", 1))

    def bad(self, schema: Json, depth: int = 0) -> Iterator[Json]:
        for one in self.choices(schema):
            yield from WRONG.get(one.get("type", ""), ["x", 7, {}])
            if depth < DEPTH:
                yield from self._within(one, depth + 1)

    def _within(self, schema: Json, depth: int) -> Iterator[Json]:
        if "items" in schema:
            yield from ([inner] for inner in self.bad(schema["items"], depth))
        if "properties" in schema:
            base = self.good(schema)
            yield {**base, "foo": 1}
            for name, inner in schema["properties"].items():
                yield {key: value for key, value in base.items() if key != name}
                yield from ({**base, name: wrong} for wrong in self.bad(inner, depth))


def is_there(body: Json, path: str) -> bool:
    """Say whether a path leads through the body; its last step may be what is missing."""
    steps = [] if path == "body" else path.split(".")
    for place, step in enumerate(steps):
        if isinstance(body, list) and step.isdigit():
            body = body[int(step)]
        elif isinstance(body, dict) and (step in body or place == len(steps) - 1):
            body = body.get(step)
        else:
            return False
    return True


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: f"{one.method} {one.path}")
def test_what_is_wrong_is_told_in_words_of_the_body(asked: Operation) -> None:
    assert asked.body is not None
    bodies, told = Bodies(asked.body.json_schema()), 0
    for body in bodies.bad(asked.body.json_schema()):
        try:
            asked.body.validate_python(body)
        except ValidationError as error:
            for flaw in flaws(error, body):
                told += 1
                assert not PYTHON.search(flaw["detail"]), (body, flaw)
                assert is_there(body, flaw["path"]), (body, flaw)
    assert told > 3


def told_of(path: str, body: Json) -> list[str]:
    [asked] = [one for one in ASKED if one.path == f"/api/v1{path}" and one.method == "POST"]
    assert asked.body is not None
    with pytest.raises(ValidationError) as caught:
        asked.body.validate_python(body)
    return [flaw["detail"] for flaw in flaws(caught.value, body)]


TRIGGER = {"type": "property", "device": "fan-0001", "address": "fan.on"}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/rooms", {}, ["name: is missing"]),
        ("/rooms", {"name": "", "nmae": 1}, ["name: needs 1 character at least"]),
        ("/rooms", {"name": "A", "nmae": 1}, ["nmae: is not a field that this takes"]),
        ("/groups", {"name": "G", "members": "x"}, ["members: has to be a list: [...]"]),
        ("/commands", {"commands": []}, ["commands: needs 1 entry at least"]),
        (
            "/join/window",
            {"code": "1234-5678", "duration_s": 5},
            ["duration_s: has to be 10 or more"],
        ),
        (
            "/automations",
            {"name": "A", "triggers": [{**TRIGGER, "is": []}], "actions": [{"type": "fly"}]},
            [
                "triggers.0.is: has to be true or false or has to be a whole number",
                "actions.0: is of an unknown type; known are",
            ],
        ),
        (
            "/automations",
            {"name": "A", "actions": [{"type": "scene", "scene": "x", "device": "x"}]},
            ["actions.0.scene: is no id of a scene", "actions.0.device: is not a field"],
        ),
        ("/join", {"session": "x", "proof": "y"}, ["session: is no session", "proof: is no proof"]),
        ("/automations/try", {"automation": {}}, ["automation.name: is missing"]),
    ],
    ids=["missing", "two", "unknown", "list", "none", "least", "kinds", "scene", "join", "deeper"],
)
def test_a_flaw_says_where_and_what(path: str, body: Json, said: list[str]) -> None:
    told = told_of(path, body)
    for detail in said:
        assert any(one.startswith(detail) for one in told), told
