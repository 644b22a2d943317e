"""Bytes to one JSON object under the limits of ECO/1, or the rule that they break."""

import json
import re
from collections import Counter
from typing import Any, Final, NoReturn

from protocol.errors import Violation, ViolationError, printable
from protocol.messages import MAX_INTEGER

MAX_BYTES: Final = 16_384
"""Largest payload (ECO-CODEC-001)."""

MAX_DEPTH: Final = 8
"""Deepest nesting of objects and arrays, the outermost counted (ECO-CODEC-005)."""

Object = dict[str, Any]
"""A JSON object as read, before a model has judged it."""


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
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise _refused("ECO-CODEC-008", printable(twice), printable(twice), "the key stands twice")
    return found


def _not_finite(word: str) -> NoReturn:
    raise _refused("ECO-CODEC-006", "payload", word, "not a number of JSON")


def _refused(rule: str, path: str, sample: str, detail: str) -> ViolationError:
    return ViolationError(Violation(rule, path, sample, detail))


_PAIR: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_LONE: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_INFINITE: Final = (float("inf"), float("-inf"))
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_not_finite,
    parse_float=_number,
    parse_int=_integer,
)
