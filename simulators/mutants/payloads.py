"""Mutants of ECO-CODEC, -MSG, -TOPIC and -VERSION: what any reader finds wrong with a message."""

from dataclasses import replace
from typing import Final

from protocol.codec import decode
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.joining import Role, proof
from simulators.errors import HubBusyError
from simulators.joiner import PLAIN
from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.tap import Say
from simulators.mutants.ways import besides, falls_over, has, on, payload, with_fields
from simulators.mutants.words import Body, Word, Words


def _foreign(topic: str) -> Word:
    return Word(topic, b'{"epoch":1,"seq":1,"values":{}}', 0, is_raw=True)


def _another_first(device: DeviceId, tries: int) -> DeviceId:
    return DeviceId(f"{device}-x") if tries % 2 == 0 else device


def _as_itself(role: Role, code: str, mine: str, theirs: str, device: DeviceId) -> str:
    """Prove who it is, or break off as somebody else."""
    if device.endswith("-x"):
        raise HubBusyError("it is not that")
    return proof(role, code, mine, theirs, device)


def _strict(leaf: str) -> Say:
    """Return a device that does not take messages with fields that it does not know."""

    def hear(word: Word, body: Body) -> Words:
        try:
            is_known = word.leaf != leaf or not decode(word.topic, word.payload).unknown
        except ViolationError:
            is_known = True
        return (word,) if is_known else ()

    return hear


_BODIES: Final = (
    (
        "payload-too-long",
        "ECO-CODEC-001",
        "It tells a text that makes a payload of more than 16,384 bytes.",
        b'{"epoch":1,"seq":1,"values":{"outlet.note":"' + b"x" * 16_400 + b'"}}',
    ),
    (
        "latin-1",
        "ECO-CODEC-002",
        "It sends a text in Latin-1.",
        '{"epoch":1,"seq":1,"values":{"outlet.note":"f\xfcnf"}}'.encode("latin-1"),
    ),
    (
        "comma-too-many",
        "ECO-CODEC-003",
        "It writes a comma behind the last field.",
        b'{"epoch":1,"seq":1,"values":{},}',
    ),
    ("array-for-a-message", "ECO-CODEC-004", "It sends an array.", b'[{"epoch":1,"seq":1}]'),
    (
        "nests-nine-deep",
        "ECO-CODEC-005",
        "It nests a value nine deep.",
        b'{"epoch":1,"seq":1,"values":' + b'{"a":' * 8 + b"1" + b"}" * 9,
    ),
    (
        "number-without-end",
        "ECO-CODEC-006",
        "It sends a number that no double can hold.",
        b'{"epoch":1,"seq":1,"values":{"outlet.power_w":1e999}}',
    ),
    (
        "integer-too-large",
        "ECO-CODEC-007",
        "It sends an integer of 20 digits.",
        b'{"epoch":1,"seq":1,"values":{"outlet.energy_wh":98765432109876543210}}',
    ),
    (
        "key-twice",
        "ECO-CODEC-008",
        "It writes the same key twice.",
        b'{"epoch":1,"epoch":1,"seq":1,"values":{}}',
    ),
    (
        "half-a-pair",
        "ECO-CODEC-009",
        "It cuts a text within a surrogate pair.",
        b'{"epoch":1,"seq":1,"values":{"outlet.note":"\\ud83d"}}',
    ),
)

MUTANTS: Final[tuple[Mutant, ...]] = (
    *(
        at_wire(name, rule, wrong, say=besides(payload("state", raw)))
        for name, rule, wrong, raw in _BODIES
    ),
    at_wire(
        "state-without-number",
        "ECO-MSG-001",
        "It sends a state without `seq`.",
        say=besides(payload("state", b'{"epoch":1,"values":{}}')),
    ),
    at_wire(
        "field-of-its-own",
        "ECO-MSG-002",
        "Its announce has a field that nobody defined.",
        say=on("announce", with_fields(colour="white")),
    ),
    at_wire(
        "number-as-text",
        "ECO-MSG-003",
        "It sends a state whose `seq` is a text.",
        say=besides(payload("state", b'{"epoch":1,"seq":"1","values":{}}')),
    ),
    at_wire(
        "talks-down",
        "ECO-MSG-004",
        "It publishes on its own command topic.",
        say=besides(lambda body: replace(body.raw("command", b"{}"), is_raw=True)),
    ),
    at_wire(
        "state-at-qos-1",
        "ECO-MSG-005",
        "It sends full states at QoS 1.",
        say=on("state", lambda word, body: (replace(word, qos=1),), has(full=True)),
    ),
    at_wire(
        "retained-state",
        "ECO-MSG-006",
        "It sends full states with the retain flag.",
        say=on("state", lambda word, body: (replace(word, is_retained=True),), has(full=True)),
    ),
    at_wire(
        "falls-over-garbage",
        "ECO-MSG-007",
        "It closes its connection when it cannot read a message.",
        hear=falls_over,
    ),
    at_wire(
        "topic-of-its-own",
        "ECO-TOPIC-001",
        "It publishes on a topic that is not in the table.",
        say=besides(payload("telemetry", b"{}")),
    ),
    at_wire(
        "id-with-capitals",
        "ECO-TOPIC-002",
        "It publishes under an id with a capital letter and an underscore.",
        say=besides(lambda body: _foreign("eco/1/Plug_0001/state")),
    ),
    at_wire(
        "id-of-the-protocol",
        "ECO-TOPIC-003",
        "It publishes under a word of the protocol as its id.",
        say=besides(lambda body: _foreign("eco/1/presence/state")),
    ),
    at_seam(
        "another-id-first",
        "ECO-TOPIC-004",
        "Whenever it has to join, it asks under another id first.",
        approach=replace(PLAIN, called=_another_first, prove=_as_itself),
    ),
    at_seam(
        "one-id-for-all",
        "ECO-TOPIC-005",
        "All units of it have the same id.",
        name=lambda device: DeviceId(f"{device[:-4]}0001"),
    ),
    at_wire(
        "version-of-one-number",
        "ECO-VERSION-001",
        "It announces its protocol version as `1`.",
        say=on("announce", with_fields(protocol="1")),
    ),
    at_wire(
        "version-of-tomorrow",
        "ECO-VERSION-002",
        "It announces protocol version 2.0 on topics of version 1.",
        say=on("announce", with_fields(protocol="2.0")),
    ),
    at_wire(
        "refuses-newer-births",
        "ECO-VERSION-003",
        "It ignores a birth with a field that it does not know.",
        hear=_strict("birth"),
    ).implying(announce_003="The birth that it ignores is one that it has to answer."),
    at_wire(
        "refuses-newer-commands",
        "ECO-VERSION-004",
        "It ignores a command with a field that it does not know.",
        hear=_strict("command"),
    ).implying(ack_003="The command that it ignores is one that it has to ack."),
    at_wire(
        "speaks-for-a-child",
        "ECO-CHILD-002",
        "It is no gateway and publishes a state for a child.",
        say=besides(lambda body: _foreign(f"eco/1/{body.id}/child-0001/state")),
    ),
)
