"""The bytes of a MIoT document to JSON, in bounded time and memory."""

import json
import math
import re
from collections import Counter
from typing import Final

from protocol.errors import printable
from protocol.miot.errors import NotJsonError, TooLargeError

MAX_BYTES: Final = 2_097_152
"""Largest document; real instances reach 100 kB, their translations 300 kB."""

MAX_DEPTH: Final = 32
"""Deepest nesting; an instance nests 6 deep."""

_LONGEST_INTEGER: Final = 40
"""Digits of an integer that is read exactly; a longer one is beyond every format anyway."""

_GET_JSON: Final = "save the instance as the registry sends it: one JSON object in UTF-8"


def read_json(document: bytes) -> object:
    """Read one JSON value; numbers beyond every format become infinite, never an error.

    Raises:
        TooLargeError: more than `MAX_BYTES` or `MAX_DEPTH`.
        NotJsonError: no UTF-8, no JSON, or a key that stands twice in one object.
    """
    if len(document) > MAX_BYTES:
        detail = f"the file has {len(document)} bytes, at most {MAX_BYTES} are read"
        raise TooLargeError("document", detail, "give one instance a file")
    text = _text(document)
    _check_depth(text)
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        detail = f"{error.msg}, before {printable(text[error.pos : error.pos + 40])!r}"
        raise NotJsonError(
            f"line {error.lineno}, column {error.colno}", detail, _GET_JSON
        ) from None
    return value


def _text(document: bytes) -> str:
    try:
        return document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sample = document[error.start : error.start + 8].hex(" ")
        detail = f"these bytes are no UTF-8: {sample}"
        raise NotJsonError(f"byte {error.start}", detail, _GET_JSON) from None


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKET.finditer(text):
        mark = found[0]
        if mark in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                detail = f"objects and arrays nest deeper than {MAX_DEPTH}"
                raise TooLargeError(f"char {found.start()}", detail, _GET_JSON)
        elif mark in "}]":
            depth -= 1


def _integer(word: str) -> int | float:
    if len(word) > _LONGEST_INTEGER:
        return -math.inf if word.startswith("-") else math.inf
    return int(word)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _ in pairs)
    twice = next(name for name, count in counts.items() if count > 1)
    detail = f"the key {printable(twice, 60)!r} stands twice in one object, so it says two things"
    raise NotJsonError("document", detail, "leave one of them out")


_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string as a whole, so that brackets inside do not count; never goes back (possessive)."""

_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer)
