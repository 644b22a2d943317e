"""Mutants of ECO-MQTT, -PRESENCE and -UPDATE: how they connect, come and go."""

from dataclasses import replace
from typing import Final

from protocol.topics import Leaf, build
from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.veils import NAMELESS, Veil
from simulators.mutants.ways import has, lost, on
from simulators.mutants.words import HANG_UP, Body, Word, Words
from simulators.tempo import Tempo
from simulators.wire import Hello


def _deaf_to_verdicts(hello: Hello, body: Body) -> Hello:
    topics = [t for t in hello.topics if not t[0].endswith(Leaf.VERDICT)]
    return replace(hello, topics=tuple(topics))


def _hears_updates(hello: Hello, body: Body) -> Hello:
    return replace(hello, topics=(*hello.topics, (build(body.id, Leaf.UPDATE), 1)))


def _updates(word: Word, body: Body) -> Words:
    if word.leaf != "update":
        return (word,)
    gone = body.word("presence", status="offline", connection=body.connection, reason="update")
    return (gone, HANG_UP)


def _impatient(tempo: Tempo) -> Tempo:
    return replace(tempo, back_off_s=(0.0, 0.0))


MUTANTS: Final[tuple[Mutant, ...]] = (
    at_wire(
        "speaks-mqtt-5-alone",
        "ECO-MQTT-001",
        "It connects with MQTT 5 whatever the broker says.",
        hello=lambda hello, body: replace(hello, level=5),
    ).implying(mqtt_002="It tries MQTT 5, and nothing else when that fails."),
    at_wire(
        "insists-on-mqtt-5",
        "ECO-MQTT-002",
        "Refused over MQTT 5, it tries MQTT 5 again and again.",
        hello=lambda hello, body: replace(hello, level=5),
    )
    .of("smart-plug", "--mqtt5")
    .implying(mqtt_001="Over MQTT 3.1.1 it does not work at all."),
    at_wire(
        "topic-in-a-property",
        "ECO-MQTT-003",
        "Over MQTT 5 it sends topic aliases.",
        hello=lambda hello, body: replace(hello, alias=1),
    ).of("smart-plug", "--mqtt5"),
    at_wire(
        "keeps-its-session",
        "ECO-MQTT-004",
        "It connects with clean session 0.",
        hello=lambda hello, body: replace(hello, is_clean=False),
    ),
    at_wire(
        "client-id-of-its-own",
        "ECO-MQTT-005",
        "Its client id is its device id with a number behind.",
        hello=lambda hello, body: replace(hello, client_id=f"{hello.client_id}-{body.connects}"),
    ).behind(NAMELESS),
    at_wire(
        "keep-alive-of-an-hour",
        "ECO-MQTT-007",
        "It connects with a keep-alive of 3,600 seconds.",
        hello=lambda hello, body: replace(hello, keepalive_s=3_600),
    ),
    at_seam(
        "tries-again-at-once",
        "ECO-MQTT-008",
        "After a failed try to connect it does not wait.",
        tempo=_impatient,
    ),
    at_wire(
        "announces-half-subscribed",
        "ECO-MQTT-011",
        "It never subscribes to its verdicts.",
        hello=_deaf_to_verdicts,
    ).behind(Veil("no verdict reaches it", hides=("ECO-ORDER-007", "ECO-VERDICT-004"))),
    at_wire(
        "will-without-retain",
        "ECO-PRESENCE-001",
        "Its will is not retained.",
        hello=lambda hello, body: replace(hello, will=hello.will._replace(is_retained=False)),
    ),
    at_wire(
        "comes-without-a-word",
        "ECO-PRESENCE-002",
        "It never says that it is online.",
        say=on("presence", lost, has(status="online")),
    ),
    at_wire(
        "leaves-without-a-word",
        "ECO-PRESENCE-003",
        "It sends DISCONNECT without saying before that it goes.",
        say=on("presence", lost, has(status="offline")),
    ),
    at_wire(
        "takes-updates",
        "ECO-UPDATE-001",
        "It listens to its topic `update`, and goes away for what comes there.",
        hello=_hears_updates,
        hear=_updates,
    ),
)
