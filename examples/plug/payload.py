"""Section 4: what a payload is. Python's `json` is too kind: it takes NaN, and a key twice."""

import json
import math
from typing import Any


def read(payload: bytes | bytearray) -> dict[str, Any]:
    """Return the object in a payload; an empty one, which asks for nothing, where there is none."""
    try:
        message = json.loads(
            payload.decode(),
            object_pairs_hook=unique,
            parse_int=number,
            parse_float=number,
            parse_constant=number,
        )
        json.dumps(message, ensure_ascii=False).encode()  # fails at half a surrogate pair
    except (ValueError, RecursionError):
        return {}
    fits = isinstance(message, dict) and len(payload) <= 16_384 and depth(message) <= 8
    return message if fits else {}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def number(text: str) -> float:
    value = int(text) if text.lstrip("-").isdigit() else float(text)
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError(f"{text} is out of bounds")
    return value


def depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0
