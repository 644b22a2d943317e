"""The one door: (topic, bytes) to a message or a violation, and back."""

import json
import re
from typing import Annotated, Any, Final, NamedTuple, NoReturn

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, to_json

from protocol import topics
from protocol.errors import Violation, ViolationError, printable
from protocol.ids import DeviceId
from protocol.messages import (
    LEAF_OF,
    MAX_INTEGER,
    QOS,
    RETAINED,
    Ack,
    Announce,
    AnyMessage,
    Birth,
    Command,
    Event,
    Presence,
    SpecPart,
    State,
    Update,
    Verdict,
)
from protocol.topics import Leaf, Topic

MAX_BYTES: Final = 16_384
"""Largest payload (ECO-CODEC-001)."""

MAX_DEPTH: Final = 8
"""Deepest nesting of objects and arrays, the outermost counted (ECO-CODEC-005)."""


Object = dict[str, Any]
"""A JSON object as read, before a model has judged it."""


class Decoded(NamedTuple):
    """A message with its topic, and the fields this version does not know.

    A receiver ignores `unknown` fields of a sender with a higher minor version and refuses those of
    any other (ECO-VERSION-003); the codec only names them.
    """

    topic: Topic
    message: AnyMessage
    unknown: tuple[str, ...] = ()


class Encoded(NamedTuple):
    """A message ready for the wire."""

    topic: str
    payload: bytes
    qos: int
    is_retained: bool


def decode(topic: str, payload: bytes) -> Decoded:
    """Turn a topic and its payload into a message.

    Raises:
        ViolationError: the only error, whatever the bytes are; its one violation says which rule.
    """
    where = topics.parse(topic)
    return decode_at(where, payload)


def decode_at(where: Topic, payload: bytes) -> Decoded:
    """Like `decode`, for a topic that is parsed already (a receiver that saw it before)."""
    if where.leaf is Leaf.STATE and (state := _plain_state(payload)) is not None:
        return Decoded(where, state)
    fields = read_object(payload)
    schema = _MODELS[where.leaf]
    try:
        return Decoded(where, schema.validate_python(fields))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
    extras = tuple(_path(p) for p in problems if p["type"] == "extra_forbidden")
    rest = [p for p in problems if p["type"] != "extra_forbidden"]
    if rest:
        raise ViolationError(_as_violation(rest[0]))
    for problem in problems:
        _remove(fields, problem["loc"])
    return Decoded(where, schema.validate_python(fields), extras)


def encode(device: DeviceId, message: AnyMessage, child: DeviceId | None = None) -> Encoded:
    """Turn a message to or from `device` into what goes on the wire.

    Raises:
        ViolationError: `ECO-CODEC-001` when the message is larger than the wire allows.
    """
    leaf = LEAF_OF[type(message)]
    payload = to_json(message, exclude_none=True)
    if len(payload) > MAX_BYTES:
        raise _refused("ECO-CODEC-001", "payload", "", f"{len(payload)} bytes, limit {MAX_BYTES}")
    return Encoded(topics.build(device, leaf, child), payload, QOS[leaf], leaf in RETAINED)


def read_object(payload: bytes, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Object:
    """Read one JSON object under the limits of ECO/1.

    Raises:
        ViolationError: `ECO-CODEC-001` to `-009`.
    """
    if len(payload) > max_bytes:
        raise _refused("ECO-CODEC-001", "payload", "", f"{len(payload)} bytes, limit {max_bytes}")
    text = _text(payload)
    if text.count("{") + text.count("[") > max_depth:
        _check_depth(text, max_depth)
    if "\\u" in text:
        _check_escapes(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        sample = printable(text[error.pos : error.pos + 40])
        raise _refused("ECO-CODEC-003", f"char {error.pos}", sample, error.msg) from None
    if type(value) is not dict:
        raise _refused("ECO-CODEC-004", "payload", printable(text), "not an object")
    return value


def _plain_state(payload: bytes) -> State | None:
    """Read a state in one go, or return None when it needs the careful reading.

    The reader built into pydantic takes a third of the time, but accepts a key that stands twice
    and integers of any size. A colon stands behind each key, so as many colons as keys rule out
    the first (a colon within a text only costs the careful reading).
    """
    if len(payload) > MAX_BYTES:
        return None
    try:
        state: State = _read_state(payload, strict=True)
    except ValidationError:
        return None
    if payload.count(b":") != len(state.model_fields_set) + len(state.values):
        return None
    for value in state.values.values():
        if type(value) is int and not -MAX_INTEGER <= value <= MAX_INTEGER:
            return None
    return state


def _text(payload: bytes) -> str:
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        sample = payload[error.start : error.start + 8].hex(" ")
        raise _refused("ECO-CODEC-002", f"byte {error.start}", sample, error.reason) from None
    if text.startswith("\ufeff"):
        raise _refused("ECO-CODEC-002", "byte 0", "ef bb bf", "a byte order mark")
    return text


def _check_depth(text: str, limit: int) -> None:
    depth, in_string, is_escaped = 0, False, False
    for place, char in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif in_string:
            is_escaped, in_string = char == "\\", char != '"'
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
            if depth > limit:
                sample = printable(text[place : place + 40])
                raise _refused("ECO-CODEC-005", f"char {place}", sample, f"deeper than {limit}")
        elif char in "]}":
            depth -= 1


def _check_escapes(text: str) -> None:
    found = _LONE.search(_PAIR.sub(_blank, text.replace("\\\\", "  ")))
    if found is not None:
        place = found.start()
        raise _refused("ECO-CODEC-009", f"char {place}", found[0], "half of a surrogate pair")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _integer(word: str) -> int:
    if len(word) > 17 or abs(value := int(word)) > MAX_INTEGER:
        raise _refused("ECO-CODEC-007", "payload", printable(word), f"beyond {MAX_INTEGER}")
    return value


def _number(word: str) -> float:
    value = float(word)
    if value in _INFINITE:
        raise _refused("ECO-CODEC-006", "payload", printable(word), "too large for a double")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused("ECO-CODEC-008", printable(twice), printable(twice), "the key stands twice")
    return found


def _not_finite(word: str) -> NoReturn:
    raise _refused("ECO-CODEC-006", "payload", word, "not a number of JSON")


def _refused(rule: str, path: str, sample: str, detail: str) -> ViolationError:
    return ViolationError(Violation(rule, path, sample, detail))


def _as_violation(problem: ErrorDetails) -> Violation:
    rule = "ECO-MSG-001" if problem["type"] == "missing" else "ECO-MSG-003"
    sample = "" if problem["type"] == "missing" else printable(problem["input"])
    return Violation(rule, _path(problem), sample, problem["msg"])


def _path(problem: ErrorDetails) -> str:
    return printable(".".join(str(part) for part in problem["loc"])) or "payload"


def _remove(fields: Object, loc: tuple[int | str, ...]) -> None:
    place: Any = fields
    for part in loc[:-1]:
        if isinstance(place, list) or part in place:  # a union's tag stands in `loc` alone
            place = place[part]
    place.pop(loc[-1], None)


_PAIR: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_LONE: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_INFINITE: Final = (float("inf"), float("-inf"))
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_not_finite,
    parse_float=_number,
    parse_int=_integer,
)
_read_state: Final = State.__pydantic_validator__.validate_json
_MODELS: Final[dict[Leaf, TypeAdapter[Any]]] = {
    Leaf.ANNOUNCE: TypeAdapter(Announce),
    Leaf.PRESENCE: TypeAdapter(Presence),
    Leaf.STATE: TypeAdapter(State),
    Leaf.EVENT: TypeAdapter(Event),
    Leaf.ACK: TypeAdapter(Ack),
    Leaf.SPEC: TypeAdapter(SpecPart),
    Leaf.COMMAND: TypeAdapter(Annotated[Command, Field(discriminator="type")]),
    Leaf.VERDICT: TypeAdapter(Verdict),
    Leaf.UPDATE: TypeAdapter(Update),
    Leaf.BIRTH: TypeAdapter(Birth),
}
