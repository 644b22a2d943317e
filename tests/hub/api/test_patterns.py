"""What a text has to look like is said in a sentence, not as a regular expression."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.api.messages import SAID
from hub.api.patterns import SENTENCES
from hub.api.server import OPERATIONS
from tests.hub.api.bench import PLUG, Bench

Json = Any


def patterns(schema: Json) -> Iterator[str]:
    """Yield all patterns within a schema."""
    if isinstance(schema, list):
        for one in schema:
            yield from patterns(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for one in schema.values():
            yield from patterns(one)


def test_every_pattern_of_a_body_has_a_sentence() -> None:
    asked = [SAID, *(one.body for one in OPERATIONS if one.body is not None)]
    found = {pattern for one in asked for pattern in patterns(one.json_schema())}
    assert found == {*SENTENCES}


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PATCH", f"devices/{PLUG}", {"name": "a\nb"}, "name: has to be one line"),
        ("PATCH", f"devices/{PLUG}", {"room": "nope"}, "room: is no id of a room"),
        ("POST", "groups", {"name": "G", "members": ["nope"]}, "members.0: is no id of a device"),
        ("POST", "commands", {"commands": [], "execute_at": "soon"}, "execute_at: is no time"),
        ("POST", "scenes", {"name": "S", "steps": [{"device": PLUG, "action": "x"}]}, "is no addr"),
    ],
    ids=["name", "room", "device", "time", "address"],
)
async def test_what_does_not_fit_is_told_in_a_sentence(
    home: Bench, method: str, path: str, body: Json, said: str
) -> None:
    await home.bring(PLUG)
    told = await home.problem(method, f"/api/v1/{path}", 422, body=body)
    texts = [told["detail"], *(one["detail"] for one in told.get("errors", ()))]
    assert any(said in text for text in texts), texts
    assert not any("pattern" in text for text in texts)
