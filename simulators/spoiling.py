"""What a broken device says instead of what it meant, and which rules that breaks."""

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from protocol import topics
from protocol.codec import Encoded, decode_at
from protocol.errors import ViolationError
from protocol.messages import MAX_INTEGER, Ack, Event, Scalar, State, UpMessage
from protocol.product import INTEGER_LIMITS, Property
from protocol.validator import CompiledProduct

GHOST: Final = "sim:ghost"
"""Service, property and event that no product declares."""

LOST_AT_ONCE: Final = 6
"""Most parts that one message lacks: a hub tells of 16 broken rules of one message at most."""


LONGEST: Final = 256
"""Texts that may be longer are not made too long: the message might not fit the wire then."""


class Break(NamedTuple):
    """A rule that a message breaks by what it says.

    Attributes:
        path: Where, as a verdict would name it.
        is_told: Whether the value is still one that a hub in warn mode stores.
    """

    rule: str
    path: str
    is_told: bool = False


class Spoilt(NamedTuple):
    """A message that is not what it should be, or still is.

    Attributes:
        breaks: The rules that this breaks, beside those that were broken before.
        hides: Whether nobody looks any more at what else is wrong with it.
    """

    message: UpMessage
    breaks: tuple[Break, ...] = ()
    hides: bool = False


Spoiler = Callable[[UpMessage, CompiledProduct, Random], Spoilt | None]
"""Takes what a device means to say, and its product; returns what it says instead.

The message itself, unchanged, if the fault does not concern it; None if it is not said at all.
"""


def beyond(message: UpMessage, product: CompiledProduct, rng: Random) -> Spoilt:
    """Put a value that the product does not have in place of one of a state's."""
    if not isinstance(message, State):
        return Spoilt(message)
    wrong: list[tuple[str, Scalar, Break]] = []
    for address, value in message.values.items():
        part = product.properties.get(address)  # type: ignore[call-overload]
        if part is not None and value is not None:
            wrong += [
                (address, bad, Break(rule, f"values.{address}", is_told))
                for bad, rule, is_told in _wrong_values(part)
            ]
    if not wrong:
        return Spoilt(message)
    address, bad, broken = rng.choice(wrong)
    values = {**message.values, address: bad}
    return Spoilt(message.model_copy(update={"values": values}), (broken,))


def undeclared(message: UpMessage, product: CompiledProduct, rng: Random) -> Spoilt:
    """Tell of a property or an event that the product does not have."""
    name = f"{GHOST}.sim:walks"
    if isinstance(message, Event):  # nobody asks for the arguments of one that is not declared
        changed = message.model_copy(update={"event": name})
        return Spoilt(changed, (Break("ECO-EVENT-001", "event"),), hides=True)
    if not isinstance(message, State):
        return Spoilt(message)
    values = {**message.values, name: 13}
    broken = Break("ECO-STATE-001", f"values.{name}")
    return Spoilt(message.model_copy(update={"values": values}), (broken,))


def half(message: UpMessage, product: CompiledProduct, rng: Random) -> Spoilt | None:
    """Leave a part out; None for an answer that has none to leave out: it never comes.

    What may be partial, such as a state that does not say that it is full, stays as it is.
    """
    match message:
        case State(full=True, values=values) if values:
            gone = rng.sample(sorted(values), rng.randint(1, min(LOST_AT_ONCE, len(values))))
            kept = {address: value for address, value in values.items() if address not in gone}
            breaks = tuple(Break("ECO-STATE-003", f"values.{address}") for address in gone)
            return Spoilt(message.model_copy(update={"values": kept}), breaks)
        case Event(arguments=arguments) if arguments:
            lost = rng.choice(sorted(arguments))
            rest = {name: value for name, value in arguments.items() if name != lost}
            broken = Break("ECO-EVENT-002", f"arguments.{lost}")
            return Spoilt(message.model_copy(update={"arguments": rest}), (broken,))
        case Ack(results=results) if results:
            lost = rng.choice(sorted(results))
            rest = {name: value for name, value in results.items() if name != lost}
            broken = Break("ECO-ACK-006", f"results.{lost}")
            return Spoilt(message.model_copy(update={"results": rest}), (broken,))
        case Ack(status=status) if status != "received":
            return None
    return Spoilt(message)


def garble(encoded: Encoded, rng: Random) -> tuple[Encoded, Break]:
    """Return a payload that nobody can read any more, and the rule that it breaks."""
    where = topics.parse(encoded.topic)
    while True:
        payload = rng.choice(_GARBLERS)(encoded.payload, rng)
        try:
            decode_at(where, payload)
        except ViolationError as error:
            found = error.violation
            return encoded._replace(payload=payload), Break(found.rule, found.path)


def _wrong_values(part: Property) -> list[tuple[Scalar, str, bool]]:
    """Return values that a property does not have, each with the rule and whether it is told."""
    if part.format == "string":
        longest = part.max_length
        if longest is None or longest > LONGEST:
            return [(0, "ECO-VALUE-001", False)]
        return [("x" * (longest + 1), "ECO-VALUE-005", True), (0, "ECO-VALUE-001", False)]
    if part.format == "bool":
        return [(1, "ECO-VALUE-001", False)]
    wrong: list[tuple[Scalar, str, bool]] = [("much", "ECO-VALUE-001", False)]
    if part.enum is not None:
        taken = {choice.value for choice in part.enum}
        free = next(number for number in range(len(taken) + 1) if number not in taken)
        return [*wrong, (free, "ECO-VALUE-004", True)]
    if part.range is not None:
        high = part.range[1]
        above = int(high) + 1 if part.is_integer else high + 1.0 + abs(high)
        rule = "ECO-VALUE-002"
    else:
        above, rule = INTEGER_LIMITS.get(part.format, (0, MAX_INTEGER))[1] + 1, "ECO-VALUE-001"
    if abs(above) <= MAX_INTEGER:
        wrong.append((above, rule, True))
    return wrong


def _cut(payload: bytes, rng: Random) -> bytes:
    return payload[: rng.randrange(len(payload))]


def _flip(payload: bytes, rng: Random) -> bytes:
    place = rng.randrange(len(payload))
    return payload[:place] + bytes((rng.randrange(0x80, 0x100),)) + payload[place + 1 :]


def _wrap(payload: bytes, rng: Random) -> bytes:
    return b"[" + payload + b"]"


def _rename(payload: bytes, rng: Random) -> bytes:
    return payload.replace(b'"epoch"', b'"epoc"', 1)


def _twice(payload: bytes, rng: Random) -> bytes:
    return b'{"epoch":1,' + payload[1:]


_GARBLERS: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (
    _cut,
    _flip,
    _wrap,
    _rename,
    _twice,
)
