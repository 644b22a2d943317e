"""Mutants of ECO-ORDER, -ANNOUNCE and -TIME: who they are, how they count, what time it is."""

import json
from dataclasses import replace
from typing import Final

from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.tap import Say
from simulators.mutants.ways import Test, besides, on, with_fields
from simulators.mutants.words import NUMBERED, Body, Fields, Word, Words
from simulators.wire import Hello

BOOTS: Final = 1_000
"""Where a mutant's boots begin that are counted down."""

ELSEWHERE: Final = 1_000
"""How far away the epoch is that no boot has."""

YEARS_MS: Final = 10 * 365 * 86_400_000
"""Ten years."""


def _will(hello: Hello, **changes: object) -> Hello:
    fields = json.loads(hello.will.payload) | changes
    return replace(hello, will=hello.will._replace(payload=json.dumps(fields).encode()))


def _count_down(hello: Hello, body: Body) -> Hello:
    """At a boot, find by how much what it says differs from its boots."""
    told = json.loads(hello.will.payload)
    if told["connection"] == 1:
        body.memory["add"] = BOOTS - 2 * told["epoch"]
    return _will(hello, epoch=told["epoch"] + body.memory["add"])


def _counted_down(word: Word, body: Body) -> Word:
    epoch = word.fields.get("epoch")
    return word.saying(epoch=epoch + body.memory["add"]) if epoch else word


def _counted_up(word: Word, body: Body) -> Words:
    """Let the device hear its own count of boots."""
    fields = word.fields
    names = [name for name in ("epoch", "min_epoch") if isinstance(fields.get(name), int)]
    if word.leaf == "birth" or not names:
        return (word,)
    meant = {name: fields[name] - body.memory["add"] for name in names}
    # What was before its first boot is no number: another boot will do, and the first is enough.
    least = {"epoch": ELSEWHERE, "min_epoch": 1}
    return (word.saying(**{n: told if told > 0 else least[n] for n, told in meant.items()}),)


def _stand_still(hello: Hello, body: Body) -> Hello:
    return _will(hello, connection=1)


def _of_first_connection(word: Word, body: Body) -> Word:
    return word.saying(connection=1) if "connection" in word.fields else word


def _twice_the_third(word: Word, body: Body) -> Word:
    is_third = word.leaf == "state" and word.fields.get("seq") == 3
    return word.saying(seq=2) if is_third else word


def _from_two(word: Word, body: Body) -> Word:
    return word.saying(seq=word.fields["seq"] + 1) if word.leaf in NUMBERED else word


def _asks_for_epoch(fields: Fields, body: Body) -> bool:
    return "min_epoch" in fields


def _deaf(leaf: str, when: Test) -> Say:
    """Return a device that does not hear some messages of the hub."""

    def hear(word: Word, body: Body) -> Words:
        return () if word.leaf == leaf and when(word.fields, body) else (word,)

    return hear


def _is_older(fields: Fields, body: Body) -> bool:
    newest = body.memory.get("newest", 0)
    body.memory["newest"] = max(newest, fields.get("epoch", 0))
    return bool(fields.get("epoch", 0) < newest)


def _has_served(fields: Fields, body: Body) -> bool:
    return body.connects > 1


def _renamed(word: Word, body: Body) -> Words:
    return (word.saying(serial=f"{word.fields['serial']}-{body.connects}"),)


def _is_answer(fields: Fields, body: Body) -> bool:
    return "birth" in fields


def _in_seconds(word: Word, body: Body) -> Word:
    fields = word.fields
    is_meant = word.leaf == "state" and "time_ms" in fields
    return word.saying(time_ms=fields["time_ms"] // 1_000) if is_meant else word


def _ahead(word: Word, body: Body) -> Word:
    fields = word.fields
    return word.saying(time_ms=fields["time_ms"] + YEARS_MS) if "time_ms" in fields else word


MUTANTS: Final[tuple[Mutant, ...]] = (
    at_wire(
        "counts-its-boots-down",
        "ECO-ORDER-001",
        "Its epoch is lower after each boot.",
        hello=_count_down,
        last=_counted_down,
        hear=_counted_up,
    ),
    at_wire(
        "number-twice",
        "ECO-ORDER-002",
        "The third state of each epoch has the number of the second.",
        last=_twice_the_third,
    ),
    at_wire(
        "connection-stands-still",
        "ECO-ORDER-003",
        "It says connection 1 after each CONNECT.",
        hello=_stand_still,
        last=_of_first_connection,
    ),
    at_wire(
        "counts-from-two",
        "ECO-ORDER-005",
        "Its running numbers begin with 2.",
        last=_from_two,
    ),
    at_wire(
        "state-of-another-boot",
        "ECO-ORDER-006",
        "Some states carry the epoch of no boot.",
        say=besides(lambda body: body.word("state", values={}, epoch=body.epoch + ELSEWHERE)),
    ),
    at_wire(
        "keeps-its-epoch",
        "ECO-ORDER-007",
        "It ignores a verdict that asks for a higher epoch.",
        hear=_deaf("verdict", _asks_for_epoch),
    ),
    at_wire(
        "refuses-an-older-hub",
        "ECO-ORDER-008",
        "It ignores a birth whose epoch is lower than one before.",
        hear=_deaf("birth", _is_older),
    ).implying(announce_003="The birth that it refuses is one that it has to answer."),
    at_wire(
        "state-before-announce",
        "ECO-ANNOUNCE-001",
        "After a CONNECT it tells a state before it announces.",
        up=lambda body: (body.word("state", values={}),),
    ),
    at_wire(
        "new-serial-each-time",
        "ECO-ANNOUNCE-002",
        "Its serial is another on each connection.",
        say=on("announce", _renamed, _has_served),
    ),
    at_seam(
        "one-serial-for-all",
        "ECO-ANNOUNCE-006",
        "All units of it have the same serial.",
        serial=lambda device: "SIM-0",
    ),
    at_wire(
        "announces-twice",
        "ECO-ANNOUNCE-003",
        "It answers each birth with two announces.",
        say=on("announce", lambda word, body: (word, word), _is_answer),
    ),
    at_wire(
        "nameless-answer",
        "ECO-ANNOUNCE-004",
        "Its answer to a birth does not name the birth.",
        say=on("announce", with_fields(birth=...), _is_answer),
    ),
    at_wire(
        "time-without-a-clock",
        "ECO-TIME-001",
        "It sends times and announces no clock that shows the right one.",
        say=on("announce", with_fields(is_time_synced=...)),
    ).declaring(time_synced=False),
    at_wire(
        "clock-that-was-never-set",
        "ECO-TIME-002",
        "It announces a right clock, which is ten years ahead.",
        last=_ahead,
    ),
    at_wire(
        "seconds-for-milliseconds",
        "ECO-TIME-003",
        "It sends the times of its states in seconds.",
        last=_in_seconds,
    ),
)
