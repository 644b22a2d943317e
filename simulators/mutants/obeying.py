"""Mutants of ECO-CMD and -ACK: what they do when they are told to."""

from dataclasses import replace
from typing import Final

from protocol.codec import decode
from protocol.errors import ViolationError
from simulators.mutants.mutant import Mutant, at_wire
from simulators.mutants.tap import Say
from simulators.mutants.veils import Veil
from simulators.mutants.ways import first, has, on, once, with_fields
from simulators.mutants.words import Body, Fields, Word, Words

SLOW_S: Final = 1.6
"""So late nobody would call it at once."""

SHORT_MS: Final = 100
"""A ttl that a slow device cannot keep."""

MANY: Final = 40
"""Commands after which a device may have enough of them."""

DAWDLES_S: Final = 0.7
OVERTAKEN_S: Final = 0.25


def _order(word: Word) -> Fields:
    """Return what a `set` or an `action` says; nothing for what is none, or cannot be read."""
    try:
        decode(word.topic, word.payload)
    except ViolationError:
        return {}
    fields = word.fields
    is_order = word.leaf == "command" and fields.get("type") in ("set", "action")
    return fields if is_order and not word.child else {}


def _as_new(word: Word, body: Body) -> Words:
    return (replace(word, is_retained=False),)


def _half(word: Word, body: Body) -> Words:
    """Do of a `set` what can be done, and refuse the rest of it."""
    fields = _order(word)
    values = fields.get("values", {})
    wrong = {v.path.removeprefix("values.") for v in body.product.check_set(values)}
    good = {a: v for a, v in values.items() if a not in wrong}
    if not wrong or not good:
        return (word,)
    rule = body.product.check_set(values)[0].rule
    body.memory[fields["id"]] = {"address": min(wrong), "error": {"code": rule}}
    return (word.saying(values=good),)


def _refused_all_the_same(word: Word, body: Body) -> Words:
    fields = word.fields
    item = body.memory.get(str(fields.get("id"))) if word.leaf == "ack" else None
    if item is None or fields["status"] != "done":
        return (word,)
    return (word.saying(status="rejected", items=[item]),)


def _forgets(word: Word, body: Body) -> Words:
    """Give a command that comes again another name, so that it is done again."""
    name = _order(word).get("id")
    times = body.count(f"heard {name}") if name else 0
    if times < 2:
        return (word,)
    alias = f"{name}.again.{times}"
    body.memory[alias] = name
    return (word.saying(id=alias),)


def _by_first_name(word: Word, body: Body) -> Words:
    fields = word.fields
    names = {n: body.memory[fields[n]] for n in ("id", "cause") if fields.get(n) in body.memory}
    return (word.saying(**names) if names else word,)


def _dawdles(word: Word, body: Body) -> Words:
    ttl_ms = _order(word).get("ttl_ms", SHORT_MS + 1)
    return (word.late(ttl_ms / 1_000 + DAWDLES_S) if ttl_ms <= SHORT_MS else word,)


def _without(name: str) -> Say:
    def hear(word: Word, body: Body) -> Words:
        return (word.saying(**{name: ...}) if name in _order(word) else word,)

    return hear


def _busy(word: Word, body: Body) -> Words:
    """After many commands, take one in ten of those that are right for too much."""
    fields = _order(word)
    is_right = fields.get("type") == "set" and not body.product.check_set(fields["values"])
    if not is_right:
        return (word,)
    refused: set[str] = body.memory.setdefault("refused", set())
    is_new = body.first(f"came {fields['id']}")
    if is_new and (times := body.count("right")) > MANY and times % 10 == 0:
        refused.add(fields["id"])
    if fields["id"] in refused:
        return (body.word("ack", id=fields["id"], status="busy"),)
    return (word,)


def _now_and_then_late(word: Word, body: Body) -> Words:
    is_odd = bool(_order(word)) and body.count("orders") % 2 == 1
    return (word.late(OVERTAKEN_S) if is_odd else word,)


def _of_this_boot(word: Word, body: Body) -> Words:
    is_action = _order(word).get("type") == "action"
    return (word.saying(epoch=body.epoch) if is_action else word,)


def _of_its_own(word: Word, body: Body) -> Words:
    fields = word.fields
    own = {"code": "sim:no"}
    if "error" in fields:
        return (word.saying(error=own),)
    items = [item | {"error": own} if "error" in item else item for item in fields["items"]]
    return (word.saying(items=items),)


def _slow(word: Word, body: Body) -> Words:
    return (word.late(SLOW_S) if _order(word).get("ttl_ms", 0) > SLOW_S * 1_000 else word,)


def _notes_actions(word: Word, body: Body) -> Words:
    fields = _order(word)
    if fields.get("type") == "action":
        body.memory.setdefault("actions", set()).add(fields["id"])
    return (word,)


def _is_done_action(fields: Fields, body: Body) -> bool:
    return fields["status"] == "done" and fields["id"] in body.memory.get("actions", ())


def _goes_on(word: Word, body: Body) -> Words:
    """Do not say that an action is done; asked again, say once more that it was received."""
    is_first = body.first(f"done {word.fields['id']}")
    return () if is_first else (word.saying(status="received"),)


def _then_not(word: Word, body: Body) -> Words:
    error = {"code": "sim:changed_its_mind"}
    return (word, word.another(status="rejected", error=error))


MUTANTS: Final[tuple[Mutant, ...]] = (
    at_wire(
        "obeys-retained",
        "ECO-CMD-005",
        "It carries out a command that the broker had kept.",
        hear=_as_new,
    ),
    at_wire(
        "does-half-a-set",
        "ECO-CMD-006",
        "Of a `set` with a wrong value it rejects all and does the rest.",
        hear=_half,
        say=_refused_all_the_same,
    )
    .implying(state_009="The half that it does it shows with the command as its cause.")
    .of("air-purifier"),
    at_wire(
        "does-it-again",
        "ECO-CMD-007",
        "It carries out a command again that comes again.",
        hear=_forgets,
        say=_by_first_name,
    ),
    at_wire(
        "begins-too-late",
        "ECO-CMD-008",
        "It carries out a command when its ttl has passed.",
        hear=_dawdles,
    ),
    at_wire(
        "busy-without-a-time",
        "ECO-CMD-010",
        "After many commands it is busy now and then, and does not say when to come again.",
        hear=_busy,
    ),
    at_wire(
        "rejects-without-the-rule",
        "ECO-CMD-011",
        "It rejects a wrong command with a code of its own.",
        say=on("ack", _of_its_own, has(status="rejected")),
    ),
    at_wire(
        "minds-no-wall-time",
        "ECO-CMD-012",
        "It carries out a command that has ended by wall time.",
        hear=_without("expires_at_ms"),
    ),
    at_wire(
        "lets-commands-overtake",
        "ECO-CMD-014",
        "Every second command waits, and the next one overtakes it.",
        hear=_now_and_then_late,
    ),
    at_wire(
        "acts-for-another-boot",
        "ECO-CMD-017",
        "It carries out an action that was meant for another boot.",
        hear=_of_this_boot,
    ),
    at_wire(
        "acks-what-nobody-asked",
        "ECO-ACK-001",
        "It acks a command that was never sent.",
        say=once(
            on(
                "state",
                first(lambda body: body.word("ack", id="nobody.1", status="done")),
                has(full=True),
            )
        ),
    ),
    at_wire(
        "changes-its-mind",
        "ECO-ACK-002",
        "Behind `done` it says `rejected`.",
        say=on("ack", _then_not, has(status="done")),
    ),
    at_wire(
        "slow-to-ack",
        "ECO-ACK-003",
        "It acks a command 1.6 seconds after it came.",
        hear=_slow,
    ),
    at_wire(
        "never-says-done",
        "ECO-ACK-004",
        "An action that it has received it never ends.",
        hear=_notes_actions,
        say=on("ack", _goes_on, _is_done_action),
    ).behind(Veil("no action ends", hides=("ECO-ACK-006",))),
    at_wire(
        "rejects-without-a-word",
        "ECO-ACK-005",
        "It rejects a command and does not say why.",
        say=on("ack", with_fields(error=..., items=...), has(status="rejected")),
    ).implying(cmd_011="The code that it has to give is what it leaves out."),
    at_wire(
        "result-of-its-own",
        "ECO-ACK-006",
        "A done action carries a result that is not declared.",
        hear=_notes_actions,
        say=on("ack", with_fields(results={"count": 1}), _is_done_action),
    ),
)
