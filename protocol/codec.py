"""The one door: (topic, bytes) to a message or a violation, and back."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, to_json

from protocol import topics
from protocol.errors import Violation, ViolationError, printable
from protocol.ids import DeviceId
from protocol.json_text import MAX_BYTES, Object, read_object
from protocol.messages import (
    LEAF_OF,
    MAX_INTEGER,
    QOS,
    RETAINED,
    Ack,
    ActionCommand,
    Announce,
    AnyMessage,
    Birth,
    Event,
    Leave,
    Message,
    Presence,
    Rest,
    SetCommand,
    SpecGet,
    SpecPart,
    State,
    StateGet,
    Update,
    Verdict,
)
from protocol.topics import Leaf, Topic

__all__ = [
    "MAX_BYTES",
    "Decoded",
    "Encoded",
    "Object",
    "decode",
    "decode_at",
    "encode",
    "read_object",
]


class Decoded(NamedTuple):
    """A message with its topic, and the fields this version does not know.

    A receiver ignores `unknown` fields of a sender with a higher minor version and refuses those of
    any other (ECO-MSG-002, ECO-VERSION-003); the codec only names them, since it does not know the
    sender's version. `message` is what it is without them; `raw` is the payload it was.
    """

    topic: Topic
    message: AnyMessage
    unknown: tuple[str, ...] = ()
    raw: bytes = b""


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
    read = _PLAIN.get(where.leaf)
    if read is not None and (message := read(payload)) is not None:
        return _decoded((where, message, (), payload))
    fields = read_object(payload)
    model = _model(where.leaf, fields)
    try:
        return Decoded(where, _validate(model, fields), (), payload)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
    wrong = next((p for p in problems if p["type"] != "extra_forbidden"), None)
    if wrong is not None:
        raise ViolationError(_as_violation(wrong))
    for problem in problems:
        _remove(fields, problem["loc"])
    unknown = tuple(_path(problem) for problem in problems)
    return Decoded(where, _validate(model, fields), unknown, payload)


def encode(device: DeviceId, message: AnyMessage, child: DeviceId | None = None) -> Encoded:
    """Turn a message to or from `device` into what goes on the wire.

    Raises:
        ViolationError: `ECO-CODEC-001` when the message is larger than the wire allows.
    """
    leaf = LEAF_OF[type(message)]
    payload = to_json(message, exclude_none=True)
    if len(payload) > MAX_BYTES:
        raise _refused("ECO-CODEC-001", "payload", "", f"{len(payload)} bytes, limit {MAX_BYTES}")
    is_retained = leaf in RETAINED and child is None
    return Encoded(topics.build(device, leaf, child), payload, QOS[leaf], is_retained)


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
    values = state.values
    if payload.count(b":") != len(state.__pydantic_fields_set__) + len(values):
        return None
    for value in values.values():
        if type(value) is int and not -MAX_INTEGER <= value <= MAX_INTEGER:
            return None
    return state


def _plain_ack(payload: bytes) -> Ack | None:
    """Read an ack that tells its status and no more, as `_plain_state` reads a state."""
    if len(payload) > MAX_BYTES:
        return None
    try:
        ack: Ack = _read_ack(payload, strict=True)
    except ValidationError:
        return None
    told = ack.model_fields_set
    return ack if told <= _ACK_FIELDS and payload.count(b":") == len(told) else None


def _model(leaf: Leaf, fields: Object) -> type[Message]:
    if leaf is not Leaf.COMMAND:
        return _MODELS[leaf]
    if "type" not in fields:
        raise _refused("ECO-MSG-001", "type", "", _DETAILS["missing"])
    kind = fields["type"]
    found = _COMMANDS.get(kind) if isinstance(kind, str) else None
    if found is None:
        detail = f"not one of {', '.join(_COMMANDS)}"
        raise _refused("ECO-MSG-003", "type", printable(kind), detail)
    return found


def _validate(model: type[Message], fields: Object) -> AnyMessage:
    message: AnyMessage = model.__pydantic_validator__.validate_python(fields)
    return message


def _refused(rule: str, path: str, sample: str, detail: str) -> ViolationError:
    return ViolationError(Violation(rule, path, sample, detail))


def _as_violation(problem: ErrorDetails) -> Violation:
    kind, place = problem["type"], problem["loc"]
    if kind == "missing":
        return Violation("ECO-MSG-001", _path(problem), "", _DETAILS[kind])
    is_scalar = place[0] in _SCALARS and len(place) > 1
    detail = _DETAILS["scalar"] if is_scalar else _DETAILS.get(kind, problem["msg"])
    return Violation("ECO-MSG-003", _path(problem), printable(problem["input"]), detail)


def _path(problem: ErrorDetails) -> str:
    place = problem["loc"]
    if place[0] in _SCALARS:
        place = place[:2]  # behind it stands only which type of a scalar was tried
    return printable(".".join(str(part) for part in place))


def _remove(fields: Object, place: tuple[int | str, ...]) -> None:
    inner: Any = fields
    for part in place[:-1]:
        inner = inner[part]
    del inner[place[-1]]


_SCALARS: Final = frozenset({"values", "arguments", "results"})
_DETAILS: Final = {
    "bool_type": "not true or false",
    "dict_type": "not an object",
    "float_type": "not a number",
    "int_type": "not an integer",
    "missing": "the field is missing",
    "model_type": "not an object",
    "scalar": "not a text, a number, true, false or null",
    "string_type": "not a text",
    "tuple_type": "not an array",
}
"""What pydantic says in Python's words, in those of JSON."""
_decoded: Final[Callable[[tuple[Topic, AnyMessage, tuple[str, ...], bytes]], Decoded]] = partial(
    tuple.__new__, Decoded
)
"""Makes a `Decoded` of its parts in half the time."""

_read_state: Final = State.__pydantic_validator__.validate_json
_read_ack: Final = Ack.__pydantic_validator__.validate_json
_ACK_FIELDS: Final = frozenset({"epoch", "seq", "id", "status"})
_PLAIN: Final[Mapping[Leaf, Callable[[bytes], AnyMessage | None]]] = {
    Leaf.STATE: _plain_state,
    Leaf.ACK: _plain_ack,
}
_MODELS: Final[dict[Leaf, type[Message]]] = {
    Leaf.ANNOUNCE: Announce,
    Leaf.PRESENCE: Presence,
    Leaf.STATE: State,
    Leaf.EVENT: Event,
    Leaf.ACK: Ack,
    Leaf.SPEC: SpecPart,
    Leaf.VERDICT: Verdict,
    Leaf.UPDATE: Update,
    Leaf.BIRTH: Birth,
}
_COMMANDS: Final[dict[str, type[Message]]] = {
    "set": SetCommand,
    "action": ActionCommand,
    "spec.get": SpecGet,
    "state.get": StateGet,
    "rest": Rest,
    "leave": Leave,
}
