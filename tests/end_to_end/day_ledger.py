"""The ledger of a day: for each message, what has to come of it by SPEC.md, and what did.

It knows the rules by itself. Of the hub it asks only what no message tells: whether it has the
product spec yet, which commands it holds, and at which message of a flood it had enough.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.core.events import EventHappened, ViolationFound
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import Mode
from protocol.ids import CommandId, DeviceId
from protocol.messages import Ack, Announce, Event, Scalar, State
from protocol.topics import Leaf
from simulators.account import Frame

STRIKES: Final = 20
STRIKES_WITHIN_S: Final = 60.0
"""So many refused messages in this time put a strict device into quarantine (ECO-HUB-011)."""

FLOODS_WITHIN_S: Final = 600.0
"""A second flood in this time puts any device into quarantine (ECO-HUB-012)."""

MOST_UNTOLD: Final = 16
"""A command that goes out in a flood lets its answers in, and as many messages that were dropped
before it are not told of; it may go out four times."""

NO_STRIKE: Final = frozenset(
    {"ECO-ORDER-001", "ECO-ORDER-002", "ECO-ORDER-003", "ECO-ANNOUNCE-001", "ECO-ACK-006"}
)
"""Breaks that say more of the way than of the device, or cost a message only a part of it."""

_SERVICE: Final = "hub."


@dataclass(frozen=True, slots=True)
class Due:
    """What has to come of a message.

    Attributes:
        rules: The rules that it breaks, sorted.
        values: What of it has to stand in the twin.
        happens: Whether an event has to be passed on.
        boot: The epoch and connection that it announces.
        order: The leaf and number that count from now on.
        answer: The command that it answers for good, and how.
    """

    rules: tuple[str, ...] = ()
    values: Mapping[str, Scalar] = field(default_factory=dict)
    happens: bool = False
    boot: tuple[int, int] | None = None
    order: tuple[Leaf, int] | None = None
    answer: tuple[str, str] | None = None


@dataclass(slots=True)
class Page:
    """One device: where it stands in the order of its messages, and its sums.

    Attributes:
        twin: The values that the hub has to hold.
        is_shut_out: Whether it has to be in quarantine.
        quarantines: How often it was let out of one.
        strikes: When its last refused messages came, and which they were.
        floods: When the hub said that it floods.
        heard: Messages that were let in at the hub's door.
        unheard: Those that were not, since the device was flooding.
        taken, refused: Messages that broke no rule, and that broke one.
        broken: How often each rule was broken.
    """

    mode: Mode
    epoch: int = 0
    connection: int = 0
    is_announced: bool = False
    seqs: dict[Leaf, int] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    twin: dict[str, Scalar] = field(default_factory=dict)
    is_shut_out: bool = False
    quarantines: int = 0
    strikes: deque[tuple[float, object]] = field(default_factory=lambda: deque(maxlen=STRIKES))
    floods: list[float] = field(default_factory=list)
    heard: int = 0
    unheard: int = 0
    taken: int = 0
    refused: int = 0
    events: int = 0
    broken: Counter[str] = field(default_factory=Counter)


class Ledger:
    """Foretells what the hub does with each message and holds it to that.

    Attributes:
        pages: By device.
    """

    def __init__(self) -> None:
        self.pages: dict[DeviceId, Page] = {}
        self._due = Due()

    def hears(
        self, hub: Hub, device: DeviceId, frame: Frame, now_s: float, *, is_loud: bool
    ) -> bool:
        """Hold the hub to whom it hears; write down what has to come of what is let in."""
        page = self.pages[device]
        shut_out = hub.devices[device].record.quarantine is not None
        assert shut_out == page.is_shut_out, (device, now_s, page.strikes, page.floods)
        if not hub.is_heard(device, now_s):
            assert is_loud, (device, now_s)
            page.unheard += 1
            return False
        page.heard += 1
        self._due = _judge(page, frame, hub, device)
        return True

    def took(
        self, hub: Hub, device: DeviceId, frame: Frame, outcome: Outcome, now_s: float
    ) -> None:
        """Hold the hub to what had to come of the message that was let in last."""
        page, due = self.pages[device], self._due
        found = sorted(e.violation.rule for e in outcome.events if isinstance(e, ViolationFound))
        assert tuple(found) == due.rules, (device, frame, due)
        page.broken.update(found)
        happened = sum(isinstance(event, EventHappened) for event in outcome.events)
        assert happened == due.happens, (device, frame, due)
        reported = hub.devices[device].reported
        for address, value in due.values.items():
            held = reported[address]  # type: ignore[index]
            assert (held.value, held.at_s) == (value, now_s), (device, address, frame)
        self._write(page, due)
        if due.rules and page.mode == "strict":
            _strike(page, frame, due.rules, now_s)

    def ticked(self, outcome: Outcome, now_s: float) -> None:
        """Take in what the hub says of devices that say too much."""
        for event in outcome.events:
            if isinstance(event, ViolationFound):
                assert event.violation.rule == "ECO-RATE-001", event
                page = self.pages[event.device]
                if not event.violation.sample:
                    is_second = page.floods and now_s - page.floods[-1] < FLOODS_WITHIN_S
                    page.is_shut_out = page.is_shut_out or bool(is_second)
                    page.floods.append(now_s)

    def released(self, device: DeviceId) -> None:
        """Take in that the owner let a device out of quarantine."""
        page = self.pages[device]
        page.is_shut_out = False
        page.quarantines += 1
        page.strikes.clear()

    def _write(self, page: Page, due: Due) -> None:
        page.refused += bool(due.rules)
        page.taken += not due.rules
        page.events += due.happens
        page.twin.update(due.values)
        if due.boot is not None:
            if due.boot[0] != page.epoch:
                page.seqs.clear()
            page.epoch, page.connection = due.boot
            page.is_announced = True
        if due.order is not None:
            page.seqs[due.order[0]] = due.order[1]
        if due.answer is not None:
            page.answers.setdefault(*due.answer)

    def close(self, hub: Hub) -> None:
        """Hold the hub's own sums and twins against all that was written."""
        for device_id, page in self.pages.items():
            device = hub.devices[device_id]
            counted = Counter[str]()
            for (rule, _), found in device.violations.items():
                counted[rule] += found.count
            untold = page.unheard + len(page.floods) - counted.pop("ECO-RATE-001", 0)
            commands = len(hub.commands.of(device_id))
            assert 0 <= untold <= MOST_UNTOLD * commands, (device_id, untold)
            assert counted == page.broken, device_id
            assert page.heard == page.taken + page.refused, device_id
            assert {a: r.value for a, r in device.reported.items()} == page.twin, device_id
        assert hub.unheard == sum(page.unheard for page in self.pages.values())


def _judge(page: Page, frame: Frame, hub: Hub, device: DeviceId) -> Due:
    rules = tuple(sorted(broken.rule for broken in frame.breaks))
    message = frame.message
    if message is None:
        return Due(rules)
    if isinstance(message, Announce):
        return _judge_boot(page, message)
    if isinstance(message, State | Event) and hub.devices[device].product is None:
        return Due()
    if isinstance(message, State | Event | Ack):
        return _judge_numbered(page, message, frame, hub)
    return Due()


def _judge_numbered(page: Page, message: State | Event | Ack, frame: Frame, hub: Hub) -> Due:
    rules = tuple(sorted(broken.rule for broken in frame.breaks))
    leaf = _leaf(message)
    if page.is_shut_out and isinstance(message, Ack):
        return Due()
    broken = _order(page, leaf, message)
    if broken is not None:
        return Due((broken,)) if broken else Due()
    order = (leaf, message.seq)
    match message:
        case State():
            return Due(rules, _kept(page, message, frame), order=order)
        case Event():
            return Due(rules, happens=not rules and not page.is_shut_out, order=order)
        case Ack():
            return _judge_answer(page, message, rules, order, hub)


def _strike(page: Page, frame: Frame, rules: tuple[str, ...], now_s: float) -> None:
    if NO_STRIKE.issuperset(rules):
        return
    message = frame.message
    number: object = None
    if isinstance(message, State | Event | Ack):
        number = (_leaf(message), message.epoch, message.seq)
        if any(number == before for _, before in page.strikes):
            return
    page.strikes.append((now_s, number))
    if len(page.strikes) == STRIKES and now_s - page.strikes[0][0] <= STRIKES_WITHIN_S:
        page.is_shut_out = True


def _judge_boot(page: Page, message: Announce) -> Due:
    if message.epoch < page.epoch:
        return Due(("ECO-ORDER-001",))
    is_same = message.epoch == page.epoch and page.is_announced
    if is_same and message.connection < page.connection:
        return Due(("ECO-ORDER-003",))
    return Due(boot=(message.epoch, message.connection))


def _order(page: Page, leaf: Leaf, message: State | Event | Ack) -> str | None:
    """Return the rule that a message's place breaks; empty for a redelivery, None for no rule."""
    if message.epoch != page.epoch:
        return "ECO-ORDER-001" if message.epoch < page.epoch else "ECO-ANNOUNCE-001"
    last = page.seqs.get(leaf, 0)
    if message.seq > last:
        return None
    is_again = message.seq == last and leaf is not Leaf.STATE
    return "" if is_again else "ECO-ORDER-002"


def _kept(page: Page, message: State, frame: Frame) -> Mapping[str, Scalar]:
    """Return what of a state is stored: all, or in warn mode what has the right JSON type."""
    if page.is_shut_out or (frame.breaks and page.mode == "strict"):
        return {}
    untold = {broken.path.removeprefix("values.") for broken in frame.breaks if not broken.is_told}
    return {address: value for address, value in message.values.items() if address not in untold}


def _judge_answer(
    page: Page, message: Ack, rules: tuple[str, ...], order: tuple[Leaf, int], hub: Hub
) -> Due:
    if message.id.startswith(_SERVICE) or message.status in {"received", "busy"}:
        return Due(order=order)
    record = hub.commands.get(CommandId(message.id))
    if record is None:
        return Due(("ECO-ACK-001",), order=order)
    answer = (message.id, message.status)
    if page.answers.get(message.id, message.status) != message.status:
        return Due(("ECO-ACK-002",), order=order)
    if record.is_final or record.action is None:
        rules = ()  # nobody looks at the results of a command that has ended
    return Due(rules, order=order, answer=answer)


def _leaf(message: State | Event | Ack) -> Leaf:
    match message:
        case State():
            return Leaf.STATE
        case Event():
            return Leaf.EVENT
        case Ack():
            return Leaf.ACK
