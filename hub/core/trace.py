"""The last messages of each device, up and down, with what became of them."""

from collections import deque
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, Protocol

from pydantic_core import from_json

from protocol.errors import printable
from protocol.ids import Address
from protocol.topics import DOWN, Leaf
from protocol.validator import CompiledProduct

KEPT: Final = 200
"""Messages that are kept of a device."""

MOST: Final = 131_072
"""Messages that are kept in all, at most 55 MB: beyond 655 devices that talk, each has fewer."""

PREFIX: Final = 256
"""Bytes that are kept of a payload."""

HIDDEN: Final = "(not shown)"

Fate = Literal["taken", "refused", "forgiven", "judged", "throttled", "sent", "unsent"]
"""What became of a message: `judged` and nothing more in quarantine, `forgiven` in warn mode."""

Entry = tuple[float, Leaf, int, bytes, Fate, str]
"""When, leaf, size in bytes, beginning of the payload, what became of it, rule it broke.

A plain tuple: one is made for every message. Of throttled messages the size is their number.
"""

Trace = deque[Entry]


class Traced(Protocol):
    """What has a trace."""

    trace: Trace | None


class Traces:
    """Gives each device room for its trace, less when there are many."""

    def __init__(self) -> None:
        self._kept = KEPT
        self._open: list[Traced] = []

    def of(self, device: Traced) -> Trace:
        """Return the trace of a device, begun if it has none."""
        if device.trace is None:
            self._open.append(device)
            while len(self._open) * self._kept > MOST and self._kept > 1:
                self._halve()
            device.trace = deque(maxlen=self._kept)
        return device.trace

    def note(
        self, device: Traced, at_s: float, leaf: Leaf, payload: bytes, fate: Fate, rule: str
    ) -> None:
        """Keep what became of a message."""
        size = len(payload)
        begun = payload if size <= PREFIX else payload[:PREFIX]
        (device.trace or self.of(device)).append((at_s, leaf, size, begun, fate, rule))

    def close(self, device: Traced) -> None:
        """Forget the trace of a device that has left."""
        if device.trace is not None:
            device.trace = None
            self._open.remove(device)

    def _halve(self) -> None:
        self._kept //= 2
        for device in self._open:
            device.trace = deque(device.trace or (), maxlen=self._kept)


class Shown(NamedTuple):
    """An entry of a trace, ready for people.

    Attributes:
        payload: What was said, as far as it can be read whole; else None.
        text: The beginning of it, where it cannot.
    """

    at_s: float
    is_up: bool
    leaf: Leaf
    size: int
    fate: Fate
    rule: str
    payload: Mapping[str, object] | None
    text: str


def show(entry: Entry, product: CompiledProduct | None) -> Shown:
    """Return an entry without what may be a secret.

    That is: what is set or told of a property that cannot be read, arguments of actions, and of a
    payload that makes no sense all, unless the product has no property that can only be written.
    """
    at_s, leaf, size, raw, fate, rule = entry
    payload = _readable(leaf, raw, product) if size == len(raw) and fate != "throttled" else None
    text = "" if payload is not None else shown_text(leaf, raw, product)
    return Shown(at_s, leaf not in DOWN, leaf, size, fate, rule, payload, text)


def shown_text(leaf: Leaf, raw: bytes, product: CompiledProduct | None) -> str:
    """Return the beginning of a payload as one printable line, without what may be a secret."""
    if leaf is Leaf.SPEC or not raw:
        return ""
    payload = _readable(leaf, raw, product)
    if payload is not None:
        return printable(payload, PREFIX)
    if leaf is Leaf.COMMAND or product is None or product.writable - product.readable:
        return HIDDEN
    return printable(raw.decode("utf-8", "backslashreplace"), PREFIX)


def _readable(
    leaf: Leaf, raw: bytes, product: CompiledProduct | None
) -> Mapping[str, object] | None:
    try:
        fields = from_json(raw, allow_inf_nan=False)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    for name in ("values", "arguments", "part"):
        inner = fields.get(name)
        if name == "values" and isinstance(inner, dict):
            fields[name] = {a: _value(a, value, product) for a, value in inner.items()}
        elif name == "arguments" and isinstance(inner, dict) and leaf is Leaf.COMMAND:
            fields[name] = dict.fromkeys(inner, HIDDEN)
        elif name in fields and name != "arguments":
            fields[name] = HIDDEN
    return fields


def _value(address: str, value: object, product: CompiledProduct | None) -> object:
    can_be_read = product is not None and Address(address) in product.readable
    return value if can_be_read else HIDDEN
