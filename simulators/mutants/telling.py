"""Mutants of ECO-STATE, -VALUE, -EVENT, -RATE and -VERDICT: what they tell of themselves."""

import json
from dataclasses import replace
from typing import Final

from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.veils import Veil
from simulators.mutants.ways import (
    besides,
    first,
    has,
    lost,
    on,
    once,
    state,
    then,
    with_fields,
)
from simulators.mutants.words import Body, Fields, Word, Words

FLOOD: Final = 90
"""States at once: more than any ten seconds allow to a product with 5 a second."""

FEW: Final = 4
"""So many messages more break no rate."""

NEVER_S: Final = 1e9

TOO_LATE_S: Final = 2.8
"""So long after an announce nobody calls a full state that of the announce."""

WHILE_MS: Final = 2_500
"""So long after a full state the next one may wait as long once more."""


def _values(**told: object) -> dict[str, object]:
    return {name.replace("__", "."): value for name, value in told.items()}


def _incomplete(word: Word, body: Body) -> Words:
    values = word.fields["values"]
    fixed = sorted(a for a in values if a not in body.product.writable)
    return (word.saying(values={a: v for a, v in values.items() if a != fixed[-1]}),)


def _owes(word: Word, body: Body) -> Words:
    """Do not give the full state that is owed with an announce, but a later one.

    The next one that is due by itself may be long after the last, so where that is a while ago it
    is given.
    """
    if word.leaf == "announce":
        body.memory["owes"] = True
    if word.leaf != "state" or not word.fields.get("full"):
        return (word,)
    last, now_ms = body.memory.get("given", (0, 0)), word.fields["time_ms"]
    is_owed = body.memory.pop("owes", False)
    if is_owed and (last[0] != body.connects or now_ms - last[1] < WHILE_MS):
        question = {"type": "state.get", "id": f"sim.{body.count('asks')}", "ttl_ms": 1_000}
        asked = Word(f"eco/1/{body.id}/command", json.dumps(question).encode(), 1, is_up=False)
        return (asked.late(TOO_LATE_S),)
    body.memory["given"] = (body.connects, now_ms)
    return (word,)


def _is_by_hand(fields: Fields, body: Body) -> bool:
    return not fields.get("full") and "cause" not in fields


def _as_before(word: Word, body: Body) -> Words:
    known: dict[str, object] = body.memory.setdefault("known", {})
    values = {a: known.get(a, v) if v is None else v for a, v in word.fields["values"].items()}
    known.update(values)
    return (word.saying(values=values),)


def _nameless_first(word: Word, body: Body) -> Words:
    is_early = body.count("nameless") <= FEW
    return (word.another(cause=...), word) if is_early else (word,)


def _deaf_to_questions(word: Word, body: Body) -> Words:
    return () if word.fields.get("type") == "state.get" else (word,)


def _again(word: Word, body: Body) -> Words:
    return (word, word.another())


def _flood(body: Body) -> Words:
    return [body.word("state", values={}) for _ in range(FLOOD)]


def _argues(word: Word, body: Body) -> Words:
    """Answer a verdict with a state."""
    return (body.word("state", values={}), word) if word.leaf == "verdict" else (word,)


_PURIFIER: Final = (
    (
        "number-as-a-text",
        "ECO-VALUE-001",
        "It tells a number as a text.",
        "air.temperature",
        "12.5",
    ),
    (
        "out-of-range",
        "ECO-VALUE-002",
        "It tells a number out of its range.",
        "air.temperature",
        -50.0,
    ),
    (
        "between-steps",
        "ECO-VALUE-003",
        "It tells a number between two steps.",
        "air.temperature",
        12.345,
    ),
    ("mode-of-no-name", "ECO-VALUE-004", "It tells a choice that is none.", "purifier.mode", 9),
)

MUTANTS: Final[tuple[Mutant, ...]] = (
    at_wire(
        "undeclared-address",
        "ECO-STATE-001",
        "It tells a property that its product spec lacks.",
        say=besides(state(values=_values(sim__ghost=1))),
    ),
    at_wire(
        "tells-its-password",
        "ECO-STATE-002",
        "It tells a property that can only be set.",
        say=besides(state(values=_values(guest_wifi__password="hush-hush"))),  # noqa: S106 - no secret
    ).of("router"),
    at_wire(
        "full-but-for-one",
        "ECO-STATE-003",
        "Its full states lack a property.",
        say=on("state", _incomplete, has(full=True)),
    ),
    at_wire(
        "no-state-with-announce",
        "ECO-STATE-004",
        "It tells no full state after its announce.",
        say=_owes,
    ),
    at_wire(
        "silent-about-buttons",
        "ECO-STATE-005",
        "What is changed by hand it tells only when it is asked.",
        say=on("state", lost, _is_by_hand),
    ),
    at_seam(
        "no-heartbeat",
        "ECO-STATE-006",
        "It never tells its full state by itself.",
        tempo=lambda tempo: replace(tempo, full_every_s=NEVER_S),
    ),
    at_wire(
        "change-without-a-cause",
        "ECO-STATE-007",
        "What a command changes it tells first without the command's id.",
        say=on("state", _nameless_first, has(cause=...)),
    ),
    at_wire(
        "done-and-not-shown",
        "ECO-STATE-008",
        "It does not show what a command has set.",
        say=on("state", lost, has(cause=...)),
    ).behind(Veil("it shows nothing of what was set", hides=("ECO-STATE-007",))),
    at_wire(
        "cause-of-a-button",
        "ECO-STATE-009",
        "What is changed by hand it tells with a cause.",
        say=on("state", with_fields(cause="button.1"), _is_by_hand),
    ),
    at_wire(
        "tells-what-it-last-knew",
        "ECO-STATE-010",
        "A value that it does not know it tells as it was before.",
        say=on("state", _as_before),
    ),
    at_wire(
        "answers-no-question",
        "ECO-STATE-011",
        "It ignores `state.get`.",
        hear=_deaf_to_questions,
    ),
    *(
        at_wire(name, rule, wrong, say=besides(state(values={address: value}))).of("air-purifier")
        for name, rule, wrong, address, value in _PURIFIER
    ),
    at_wire(
        "title-too-long",
        "ECO-VALUE-005",
        "It tells a text longer than it has declared.",
        say=besides(state(values=_values(playback__title="x" * 81))),
    ).of("television"),
    at_wire(
        "undeclared-event",
        "ECO-EVENT-001",
        "It tells an event that its product spec lacks.",
        say=once(
            on("state", first(lambda body: body.word("event", event="sim.ghost")), has(full=True))
        ),
    ),
    at_wire(
        "event-with-more",
        "ECO-EVENT-002",
        "Its events carry an argument that is not declared.",
        say=on("event", with_fields(arguments={"loudness": 3})),
    ),
    at_wire(
        "event-told-twice",
        "ECO-EVENT-004",
        "It tells each event again with another number.",
        say=on("event", _again),
    ),
    at_wire(
        "floods",
        "ECO-RATE-001",
        "It tells more at once than its rate allows in ten seconds.",
        say=once(on("state", then(_flood), has(full=True))),
    ),
    at_wire(
        "argues",
        "ECO-VERDICT-004",
        "It answers a verdict with a state.",
        hear=_argues,
    ),
)
