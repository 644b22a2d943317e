"""Mutants of ECO-SLEEP: how they sleep and wake."""

import json
from dataclasses import replace
from typing import Final

from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.veils import Veil
from simulators.mutants.ways import first, has, lost, on, once, with_fields
from simulators.mutants.words import Body, Word, Words

SENSOR: Final = "climate-sensor"

OVERSLEEPS: Final = 4.0
"""How often it sleeps through the time at which it has to wake."""


def _asleep(body: Body) -> Word:
    return body.word("presence", status="asleep", connection=body.connection, reason="sleep")


def _tired(word: Word, body: Body) -> Words:
    """Fall asleep behind the full state, as if the hub had let it."""
    rest = json.dumps({"type": "rest", "id": "sim.rest", "ttl_ms": 1_000}).encode()
    return (word, Word(f"eco/1/{body.id}/command", rest, 1, is_up=False))


def _acks_rest(word: Word, body: Body) -> Words:
    fields = word.fields
    if fields.get("type") != "rest":
        return (word,)
    return (body.word("ack", id=fields["id"], status="done"), word)


MUTANTS: Final[tuple[Mutant, ...]] = (
    at_wire(
        "sleeps-unannounced",
        "ECO-SLEEP-003",
        "It sleeps, and its announce does not say so.",
        say=on("announce", with_fields(sleep=...)),
    )
    .implying(sleep_009="Whoever does not announce that it sleeps must not say that it is asleep.")
    .behind(Veil("it does not say how it sleeps", hides=("ECO-SLEEP-004", "ECO-SLEEP-006")))
    .of(SENSOR),
    at_seam(
        "oversleeps",
        "ECO-SLEEP-004",
        "It sleeps four times as long as it announces.",
        tempo=lambda tempo: replace(tempo, scale=OVERSLEEPS * tempo.scale),
    ).of(SENSOR),
    at_wire(
        "wakes-without-a-state",
        "ECO-SLEEP-005",
        "When it wakes it tells no full state.",
        say=on("state", lost, has(full=True)),
    )
    .behind(Veil("nothing is asked of it before its full state", hides=("ECO-SLEEP-010",)))
    .of(SENSOR),
    at_wire(
        "does-not-wait-for-rest",
        "ECO-SLEEP-006",
        "After its first full state it does not wait for `rest`, and sleeps.",
        say=once(on("state", _tired, has(full=True))),
    ).of(SENSOR),
    at_wire(
        "sleeps-without-disconnect",
        "ECO-SLEEP-007",
        "It falls asleep without DISCONNECT.",
        ends=False,
    ).of(SENSOR),
    at_wire(
        "sleeps-and-is-awake",
        "ECO-SLEEP-009",
        "It says that it is asleep, and announces no sleep.",
        say=on("presence", first(_asleep), has(status="online")),
    ),
    at_wire(
        "acks-rest",
        "ECO-SLEEP-010",
        "It acks `rest`.",
        hear=_acks_rest,
    ).of(SENSOR),
)
