"""A transcript may say anything: it is judged, or refused with line and reason."""

from random import Random
from typing import Any

import pytest

from certification.judging.judge import judge
from certification.transcript.file import Line, Transcript, TranscriptError
from tests.certification.judging.lives import GOOD

ODD: list[Any] = [None, 1, -1, "x", [], {}, [1], {"a": 1}, True, 1.5, "*" * 9, 10**20]


def spoiled(value: dict[str, Any], rng: Random) -> dict[str, Any]:
    """Return an object of which something at some depth is missing or odd."""
    if not value:
        return {"x": rng.choice(ODD)}
    key, changed = rng.choice(sorted(value)), dict(value)
    inner = changed.pop(key)
    if isinstance(inner, dict) and rng.random() < 0.8:
        changed[key] = spoiled(inner, rng)
    elif rng.random() < 0.7:
        changed[key] = rng.choice(ODD)
    return changed


@pytest.mark.parametrize("life", GOOD)
def test_a_spoiled_line_is_judged_or_refused(life: str) -> None:
    rng = Random(life)  # noqa: S311 - repeats from its seed
    whole, outcomes = GOOD[life]().end(), set[str]()
    for _ in range(60):
        lines = list(whole.lines)
        place = rng.randrange(len(lines))
        line = lines[place]
        fields = spoiled(dict(line.fields), rng)
        lines[place] = Line(line.n, line.at_ns, line.kind, fields, line.hash)
        try:
            judge(Transcript(tuple(lines)))
            outcomes.add("judged")
        except TranscriptError as error:
            assert error.line >= line.n  # noqa: PT017 - most are judged and raise nothing
            outcomes.add("refused")
    assert outcomes == {"judged", "refused"}


def test_a_line_that_is_not_of_its_kind_is_named() -> None:
    whole = GOOD["plain"]().end()
    place = next(n for n, line in enumerate(whole.lines) if line.fields.get("type") == "CONNACK")
    old = whole.lines[place]
    lines = list(whole.lines)
    lines[place] = Line(place, old.at_ns, old.kind, {**old.fields, "decoded": {}}, old.hash)
    with pytest.raises(TranscriptError, match=f"line {place}: it is no `CONNACK`: code: Field req"):
        judge(Transcript(tuple(lines)))
