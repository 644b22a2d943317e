"""Section 4: what a payload is, for a receiver that takes nothing else for one.

Python's `json` is too kind: it reads NaN, UTF-16, and the same key twice.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

MOST_BYTES, DEEPEST, LARGEST = 16_384, 8, 2**53 - 1


def read(payload: bytes | bytearray) -> dict[str, Any]:
    """Return the object in a payload; an empty one, which asks for nothing, where there is none."""
    try:
        if len(payload) > MOST_BYTES:
            return {}
        message = json.loads(
            payload.decode(),
            object_pairs_hook=unique,
            parse_int=integer,
            parse_float=finite,
            parse_constant=finite_alone,
        )
        json.dumps(message, ensure_ascii=False).encode()  # fails at half a surrogate pair
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) and depth(message) <= DEEPEST else {}


def depth(value: object) -> int:
    parts = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if parts is None else 1 + max(map(depth, parts), default=0)


def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("the same key twice")
    return dict(pairs)


def integer(text: str) -> int:
    if abs(number := int(text)) > LARGEST:
        raise ValueError(f"{text} is beyond 2^53-1")
    return number


def finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is too large")
    return number


def finite_alone(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
