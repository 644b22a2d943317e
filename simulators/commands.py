"""A device's memory of commands: what it was told, what it answered, what it has yet to do."""

import re
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from protocol.errors import Violation
from protocol.ids import ADDRESS, CommandId
from protocol.messages import AckItem, ActionCommand, Fault, Scalar, SetCommand
from protocol.validator import CompiledProduct

REMEMBERED: Final = 32
"""Ids whose answers a device can give again (ECO-CMD-007)."""

ROOM: Final = 16
"""Commands that a device keeps while it is busy with others; the next one is told `busy`."""

MAX_ITEMS: Final = 32
"""Items in one answer, so that the answer to the largest `set` fits into a payload."""

_address = re.compile(ADDRESS)


@dataclass(frozen=True, slots=True)
class Answer:
    """The final word about a command; an ack without its numbers."""

    status: Literal["done", "rejected", "expired"]
    items: tuple[AckItem, ...] = ()
    error: Fault | None = None
    results: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command that is not carried out yet, and when it came."""

    command: SetCommand | ActionCommand
    received_s: float

    def is_too_late(self, now_s: float, wall_ms: int | None) -> bool:
        """Say whether its time has passed; `expires_at_ms` counts for a device with a clock."""
        if now_s - self.received_s > self.command.ttl_ms / 1000.0:
            return True
        limit_ms = self.command.expires_at_ms
        return limit_ms is not None and wall_ms is not None and wall_ms > limit_ms


class Memory:
    """The commands of one boot, bounded: ids with their answers, and those that wait."""

    def __init__(self) -> None:
        self._answers: OrderedDict[CommandId, Answer | None] = OrderedDict()
        self._waiting: deque[Waiting] = deque()

    @property
    def has_room(self) -> bool:
        """Whether another command may wait."""
        return len(self._waiting) < ROOM

    def knows(self, command: CommandId) -> bool:
        """Say whether this id came before, as far back as the memory reaches."""
        return command in self._answers

    def answer(self, command: CommandId) -> Answer | None:
        """Return the first answer to an id that came before; None while it has none."""
        return self._answers[command]

    def take(self, command: SetCommand | ActionCommand, now_s: float) -> None:
        """Keep a new command until it is due."""
        self._answers[CommandId(command.id)] = None
        if len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        self._waiting.append(Waiting(command, now_s))

    def next_s(self, latency_s: float) -> float | None:
        """Return when the oldest waiting command is due; None when none waits."""
        return self._waiting[0].received_s + latency_s if self._waiting else None

    def pop(self) -> Waiting:
        """Return the oldest waiting command, which waits no more."""
        return self._waiting.popleft()

    def settle(self, command: CommandId, answer: Answer) -> None:
        """Remember the answer to a command."""
        if command in self._answers:
            self._answers[command] = answer

    def forget(self) -> None:
        """Lose everything, as a reboot does."""
        self._answers.clear()
        self._waiting.clear()


def refusal(product: CompiledProduct, command: SetCommand | ActionCommand) -> Answer | None:
    """Return why the product spec forbids a command, or None if it allows it."""
    if isinstance(command, ActionCommand):
        violations = product.check_action(command.action, command.arguments)
        return Answer("rejected", error=_fault(violations[0])) if violations else None
    violations = product.check_set(command.values)
    if not violations:
        return None
    items = _items(command.values, violations)
    return Answer("rejected", items, None if items else _fault(violations[0]))


def _items(addresses: Iterable[str], violations: Iterable[Violation]) -> tuple[AckItem, ...]:
    by_address = {v.path.removeprefix("values."): v for v in reversed(tuple(violations))}
    known = [a for a in addresses if _address.fullmatch(a)]
    known.sort(key=lambda address: address not in by_address)
    return tuple(
        AckItem(address=a, error=_fault(by_address[a]) if a in by_address else None)
        for a in known[:MAX_ITEMS]
        if a in by_address or len(known) <= MAX_ITEMS
    )


def _fault(violation: Violation) -> Fault:
    return Fault(code=violation.rule, message=violation.detail[:256])
