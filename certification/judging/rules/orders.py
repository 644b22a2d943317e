"""Commands as the harness sent them, each with what the device answered to it."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from certification.judging.evidence import HARNESS_S, Evidence
from certification.judging.traffic import NS, Publish, Said
from protocol.messages import Ack, ActionCommand, Scalar, SetCommand, State

FINAL: Final = frozenset({"done", "rejected", "expired"})
"""Acks after which nothing follows."""

REFUSED: Final = frozenset({"rejected", "expired", "busy"})
"""Acks of commands that are not carried out."""

_ID_IN: Final = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._:-]{0,95})"')
"""An id in a payload, whatever else is wrong with it."""

MOST: Final = 16
"""A hub has no more commands on their way to a device (ECO-HUB-003)."""

FORGOTTEN_S: Final = 10.0
"""A command without an answer for so long is on its way no more."""

EFFECT_S: Final = 2.0
"""How long after `done` a state may take to show a set (ECO-STATE-008)."""


@dataclass(slots=True)
class Order:
    """A `set` or an `action` as it was sent, once.

    Attributes:
        earlier: The sending before it, when the id is sent again.
        acks: What answers this sending: up to the next one of the same id.
        states: The states that name it as their cause, up to the next one of the same id.
        wrongs: Rules that it breaks, by purpose.
        args: What the harness noted about it.
        crowd: Commands that were on their way with this one, until its first answer.
    """

    sent: Said[SetCommand] | Said[ActionCommand]
    earlier: "Order | None"
    wrongs: tuple[str, ...]
    is_of_this_boot: bool
    args: Mapping[str, Any]
    crowd: int = 0
    acks: list[Said[Ack]] = field(default_factory=list)
    states: list[Said[State]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id."""
        return self.sent.message.id

    @property
    def line(self) -> int:
        """Where it was sent."""
        return self.sent.line

    @property
    def at_ns(self) -> int:
        """When it was sent."""
        return self.sent.at_ns

    @property
    def name(self) -> str:
        """How it is called in a sentence."""
        return f"{self.sent.message.type} {self.id}"

    @property
    def values(self) -> Mapping[str, Scalar]:
        """What a `set` sets; empty for an action."""
        message = self.sent.message
        return message.values if isinstance(message, SetCommand) else {}

    @property
    def concerns(self) -> frozenset[str]:
        """The addresses that it is about."""
        message = self.sent.message
        return frozenset({message.action} if isinstance(message, ActionCommand) else message.values)

    @property
    def is_set(self) -> bool:
        """Whether it is a `set`."""
        return isinstance(self.sent.message, SetCommand)

    @property
    def is_retained(self) -> bool:
        """Whether it came with the retain flag, so that it is to be ignored."""
        return self.sent.publish.is_retained

    @property
    def is_plain(self) -> bool:
        """Whether a good device has no reason but its own to say anything but `done`."""
        message = self.sent.message
        is_dated = message.expires_at_ms is not None
        return not (self.wrongs or self.is_retained or is_dated) and self.is_of_this_boot

    @property
    def first_ack(self) -> Said[Ack] | None:
        """The first answer."""
        return self.acks[0] if self.acks else None

    @property
    def final(self) -> Said[Ack] | None:
        """The first final ack."""
        return next((ack for ack in self.acks if ack.message.status in FINAL), None)

    @property
    def status(self) -> str:
        """The status of the final ack, or of the last one, or nothing."""
        last = self.final or (self.acks[-1] if self.acks else None)
        return last.message.status if last else ""

    @property
    def is_refused(self) -> bool:
        """Whether it was refused, and each sending of its id before it: nothing may come of it."""
        sent: Order | None = self
        while sent is not None and sent.status in REFUSED:
            sent = sent.earlier
        return sent is None


def orders(e: Evidence) -> list[Order]:
    """Return all commands that a device could read, in the order in which they were sent."""
    if e not in _KNOWN:
        _KNOWN[e] = _orders(e)
    return _KNOWN[e]


_KNOWN: Final[WeakKeyDictionary[Evidence, list[Order]]] = WeakKeyDictionary()
"""What was found once; the evidence does not change."""


def _orders(e: Evidence) -> list[Order]:
    sent: list[Said[SetCommand] | Said[ActionCommand]] = [*e.told(SetCommand)]
    sent += e.told(ActionCommand)
    notes = {str(s.args.get("id")): s.args for s in e.stimuli("set", "action")}
    by_id: dict[str, list[Order]] = defaultdict(list)
    for each in sorted(sent, key=lambda one: one.line):
        found = by_id[each.message.id]
        earlier = found[-1] if found else None
        args = notes.get(each.message.id, {})
        order = Order(each, earlier, _wrongs(e, each), _is_of_this_boot(e, each), args)
        found.append(order)
    for ack in e.said(Ack):
        if (answered := _last_before(by_id.get(ack.message.id, []), ack.line)) is not None:
            answered.acks.append(ack)
    for state in e.said(State):
        named = by_id.get(state.message.cause or "", [])
        if (caused := _last_before(named, state.line)) is not None:
            caused.states.append(state)
    every = sorted((o for found in by_id.values() for o in found), key=lambda order: order.line)
    _count(every)
    return every


def _count(every: list[Order]) -> None:
    """Note for each command how many others were on their way with it."""
    going: list[Order] = []
    lines = [order.line for order in every]
    for order in every:
        going = [other for other in going if _is_on_its_way(other, order)]
        until = order.first_ack.line if order.first_ack else order.line
        later = bisect_left(lines, until) - bisect_right(lines, order.line)
        order.crowd = len(going) + max(0, later)
        going.append(order)


def _is_on_its_way(other: Order, order: Order) -> bool:
    """Say whether a command had no last word yet when a later one was sent."""
    if order.at_ns - other.at_ns > FORGOTTEN_S * NS or other.is_retained:
        return False
    last = other.final or (other.acks[-1] if other.status == "busy" else None)
    return last is None or last.line > order.line


def _last_before(found: list[Order], line: int) -> Order | None:
    return next((order for order in reversed(found) if order.line < line), None)


def _wrongs(e: Evidence, sent: Said[SetCommand] | Said[ActionCommand]) -> tuple[str, ...]:
    """Return the rules that a command breaks."""
    product, message = e.product_at(sent.at_ns), sent.message
    if product is None:
        return ()
    if isinstance(message, SetCommand):
        return tuple(v.rule for v in product.check_set(message.values))
    return tuple(v.rule for v in product.check_action(message.action, message.arguments))


def _is_of_this_boot(e: Evidence, sent: Said[SetCommand] | Said[ActionCommand]) -> bool:
    announced = e.announced_at(sent.at_ns)
    message = sent.message
    if not isinstance(message, ActionCommand) or announced is None:
        return True
    return message.epoch == announced.message.epoch


def is_same(one: Scalar, other: Scalar) -> bool:
    """Say whether two values are one on the wire: 20 and 20.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))
    return one == other


def reported(e: Evidence, before_ns: int) -> dict[str, tuple[Scalar, int]]:
    """Return the values reported last before a time, each with its line."""
    found: dict[str, tuple[Scalar, int]] = {}
    for state in e.said(State):
        if state.at_ns >= before_ns:
            break
        for address, value in state.message.values.items():
            found[address] = value, state.line
    return found


def states_between(e: Evidence, begin_ns: int, end_ns: int) -> Iterator[Said[State]]:
    """Yield the states of a time."""
    return (state for state in e.said(State) if begin_ns < state.at_ns <= end_ns)


def after_s(at_ns: int, limit_s: float) -> int:
    """Return the time until which an answer counts, the harness' own delay included."""
    return at_ns + int((limit_s + HARNESS_S) * NS)


def raw_ids(e: Evidence) -> dict[str, Publish]:
    """Return every id that was sent to the subject in anything, readable or not."""
    found: dict[str, Publish] = {}
    for stimulus in e.stimuli("set", "action", "spec.get", "state.get", "rest", "leave"):
        named = str(stimulus.args.get("id", ""))
        after = next((d for d in e.downs if d.line >= stimulus.line), None)
        if named and after is not None:
            found.setdefault(named, after)
    for down in e.downs:
        message = down.decoded.message if down.decoded else None
        named = getattr(message, "id", "")
        for each in (named,) if named else ids_in(down):
            found.setdefault(each, down)
    return found


def ids_in(down: Publish) -> tuple[str, ...]:
    """Return the ids in a message that cannot be read; a lenient device may find them there."""
    if down.violation is None:
        return ()
    text = down.payload.replace(b"\0", b"")
    return tuple(dict.fromkeys(found.decode() for found in _ID_IN.findall(text)))


def shown_after(e: Evidence, address: str, at_ns: int) -> tuple[Scalar, int] | None:
    """Return the value of a property, and its line, that the first state after a time shows."""
    for state in e.said(State):
        if state.at_ns > at_ns and address in state.message.values:
            return state.message.values[address], state.line
    return None
