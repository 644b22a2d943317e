"""Mutants of ECO-CHILD: gateways that speak wrongly for others."""

import json
from dataclasses import replace
from typing import Final

from protocol.ids import DeviceId
from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.tap import Deviation
from simulators.mutants.veils import Veil
from simulators.mutants.ways import has, lost, on_child
from simulators.mutants.words import NEXT, Body, Word, Words
from simulators.wire import Hello

GATEWAY: Final = "gateway"
CHILDREN: Final = ("--child", "light", "--child", "climate-sensor")

LATER_S: Final = 1.2
"""So much later nothing for a child can have been on its way when it had to leave."""

EPOCHS: Final = 1_000_000
"""Where epochs begin that are counted down."""

LOST: Final = {"status": "offline", "reason": "lost"}
"""Of the presence of a child that cannot be reached."""

UNHEARD: Final = Veil(
    "no command reaches a child",
    hides=("ECO-CHILD-012", "ECO-CHILD-013", "ECO-CHILD-016", "ECO-CHILD-017", "ECO-CHILD-018"),
)

TOO_MANY: Final = 65
"""Children of whom an owner has not heard."""


def _deaf_to_children(hello: Hello, body: Body) -> Hello:
    topics = [topic for topic in hello.topics if "+" not in topic[0]]
    return replace(hello, topics=tuple(topics))


def _of_no_gateway(word: Word, body: Body) -> Words:
    return (word.saying(connection=word.fields["connection"] + 1),)


def _child_first(body: Body) -> Words:
    fields = {"status": "online", "epoch": 1, "connection": 1}
    topic = f"eco/1/{body.id}/{body.id}-light-1/presence"
    return (Word(topic, json.dumps(fields).encode(), 1),)


def _retained(word: Word, body: Body) -> Words:
    return (replace(word, is_retained=True),)


def _is_light(word: Word) -> bool:
    return "-light-" in word.child


def _under_its_own_id(word: Word, body: Body) -> Words:
    """Say all that the light says a second time for a child whose id is the gateway's.

    That child is out of reach, so that nobody asks it.
    """
    if not _is_light(word):
        return (word,)
    twin = replace(word, topic=f"eco/1/{body.id}/{body.id}/{word.leaf}", is_meant=False)
    return (word, twin.saying(**LOST) if word.leaf == "presence" else twin)


def _crowd(word: Word, body: Body) -> Words:
    """Introduce many more like the light, who at once are out of reach: so nobody asks them."""
    if not _is_light(word) or word.leaf not in {"announce", "presence", "state"}:
        return (word,)
    said: dict[str, Word] = body.memory.setdefault("said", {})
    said.setdefault(word.leaf, word)
    if len(said) < len(("announce", "presence", "state")) or not body.first("crowd"):
        return (word,)
    return (
        word,
        *(_like(one, f"{word.child}-{n}") for n in range(TOO_MANY) for one in said.values()),
        *(_like(said["presence"], f"{word.child}-{n}").saying(**LOST) for n in range(TOO_MANY)),
    )


def _like(word: Word, name: str) -> Word:
    topic = word.topic.replace(f"/{word.child}/", f"/{name}/")
    serial = {"serial": name} if word.leaf == "announce" else {}
    return replace(word, topic=topic).another(**serial)


def _comes_back(word: Word, body: Body) -> Words:
    """Announce a child again that has left, with the next announce of the gateway."""
    last: dict[str, Word] = body.memory.setdefault("announced", {})
    if word.leaf == "announce" and word.child:
        last[word.child] = word
    elif word.leaf == "announce":
        return (word, *(last[name].another().late(1.0) for name in body.memory.get("left", ())))
    return (word,)


def _notes_leave(word: Word, body: Body) -> Words:
    if word.child and word.fields.get("type") == "leave":
        body.memory.setdefault("left", []).append(word.child)
    return (word,)


def _waves_goodbye(word: Word, body: Body) -> Words:
    """Say once more something for a child that is to leave."""
    if not word.child or word.fields.get("type") != "leave":
        return (word,)
    fields = {"epoch": body.memory.get(word.child, 1), "seq": NEXT, "values": {}}
    topic = f"eco/1/{body.id}/{word.child}/state"
    return (word, Word(topic, json.dumps(fields).encode(), 0, after_s=LATER_S))


def _notes_epoch(word: Word, body: Body) -> Words:
    if word.leaf == "announce" and word.child:
        body.memory[word.child] = word.fields["epoch"]
    return (word,)


def _counted_down(word: Word, body: Body) -> Word:
    """Let the epochs of children fall where they should rise."""
    epoch = word.fields.get("epoch") if word.child else None
    return word.saying(epoch=EPOCHS - epoch) if epoch else word


def _counted_up(word: Word, body: Body) -> Words:
    return (_counted_down(word, body),)


def _as_gateway(document: bytes, installs: int) -> bytes:
    """Make a gateway of the light, with what a gateway has to have."""
    told = json.loads(document)
    if told["product"] != "light":
        return document
    told["class"] = "gateway"
    children = {
        "name": "children",
        "title": {"en": "Children"},
        "format": "uint8",
        "access": ["read", "notify"],
    }
    service = {"name": "gateway", "title": {"en": "Gateway"}, "properties": [children]}
    told["services"].append(service)
    return json.dumps(told).encode()


def _with_children(word: Word, body: Body) -> Words:
    values = word.fields["values"]
    return (word.saying(values=values | {"gateway.children": 0}) if _is_light(word) else word,)


MUTANTS: Final[tuple[Mutant, ...]] = tuple(
    mutant.of(GATEWAY, *CHILDREN)
    for mutant in (
        at_wire(
            "retains-for-children",
            "ECO-CHILD-003",
            "The presence of its children is retained.",
            say=on_child("presence", _retained),
        ),
        at_wire(
            "deaf-to-children",
            "ECO-CHILD-004",
            "It does not subscribe to what is meant for its children.",
            hello=_deaf_to_children,
        ).behind(UNHEARD),
        at_wire(
            "child-out-of-range",
            "ECO-CHILD-005",
            "For a child it tells a number out of its range.",
            say=on_child(
                "state",
                lambda word, body: (
                    word.another(values={"light.brightness": 500}, full=...),
                    word,
                ),
                lambda fields, body: bool(
                    fields.get("full") and "light.brightness" in fields["values"]
                ),
            ),
        ),
        at_wire(
            "child-before-its-gateway",
            "ECO-CHILD-006",
            "After a CONNECT it speaks for a child before it announces itself.",
            up=_child_first,
        ),
        at_wire(
            "children-without-presence",
            "ECO-CHILD-007",
            "It announces children and does not say that they are online.",
            say=on_child("presence", lost, has(status="online")),
        ).behind(UNHEARD),
        at_wire(
            "child-of-its-own-id",
            "ECO-CHILD-009",
            "It announces a child under its own id.",
            say=_under_its_own_id,
        ),
        at_wire(
            "brings-a-crowd",
            "ECO-CHILD-010",
            "It announces 65 children that nobody has let in.",
            say=_crowd,
        ),
        at_seam(
            "claims-what-others-have",
            "ECO-CHILD-011",
            "All gateways of it announce the same children.",
            child=lambda device, child: DeviceId(f"{child}-of-all"),
        ),
        at_wire(
            "brings-back-who-has-left",
            "ECO-CHILD-012",
            "It announces a child again that was to leave.",
            hear=_notes_leave,
            say=_comes_back,
        ),
        at_wire(
            "waves-goodbye",
            "ECO-CHILD-013",
            "It publishes for a child that was to leave.",
            hear=_waves_goodbye,
            say=_notes_epoch,
        ),
        at_wire(
            "children-grow-younger",
            "ECO-CHILD-014",
            "The epoch of its children is lower after it has booted.",
            last=_counted_down,
            hear=_counted_up,
        ),
        at_wire(
            "children-of-another-connection",
            "ECO-CHILD-015",
            "Its children say another connection than it does.",
            say=on_child("presence", _of_no_gateway, has(connection=...)),
        ),
        at_wire(
            "silent-about-lost-children",
            "ECO-CHILD-016",
            "It does not say when it cannot reach a child any more.",
            say=on_child("presence", lost, has(reason="lost")),
        ),
        at_wire(
            "silent-about-unpaired-children",
            "ECO-CHILD-017",
            "It does not say when a child was unpaired at it.",
            say=on_child("presence", lost, has(reason="removed")),
        ),
        Mutant(
            "child-that-is-a-gateway",
            "ECO-CHILD-018",
            "Its light says that it is a gateway.",
            Deviation(say=on_child("state", _with_children, has(full=True))),
            {"document": _as_gateway},
        ),
    )
)
